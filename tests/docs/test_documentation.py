"""The pages say what is true: generated reference, every block of shell runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = sorted(
    page.relative_to(DOCS).as_posix()
    for page in DOCS.rglob("*.md")
    if "_build" not in page.parts and BLOCK.search(page.read_text(encoding="utf-8"))
)

sys.path.insert(0, str(DOCS / "_ext"))


def test_pages_with_blocks_are_found() -> None:
    assert PAGES == ["howto/cluster.md", "howto/recover.md", "howto/sweep.md", "tutorial.md"]


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("page", PAGES)
def test_every_block_of_shell_runs(
    page: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if page == "howto/cluster.md":
        pytest.importorskip("distributed", reason="needs the extra `cluster`")
        request.getfixturevalue("loopback")
    blocks = BLOCK.findall((DOCS / page).read_text(encoding="utf-8"))
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, module in (("spectramind", "spectramind"), ("dask", "dask")):
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n')
        (programs / name).chmod(0o755)
    work = tmp_path / "work"
    work.mkdir()
    script = "set -euo pipefail\n" + "\n".join(blocks)
    path = f"{programs}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script], cwd=work, env={**os.environ, "PATH": path},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def test_reference_of_verbs_and_keys_is_complete() -> None:
    pytest.importorskip("sphinx", reason="needs the extra `docs`")
    from key_tables import key_page
    from spectramind.cli.app import app
    from spectramind.conf.compose import compose
    from verb_help import verb_page

    verbs, keys = verb_page(), key_page()
    for command in app.registered_commands:
        assert f"## `spectramind {command.name}`" in verbs
    assert "## `spectramind runs diff`" in verbs
    assert "`--logs`" in verbs

    def leaves(values: dict[str, object], prefix: str = "") -> list[str]:
        found = []
        for name, value in values.items():
            inner = f"{prefix}{name}"
            found += leaves(value, f"{inner}.") if isinstance(value, dict) else [inner]
        return found

    named = re.findall(r"^\| `([\w.]+)` \| ([^|]+) \| `([^|]*)` \| ([^|]+) \|$", keys, re.MULTILINE)
    assert sorted(key for key, *_ in named) == sorted(leaves(compose().model_dump(mode="json")))
    assert {key: default for key, _, default, _ in named}["runtime.dask.address"] == "null"


def test_the_key_reference_in_the_clone_is_current() -> None:
    from key_tables import key_page

    stated = (DOCS / "reference/keys.md").read_text(encoding="utf-8")
    # `make docs` writes it again.
    assert stated == key_page()


def test_links_between_pages_lead_to_pages_of_the_clone() -> None:
    link = re.compile(r"\]\((?!https?:)([^)#\s]+)")
    pages = [page for page in DOCS.rglob("*.md") if not {"_build", "generated"} & set(page.parts)]
    for page in (*pages, DOCS.parent / "README.md"):
        for target in link.findall(page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
            assert "generated" not in target


def test_the_page_on_own_models_names_all_that_an_estimator_has() -> None:
    from spectramind.pipeline.estimator import Estimator

    page = (DOCS / "howto/model.md").read_text(encoding="utf-8")
    wanted = [*Estimator.__annotations__, *(n for n in vars(Estimator) if not n.startswith("_"))]
    assert wanted
    for name in wanted:
        assert f"`{name}`" in page, name
