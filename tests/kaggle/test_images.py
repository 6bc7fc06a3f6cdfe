"""Stand-ins for Kaggle's images: what they hold, where data lie, what wheels serve them."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from spectramind.conf.compose import compose
from spectramind.errors import DataError
from spectramind.kaggle.heartbeat import heartbeat
from spectramind.kaggle.image import environment_at, make_image, running
from spectramind.kaggle.image_profile import PROFILES, image_environment, python_of
from spectramind.kaggle.prepare import mounted
from spectramind.kaggle.pure_wheel import write_wheel
from spectramind.kaggle.rehearsal_plan import Plan, plan_of
from spectramind.kaggle.wheelhouse import PYTHONS, WHEELS, wheel_sizes


def test_every_profile_can_be_asked_for_and_has_wheels() -> None:
    for name, profile in PROFILES.items():
        assert compose([f"rehearsal.image={name}"]).rehearsal.image == name
        assert profile.python in PYTHONS
        assert {"numpy", "pandas", "polars"} == set(profile.pinned)
        assert not any(text.startswith("torch") for text in profile.requirements(torch=False))
        assert profile.requirements(torch=True)[-1].startswith("torch")


def test_plan_takes_image_and_its_folder(tmp_path: Path) -> None:
    words = [f"paths.input={tmp_path}", f"paths.out={tmp_path}", f"rehearsal.images={tmp_path}/i"]
    plan = plan_of(compose([*words, "rehearsal.image=next", "rehearsal.torch=true"]), tmp_path)
    assert (plan.image, plan.torch, plan.images) == ("next", True, tmp_path / "i")
    plan = plan_of(compose(words[:2]), tmp_path)
    assert (plan.image, plan.images) == (None, Plan.images)


def test_stand_in_holds_what_its_source_has_without_the_bundle(tmp_path: Path) -> None:
    make_image(tmp_path / "image", running())
    (site,) = (tmp_path / "image").glob("lib/python*/site-packages")
    names = {entry.name for entry in site.iterdir()}
    assert {"numpy", "polars", "numba", "h5py"} <= names
    assert not {"hydra", "pydantic", "xarray", "spectramind"} & names


def test_environment_is_read_from_its_own_folder(tmp_path: Path) -> None:
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    site = tmp_path / "lib" / f"python{version}" / "site-packages"
    (site / "numpy-9.9.dist-info").mkdir(parents=True)
    (site / "numpy-9.9.dist-info" / "METADATA").write_text("Name: numpy\nVersion: 9.9\n")
    found = environment_at(tmp_path / "bin" / "python", version).distributions()
    assert {name: one.version for name, one in found.items()} == {"numpy": "9.9"}


def test_finished_environment_is_not_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from spectramind.kaggle import image_profile

    calls: list[list[str]] = []
    monkeypatch.setattr(image_profile, "_run", calls.append)
    monkeypatch.setattr(image_profile, "python_of", lambda _: Path(sys.executable))

    def run(command: list[str]) -> None:
        calls.append(command)
        if "venv" in command:
            Path(command[-1]).mkdir(parents=True)

    monkeypatch.setattr(image_profile, "_run", run)
    first = image_environment("next", False, tmp_path)
    assert len(calls) == 2 and "numpy==2.4.*" in calls[1]
    assert image_environment("next", False, tmp_path) == first
    assert len(calls) == 2
    assert image_environment("next", True, tmp_path) != first


def test_python_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    with pytest.raises(DataError, match=r"python3\.12"):
        python_of("3.12")
    binary = tmp_path / "versions" / "3.12.1" / "bin" / "python3.12"
    binary.parent.mkdir(parents=True)
    binary.touch()
    assert python_of("3.12") == binary


@pytest.mark.parametrize("profile", PROFILES)
def test_first_cell_finds_data_as_every_image_mounts_them(tmp_path: Path, profile: str) -> None:
    competition, dataset = PROFILES[profile].mounts
    for pattern, slug in ((competition, "challenge"), (dataset, "v50-code")):
        folder = tmp_path / pattern.format(slug=slug, owner="someone")
        folder.mkdir(parents=True)
        assert mounted(tmp_path, slug) == folder
    with pytest.raises(SystemExit, match="not attached"):
        mounted(tmp_path, "v50-weights")


def test_a_python_without_a_wheel_is_named(tmp_path: Path) -> None:
    for wanted in WHEELS:
        write_wheel(tmp_path, wanted.name, "1.0", "Name: x\n", {"x.py": b""})
    assert [python for python, _ in wheel_sizes(tmp_path)] == list(PYTHONS)
    compiled = tmp_path / "pydantic_core-1.0-py3-none-any.whl"
    for tag in ("cp311-cp311-manylinux_2_17_x86_64", "cp312-cp312-manylinux_2_17_x86_64"):
        (tmp_path / f"pydantic_core-1.0-{tag}.whl").write_bytes(compiled.read_bytes())
    compiled.unlink()
    with pytest.raises(DataError, match=r"pydantic-core for Python 3\.13"):
        wheel_sizes(tmp_path)
    (tmp_path / "pydantic_core-1.0-cp38-abi3-manylinux_2_17_x86_64.whl").write_bytes(b"12345")
    assert len(wheel_sizes(tmp_path)) == 3


def test_heartbeat_speaks_at_once_and_again(tmp_path: Path) -> None:
    said: list[str] = []
    cell = tmp_path / "cell.txt"
    with heartbeat(said.append, every=0.05) as beat:
        beat.doing("notebook", cell)
        assert "notebook" in said[0]
        cell.write_text("predict")
        deadline = time.monotonic() + 20
        while not any("cell predict" in line for line in said) and time.monotonic() < deadline:
            time.sleep(0.01)
    count = len(said)
    assert any("cell predict" in line for line in said)
    time.sleep(0.1)
    assert len(said) == count
