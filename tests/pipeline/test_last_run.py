"""Which prediction a verb works on that is not told."""

from __future__ import annotations

from pathlib import Path

import pytest

from spectramind.conf.compose import compose
from spectramind.errors import DataError
from spectramind.pipeline.last_run import last_out
from spectramind.provenance.run import open_run


def record(folder: Path, out: str, monkeypatch: pytest.MonkeyPatch, verb: str = "predict") -> None:
    """Leave the trace of a run that was started in `folder`."""
    folder.mkdir(exist_ok=True)
    monkeypatch.chdir(folder)
    overrides = [f"paths.out={out}", f"paths.logs={folder.parent}/logs"]
    with open_run(verb, compose(overrides), overrides):
        pass


def test_last_finished_prediction_from_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = compose([f"paths.logs={tmp_path}/logs"])
    with pytest.raises(DataError, match="none; add"):
        last_out(asking)
    record(tmp_path / "first", "out", monkeypatch)
    record(tmp_path / "second", "elsewhere", monkeypatch, verb="reduce")
    assert last_out(asking) == tmp_path / "first" / "out"
    record(tmp_path / "second", f"{tmp_path}/absolute", monkeypatch)
    assert last_out(asking) == tmp_path / "absolute"
    assert last_out(compose(["paths.out=told"])) == Path("told")


def test_failed_prediction_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record(tmp_path / "first", "out", monkeypatch)
    overrides = ["paths.out=broken", f"paths.logs={tmp_path}/logs"]
    with pytest.raises(KeyboardInterrupt), open_run("predict", compose(overrides), overrides):
        raise KeyboardInterrupt
    assert last_out(compose([f"paths.logs={tmp_path}/logs"])) == tmp_path / "first" / "out"
