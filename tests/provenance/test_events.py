"""The event log: appended in single writes, read past torn lines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from spectramind.conf.compose import compose
from spectramind.errors import DataError, InternalError
from spectramind.provenance.digest import config_hash, fingerprint, sha256
from spectramind.provenance.events import append_event, read_events
from spectramind.provenance.run import EVENTS, open_run


def test_torn_last_line_is_tolerated(tmp_path: Path) -> None:
    log = tmp_path / "events.jsonl"
    append_event(log, "run", "predict", "started", planets=3)
    with log.open("a") as handle:
        handle.write('{"schema": 1, "run": "to')
    events = list(read_events(log))
    assert [event["event"] for event in events] == ["started"]
    assert events[0]["planets"] == 3
    append_event(log, "next", "predict", "started")
    assert [event["run"] for event in read_events(log)] == ["run", "next"]


def test_unknown_schema_and_missing_log_are_empty(tmp_path: Path) -> None:
    assert list(read_events(tmp_path / "none.jsonl")) == []
    (tmp_path / "other.jsonl").write_text('{"schema": 99}\n[1]\n')
    assert list(read_events(tmp_path / "other.jsonl")) == []


def test_parallel_writers_do_not_interleave(tmp_path: Path) -> None:
    log = tmp_path / "events.jsonl"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: append_event(log, str(i), "v", "e", text="x" * 500), range(200)))
    assert sorted(int(event["run"]) for event in read_events(log)) == list(range(200))


def test_run_leaves_configuration_and_both_ends(tmp_path: Path) -> None:
    overrides = [f"paths.outputs={tmp_path}/outputs", f"paths.logs={tmp_path}/logs"]
    config = compose(overrides)
    with open_run("predict", config, overrides) as run:
        run.event("middle", value=1)
    folder = tmp_path / "outputs" / "predict" / run.name / "hydra"
    assert run.name.endswith(run.hash)
    assert "split: test" in (folder / "config.yaml").read_text()
    assert (folder / "overrides.yaml").read_text().count("\n") == 2
    events = list(read_events(tmp_path / "logs" / EVENTS))
    assert [event["event"] for event in events] == ["started", "middle", "finished"]
    assert events[0]["config"]["data"]["split"] == "test"
    assert events[-1]["status"] == "ok"
    assert run.hash in (tmp_path / "logs" / "v50_debug_log.md").read_text()


def test_failed_run_says_so(tmp_path: Path) -> None:
    overrides = [f"paths.outputs={tmp_path}/outputs", f"paths.logs={tmp_path}/logs"]
    with pytest.raises(DataError), open_run("score", compose(overrides), overrides):
        raise DataError("file", "this", "that", "do something")
    last = list(read_events(tmp_path / "logs" / EVENTS))[-1]
    assert last["status"] == "failed"
    assert last["error"] == "file: expected this, found that; do something"


def test_internal_fault_is_not_an_interruption(tmp_path: Path) -> None:
    overrides = [f"paths.outputs={tmp_path}/outputs", f"paths.logs={tmp_path}/logs"]
    fault = pytest.raises(InternalError, match="ZeroDivisionError: by zero")
    with fault as caught, open_run("score", compose(overrides), overrides):
        raise ZeroDivisionError("by zero")
    assert caught.value.log == tmp_path / "logs" / "v50_debug_log.md"
    assert "Traceback" in caught.value.log.read_text()
    with pytest.raises(KeyboardInterrupt), open_run("score", compose(overrides), overrides):
        raise KeyboardInterrupt
    events = [e for e in read_events(tmp_path / "logs" / EVENTS) if e["event"] == "finished"]
    assert [event["status"] for event in events] == ["failed", "interrupted"]
    assert events[0]["error"] == "ZeroDivisionError: by zero"


def test_digests(tmp_path: Path) -> None:
    small, large = tmp_path / "small", tmp_path / "large"
    small.write_bytes(b"abc")
    large.write_bytes(bytes(9 << 20))
    before = fingerprint([small, large])
    assert sha256(small).startswith("ba7816bf")
    seen = {before}
    # Begin, and a footer as large as that of an AIRS-CH0 file.
    for place in (0, (9 << 20) - (2 << 20), (9 << 20) - 10):
        with large.open("r+b") as handle:
            handle.seek(place)
            handle.write(b"changed")
        seen.add(fingerprint([small, large]))
    assert len(seen) == 4
    assert fingerprint([large, small]) not in seen
    assert config_hash({"a": 1, "b": 2}) == config_hash({"b": 2, "a": 1})
