"""The manifest of a survey: what it says, and what it notices."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline_commands import json_of, spectramind
from spectramind.errors import DataError
from spectramind.survey.manifest import changes, read_manifest, survey_files, write_manifest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "survey"
    (root / "train" / "7").mkdir(parents=True)
    (root / "train.csv").write_text("planet_id\n7\n")
    (root / "train" / "7" / "signal.parquet").write_bytes(bytes(5 << 20))
    (root / "train" / ".torn.tmp").write_text("nobody's")
    return root


def test_every_change_is_noticed(folder: Path, tmp_path: Path) -> None:
    before = survey_files(folder)
    assert [(file.path, file.size) for file in before] == [
        ("train/7/signal.parquet", 5 << 20), ("train.csv", 12),
    ]  # fmt: skip
    assert changes(before, survey_files(folder)) == {}
    (folder / "train.csv").unlink()
    (folder / "new.csv").write_text("x")
    with (folder / "train" / "7" / "signal.parquet").open("r+b") as handle:
        handle.seek(-100, 2)
        handle.write(b"footer")
    assert changes(before, survey_files(folder)) == {
        "new.csv": "new", "train.csv": "missing", "train/7/signal.parquet": "changed",
    }  # fmt: skip
    write_manifest(tmp_path / "manifest.json", before)
    assert read_manifest(tmp_path / "manifest.json") == before


def test_verb_writes_and_checks(folder: Path, tmp_path: Path) -> None:
    made = json_of(
        spectramind("manifest", f"paths.input={folder}", "paths.out=out", "--json", cwd=tmp_path)
    )
    assert made["files"] == 2
    (folder / "train.csv").write_text("planet_id\n8\n")
    check = ["manifest", f"paths.input={folder}", "--check", "out/survey_manifest.json"]
    done = spectramind(*check, cwd=tmp_path)
    assert done.returncode == 2
    assert "changed  train.csv" in done.stdout


def test_nothing_to_list_and_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="empty folder"):
        survey_files(tmp_path)
    with pytest.raises(DataError, match="no such folder"):
        survey_files(tmp_path / "none")
    with pytest.raises(DataError, match="no such file"):
        read_manifest(tmp_path / "none.json")
    for text in ("{", "3", '[{"path": "x"}]'):
        (tmp_path / "bad.json").write_text(text)
        with pytest.raises(DataError, match="survey manifest"):
            read_manifest(tmp_path / "bad.json")
