"""The stages of a run: each reads products, calls one room, writes products."""
