from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from spectramind.errors import DataError, OutputError
from spectramind.submission.bundle import verify_bundle, write_bundle
from spectramind.submission.manifest import Origin

ORIGIN = Origin("abc123", "def456", {"numpy": "2.0", "spectramind": "0.1"}, {"estimator": "joint"})


def _files(folder: Path) -> dict[str, bytes | Path]:
    table = folder / "made_elsewhere.csv"
    table.write_bytes(b"planet_id,wl_1\n1,0.01\n" * 500)
    return {
        "zz.txt": b"z",
        "report.html": b"<p>",
        "config.yaml": b"a: 1\n",
        "submission.csv": table,
    }


def test_the_bundle_holds_every_file_and_its_digest(tmp_path: Path) -> None:
    files = _files(tmp_path)
    write_bundle(tmp_path / "b.zip", files, ORIGIN)
    with zipfile.ZipFile(tmp_path / "b.zip") as bundle:
        assert bundle.testzip() is None
        assert bundle.namelist() == [
            "submission.csv", "config.yaml", "report.html", "zz.txt", "manifest.json",
        ]  # fmt: skip
        manifest = json.loads(bundle.read("manifest.json"))
        for name, entry in manifest["files"].items():
            content = bundle.read(name)
            assert entry["sha256"] == hashlib.sha256(content).hexdigest()
            assert entry["size"] == len(content)
    assert manifest["run_hash"] == "abc123"
    assert manifest["data_digest"] == "def456"
    assert manifest["versions"] == {"numpy": "2.0", "spectramind": "0.1"}
    assert verify_bundle(tmp_path / "b.zip").origin == ORIGIN


def test_two_builds_give_the_same_bytes(tmp_path: Path) -> None:
    files = _files(tmp_path)
    write_bundle(tmp_path / "a.zip", files, ORIGIN)
    (tmp_path / "made_elsewhere.csv").touch()
    (tmp_path / "made_elsewhere.csv").chmod(0o600)
    write_bundle(tmp_path / "b.zip", dict(reversed(files.items())), ORIGIN)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/b", "a\\b", "", "manifest.json"])
def test_names_that_leave_the_bundle_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="plain file names"):
        write_bundle(tmp_path / "b.zip", {**_files(tmp_path), name: b""}, ORIGIN)


def test_what_cannot_be_bundled(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"submission\.csv"):
        write_bundle(tmp_path / "b.zip", {"config.yaml": b""}, ORIGIN)
    with pytest.raises(DataError, match="write it first"):
        write_bundle(tmp_path / "b.zip", {"submission.csv": tmp_path / "none"}, ORIGIN)
    files = _files(tmp_path)
    with pytest.raises(OutputError):
        write_bundle(tmp_path / "made_elsewhere.csv" / "b.zip", files, ORIGIN)
    assert [p.name for p in tmp_path.iterdir()] == ["made_elsewhere.csv"]


def _rewritten(path: Path, changes: dict[str, bytes | None]) -> Path:
    with zipfile.ZipFile(path) as bundle:
        contents: dict[str, bytes | None] = {n: bundle.read(n) for n in bundle.namelist()}
    with zipfile.ZipFile(path, "w") as bundle:
        for name, content in (contents | changes).items():
            if content is not None:
                bundle.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"config.yaml": b"a: 2\n"}, "config.yaml"),
        ({"config.yaml": None}, "config.yaml"),
        ({"extra": b""}, "extra"),
        ({"manifest.json": None}, "manifest.json"),
        ({"manifest.json": b"{"}, "manifest.json"),
        ({"manifest.json": b"[]"}, "manifest.json"),
        ({"manifest.json": b'{"schema": 99}'}, "schema 1"),
        ({"manifest.json": b'{"schema": 1}'}, "manifest.json"),
    ],
)
def test_a_changed_bundle_is_refused(
    tmp_path: Path, changes: dict[str, bytes | None], said: str
) -> None:
    write_bundle(tmp_path / "b.zip", _files(tmp_path), ORIGIN)
    with pytest.raises(DataError, match=said):
        verify_bundle(_rewritten(tmp_path / "b.zip", changes))


def test_a_damaged_bundle_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    with pytest.raises(DataError, match="a bundle"):
        verify_bundle(path)
    write_bundle(path, _files(tmp_path), ORIGIN)
    raw = path.read_bytes()
    path.write_bytes(raw[:-30])
    with pytest.raises(DataError, match="sound zip"):
        verify_bundle(path)
    path.write_bytes(raw[:60] + bytes(20) + raw[80:])
    with pytest.raises(DataError, match="sound zip"):
        verify_bundle(path)
