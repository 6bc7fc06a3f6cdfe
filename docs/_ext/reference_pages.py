"""Write the reference pages from the package itself before Sphinx reads them."""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx

from key_tables import key_page
from product_schemas import product_page
from verb_help import verb_page


def _write(app: Sphinx) -> None:
    folder = Path(app.srcdir) / "reference"
    (folder / "generated").mkdir(parents=True, exist_ok=True)
    pages = {"generated/verbs": verb_page, "keys": key_page, "generated/products": product_page}
    for name, page in pages.items():
        path, text = folder / f"{name}.md", page()
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("builder-inited", _write)
    return {"parallel_read_safe": True}
