from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spectramind.conf.schema.detector import DetectorConfig
from spectramind.conf.schema.simulator import SimulatorConfig
from spectramind.detector.product import read_light_curves
from spectramind.errors import DataError
from spectramind.simulator.clock import visit_clock
from spectramind.simulator.population import draw_planets
from spectramind.simulator.survey import simulate_survey
from spectramind.simulator.survey_tables import write_instrument_tables
from spectramind.survey.calibration import read_calibration
from spectramind.survey.discovery import open_survey
from spectramind.survey.instruments import INSTRUMENTS
from spectramind.survey.tables import read_truth


def _contents(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def _no_progress(done: int, total: int, failed: int) -> None:
    assert 0 < done <= total
    assert failed == 0


def test_the_reader_finds_everything(tiny_survey: Path, tiny_config: SimulatorConfig) -> None:
    planets = draw_planets(tiny_config.seed, range(3))
    for split, expected in (("train", planets[:2]), ("test", planets[2:])):
        survey = open_survey(tiny_survey, "train" if split == "train" else "test")
        assert set(survey.planet_ids) == {p.planet_id for p in expected}
        for planet in expected:
            visits = survey.planet(planet.planet_id).visits
            assert len(visits) == len(planet.transit_times)
            assert survey.star(planet.planet_id) == planet.star_info
            for visit in visits:
                for name, instrument in INSTRUMENTS.items():
                    read_calibration(visit.calibration(name), instrument)
    np.testing.assert_array_equal(
        read_truth(tiny_survey / "train.csv").depth, [p.spectrum for p in planets[:2]]
    )
    hidden = read_truth(tiny_survey / "truth" / "test.csv")
    assert hidden.planet_ids == (planets[2].planet_id,)
    assert not list((tiny_survey / "test").rglob("*.csv"))


def test_axes_equal_the_real_ones_bit_for_bit(tmp_path: Path, shared: Path) -> None:
    write_instrument_tables(tmp_path, 1)
    ours = pd.read_parquet(tmp_path / "axis_info.parquet")
    real = pd.read_parquet(shared / "real" / "survey" / "axis_info.parquet")
    assert list(ours.columns) == list(real.columns)
    for name in ("AIRS-CH0-axis0-h", "AIRS-CH0-integration_time", "FGS1-axis0-h"):
        np.testing.assert_array_equal(ours[name].to_numpy(), real[name].to_numpy())
    um = "AIRS-CH0-axis2-um"
    np.testing.assert_allclose(ours[um].dropna(), real[um].dropna(), rtol=0, atol=1e-14)


def test_light_is_sampled_where_the_stamps_say() -> None:
    for name, into_cycle in (("AIRS-CH0", 2.45), ("FGS1", 0.25)):
        clock = visit_clock("FGS1" if name == "FGS1" else "AIRS-CH0", 3)
        expected = clock.pairs * clock.cycle_seconds + into_cycle
        np.testing.assert_allclose(clock.light_hours * 3600, expected)


def test_files_have_the_schema_of_the_real_ones(tiny_survey: Path, shared: Path) -> None:
    root = shared / "real" / "survey"
    for table in ("adc_info", "wavelengths", "train", "train_star_info", "sample_submission"):
        real = pd.read_csv(root / f"{table}.csv", nrows=5)
        ours = pd.read_csv(tiny_survey / f"{table}.csv", nrows=5)
        assert list(ours.columns) == list(real.columns)
        assert list(ours.dtypes) == list(real.dtypes)
    for table in ("train_star_info", "test_star_info"):
        with (root / f"{table}.csv").open() as a, (tiny_survey / f"{table}.csv").open() as b:
            ids = [list(csv.reader(f))[1][0] for f in (a, b)]
        assert ("." in ids[0]) == ("." in ids[1])
    real_planet = root / "train" / "342072318"
    planet = next((tiny_survey / "train").iterdir())
    for path in sorted(real_planet.rglob("*.parquet")):
        real = pd.read_parquet(path)
        ours = pd.read_parquet(planet / path.relative_to(real_planet))
        assert list(ours.columns) == list(real.columns)
        assert list(ours.dtypes) == list(real.dtypes)
        if "signal" not in path.name:
            assert ours.shape == real.shape


def test_same_bytes_on_any_number_of_workers(
    tiny_survey: Path, tiny_config: SimulatorConfig, detector_config: DetectorConfig, tmp_path: Path
) -> None:
    simulate_survey(tmp_path / "s", tiny_config, detector_config, 2, _no_progress)
    assert _contents(tmp_path / "s") == _contents(tiny_survey)


def test_an_interrupted_survey_is_finished(
    tiny_survey: Path, tiny_config: SimulatorConfig, detector_config: DetectorConfig, tmp_path: Path
) -> None:
    out = tmp_path / "s"
    shutil.copytree(tiny_survey, out)
    done, undone = sorted((out / "train").iterdir())
    kept = (done / "FGS1_signal_0.parquet").stat().st_mtime_ns
    shutil.rmtree(undone)
    (out / "train.csv").unlink()
    simulate_survey(out, tiny_config, detector_config, 0, _no_progress)
    assert _contents(out) == _contents(tiny_survey)
    assert (done / "FGS1_signal_0.parquet").stat().st_mtime_ns == kept


def test_another_seed_gives_other_frames(
    tiny_config: SimulatorConfig, detector_config: DetectorConfig, tmp_path: Path
) -> None:
    config = tiny_config.model_copy(update={"train": 1, "test": 0, "decimate": 500})
    for seed in (1, 2):
        one = config.model_copy(update={"seed": seed})
        simulate_survey(tmp_path / str(seed), one, detector_config, 0, _no_progress)
    names = [{p.name for p in (tmp_path / s / "train").iterdir()} for s in ("1", "2")]
    assert not names[0] & names[1]
    assert not (tmp_path / "1" / "sample_submission.csv").exists()


def test_a_folder_with_other_content_is_left_alone(
    tiny_config: SimulatorConfig, detector_config: DetectorConfig, tmp_path: Path
) -> None:
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(DataError, match="new or empty folder"):
        simulate_survey(tmp_path, tiny_config, detector_config, 0, _no_progress)
    assert _contents(tmp_path) == {"mine.txt": b"precious"}
    with pytest.raises(DataError, match="other content"):
        simulate_survey(tmp_path / "mine.txt", tiny_config, detector_config, 0, _no_progress)


def test_a_survey_of_another_configuration_is_left_alone(
    tiny_survey: Path, tiny_config: SimulatorConfig, detector_config: DetectorConfig, tmp_path: Path
) -> None:
    out = tmp_path / "s"
    shutil.copytree(tiny_survey, out)
    before = _contents(out)
    other = tiny_config.model_copy(update={"seed": 8})
    with pytest.raises(DataError, match="config_hash"):
        simulate_survey(out, other, detector_config, 0, _no_progress)
    (out / "simulation.json").write_text("{")
    with pytest.raises(DataError, match="record of a simulation"):
        simulate_survey(out, tiny_config, detector_config, 0, _no_progress)
    assert {k: v for k, v in _contents(out).items() if k != "simulation.json"} == {
        k: v for k, v in before.items() if k != "simulation.json"
    }


@pytest.mark.parametrize("preset", ["hard", "ood"])
def test_presets_and_spots_reach_the_light_curves(
    preset: str, tiny_config: SimulatorConfig, detector_config: DetectorConfig, tmp_path: Path
) -> None:
    changes = {"train": 1, "test": 1, "preset": preset, "level": "light_curves", "decimate": 50}
    config = tiny_config.model_copy(update=changes)
    simulate_survey(tmp_path / "a", config, detector_config, 0, _no_progress)
    spotted = config.model_copy(update={"spots": preset != "hard"})
    simulate_survey(tmp_path / "b", spotted, detector_config, 0, _no_progress)
    paths = sorted((tmp_path / "a" / "reduced").rglob("*.nc"))
    assert {p.parent.name for p in paths} == {"train", "test"}
    for path in paths:
        curves = read_light_curves(path)
        other = read_light_curves(tmp_path / "b" / path.relative_to(tmp_path / "a"))
        assert np.isfinite(curves.airs.flux).all()
        assert np.abs(curves.fgs1.flux / other.fgs1.flux - 1).max() > 1e-5


def test_nothing_to_simulate_is_an_error(tiny_config: SimulatorConfig) -> None:
    with pytest.raises(ValueError, match="nothing to simulate"):
        SimulatorConfig(**{**tiny_config.model_dump(), "train": 0, "test": 0})
