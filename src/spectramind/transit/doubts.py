"""What makes a planet doubtful, in words, and where to look.

A flag is a name, with the instrument and the visit that raised it where there is one:
`no_transit`, `empty_visit/1`, `red_noise/AIRS-CH0/0`. Whoever meets something that a sigma cannot
be trusted to tell of raises one; a planet with any flag that is not a mere remark is doubtful.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from spectramind.survey.instruments import INSTRUMENTS

REMARKS = frozenset({"partial_transit", "grazing", "masked_channels", "foreign_prior"})
"""Flags of fits whose sigma tells all: what they name is in the model."""

_FRAMES, _CURVES = "signal", "reduced"
_MEANINGS: dict[str, tuple[str, str]] = {
    "no_data": ("no usable sample", _FRAMES),
    "no_transit": ("no transit was found", "axis_info.parquet and the star's row"),
    "few_samples": ("a light curve has too few usable samples", _FRAMES),
    "not_converged": ("the fit did not settle", _CURVES),
    "high_chi2": ("residuals exceed the noise", _CURVES),
    "spotted": ("structure in transit, as of spots or flares", _CURVES),
    "visits_disagree": ("visits have different depths", _CURVES),
    "empty_visit": ("a visit without the transit of the others, left out", _FRAMES),
    "empty_curve": ("a light curve without the transit of the others, left out", _FRAMES),
    "lost_visit": ("a visit could not be read, left out", _FRAMES),
    "foreign_prior": ("a learnt prior was contradicted and set aside", _CURVES),
    "red_noise": ("residuals do not average down as white noise", _CURVES),
    "edge_structure": ("a ramp, drop or step at an end of the visit", _CURVES),
    "time_structure": ("a step, flare or other structure in time", _CURVES),
    "displaced_trace": ("the light is not where the instrument has it", _FRAMES),
    "frozen_frames": ("frames repeat themselves", _FRAMES),
    "unsteady_light": ("the light jumps more than a star does", _FRAMES),
    "saturated": ("pixels saturate and are left out", _FRAMES),
}


@dataclass(frozen=True)
class Flag:
    """A flag taken apart; instrument and visit are None where it is about the whole planet."""

    name: str
    instrument: str | None = None
    visit: int | None = None

    def __str__(self) -> str:
        parts = [self.name, self.instrument, self.visit]
        return "/".join(str(part) for part in parts if part is not None)

    @property
    def meaning(self) -> str:
        """What it says, in words."""
        return _MEANINGS.get(self.name, (self.name.replace("_", " "), ""))[0]

    @property
    def look_at(self) -> str:
        """Name of the file to look at, within the planet's products or frames."""
        where = _MEANINGS.get(self.name, ("", _CURVES))[1]
        visit = "V" if self.visit is None else self.visit
        if where == _FRAMES:
            return f"{self.instrument or '*'}_signal_{visit}.parquet"
        return f"reduced/*/PLANET_{visit}.nc" if where == _CURVES else where


def parse_flag(text: str) -> Flag:
    """Take a flag apart; text that is none becomes a name."""
    name, *places = text.split("/")
    instrument = next((place for place in places if place in INSTRUMENTS), None)
    visit = next((int(place) for place in places if place.isdecimal()), None)
    return Flag(name, instrument, visit)


def in_words(text: str) -> str:
    """A flag with what it means, for people."""
    flag = parse_flag(text)
    places = [flag.instrument, None if flag.visit is None else f"visit {flag.visit}"]
    where = ", ".join(place for place in places if place is not None)
    return f"{flag.name}: {flag.meaning}" + (f" ({where})" if where else "")


def doubts_of(flags: Iterable[str]) -> tuple[str, ...]:
    """The flags that make a planet doubtful."""
    return tuple(flag for flag in flags if parse_flag(flag).name not in REMARKS)


def merged(*groups: Sequence[str]) -> tuple[str, ...]:
    """All flags once, in the order of their first appearance."""
    return tuple(dict.fromkeys(flag for group in groups for flag in group))
