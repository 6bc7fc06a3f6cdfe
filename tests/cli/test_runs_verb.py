"""`spectramind runs` on real runs: two submissions that differ in one key."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline_commands import json_of, spectramind


@pytest.fixture(scope="module")
def folder(small_survey: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the survey was predicted twice and the last table was scored."""
    place = tmp_path_factory.mktemp("runs")
    for cap in ("0.1", "0.02"):
        made = spectramind(
            "predict", "model=polynomial", f"paths.input={small_survey}", "paths.out=out",
            f"submit.sigma_cap={cap}", "runtime.executor=serial", cwd=place,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
    json_of(spectramind("submit", "paths.out=out", "--json", cwd=place))
    return place


def test_list_and_show(folder: Path) -> None:
    rows = json_of(spectramind("runs", "list", "--json", cwd=folder))["runs"]
    assert isinstance(rows, list)
    assert [row["verb"] for row in rows] == ["predict", "predict", "submit"]
    assert all(row["status"] == "ok" and row["seconds"] > 0 for row in rows)
    assert 0 <= rows[2]["score"] <= 1
    shown = json_of(spectramind("runs", "show", rows[2]["name"], "--json", cwd=folder))
    assert shown["score"] == rows[2]["score"]
    text = spectramind("runs", "list", "--verb", "submit", cwd=folder).stdout.splitlines()
    assert len(text) == 2 and rows[2]["hash"] in text[1]
    assert "sigma_cap: 0.1" in spectramind("runs", "show", rows[0]["hash"], cwd=folder).stdout


def test_diff(folder: Path) -> None:
    rows = json_of(spectramind("runs", "list", "--json", cwd=folder))["runs"]
    assert isinstance(rows, list)
    first, second = rows[0]["hash"], rows[1]["hash"]
    found = json_of(spectramind("runs", "diff", first, second, "--json", cwd=folder))
    differ = found["differences"]
    assert isinstance(differ, dict)
    assert differ["config"] == {"submit.sigma_cap": [0.1, 0.02]}
    assert "code" not in differ and "data" not in differ
    text = spectramind("runs", "diff", first, second, cwd=folder).stdout
    assert "submit.sigma_cap: 0.1 -> 0.02" in text
    assert "code: the same" in text


def test_unknown_run_is_one_line(folder: Path, tmp_path: Path) -> None:
    done = spectramind("runs", "show", "zzz", cwd=folder)
    assert done.returncode == 2 and "runs list" in done.stderr
    assert spectramind("runs", "list", cwd=tmp_path).returncode == 2
