"""Which pixels are needed: the extraction window around the star and the dim pixels beside it.

Both instruments share one shape, (pixel, channel): for AIRS-CH0 a pixel is a row and a channel a
column, in order of ascending wavelength, which is descending column; FGS1 is one channel whose
pixels are the whole window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.survey.instruments import AIRS, AIRS_COLUMNS, FGS1

IndexArray = NDArray[np.int64]
Span = tuple[int, int]


@dataclass(frozen=True)
class PixelWindow:
    """Flat detector indices (row * columns + column) of the pixels to read.

    star         (pixel, channel) extraction window
    background   (pixel, channel) dim pixels that measure the foreground
    shape        (row, column) extent of the extraction window
    columns      columns of the detector, to turn an index into row and column
    """

    star: IndexArray
    background: IndexArray
    shape: tuple[int, int]
    columns: int

    @property
    def rows(self) -> IndexArray:
        """(pixel, channel) detector row of each pixel of the extraction window."""
        return self.star // self.columns


def airs_window(rows: Span, background_rows: Sequence[Span]) -> PixelWindow:
    """AIRS-CH0: `rows` of the 282 channel columns, wavelength ascending."""
    columns = np.arange(AIRS.columns)[AIRS_COLUMNS][::-1]
    star = np.arange(*rows)[:, None] * AIRS.columns + columns
    dim = np.concatenate([np.arange(*span) for span in background_rows])
    background = dim[:, None] * AIRS.columns + columns
    return PixelWindow(star, background, star.shape, AIRS.columns)


def fgs1_window(rows: Span, columns: Span, background_rows: Sequence[Span]) -> PixelWindow:
    """FGS1: a rectangle around the star, and whole rows at the rim for the foreground."""
    star = np.arange(*rows)[:, None] * FGS1.columns + np.arange(*columns)
    dim = np.concatenate([np.arange(*span) for span in background_rows])
    background = dim[:, None] * FGS1.columns + np.arange(FGS1.columns)
    return PixelWindow(star.reshape(-1, 1), background.reshape(-1, 1), star.shape, FGS1.columns)
