"""The competition's folder layout: discover, read, check, write."""
