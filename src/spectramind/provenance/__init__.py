"""Where a result came from: run folders, events, digests, atomic writes."""
