"""Any character may stand in a path; no product holds a path of the machine."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from spectramind.conf.compose import compose
from spectramind.detector.signal_file import read_pixels
from spectramind.errors import DataError, own_errors
from spectramind.pipeline.places import portable_text
from spectramind.provenance.atomic import write_text
from spectramind.survey.calibration import read_calibration
from spectramind.survey.discovery import open_survey
from spectramind.survey.instruments import FGS1


@pytest.mark.parametrize(
    "name", ["run[1]", "r*n", "run?", "{run1}", "~", "run 1,2=%20$x'", "läufe"]
)
def test_a_survey_is_read_from_its_own_folder(
    pristine_survey: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    shutil.copytree(pristine_survey, tmp_path / "run1")  # what the pattern would match
    for file in (tmp_path / "run1").rglob("*.parquet"):
        file.write_bytes(b"")
    shutil.copytree(pristine_survey, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    for root in (Path(name), tmp_path / name):
        survey = open_survey(root, "train")
        visit = survey.planet(101).visits[0]
        assert read_calibration(visit.calibration("FGS1"), FGS1).flat.shape == (32, 32)
        pixels = np.array([0, 5])
        read = list(read_pixels(visit.signal("FGS1"), pixels, survey.axes.hours["FGS1"].size, 8))
        assert len(read) == 2


def test_messages_lose_the_folders_of_the_machine(tmp_path: Path) -> None:
    config = compose([f"paths.input={tmp_path}/survey", f"paths.out={tmp_path}/out"])
    text = f"{tmp_path}/survey/test/7/x.parquet: expected, found in {tmp_path}/out/fit/7.nc"
    assert portable_text(text, config) == "test/7/x.parquet: expected, found in fit/7.nc"


@pytest.mark.parametrize("path", ["/", ".", "x" * 300, "x/" * 3000 + "y"])
def test_impossible_places_are_one_line(tmp_path: Path, path: str) -> None:
    place = Path("/") if path == "/" else tmp_path / path if path != "." else Path()
    with pytest.raises(DataError) as caught, own_errors():
        write_text(place, "x")
    assert "\n" not in str(caught.value)


def test_what_the_system_says_of_a_path_is_no_fault_of_ours(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="name too long"), own_errors():
        open_survey(tmp_path / ("x" * 5000), "test")
