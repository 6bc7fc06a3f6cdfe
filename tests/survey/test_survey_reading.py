"""A sound survey is read as it was written, and with the sample survey's own numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spectramind.survey.adc import Adc
from spectramind.survey.axes import read_axes
from spectramind.survey.calibration import read_calibration
from spectramind.survey.discovery import Split, open_survey
from spectramind.survey.instruments import AIRS_COLUMNS, INSTRUMENTS


def test_planets_and_visits(pristine_survey: Path) -> None:
    survey = open_survey(pristine_survey, "train")
    assert survey.planet_ids == (101, 205)
    assert [len(survey.planet(planet_id).visits) for planet_id in survey.planet_ids] == [2, 1]
    visit = survey.planet(101).visits[1]
    assert (visit.planet_id, visit.index) == (101, 1)
    assert visit.signal("FGS1").name == "FGS1_signal_1.parquet"
    assert len(visit.files()) == len(set(visit.files())) == 12
    assert all(file.is_file() for file in visit.files())


def test_test_planets_come_in_submission_order(pristine_survey: Path) -> None:
    survey = open_survey(pristine_survey, "test")
    assert survey.planet_ids == (9303, 302)
    assert survey.unlisted == ()
    assert survey.star(9303).semi_major_axis == 10.5


def test_unlisted_test_planet_is_kept_apart(tiny_survey: Path) -> None:
    (tiny_survey / "test" / "77").mkdir()
    (tiny_survey / "test" / ".DS_Store").touch()
    survey = open_survey(tiny_survey, "test")
    assert survey.planet_ids == (9303, 302)
    assert survey.unlisted == (77,)


def test_truth_is_read_only_when_asked(tiny_survey: Path) -> None:
    survey = open_survey(tiny_survey, "train")
    truth = survey.truth()
    assert truth is not None
    assert truth.planet_ids == (101, 205)
    assert truth.depth.shape == (2, 283)
    (tiny_survey / "train.csv").unlink()
    assert open_survey(tiny_survey, "train").truth() is None


def test_opening_does_not_look_into_planets(tiny_survey: Path) -> None:
    for planet_id in range(1000, 2100):
        (tiny_survey / "train" / str(planet_id)).mkdir()
    assert len(open_survey(tiny_survey, "train").planet_ids) == 1102


@pytest.mark.parametrize("split", ["train", "test"])
def test_sample_survey(sample_survey: Path, split: Split) -> None:
    survey = open_survey(sample_survey, split)
    expected: dict[Split, tuple[int, ...]] = {
        "train": (10500000, 10500001, 10500002),
        "test": (10500003, 10500004),
    }
    assert survey.planet_ids == expected[split]
    assert survey.adc == dict.fromkeys(INSTRUMENTS, Adc(-1000.0, 0.4369))
    assert survey.axes.hours["AIRS-CH0"].size == 564
    assert survey.axes.hours["FGS1"].size == 6750
    backwards = survey.axes.airs_um[AIRS_COLUMNS][::-1]
    np.testing.assert_allclose(backwards, survey.wavelength[1:], rtol=1e-12)
    stars = pd.read_csv(sample_survey / f"{split}_star_info.csv").set_index("planet_id")
    for planet_id in survey.planet_ids:
        row = stars.loc[planet_id]
        star = survey.star(planet_id)
        assert (star.radius, star.period, star.inclination) == (row["Rs"], row["P"], row["i"])
        assert survey.planet(planet_id).visits


def test_real_small_files(shared: Path) -> None:
    survey = open_survey(shared / "real" / "survey", "train")
    assert survey.planet_ids == (342072318,)
    assert len(survey.stars) == 1100
    # What is so in the real table: no value that `star` would refuse.
    assert all(survey.star(planet_id).period > 0.0 for planet_id in survey.stars)
    truth = survey.truth()
    assert truth is not None
    assert truth.depth.shape == (6, 283)


def test_real_calibration(shared: Path) -> None:
    real = shared / "real"
    for name, instrument in INSTRUMENTS.items():
        for folder in (
            real / "edge_calibration" / name,
            real / "survey" / "train" / "342072318" / f"{name}_calibration_0",
        ):
            calibration = read_calibration(folder, instrument)
            shape = (instrument.rows, instrument.columns)
            for part in ("dark", "dead", "flat", "read"):
                by_pandas = pd.read_parquet(folder / f"{part}.parquet").to_numpy()
                np.testing.assert_array_equal(getattr(calibration, part), by_pandas)
                assert getattr(calibration, part).shape == shape
            linear = pd.read_parquet(folder / "linear_corr.parquet").to_numpy()
            np.testing.assert_array_equal(calibration.linear_corr, linear.reshape(6, *shape))


def test_axes_agree_with_pandas(shared: Path) -> None:
    path = shared / "real" / "survey" / "axis_info.parquet"
    axes, table = read_axes(path), pd.read_parquet(path)
    for name, instrument in INSTRUMENTS.items():
        column = table[instrument.time_key].dropna().to_numpy()
        np.testing.assert_array_equal(axes.hours[name], column)
    np.testing.assert_array_equal(axes.airs_um, table["AIRS-CH0-axis2-um"].dropna().to_numpy())
