"""The analogue-to-digital converter: two numbers per instrument turn counts into electrons."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Adc:
    """Converter of one instrument: electrons = adu / gain + offset.

    offset   electron
    gain     ADU / electron, positive
    """

    offset: float
    gain: float
