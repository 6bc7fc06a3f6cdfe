"""One self-contained HTML file for each submission."""
