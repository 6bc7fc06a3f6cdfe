"""Hydra groups and the frozen schema that checks what they compose to."""
