"""Kaggle: datasets, notebook, dress rehearsal, leaderboard."""
