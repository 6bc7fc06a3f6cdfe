"""`python -m spectramind` is `spectramind`."""

from spectramind.cli.app import main

main()
