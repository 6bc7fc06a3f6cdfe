"""Run the named measurements, or all of them: `python -m bench [NAME...]`, `... NAME --OPTION ...`.

Every module of this folder is one, with a `main()`, unless its name begins with an underscore.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys

import bench


def names() -> list[str]:
    """Measurements by name, in alphabetical order."""
    found = (module.name for module in pkgutil.iter_modules(bench.__path__))
    return sorted(name for name in found if not name.startswith("_"))


def main(arguments: list[str]) -> int:
    """Run measurements one after the other; 2 if a name is unknown.

    What follows a first option goes to the one measurement that is named before it.
    """
    known = names()
    first = next((i for i, text in enumerate(arguments) if text.startswith("-")), len(arguments))
    arguments, options = arguments[:first], arguments[first:]
    unknown = [name for name in arguments if name not in known]
    if unknown:
        print(f"unknown: {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    if options and len(arguments) != 1:
        print(f"{options[0]}: name the one measurement that it is for", file=sys.stderr)
        return 2
    for name in arguments or known:
        importlib.import_module(f"bench.{name}").main(*([options] if options else []))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
