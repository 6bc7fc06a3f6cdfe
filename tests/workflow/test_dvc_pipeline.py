"""`dvc repro` as far as the manifest: clean afterwards, without a network, to a remote folder.

`make repro` runs all stages.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from spectramind.provenance.data_version import locked_digests

ROOT = Path(__file__).resolve().parents[2]
DVC = Path(sys.executable).with_name("dvc")

pytestmark = pytest.mark.skipif(not DVC.is_file(), reason="needs the extra `pipeline` (dvc)")


def offline() -> list[str]:
    """What runs a command without any network, where namespaces may be made."""
    unshare = shutil.which("unshare")
    works = unshare and subprocess.run([unshare, "-n", "true"], capture_output=True).returncode == 0
    return [unshare, "-n"] if unshare and works else []


def dvc(*arguments: str, cwd: Path) -> str:
    places = {
        "PATH": f"{DVC.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "src"),
        "DVC_SITE_CACHE_DIR": str(cwd.parent / "site"),
        "HOME": str(cwd.parent),
    }
    done = subprocess.run(
        [*offline(), str(DVC), *arguments], cwd=cwd, env={**os.environ, **places},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def working_copy(tmp_path: Path) -> Path:
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in (".dvcignore", ".gitignore"):
        shutil.copy(ROOT / name, copy / name)
    (copy / ".dvc").mkdir()
    shutil.copy(ROOT / ".dvc" / "config", copy / ".dvc" / "config")
    compiled = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "src" / "spectramind", copy / "src" / "spectramind", ignore=compiled)
    text = (ROOT / "dvc.yaml").read_text()
    for before, after in (
        ("train: 10", "train: 1"),
        ("test: 4", "test: 1"),
        ("level: frames", "level: light_curves"),
    ):
        assert before in text
        text = text.replace(before, after)
    (copy / "dvc.yaml").write_text(text)
    subprocess.run(["git", "init", "-q"], cwd=copy, check=True)
    return copy


def test_stages_are_clean_and_come_back_from_a_folder(working_copy: Path) -> None:
    stages = dvc("stage", "list", "--name-only", cwd=working_copy).split()
    assert stages == [
        "simulate", "manifest", "reduce@train", "reduce@test", "train", "fit", "predict",
        "calibrate", "submit", "report", "score",
    ]  # fmt: skip
    dvc("repro", "manifest", cwd=working_copy)
    assert "up to date" in dvc("status", "manifest", cwd=working_copy)
    locked = locked_digests(working_copy)
    assert set(locked) == {"stages/survey", "stages/survey_manifest.json"}
    assert "Running stage" not in dvc("repro", "manifest", cwd=working_copy)
    # A lost product comes back from a folder that serves as the remote, byte for byte.
    product = working_copy / "stages" / "survey_manifest.json"
    before = product.read_bytes()
    assert (
        hashlib.md5(before, usedforsecurity=False).hexdigest()
        == locked["stages/survey_manifest.json"]
    )
    dvc("remote", "add", "-d", "weights", str(working_copy.parent / "remote"), cwd=working_copy)
    dvc("push", "manifest", cwd=working_copy)
    shutil.rmtree(working_copy / ".dvc" / "cache")
    product.unlink()
    dvc("pull", "manifest", cwd=working_copy)
    assert product.read_bytes() == before
