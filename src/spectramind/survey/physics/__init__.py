"""A survey held against physics: is each file what it claims to be."""
