"""Where work runs: one seam for serial work and worker processes."""
