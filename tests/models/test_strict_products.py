"""Products are read as strictly as they are written: one line, nothing of the inside."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from safetensors.numpy import save

from spectramind.conf.compose import compose
from spectramind.errors import DataError
from spectramind.kaggle.ledger import Entry, append_entry, read_ledger, torn_lines
from spectramind.models.checkpoint import FORMAT, Checkpoint, open_checkpoint, write_checkpoint
from spectramind.models.fit_features import CHANNEL_FEATURES, PLANET_FEATURES
from spectramind.models.physics import generic_model, physics_checkpoint, read_physics_model
from spectramind.models.predictions import Predictions, read_predictions, write_predictions
from spectramind.pipeline.guard import read_losses
from spectramind.pipeline.journal import journal_of
from spectramind.pipeline.places import Places
from spectramind.pipeline.predict import PredictSummary, read_summary, write_summary
from spectramind.provenance.events import append_event
from spectramind.provenance.history import past_runs, read_events, read_runs
from spectramind.survey.dispersion import channel_wavelengths


def predictions() -> Predictions:
    grid = (2, 283)
    sigma = np.full(grid, 1e-4)
    return Predictions(
        (7, 8), channel_wavelengths(), np.full(grid, 0.01), sigma, np.full(2, 1e-5), sigma,
        np.zeros((*grid, len(CHANNEL_FEATURES))), np.zeros((2, len(PLANET_FEATURES))),
        ("ok", "fallback"), ("", "why"), attributes={"run_hash": "h"},
    )  # fmt: skip


def edited(path: Path, change: Callable[[Any], object]) -> None:
    with h5py.File(path, "r+") as file:
        change(file)


def turned(file: Any) -> None:
    for name in ("mu", "sigma", "sigma_raw"):
        file[name][...] = file[name][()][:, ::-1]
    file["wavelength"][...] = file["wavelength"][()][::-1]


def cell(name: str, value: float) -> Callable[[Any], object]:
    def change(file: Any) -> None:
        file[name][1, 5] = value

    return change


def attribute(name: str, value: object) -> Callable[[Any], object]:
    return lambda file: file.attrs.__setitem__(name, value)


PREDICTIONS: dict[str, tuple[Callable[[Any], object], str]] = {
    "sigma of zero": (cell("sigma", 0.0), "sigma = 0 for planet 8"),
    "negative sigma": (cell("sigma_raw", -1.0), "sigma_raw = -1 for planet 8"),
    "NaN": (cell("mu", np.nan), "mu = nan for planet 8"),
    "percent": (cell("mu", 1.4), "mu = 1.4 for planet 8"),
    "reversed": (turned, "another order of channels"),
    "one planet twice": (lambda f: f["planet"].__setitem__(1, 7), "there twice"),
    "status of another length": (attribute("status", '["ok"]'), "list of 2"),
    "unknown status": (attribute("status", '["ok","fine"]'), "status 'fine'"),
    "status that is no JSON": (attribute("status", "ok, ok"), "JSONDecodeError"),
    "note of numbers": (attribute("note", "[1,2]"), "something else than text"),
    "note that is an object": (attribute("note", "{}"), "no list of 2"),
    "status that is a number": (attribute("status", 5), "no list of 2"),
    "no status": (lambda f: f.attrs.__delitem__("status"), "KeyError"),
    "no sigma": (lambda f: f.__delitem__("sigma"), "KeyError"),
}


@pytest.mark.parametrize("name", PREDICTIONS)
def test_damaged_predictions_are_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "predictions.nc"
    write_predictions(path, predictions())
    before = path.read_bytes()
    again = read_predictions(path)
    assert again.attributes == {"run_hash": "h"}
    write_predictions(path, again)
    assert path.read_bytes() == before
    change, words = PREDICTIONS[name]
    edited(path, change)
    with pytest.raises(DataError) as caught:
        read_predictions(path)
    assert words in str(caught.value) and "\n" not in str(caught.value)


def saved(path: Path, header: object, arrays: dict[str, np.ndarray] | None = None) -> Path:
    text = header if isinstance(header, str) else json.dumps(header)
    path.write_bytes(save(arrays or {"a": np.zeros(3)}, metadata={"spectramind": text}))
    return path


HEADERS: dict[str, object] = {
    "a list": [1, 2],
    "null": None,
    "text": "no json",
    "no model": {"format": FORMAT, "texts": {}},
    "no texts": {"format": FORMAT, "model": "physics"},
    "texts of numbers": {"format": FORMAT, "model": "physics", "texts": {"a": 1}},
    "texts as a list": {"format": FORMAT, "model": "physics", "texts": []},
    "model as a list": {"format": FORMAT, "model": ["physics"], "texts": {}},
    "a word too many": {"format": FORMAT, "model": "physics", "texts": {}, "digesu": "x"},
    "another digest": {"format": FORMAT, "model": "physics", "texts": {}, "digest": "x"},
    "another format": {"format": "alien 7"},
}


@pytest.mark.parametrize("name", HEADERS)
def test_alien_checkpoints_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError) as caught:
        open_checkpoint(saved(tmp_path / "model.ckpt", HEADERS[name]))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("dtype", ["BF16", "F8_E4M3", "F8_E5M2"])
def test_types_that_numpy_lacks_are_named(tmp_path: Path, dtype: str) -> None:
    size = 2 if dtype == "BF16" else 1
    told = json.dumps({"format": FORMAT, "model": "physics", "texts": {}})
    tensor = {"dtype": dtype, "shape": [4], "data_offsets": [0, 4 * size]}
    header = json.dumps({"__metadata__": {"spectramind": told}, "a": tensor}).encode()
    path = tmp_path / "model.ckpt"
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(4 * size))
    with pytest.raises(DataError, match=dtype):
        open_checkpoint(path)


def test_a_flipped_bit_of_the_weights_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "model.ckpt"
    write_checkpoint(path, Checkpoint("physics", {"a": np.arange(3.0)}, {"note": "n"}))
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match="content of digest"):
        open_checkpoint(path)


def test_a_checkpoint_of_an_older_version_is_read(tmp_path: Path) -> None:
    told = {"format": FORMAT, "model": "physics", "texts": {"note": "n"}}
    assert open_checkpoint(saved(tmp_path / "model.ckpt", told)).texts == {"note": "n"}


def test_half_an_array_is_refused(tmp_path: Path) -> None:
    model = generic_model(channel_wavelengths(), compose().transit)
    whole = physics_checkpoint(model, {})
    halves = {name: array[: len(array) // 2] for name, array in whole.arrays.items()}
    write_checkpoint(tmp_path / "model.ckpt", replace(whole, arrays=halves))
    with pytest.raises(DataError, match="a learnt calibration"):
        read_physics_model(tmp_path / "model.ckpt")


SUMMARY = PredictSummary(
    input="in",
    split="test",
    estimator="physics",
    checkpoint=None,
    run_hash="h",
    data_digest="d",
    config={"a": 1},
    planets=2,
    fallbacks={8: "why"},
    doubtful={9: "red_noise"},
    counts={"ok": 0, "doubtful": 1, "fallback": 1},
    reasons=(("red_noise", 1),),
    common=None,
    losses=("x",),
    priors=({"family": "", "lines": ["drift: as learnt"]},),
)


def test_the_summary_of_a_predict_is_typed(tmp_path: Path) -> None:
    where = Places(tmp_path, "test")
    write_summary(where, SUMMARY)
    assert read_summary(where.summary) == SUMMARY
    values = json.loads(where.summary.read_text())
    for change in ({"planets": "many"}, {"fallbacks": [1]}, {"losses": 3}, {"config": None},
                   {"input": 5}):  # fmt: skip
        where.summary.write_text(json.dumps({**values, **change}))
        with pytest.raises(DataError, match="summary of a predict run"):
            read_summary(where.summary)
    for text in ("[1]", "null", "{", "\udcff"):
        where.summary.write_bytes(text.encode(errors="surrogateescape"))
        where.budget.write_bytes(text.encode(errors="surrogateescape"))
        with pytest.raises(DataError):
            read_summary(where.summary)
        with pytest.raises(DataError):
            read_losses(where)


ENTRY = Entry("2026-03-01T12:00", "t", "b", "r", "c", "d", None, 1, "x", "g", "p", "n", {})


def test_a_torn_line_of_the_ledger_is_left_out_and_mended(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    append_entry(ledger, ENTRY)
    whole = ledger.read_bytes()
    for cut in range(1, len(whole) - 2, 7):
        ledger.write_bytes(whole + whole[:cut])
        assert read_ledger(ledger) == [ENTRY]
        assert torn_lines(ledger) == (2,)
        other = replace(ENTRY, table="other")
        append_entry(ledger, other)
        assert read_ledger(ledger) == [ENTRY, other]


@pytest.mark.parametrize(
    "line",
    [b"[1]", b"null", b'"x"', b"{}", b'{"time": 5}', b"\xff\xfe", b"not json", b'{"a":1} {"b":2}',
     json.dumps({**ENTRY.__dict__, "cv": "high"}).encode(),
     json.dumps({**ENTRY.__dict__, "table": 7}).encode(),
     json.dumps({**ENTRY.__dict__, "alien": 7}).encode()],
)  # fmt: skip
def test_other_lines_of_the_ledger_are_named(tmp_path: Path, line: bytes) -> None:
    ledger = tmp_path / "ledger.jsonl"
    append_entry(ledger, ENTRY)
    ledger.write_bytes(ledger.read_bytes() + line + b"\n")
    with pytest.raises(DataError, match="line 2") as caught:
        read_ledger(ledger)
    assert "\n" not in str(caught.value)


FOREIGN = [
    "5", "[]", "null", '"text"', "{}", '{"schema": 1}', '{"schema": 1, "event": "started"}',
    '{"schema": 1, "time": 5, "run": [], "verb": {}, "event": "started"}',
    '{"schema": 1, "time": "t", "run": "a", "verb": "predict", "event": "started", "config": 3}',
    '{"schema": 1, "time": "t", "run": "a", "verb": "predict", "event": "started", '
    '"overrides": 7, "hash": [], "config": {"paths": []}}',
    '{"schema": 1, "time": "t", "run": "a", "verb": "predict", "event": "finished", '
    '"status": [], "seconds": "long"}',
    '{"schema": 1, "time": "t", "run": "a", "verb": "predict", "event": "result", "result": 1}',
    "[" * 100_000,
]  # fmt: skip


def test_foreign_lines_of_the_event_log_do_no_harm(tmp_path: Path) -> None:
    log = tmp_path / "events.jsonl"
    log.write_text("\n".join(FOREIGN) + "\n")
    told = {"config": {"paths": {"out": "out"}}, "folder": str(tmp_path)}
    append_event(log, "b", "predict", "started", hash="h", overrides=["paths.out=/x/y/z"], **told)
    append_event(log, "b", "predict", "finished", status="ok", seconds=1.0)
    assert [run.status for run in read_runs(log)] == ["unfinished", "ok"]
    assert past_runs(read_events(log))[1].out == tmp_path / "out"
    assert journal_of(log, tmp_path / "out").commands == ("spectramind predict paths.out=z",)


@pytest.mark.parametrize(
    "override",
    ["paths.out=${nokey}", "paths.out=${oc.env:NO_SUCH_THING}", "paths.out=${paths.out}",
     "paths.input=${a.b.c}", "leaderboard.note=${oc.decode:'{'}"],
)  # fmt: skip
def test_interpolations_that_cannot_be_resolved_are_one_line(override: str) -> None:
    with pytest.raises(DataError) as caught:
        compose([override])
    assert "\n" not in str(caught.value)
