"""Calibrators in the checkpoint: arrays and one text, under names of their own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spectramind.provenance.digest import canonical_json
from spectramind.uncertainty.calibrators import Calibrators, Conformal, RelationalStage
from spectramind.uncertainty.novelty import Novelty
from spectramind.uncertainty.planet_groups import GroupEdges
from spectramind.uncertainty.relational import relational_arrays, relational_from
from spectramind.uncertainty.temperature import Temperature

PREFIX = "calibrators."
TEXT = "calibrators"
_RELATIONAL = "relational."

Arrays = dict[str, NDArray[Any]]


def calibrator_arrays(calibrators: Calibrators) -> Arrays:
    """Arrays for the checkpoint, by name."""
    temperature, novelty = calibrators.temperature, calibrators.novelty
    arrays: Arrays = {
        "parts": temperature.parts,
        "channel": temperature.channel,
        "group": temperature.group,
        "edges": temperature.edges.signal_to_noise,
        "low": novelty.low,
        "high": novelty.high,
        "scale": novelty.scale,
        "slope": novelty.slope,
        "floor": calibrators.floor,
        "factor": calibrators.conformal.factor,
        "band": np.array([calibrators.conformal.band]),
    }
    stage = calibrators.relational
    if stage is not None:
        networks = relational_arrays(stage.networks)
        arrays |= {f"{_RELATIONAL}{name}": values for name, values in networks.items()}
        arrays |= {
            "related_share": np.array([stage.share]),
            "related_sigma": stage.factor,
            "related_factor": stage.conformal.factor,
            "related_band": np.array([stage.conformal.band]),
        }
    return {PREFIX + name: values for name, values in arrays.items()}


def calibrator_text(calibrators: Calibrators) -> str:
    """Everything that is no array, as JSON."""
    values = {
        "level": calibrators.temperature.level,
        "lines": list(calibrators.lines),
        "planets": calibrators.planets,
        "featured": calibrators.featured,
    }
    return canonical_json(values)


def calibrators_from(arrays: Mapping[str, NDArray[Any]], text: str) -> Calibrators:
    """The calibrators that a checkpoint holds.

    Raises
    ------
    KeyError, ValueError : something is missing or damaged
    """
    own = {k.removeprefix(PREFIX): v for k, v in arrays.items() if k.startswith(PREFIX)}
    values = json.loads(text)
    temperature = Temperature(
        level=values["level"],
        parts=own["parts"],
        channel=own["channel"],
        group=own["group"],
        edges=GroupEdges(own["edges"]),
    )
    return Calibrators(
        temperature=temperature,
        novelty=Novelty(own["low"], own["high"], own["scale"], own["slope"]),
        floor=own["floor"],
        conformal=Conformal(own["factor"], float(own["band"][0])),
        relational=_stage_from(own),
        lines=tuple(values["lines"]),
        planets=int(values["planets"]),
        featured=bool(values["featured"]),
    )


def _stage_from(own: Arrays) -> RelationalStage | None:
    named = {k.removeprefix(_RELATIONAL): v for k, v in own.items() if k.startswith(_RELATIONAL)}
    networks = relational_from(named)
    if networks is None:
        return None
    conformal = Conformal(own["related_factor"], float(own["related_band"][0]))
    share = float(own["related_share"][0])
    return RelationalStage(networks, share, own["related_sigma"], conformal)
