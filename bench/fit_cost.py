"""Cost of one planet's joint inference against the number of visits and of time samples.

Processor seconds of one core, and peak memory of a process of its own; the figure shows both.
"""

from __future__ import annotations

import resource
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from bench._inference_table import configuration
from spectramind.conf.compose import compose
from spectramind.detector.light_curves import VisitLightCurves
from spectramind.simulator.planet_products import SimulationTask, visit_light_curves
from spectramind.simulator.population import draw_planet
from spectramind.transit.joint import fit_planet
from spectramind.transit.parameter_layout import DriftOrders
from spectramind.transit.priors import generic_priors

FIGURE = Path(__file__).resolve().parents[1] / "docs/figures/fit_cost.png"
VISITS = (1, 2, 3, 4)
SAMPLES = (1, 2, 4)
REPEATS = 3
Cost = tuple[float, float, int]


def _visits(count: int, finer: int) -> list[VisitLightCurves]:
    """Light curves of one planet, with `finer` times as many time bins as by default."""
    detector = compose().detector
    bins = {
        "airs_bin_seconds": detector.airs_bin_seconds / finer,
        "fgs1_bin_seconds": detector.fgs1_bin_seconds / finer,
    }
    config = compose(["sim.level=light_curves", "sim.seed=1"])
    task = SimulationTask(Path(), config.sim, detector.model_copy(update=bins), {}, 0)
    planet = draw_planet(1, 0)
    planet = replace(planet, transit_times=(3.4, 3.6, 3.8, 4.0)[:count])
    return [visit_light_curves(task, planet, index) for index in range(count)]


def cost(count: int, finer: int) -> Cost:
    """Processor seconds of one fit, peak MB of the process, iterations.

    The inference bins the light curves again, so its own bins become finer as well.
    """
    config = configuration()
    config = config.model_copy(update={"bin_seconds": config.bin_seconds / finer})
    visits = _visits(count, finer)
    wavelength = np.concatenate([visits[0].fgs1.wavelength, visits[0].airs.wavelength])
    orders = DriftOrders(config.drift_order, config.drift_colours, config.limb_order)
    priors, star = generic_priors(wavelength, orders), draw_planet(1, 0).star_info
    seconds, iterations = [], 0
    for _ in range(REPEATS):
        start = time.process_time()
        iterations = fit_planet(visits, star, priors, config).iterations
        seconds.append(time.process_time() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return min(seconds), peak, iterations


def _measured(count: int, finer: int) -> Cost:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(cost, count, finer).result()


def exponent(size: tuple[int, ...], seconds: list[float]) -> float:
    """Slope of ln(seconds) against ln(size)."""
    return float(np.polyfit(np.log(size), np.log(seconds), 1)[0])


def draw_figure(by_visits: list[Cost], by_samples: list[Cost]) -> None:
    """Seconds an iteration and peak memory against both."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.4), layout="constrained")
    panels = figure.subplots(1, 2)
    for panel, sizes, costs, label in (
        (panels[0], VISITS, by_visits, "visits"),
        (panels[1], SAMPLES, by_samples, "time samples, times 375 + 337 bins"),
    ):
        panel.plot(sizes, [seconds for seconds, _, _ in costs], "o-", color="#1f4e96")
        panel.set(xlabel=label, ylabel="processor seconds a planet", ylim=(0, None), xticks=sizes)
        memory = panel.twinx()
        memory.plot(sizes, [peak for _, peak, _ in costs], "s--", color="#6b7280")
        memory.set(ylabel="peak memory of the process, MB (dashed)", ylim=(0, None))
    FIGURE.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(FIGURE, dpi=80)


def main() -> None:
    """Print the table, write the figure."""
    by_visits = [_measured(count, 1) for count in VISITS]
    by_samples = [by_visits[0], *(_measured(1, finer) for finer in SAMPLES[1:])]
    for name, sizes, costs in (("visits", VISITS, by_visits), ("samples", SAMPLES, by_samples)):
        for size, (seconds, peak, iterations) in zip(sizes, costs, strict=True):
            print(
                f"{size} x {name:8s} {seconds:5.2f} s CPU, {iterations} iterations, "
                f"peak {peak:4.0f} MB"
            )
        each = [seconds / iterations for seconds, _, iterations in costs]
        print(f"time an iteration ~ {name}^{exponent(sizes, each):.2f}")
    draw_figure(by_visits, by_samples)


if __name__ == "__main__":
    main()
