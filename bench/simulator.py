"""The simulator: time and memory of a full-size visit, light curves by the hundred, noise."""

from __future__ import annotations

import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from spectramind.conf.compose import compose
from spectramind.detector.light_curves import VisitLightCurves
from spectramind.detector.reduce import reduce_visit
from spectramind.simulator.focal_plane import REFERENCE_TEMPERATURE
from spectramind.simulator.planet_products import (
    SimulationTask,
    visit_light_curves,
    write_planet_frames,
)
from spectramind.simulator.population import SimulatedPlanet, draw_planet
from spectramind.simulator.survey import simulate_survey
from spectramind.simulator.survey_tables import write_instrument_tables, write_planet_tables
from spectramind.survey.discovery import open_survey

PLANETS = 100
REAL_STAR = Path(__file__).resolve().parents[1] / "../shared/real/light_curves_244787369.npz"


def _task(out: Path, *overrides: str) -> SimulationTask:
    config = compose(["sim.train=1", "sim.test=0", *overrides])
    return SimulationTask(out, config.sim, config.detector, {}, 0)


def reference_planet() -> SimulatedPlanet:
    """A planet of one visit around a star like the real one whose light curves are at hand."""
    planet = draw_planet(7, 0)
    star = replace(planet.star, temperature=REFERENCE_TEMPERATURE)
    times = planet.transit_times[:1]
    return replace(planet, star=star, electron_scale=1.0, transit_times=times)


def full_visit(out: Path) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak GB of one full-size visit, both instruments, on disk."""
    write_planet_frames(_task(out / "warm", "sim.decimate=500"), reference_planet())
    wall, cpu = time.perf_counter(), time.process_time()
    write_planet_frames(_task(out), reference_planet())
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return wall, cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def _in_fresh_process(
    function: Callable[[Path], tuple[float, ...]], out: Path
) -> tuple[float, ...]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, out).result()


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _ppm(flux: np.ndarray) -> np.ndarray:
    """(channel,) relative noise of a bin from second differences, ppm."""
    noise = np.nanstd(np.diff(flux, 2, axis=0), axis=0) / np.sqrt(6.0)
    return 1e6 * noise / np.nanmedian(flux, axis=0)


def noise_ppm(fgs1: np.ndarray, airs: np.ndarray) -> tuple[float, float, float]:
    """FGS1 in 20 s, AIRS white and median channel in 24 s."""
    white = np.nansum(airs, axis=1, keepdims=True)
    return float(_ppm(fgs1)[0]), float(_ppm(white)[0]), float(np.median(_ppm(airs)))


def _of(curves: VisitLightCurves) -> tuple[float, float, float]:
    return noise_ppm(curves.fgs1.flux, curves.airs.flux)


def _print_noise(out: Path, reference: VisitLightCurves) -> None:
    direct = visit_light_curves(_task(out), reference_planet(), 0)
    rows = {"stated for the real star": (307.0, 134.0, 2788.0)}
    if REAL_STAR.is_file():
        real = np.load(REAL_STAR)
        rows["real star, measured here"] = noise_ppm(
            real["fgs1_visit0"][:, None], real["airs_visit1"]
        )
    rows |= {"frames, reduced": _of(reference), "light-curve level": _of(direct)}
    print("noise, ppm                  FGS1 20 s  AIRS white 24 s  median channel 24 s")
    for name, values in rows.items():
        print(f"  {name:24s}  {values[0]:9.0f}  {values[1]:15.0f}  {values[2]:19.0f}")


def main() -> None:
    """Print all figures."""
    folder = Path(tempfile.mkdtemp(prefix="bench-simulator-"))
    try:
        wall, cpu, peak = _in_fresh_process(full_visit, folder)
        size = sum(p.stat().st_size for p in (folder / "train").rglob("*.parquet")) / 1e6
        print(
            f"full-size visit    {wall:.1f} s wall, {cpu:.1f} s CPU, "
            f"peak {peak:.2f} GB, {size:.0f} MB"
        )
        write_instrument_tables(folder, 1)
        write_planet_tables(folder, "train", [reference_planet()])
        survey = open_survey(folder, "train")
        visit = survey.planet(reference_planet().planet_id).visits[0]
        _print_noise(folder, reduce_visit(visit, survey, compose().detector))
        config = compose(["sim.level=light_curves", f"sim.train={PLANETS}", "sim.test=0"])
        start, cpu = time.perf_counter(), _cpu_of_children()
        summary = simulate_survey(
            folder / "curves", config.sim, config.detector, 2, lambda *_: None
        )
        rate = (time.perf_counter() - start) / PLANETS
        print(
            f"light-curve level  {PLANETS} planets ({summary.visits} visits) on two workers: "
            f"{1000 * rate / 60:.1f} min for 1,000; "
            f"{(_cpu_of_children() - cpu) / summary.visits:.2f} s CPU a visit"
        )
    finally:
        shutil.rmtree(folder)
