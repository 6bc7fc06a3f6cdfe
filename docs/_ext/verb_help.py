"""Reference of the command line: every verb with what it takes, read from the Typer app."""

from __future__ import annotations

from collections.abc import Iterator

import typer
from typer.main import get_command

from spectramind.cli.app import app


def _commands(command: typer.core.TyperGroup, prefix: str) -> Iterator[tuple[str, object]]:
    for name, inner in command.commands.items():
        if hasattr(inner, "commands"):
            yield from _commands(inner, f"{prefix} {name}")
        else:
            yield f"{prefix} {name}", inner


def _row(parameter: object) -> str:
    names = ", ".join(f"`{name}`" for name in parameter.opts)
    if parameter.param_type_name == "argument":
        names = f"`{parameter.metavar or parameter.name.upper()}`"
    text = (getattr(parameter, "help", "") or "").replace("|", "\\|")
    default = parameter.default
    shown = "" if default in (None, False) or callable(default) else f"`{default}`"
    return f"| {names} | {text} | {shown} |"


def verb_page() -> str:
    """Markdown: one section a verb."""
    lines = ["# Verbs", "", "Exit codes: 0 ok, 2 bad data or schema, 3 a configuration that cannot"]
    lines += ["work, 4 budget, 5 a fault of the package.", ""]
    for name, command in _commands(get_command(app), "spectramind"):
        lines += [f"## `{name}`", "", (command.help or "").strip(), ""]
        lines += ["| argument | what | default |", "|---|---|---|"]
        lines += [_row(parameter) for parameter in command.params]
        if command.epilog:
            lines += ["", "```text", command.epilog.removeprefix("Example: "), "```"]
        lines.append("")
    return "\n".join(lines)
