"""Predictions that can be meant: what no file of spectra may hold, however well it reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from spectramind.survey.instruments import N_CHANNELS

FloatArray = NDArray[np.float64]


def prediction_fault(
    planet_ids: Sequence[int], wavelength: FloatArray, arrays: Mapping[str, FloatArray]
) -> str | None:
    """What is impossible about a table of spectra, or None.

    Parameters
    ----------
    planet_ids : (planet,)
    wavelength : (283,) micrometre
    arrays : mu, sigma_raw and sigma (planet, 283), sigma_common (planet,)
    """
    grid = (len(planet_ids), N_CHANNELS)
    if len(set(planet_ids)) != len(planet_ids) or not planet_ids or min(planet_ids) < 0:
        return "planets that are none, negative or there twice"
    if wavelength.shape != (N_CHANNELS,):
        return f"wavelengths of shape {wavelength.shape}"
    if not (wavelength[0] > 0.0 and np.all(np.diff(wavelength) > 0.0)):
        return "wavelengths that do not ascend: another order of channels"
    for name in ("mu", "sigma_raw", "sigma"):
        if arrays[name].shape != grid:
            return f"{name} of shape {arrays[name].shape}"
    if arrays["sigma_common"].shape != grid[:1]:
        return f"sigma_common of shape {arrays['sigma_common'].shape}"
    for name, possible in (
        ("mu", np.abs(arrays["mu"]) < 1.0),
        ("sigma_raw", arrays["sigma_raw"] > 0.0),
        ("sigma", arrays["sigma"] > 0.0),
        ("sigma_common", arrays["sigma_common"] >= 0.0),
    ):
        bad = np.argwhere(~(possible & np.isfinite(arrays[name])))
        if len(bad):
            value = arrays[name][tuple(bad[0])]
            return f"{name} = {value:.4g} for planet {planet_ids[bad[0][0]]}"
    return None


def text_fault(planets: int, status: object, note: object, known: Sequence[str]) -> str | None:
    """What is wrong with the status and the note of every planet, or None."""
    for name, texts in (("status", status), ("note", note)):
        if not isinstance(texts, list) or len(texts) != planets:
            return f"{name} that is no list of {planets} texts"
        if not all(isinstance(text, str) for text in texts):
            return f"{name} with something else than text"
    if isinstance(status, list) and (odd := sorted(set(status) - set(known))):
        return f"status {odd[0][:40]!r}"
    return None
