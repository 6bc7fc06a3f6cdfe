"""The competition's image has torch 2.6: no name of the package may be newer.

Where torch 2.6 can be installed the suite itself shows
it; here every name below `torch` in the source is held against a committed list.
"""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import spectramind

SOURCE = Path(spectramind.__file__).parent
KNOWN = Path(__file__).with_name("torch_2_6_names.txt")


def aliases(tree: ast.Module) -> dict[str, str]:
    """Dotted torch name by the name that a module gives it."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                if name.name.split(".")[0] == "torch":
                    found[name.asname or "torch"] = name.name if name.asname else "torch"
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "torch":
            found.update({n.asname or n.name: f"{node.module}.{n.name}" for n in node.names})
    return found


def dotted(node: ast.expr, names: dict[str, str]) -> str | None:
    """Torch name that an expression spells, if it does."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        above = dotted(node.value, names)
        return above and f"{above}.{node.attr}"
    return None


def used_in(source: str) -> set[str]:
    """Names below `torch` that a module uses."""
    tree = ast.parse(source)
    names = aliases(tree)
    spelt = {dotted(node, names) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    found = {name for name in (*spelt, *names.values()) if name}
    return {name.removeprefix("torch.") for name in found if name.startswith("torch.")}


def known() -> set[str]:
    lines = KNOWN.read_text().splitlines()
    return set(" ".join(line for line in lines if not line.startswith("#")).split())


def test_no_name_is_newer_than_2_6() -> None:
    used = set().union(*(used_in(path.read_text()) for path in SOURCE.rglob("*.py")))
    assert used - known() == set()


def test_the_scan_sees_what_is_new() -> None:
    text = "import torch\nfrom torch.nn import functional as f\nf.gelu(torch.newest.thing(1))"
    assert used_in(text) == {"newest", "newest.thing", "nn.functional", "nn.functional.gelu"}


def test_listed_names_exist_in_this_torch_too() -> None:
    for name in known():
        module, _, last = f"torch.{name}".rpartition(".")
        try:
            parent: object = importlib.import_module(module)
        except ModuleNotFoundError:
            outer, _, inner = module.rpartition(".")
            parent = getattr(importlib.import_module(outer), inner)
        assert hasattr(parent, last), name
