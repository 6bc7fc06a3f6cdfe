"""From the products of a run to what the pages show: what is there, missing or damaged."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spectramind.conf.compose import compose
from spectramind.detector.health_overview import read_health
from spectramind.detector.light_curves import DetectorHealth, LightCurve, VisitLightCurves
from spectramind.detector.product import write_light_curves
from spectramind.errors import DataError
from spectramind.models.checkpoint import Checkpoint, write_checkpoint
from spectramind.models.fit_features import CHANNEL_FEATURES, PLANET_FEATURES
from spectramind.models.predictions import Predictions, write_predictions
from spectramind.pipeline.dashboard import write_dashboard
from spectramind.pipeline.journal import journal_of
from spectramind.pipeline.out_of_fold import expected_score, state_expected_score
from spectramind.pipeline.planet_panels import gather
from spectramind.pipeline.training_products import read_record
from spectramind.provenance.events import append_event
from spectramind.transit.posterior import DepthPosterior, WhiteLightCurve
from spectramind.transit.product import read_posterior, write_posterior

PLANETS = (11, 12, 13, 14)
WAVELENGTH = np.r_[0.7, np.linspace(1.952, 3.895, 282)]


def _posterior(planet: int) -> DepthPosterior:
    rng = np.random.default_rng(planet)
    time = (np.arange(300) + 0.5) * 7.5 / 300
    model = 1 - 0.01 * (np.abs(time - 3.5) < 1.2)
    sigma = np.full(300, 2e-4)
    flux = model + sigma * rng.normal(size=300)
    flux[:9], sigma[:9] = np.nan, np.inf
    return DepthPosterior(
        planet, "polynomial", 0.01 + 1e-5 * rng.normal(size=283), np.full(283, 1e-9),
        np.full((283, 1), 2e-5), ("partial_transit",), {"impact": 0.25, "chi2": 1.02},
        (WhiteLightCurve("FGS1", 0, time, flux, model, sigma),),
    )  # fmt: skip


def _visit(planet: int) -> VisitLightCurves:
    def curve(name: str, channels: int) -> LightCurve:
        time, shape = np.linspace(0.01, 7.49, 200), (200, channels)
        mask = np.zeros(shape, dtype=bool)
        mask[0] = True
        health = DetectorHealth(7, 1234, np.full(200, 3.5), np.full(200, 15.2))
        wave = np.linspace(1.952, 3.895, channels) if channels > 1 else np.array([0.7])
        flux, variance = np.ones(shape), np.ones(shape)
        return LightCurve(name, time, wave, flux, variance, mask, 30, health)  # type: ignore[arg-type]

    return VisitLightCurves(planet, 0, curve("FGS1", 1), curve("AIRS-CH0", 282))


def _predictions(truth: bool = True) -> Predictions:
    rng = np.random.default_rng(0)
    count = len(PLANETS)
    mu = 0.01 + 1e-3 * rng.normal(size=(count, 1)) + 1e-5 * rng.normal(size=(count, 283))
    sigma = np.full_like(mu, 5e-5)
    return Predictions(
        planet_ids=PLANETS,
        wavelength=WAVELENGTH,
        mu=mu,
        sigma_raw=sigma,
        sigma_common=np.full(count, 1e-5),
        sigma=sigma,
        channel_features=np.zeros((count, 283, len(CHANNEL_FEATURES))),
        planet_features=np.zeros((count, len(PLANET_FEATURES))),
        status=("ok", "ok", "ok", "fallback"),
        note=("", "partial_transit", "", "no frames"),
        truth=mu + sigma * rng.normal(size=mu.shape) if truth else None,
        attributes={"estimator": "physics", "calibration": "none"},
    )


@pytest.fixture
def products(tmp_path: Path) -> Path:
    """Fits and light curves of the first two planets; the third one's fit is damaged."""
    for planet in PLANETS[:2]:
        write_posterior(tmp_path / "train" / "second" / f"{planet}.nc", _posterior(planet), {})
        write_light_curves(tmp_path / "reduced" / "train" / f"{planet}_0.nc", _visit(planet))
    (tmp_path / "train" / "second" / "13.nc").write_bytes(b"not netCDF")
    return tmp_path


def test_health_is_read_without_the_light_curves(products: Path) -> None:
    fgs1, airs = read_health(products / "reduced" / "train" / "11_0.nc")
    assert (fgs1.instrument, airs.instrument) == ("FGS1", "AIRS-CH0")
    assert (airs.bad_pixels, airs.cosmic_rays) == (7, 1234)
    assert airs.masked == pytest.approx(1 / 200)
    for reader in (read_posterior, read_health):
        with pytest.raises(DataError):
            reader(products / "train" / "second" / "13.nc")


def test_what_is_damaged_or_missing_costs_its_planet_only(products: Path) -> None:
    seen: list[tuple[int, int, int]] = []
    panels = gather(
        PLANETS, products / "train" / "second", products / "reduced" / "train",
        lambda *state: seen.append(state),
    )  # fmt: skip
    assert seen[-1] == (4, 4, 1)
    assert list(panels.unread) == [13]
    assert np.isfinite(panels.physics.depth[:2]).all()
    assert np.isnan(panels.physics.depth[2:]).all()
    (white,) = panels.white
    assert white.name == "FGS1, visit 0"
    assert np.isfinite(white.flux[:2, 8:]).all()
    assert np.isnan(white.flux[2:]).all()
    assert [curves.name for curves in panels.health] == ["FGS1, visit 0", "AIRS-CH0, visit 0"]
    np.testing.assert_allclose(panels.health[0].foreground[0], 3.5)
    facts = {fact.name: fact.values for fact in panels.facts}
    assert facts["impact parameter"] == ("0.250", "0.250", "", "")
    assert facts["bad pixels / cosmic rays / masked, FGS1, visit 0"][0] == "7 / 1,234 / 0.5%"


