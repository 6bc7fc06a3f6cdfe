"""What V50 adds to a transit fit: time to read the fit and to pass through the networks."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import torch

from spectramind.conf.compose import compose
from spectramind.pipeline.planets import PlanetTask
from spectramind.pipeline.sources import source_of
from spectramind.pipeline.v50 import V50Estimator
from spectramind.simulator.survey import simulate_survey

PLANETS, ROUNDS = 16, 5


def main() -> None:
    """Simulate, fit, then answer for all planets several times; one thread."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        sizes = ("sim.train=2", f"sim.test={PLANETS}", "sim.seed=3", "sim.level=light_curves")
        asked = compose(sizes)
        simulate_survey(root / "survey", asked.sim, asked.detector, 2, lambda *_: None)
        paths = (f"paths.input={root / 'survey'}", f"paths.out={root / 'out'}")
        config = compose(("model=v50", "data.split=test", *paths))
        estimator, planets = V50Estimator(), source_of(config).planet_ids
        for planet in planets:
            estimator.fit(PlanetTask(config, planet))
        spent = []
        for _ in range(ROUNDS):
            start = time.process_time()
            found = list(estimator.answers(config, planets))
            spent.append((time.process_time() - start) / len(found))
    print(f"V50 after the fit: {1e3 * min(spent[1:]):.0f} ms of processor time a planet")
