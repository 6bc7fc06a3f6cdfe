"""The 2024 edition: layout, a converter for each planet, no stars, and everything downstream."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from simulated_survey import simulated
from spectramind.cli.app import app
from spectramind.errors import DataError
from spectramind.survey.adc import Adc
from spectramind.survey.adc_reading import READINGS, decide_reading, rim_sample
from spectramind.survey.discovery import open_survey
from spectramind.survey.edition import edition_of, edition_of_channels, truth_path
from spectramind.survey.instruments import INSTRUMENTS
from spectramind.survey.tables import (
    read_adc,
    read_planet_adc,
    read_sample_submission,
    read_wavelengths,
)


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Frames of one training and two test planets."""
    sizes = ("sim.edition=2024", "sim.train=1", "sim.test=2", "sim.seed=4", "sim.decimate=60")
    return simulated(tmp_path_factory.mktemp("edition") / "frames", *sizes)


@pytest.fixture(scope="module")
def light_curves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Light curves of three training and three test planets."""
    sizes = ("sim.edition=2024", "sim.train=3", "sim.test=3", "sim.seed=6")
    folder = tmp_path_factory.mktemp("edition") / "light_curves"
    return simulated(folder, *sizes, "sim.level=light_curves")


def header(path: Path) -> list[str]:
    with path.open(newline="") as handle:
        return next(csv.reader(handle))


def test_schema_is_that_of_the_real_tables(frames: Path, shared: Path) -> None:
    real = shared / "adc2024"
    names = ("train_adc_info.csv", "test_adc_info.csv", "wavelengths.csv", "sample_submission.csv")
    for name in names:
        assert header(frames / name) == header(real / name)
    channels = [read_wavelengths(root / "wavelengths.csv") for root in (frames, real)]
    assert np.allclose(*channels, rtol=1e-13, atol=0.0)
    ours, theirs = (
        (root / "sample_submission.csv").read_text().splitlines()[1].partition(",")[2]
        for root in (frames, real)
    )
    assert ours == theirs
    assert header(frames / "train_labels.csv")[:2] == ["planet_id", "wl_1"]
    planet = next((frames / "train").iterdir())
    assert sorted(entry.name for entry in planet.iterdir()) == [
        "AIRS-CH0_calibration", "AIRS-CH0_signal.parquet",
        "FGS1_calibration", "FGS1_signal.parquet",
    ]  # fmt: skip


def test_real_tables_are_read(shared: Path) -> None:
    real = shared / "adc2024"
    rows = read_planet_adc(real / "train_adc_info.csv")
    assert len(rows) == 673
    assert rows[785834]["FGS1"] == Adc(-343.33593795992203, 0.8372436618056899)
    assert edition_of(real) == "2024"
    assert edition_of_channels(read_wavelengths(real / "wavelengths.csv")) == "2024"
    assert read_sample_submission(real / "sample_submission.csv") == (499191466,)
    assert edition_of(shared / "real" / "survey") == "2025"


def test_survey_is_opened_with_own_converters(frames: Path) -> None:
    survey = open_survey(frames, "test")
    assert survey.edition == "2024" and survey.adc == {}
    assert survey.adc_reading == "counts / gain + offset"
    stated = read_planet_adc(frames / "test_adc_info.csv")
    for planet in survey.planet_ids:
        assert survey.converter(planet, "FGS1") == stated[planet]["FGS1"]
        (visit,) = survey.planet(planet).visits
        assert visit.signal("FGS1").name == "FGS1_signal.parquet"
    assert truth_path(frames).name == "train_labels.csv"
    with pytest.raises(DataError, match="a row for planet 7"):
        survey.converter(7, "FGS1")


def test_nothing_is_known_of_the_star_and_nothing_is_flagged(frames: Path) -> None:
    star = open_survey(frames, "train").star(1)
    assert {"P", "sma", "i", "Ts"} <= set(star.assumed)
    assert star.flags == ()


@pytest.mark.parametrize("reading", READINGS, ids=lambda reading: reading.name)
def test_meaning_of_the_numbers_is_decided_by_the_frames(
    frames: Path, tmp_path: Path, reading: object
) -> None:
    """The same frames with tables that state their converters in every convention."""
    assert reading in READINGS
    root = tmp_path / "survey"
    shutil.copytree(frames, root)
    table = root / "test_adc_info.csv"
    lines = table.read_text().splitlines()
    rows = []
    for line in lines[1:]:
        planet, *numbers, star = line.split(",")
        values = [float(number) for number in numbers]
        for i in (0, 2):
            values[i] = -values[i] if reading.turned else values[i]  # type: ignore[attr-defined]
            values[i + 1] **= 1 if reading.divides else -1  # type: ignore[attr-defined]
        rows.append(",".join([planet, *map(repr, values), star]))
    table.write_text("\n".join([lines[0], *rows]) + "\n")
    found, true = open_survey(root, "test"), open_survey(frames, "test")
    assert found.adc_reading == reading.name  # type: ignore[attr-defined]
    for planet in true.planet_ids:
        for name in INSTRUMENTS:
            one, other = found.converter(planet, name), true.converter(planet, name)
            assert (one.gain, one.offset) == pytest.approx((other.gain, other.offset))


def test_converters_of_other_frames_are_refused(frames: Path) -> None:
    planet = next((frames / "train").iterdir())
    sample = [
        rim_sample(planet / f"{name}_signal.parquet", instrument, Adc(-5000.0, 0.2))
        for name, instrument in INSTRUMENTS.items()
    ]
    with pytest.raises(DataError, match="rim pixels"):
        decide_reading(sample)


def test_real_frames_of_2025_decide_for_division_and_addition(shared: Path) -> None:
    real = shared / "real" / "survey"
    adc = read_adc(real / "adc_info.csv")
    folder = real / "train" / "342072318"
    samples = [
        rim_sample(folder / f"{name}_signal_0.parquet", instrument, adc[name])
        for name, instrument in INSTRUMENTS.items()
    ]
    assert decide_reading(samples).name == "counts / gain + offset"


def run(*words: str) -> str:
    said = CliRunner().invoke(app, list(words))
    assert said.exit_code == 0, said.output
    return said.output


def test_light_curves_go_the_whole_way(
    light_curves: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run(
        "predict", "model=physics", "data.split=test", f"paths.input={light_curves}",
        "paths.out=out", "runtime.executor=serial",
    )  # fmt: skip
    run("submit", "paths.out=out", "submit.csv=submission.csv", "report.html=true")
    truth, labels = light_curves / "truth" / "test.csv", light_curves / "train_labels.csv"
    said = run("score", "submission.csv", str(truth), "--train", str(labels), "--json")
    assert json.loads(said.splitlines()[-1])["score"] > 0.5
    assert Path("out/report.html").is_file()


def test_frames_go_to_light_curves(
    frames: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from spectramind.detector.product import read_light_curves

    monkeypatch.chdir(tmp_path)
    run(
        "reduce", "data.split=test", f"paths.input={frames}", "paths.out=out",
        "runtime.executor=serial",
    )  # fmt: skip
    for path in Path("out/reduced/test").iterdir():
        curves = read_light_curves(path)
        assert curves.fgs1.wavelength[0] == 0.705
        assert np.median(curves.fgs1.flux) > 1e5
