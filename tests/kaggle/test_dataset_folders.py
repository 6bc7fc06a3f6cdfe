"""The three dataset folders: same bytes twice, changes seen, tokens unseen."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from spectramind.conf.compose import compose
from spectramind.errors import DataError
from spectramind.kaggle.bundle import make_bundle
from spectramind.kaggle.prepare import verified
from spectramind.kaggle.wheelhouse import FORBIDDEN, normalised
from spectramind.pipeline.fit import checkpoint_digest
from spectramind.provenance.folder_manifest import read_manifest
from spectramind.provenance.versions import code_digest

FROZEN = ["model=physics", "+calib.corel=false"]


@pytest.fixture(scope="module")
def bundles(
    wheels: Path, checkpoint: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path]:
    """Two bundles made of the same things."""
    outs = []
    for name in ("first", "second"):
        out = tmp_path_factory.mktemp(name)
        overrides = [*FROZEN, f"paths.out={out}", f"model.ckpt={checkpoint}"]
        make_bundle(compose([*overrides, f"kaggle.wheels={wheels}"]), out, overrides)
        outs.append(out)
    return outs[0], outs[1]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_same_bytes_twice_and_flat(bundles: tuple[Path, Path]) -> None:
    first, second = bundles
    assert contents(first) == contents(second)
    assert {len(Path(name).parts) for name in contents(first)} == {2}
    assert all(contents(first).values())  # Kaggle takes no empty file


def test_code_wheel_is_sound(bundles: tuple[Path, Path]) -> None:
    code = bundles[0] / "v50-code"
    (wheel,) = code.glob("spectramind-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (record,) = (name for name in names if name.endswith("RECORD"))
        rows = list(csv.reader(io.StringIO(archive.read(record).decode())))
        assert [row[0] for row in rows] == names
        assert all(int(row[2]) == archive.getinfo(row[0]).file_size for row in rows[:-1])
        for needed in ("conf/config.yaml", "report/templates", "kaggle/sandbox.sh", "py.typed"):
            assert any(needed in name for name in names)
    bundled = {normalised(path.name.split("-")[0]) for path in code.glob("*.whl")}
    assert not bundled & set(FORBIDDEN)


def test_installed_wheel_is_the_same_code(bundles: tuple[Path, Path], tmp_path: Path) -> None:
    (wheel,) = (bundles[0] / "v50-code").glob("spectramind-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = "from spectramind.provenance.versions import code_digest; print(code_digest())"
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.strip() == code_digest()


def test_only_what_determines_results_is_frozen(bundles: tuple[Path, Path]) -> None:
    lines = (bundles[0] / "v50-configs" / "overrides.txt").read_text().splitlines()
    assert lines[1:] == ["model=physics", "calib.corel=false"]


def test_frozen_overrides_reach_every_command(
    bundles: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = bundles[0] / "v50-configs" / "overrides.txt"
    monkeypatch.setenv("SPECTRAMIND_OVERRIDES", str(file))
    assert compose().calib.corel is False
    assert compose(["calib.corel=true"]).calib.corel is True
    monkeypatch.setenv("SPECTRAMIND_OVERRIDES", str(file.with_name("none.txt")))
    with pytest.raises(DataError, match=r"none\.txt"):
        compose()


def test_changed_file_is_seen_before_use(bundles: tuple[Path, Path], tmp_path: Path) -> None:
    folder = tmp_path / "v50-weights"
    folder.mkdir()
    for path in (bundles[0] / "v50-weights").iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    config = compose([f"model.ckpt={folder}/model.ckpt"])
    assert read_manifest(folder)["files"].keys() == {"model.ckpt"}
    assert "1 files verified" in verified(folder)
    assert len(checkpoint_digest(config)) == 64
    content = bytearray((folder / "model.ckpt").read_bytes())
    content[-1] ^= 1
    (folder / "model.ckpt").write_bytes(content)
    with pytest.raises(DataError, match="SHA-256"):
        checkpoint_digest(config)
    with pytest.raises(SystemExit, match="not the file"):
        verified(folder)


def test_other_content_is_not_replaced(wheels: Path, checkpoint: Path, tmp_path: Path) -> None:
    (tmp_path / "v50-code").mkdir()
    (tmp_path / "v50-code" / "thesis.txt").write_text("years of work")
    config = compose([f"model.ckpt={checkpoint}", f"kaggle.wheels={wheels}"])
    with pytest.raises(DataError, match="other content"):
        make_bundle(config, tmp_path, ())
    assert (tmp_path / "v50-code" / "thesis.txt").read_text() == "years of work"


def test_missing_wheel_and_missing_checkpoint(checkpoint: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    config = compose([f"model.ckpt={checkpoint}", f"kaggle.wheels={empty}"])
    with pytest.raises(DataError, match="hydra-core"):
        make_bundle(config, tmp_path / "out", ())
    (empty / "torch-2.6.0-py3-none-any.whl").write_bytes(b"")
    with pytest.raises(DataError):
        make_bundle(config, tmp_path / "out", ())
