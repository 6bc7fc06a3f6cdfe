"""Sphinx: pages in Markdown, reference pages written from the package at every build."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "SpectraMind V50"
copyright = "the SpectraMind authors, Apache-2.0"
extensions = ["myst_parser", "reference_pages"]
html_theme = "furo"
html_title = project
html_show_sourcelink = False
exclude_patterns = ["_build", "_ext"]
myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 3
