"""The shell model against TauREx 3 on the same opacities.

TauREx is no dependency of the package: `pip install taurex`, then `pytest -m taurex`.
"""

from __future__ import annotations

import numpy as np
import pytest

from spectramind.atmosphere.constants import JUPITER_MASS
from spectramind.atmosphere.molecules import molecule
from spectramind.atmosphere.transmission import Opacity, Planets, transmission_depth

pytestmark = pytest.mark.taurex
TEMPERATURE, AMOUNT = 1200.0, 1e-4
JUPITER_RADIUS = 7.1492e7


@pytest.mark.filterwarnings("ignore")
def test_water_spectrum_against_taurex3():
    pytest.importorskip("taurex")
    from taurex.cache import OpacityCache
    from taurex.chemistry import ConstantGas, TaurexChemistry
    from taurex.constants import RJUP, RSOL
    from taurex.contributions import AbsorptionContribution
    from taurex.model import TransmissionModel
    from taurex.opacity.interpolateopacity import InterpolatingOpacity
    from taurex.planet import Planet
    from taurex.stellar import BlackbodyStar
    from taurex.temperature import Isothermal

    wavenumber = np.arange(1e4 / 3.9, 1e4 / 1.95, 10.0)
    section = molecule("H2O").profile(1e4 / wavenumber, TEMPERATURE)

    class Embedded(InterpolatingOpacity):
        """Our cross-section, the same at every temperature and pressure."""

        moleculeName = "H2O"  # noqa: N815
        xsecGrid = np.broadcast_to(section, (2, 2, section.size)).copy()  # noqa: N815
        wavenumberGrid = wavenumber  # noqa: N815
        temperatureGrid = np.array([100.0, 5000.0])  # noqa: N815
        pressureGrid = np.array([1e-8, 1e8])  # noqa: N815
        resolution = 10.0

        def __init__(self):
            super().__init__("Embedded")

    OpacityCache().clear_cache()
    OpacityCache().add_opacity(Embedded())
    chemistry = TaurexChemistry()
    chemistry.addGas(ConstantGas("H2O", AMOUNT))
    model = TransmissionModel(
        planet=Planet(planet_mass=1.0, planet_radius=JUPITER_RADIUS / RJUP),
        star=BlackbodyStar(radius=1.0),
        temperature_profile=Isothermal(TEMPERATURE),
        chemistry=chemistry,
        nlayers=300,
        atm_min_pressure=1e-5,
        atm_max_pressure=1e6,
        contributions=[AbsorptionContribution()],
        new_path_method=True,
    )
    model.build()
    grid, expected, _, _ = model.model(wngrid=wavenumber)
    weight = float(model.chemistry.muProfile[0]) / 1.66053906660e-27
    mass = float(model.planet.fullMass)
    values = (RSOL, JUPITER_RADIUS, mass, TEMPERATURE, weight, 1e6)
    body = Planets(*(np.array([v]) for v in values))
    found = transmission_depth(body, Opacity(AMOUNT * section[None]))[0]
    assert np.array_equal(grid, wavenumber)
    assert mass == pytest.approx(JUPITER_MASS, rel=2e-3)
    assert np.ptp(expected) * 1e6 > 200
    assert np.max(np.abs(found - expected)) * 1e6 < 1.0
