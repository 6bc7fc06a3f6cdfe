"""The two editions of the challenge: what their files are called, and which one a folder is.

2025: one converter for all planets, star tables, numbered visits, truth in `train.csv`.
2024: a converter for each planet, no stars, one visit and no number, truth in `train_labels.csv`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from spectramind.errors import ConfigurationError

Edition = Literal["2024", "2025"]

FGS1_UM: dict[Edition, float] = {"2024": 0.705, "2025": 0.7}
"""Wavelength that the tables of an edition give to FGS1, micrometre."""
TRUTH: dict[Edition, str] = {"2024": "train_labels.csv", "2025": "train.csv"}
ADC = "adc_info.csv"
_MARKS_OF_2024 = (TRUTH["2024"], f"train_{ADC}", f"test_{ADC}")


def edition_named(text: str | None) -> Edition | None:
    """The edition that a user named, if any.

    Raises
    ------
    ConfigurationError : there is no such edition
    """
    match text:
        case None | "2024" | "2025":
            return text
        case _:
            raise ConfigurationError(f"edition {text}: expected 2024 or 2025")


def edition_of(root: Path) -> Edition:
    """Edition of the survey in a folder, by the names of its tables."""
    marked = any((root / name).is_file() for name in _MARKS_OF_2024)
    of_2025 = any((root / name).is_file() for name in (ADC, TRUTH["2025"]))
    return "2024" if marked and not of_2025 else "2025"


def edition_of_channels(wavelength: NDArray[np.float64]) -> Edition:
    """Edition of a product, by the wavelength (283,) of its channels."""
    halfway = 0.5 * (FGS1_UM["2024"] + FGS1_UM["2025"])
    return "2024" if wavelength[0] > halfway else "2025"


def truth_path(root: Path) -> Path:
    """Table of the training planets' true depths; it need not be there."""
    return root / TRUTH[edition_of(root)]


def adc_path(root: Path, split: str) -> Path:
    """Table of the converters of a split."""
    return root / (ADC if edition_of(root) == "2025" else f"{split}_{ADC}")


def star_path(root: Path, split: str) -> Path | None:
    """Table of the stars of a split; None in an edition that has none."""
    return root / f"{split}_star_info.csv" if edition_of(root) == "2025" else None