def test_the_dashboard_shows_what_a_training_left(products: Path) -> None:
    config = compose([f"paths.out={products}", f"paths.logs={products}/logs"])
    assert write_dashboard(config, products, lambda *_: None) is None
    write_predictions(products / "out_of_fold.nc", _predictions())
    epochs = [
        {"epoch": n, "loss": {"known score": 1 / n}, "fold": f} for n in (1, 2) for f in (0, 1)
    ]
    lines = "".join(json.dumps(record) + "\n" for record in epochs)
    (products / "training.jsonl").write_text(lines)
    (products / "compare.json").write_text(json.dumps([{"model": "v50", "score": 0.6123456}]))
    path = write_dashboard(config, products, lambda *_: None)
    assert path == products / "diagnostics_dashboard.html"
    html = path.read_text(encoding="utf-8")
    for expected in ("Training: loss known score", "0.6123", "partial_transit", "no frames"):
        assert expected in html
    assert "delete the file" in html or "fit this planet again" in html
    assert '"key":"shake_up","title":"Shake-up"' in html
    assert '"label":"splits"' in html
    before = path.read_bytes()
    write_dashboard(config, products, lambda *_: None)
    assert path.read_bytes() == before


def test_a_cancelled_page_leaves_nothing(products: Path) -> None:
    write_predictions(products / "out_of_fold.nc", _predictions())
    config = compose([f"paths.out={products}", f"paths.logs={products}/logs"])

    def cancel(*_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_dashboard(config, products, cancel)
    assert not list(products.glob("*.html"))
    assert not list(products.glob(".*"))


def test_a_training_is_read_where_it_is_there(tmp_path: Path) -> None:
    record = read_record(tmp_path, {})
    assert (record.curves, record.comparison, record.ablation) == (None,) * 3
    assert record.graphs == {}
    lines = [{"epoch": 1, "score": 0.4}, {"epoch": 1, "score": 0.6}, {"epoch": 2, "score": 0.7}]
    (tmp_path / "training.jsonl").write_text("".join(json.dumps(x) + "\n" for x in lines))
    curves = read_record(tmp_path, {}).curves
    assert curves is not None
    np.testing.assert_allclose(curves.values["score"], [0.5, 0.7])
    lines = [
        {"member": "fold_0_1", "epoch": 1, "score": 0.2, "rows": 3},
        {"member": "fold_1_1", "epoch": 1, "score": 0.4, "rows": 3},
        {"member": "pretrained_1", "epoch": 1, "loss": {"drawn": 2.0}, "rows": 3},
    ]
    (tmp_path / "training.jsonl").write_text("".join(json.dumps(x) + "\n" for x in lines))
    curves = read_record(tmp_path, {}).curves
    assert curves is not None
    assert {name: float(values[0]) for name, values in curves.values.items()} == {
        "fold, score": pytest.approx(0.3), "pretrained, loss drawn": 2.0,
    }  # fmt: skip
    (tmp_path / "compare.json").write_text(json.dumps([{"model": "v50", "score": 0.6123456}]))
    above = read_record(tmp_path / "v50", {}).comparison
    assert above is not None
    assert above.rows == (("v50", "0.6123"),)
    for name in ("training.jsonl", "compare.json", "ablation.json"):
        (tmp_path / name).write_text("[3")
        with pytest.raises(DataError, match=name):
            read_record(tmp_path, {})
        (tmp_path / name).unlink()


def test_a_checkpoint_states_its_score_on_planets_not_trained_on(tmp_path: Path) -> None:
    path = tmp_path / "model.ckpt"
    assert expected_score(None) is None
    assert expected_score(str(path)) is None
    write_checkpoint(path, Checkpoint("physics", {}, {}))
    predictions = _predictions()
    state_expected_score(path, replace(predictions, truth=None))
    assert expected_score(str(path)) is None
    state_expected_score(path, predictions)
    found = expected_score(str(path))
    assert found is not None
    assert (found.planets, 0 < found.doubt < 1) == (4, True)


def test_the_journal_tells_the_runs_of_a_folder(tmp_path: Path) -> None:
    log, here = tmp_path / "events.jsonl", str(tmp_path)

    def run(name: str, verb: str, out: str | None, overrides: list[str]) -> None:
        config = {"paths": {"out": out}}
        append_event(
            log, name, verb, "started", folder=here, config=config, overrides=overrides, hash=name
        )
        append_event(log, name, verb, "finished", status="ok", seconds=1.5)

    run("a", "predict", "out", ["+paths.out=out"])
    run("b", "submit", None, ["+report.html=true"])
    run("c", "predict", "elsewhere", ["+paths.out=elsewhere"])
    run("d", "submit", None, [])
    run("e", "predict", "out", ["+paths.out=out"])
    journal = journal_of(log, tmp_path / "out")
    assert journal.commands == (
        "spectramind submit +report.html=true", "spectramind predict +paths.out=out",
    )  # fmt: skip
    assert [row[1:3] for row in journal.events[:2]] == [
        ("predict", "started"),
        ("predict", "finished"),
    ]
    assert len(journal.events) == 6
    assert "status ok; seconds 1.5" in journal.events[1][3]
