"""Instruments drawn for families, how planets are dealt over them, and what each key changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spectramind.conf.schema.detector import DetectorConfig
from spectramind.conf.schema.simulator import PLAIN_INSTRUMENT, SimulatorConfig
from spectramind.detector.light_curves import VisitLightCurves
from spectramind.simulator.instrument import (
    configured_instrument,
    draw_instrument,
    family_name,
    planet_instrument,
)
from spectramind.simulator.limb_laws import LIMB_LAWS
from spectramind.simulator.planet_products import (
    SimulationTask,
    scene_settings,
    task_planet,
    visit_light_curves,
)
from spectramind.simulator.scene import draw_scene, planet_surface
from spectramind.simulator.survey import simulate_survey
from spectramind.survey.discovery import open_survey
from spectramind.survey.families import read_families

EASY = {"polynomial", "quartic", "linear", "none"}


def _contents(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def _curves(config: SimulatorConfig, detector: DetectorConfig, index: int = 0) -> VisitLightCurves:
    task = SimulationTask(Path(), config, detector, {}, index)
    return visit_light_curves(task, task_planet(config, index), 0)


@pytest.mark.parametrize("seed", [0, 1, 7, 123])
def test_any_number_of_families_is_mostly_easy_and_holds_all_laws(seed: int) -> None:
    drawn = [draw_instrument(seed, family) for family in range(60)]
    kinds = [instrument.drift for instrument in drawn]
    for count in range(1, 61):
        assert sum(kind in EASY for kind in kinds[:count]) >= 0.6 * count
    assert set(kinds[:10]) == {*EASY, "settling", "thermal", "red"}
    for start in range(0, 60, 5):
        assert {i.law for i in drawn[start : start + 5]} == set(LIMB_LAWS)
    assert kinds[:10] != kinds[10:20] or kinds[10:20] != kinds[20:30]
    noise = np.array([instrument.noise for instrument in drawn])
    assert 0.7 <= noise.min() < 0.85
    assert 1.2 < noise.max() <= 1.5
    assert {i.chemistry for i in drawn} == {"nominal", "foreign"}
    assert drawn[3] == draw_instrument(seed, 3)


def test_the_default_keys_are_the_plain_instrument(tiny_config: SimulatorConfig) -> None:
    found = tiny_config.model_dump()
    assert {key: found[key] for key in PLAIN_INSTRUMENT} == PLAIN_INSTRUMENT
    assert planet_instrument(tiny_config, 5) == configured_instrument(tiny_config)


@pytest.mark.parametrize(("key", "value"), [("drift", "red"), ("noise", 1.2), ("limb_u1", 0.1)])
def test_families_and_a_configured_instrument_exclude_each_other(
    key: str, value: Any, tiny_config: SimulatorConfig
) -> None:
    with pytest.raises(ValueError, match=f"families > 0 draws {key}"):
        SimulatorConfig(**{**tiny_config.model_dump(), "families": 3, key: value})


def test_a_survey_of_families_is_the_same_on_any_number_of_workers(
    tiny_config: SimulatorConfig, detector_config: DetectorConfig, tmp_path: Path
) -> None:
    config = tiny_config.model_copy(update={"train": 2, "test": 1, "families": 2, "decimate": 500})
    for workers in (0, 2):
        out = tmp_path / str(workers)
        simulate_survey(out, config, detector_config, workers, lambda *_: None)
    assert _contents(tmp_path / "0") == _contents(tmp_path / "2")
    families = read_families(tmp_path / "0")
    assert families is not None
    names = [family_name(config.seed, family) for family in range(2)]
    ids = [task_planet(config, index).planet_id for index in range(3)]
    assert families == {planet: names[index % 2] for index, planet in enumerate(ids)}
    assert set(open_survey(tmp_path / "0", "train").planet_ids) == set(ids[:2])


def test_a_survey_of_one_instrument_has_no_table(tiny_survey: Path) -> None:
    assert read_families(tiny_survey) is None


def test_a_planet_depends_on_seed_number_and_family_alone(
    tiny_config: SimulatorConfig, detector_config: DetectorConfig
) -> None:
    """Other sizes of the survey, and other numbers of families that deal it the same one."""
    config = tiny_config.model_copy(update={"families": 4, "decimate": 100})
    more = config.model_copy(update={"train": 50, "test": 9, "families": 8})
    first, second = (_curves(c, detector_config, 2) for c in (config, more))
    np.testing.assert_array_equal(first.airs.flux, second.airs.flux)
    np.testing.assert_array_equal(first.fgs1.flux, second.fgs1.flux)
    other = _curves(config.model_copy(update={"families": 3}), detector_config, 3)
    assert not np.array_equal(other.airs.flux, _curves(config, detector_config, 3).airs.flux)


def test_noise_comes_through_the_brightness(
    tiny_config: SimulatorConfig, detector_config: DetectorConfig
) -> None:
    config = tiny_config.model_copy(update={"decimate": 20})
    plain = _curves(config, detector_config)
    noisy = _curves(config.model_copy(update={"noise": 1.5}), detector_config)
    ratio = noisy.fgs1.flux.mean() / plain.fgs1.flux.mean()
    assert ratio == pytest.approx(1.5**-2, rel=1e-3)
    relative = [np.sqrt(c.fgs1.variance.mean()) / c.fgs1.flux.mean() for c in (plain, noisy)]
    # A little more than by the photons alone: reads and background do not fade with the star.
    assert 1.5 <= relative[1] / relative[0] < 1.7


def test_keys_reach_the_scene(tiny_config: SimulatorConfig) -> None:
    config = tiny_config.model_copy(update={"decimate": 20})
    planet = task_planet(config, 0)

    def scene(name: Any, **changes: Any) -> Any:
        settings = scene_settings(config.model_copy(update=changes), 0)
        return draw_scene(settings, planet, 0, name)

    still = scene("AIRS-CH0", pointing=0.0, drift="none")
    assert np.all(still.pointing == 0.0)
    assert np.all(still.gain == 1.0)
    plain = scene("AIRS-CH0")
    moved = scene("AIRS-CH0", pointing=2.0, pointing_dispersion=5.0)
    np.testing.assert_allclose(moved.pointing, plain.pointing * [[10.0], [2.0]])
    guider = scene("FGS1", pointing=2.0, pointing_dispersion=5.0)
    np.testing.assert_allclose(guider.pointing, 2.0 * scene("FGS1").pointing)
    double = scene("AIRS-CH0", drift_size=2.0)
    np.testing.assert_allclose(double.gain - 1.0, 2.0 * (plain.gain - 1.0))
    np.testing.assert_array_equal(double.star, plain.star)
    assert np.abs(scene("AIRS-CH0", limb_u1=0.1).star - plain.star).max() > 1e-4


def test_the_limb_trend_reaches_the_star(tiny_config: SimulatorConfig) -> None:
    planet = task_planet(tiny_config, 0)
    changes = {"limb_u1": 0.05, "limb_u2": -0.03, "limb_slope": 0.1, "limb_heat": 0.08}
    plain, other = (
        planet_surface(scene_settings(tiny_config.model_copy(update=update), 0), planet).departure
        for update in ({}, changes)
    )
    heat = 0.08 * (planet.star.temperature - 5500.0) / 1000.0
    assert other.u1 - plain.u1 == pytest.approx(0.05)
    assert other.u2 - plain.u2 == pytest.approx(-0.03)
    assert other.slope - plain.slope == pytest.approx(0.1)
    assert other.strength - plain.strength == pytest.approx(heat)


def test_foreign_chemistry_changes_the_spectrum_alone(tiny_config: SimulatorConfig) -> None:
    nominal = task_planet(tiny_config, 1)
    foreign = task_planet(tiny_config.model_copy(update={"chemistry": "foreign"}), 1)
    assert nominal.star == foreign.star
    assert nominal.orbit == foreign.orbit
    assert not np.allclose(nominal.spectrum, foreign.spectrum, atol=1e-6)
    same = task_planet(tiny_config.model_copy(update={"chemistry": "nominal"}), 1)
    np.testing.assert_array_equal(nominal.spectrum, same.spectrum)
