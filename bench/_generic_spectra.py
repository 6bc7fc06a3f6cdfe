"""Write the generic prior of spectra that the package ships: `python -m bench._generic_spectra`.

300 planets of the simulated population; no real or survey spectrum enters.
"""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import numpy as np

from spectramind.provenance.atomic import write_text
from spectramind.simulator.population import draw_planets
from spectramind.transit.depth_prior import learn_depth_prior
from spectramind.transit.priors import depth_prior_values

SEED, PLANETS = 20250, 300


def main() -> None:
    """Draw the population, learn its shapes, write them with five digits."""
    spectra = np.array([planet.spectrum for planet in draw_planets(SEED, range(PLANETS))])
    values = depth_prior_values(learn_depth_prior(spectra))
    shapes = [[float(f"{value:.5g}") for value in row] for row in values["shapes"]]
    target = Path(str(resources.files("spectramind.transit"))) / "generic_spectra.json"
    write_text(target, json.dumps(values | {"shapes": shapes}) + "\n")
    print(f"{target}: {len(shapes)} shapes of {PLANETS} planets")


if __name__ == "__main__":
    main()
