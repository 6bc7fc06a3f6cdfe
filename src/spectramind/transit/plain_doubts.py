"""Doubts about a planet that need no fit: is there a transit, and do all light curves show it?"""

from __future__ import annotations

from collections.abc import Sequence

from spectramind.detector.light_curves import VisitLightCurves
from spectramind.survey.stars import Star
from spectramind.transit.caution import raised_flags
from spectramind.transit.doubts import merged
from spectramind.transit.polynomial import LEAST_GAIN, LEAST_SAMPLES
from spectramind.transit.visit_agreement import empty_curves, left_out
from spectramind.transit.white_light import relative_curve, white_series
from spectramind.transit.white_search import search_transit


def looked_at(
    visits: Sequence[VisitLightCurves], star: Star
) -> tuple[tuple[str, ...], list[VisitLightCurves]]:
    """Flags of a planet, and its visits without what shows no transit.

    Parameters
    ----------
    visits : at least one
    """
    came = raised_flags(visits)
    curves = [relative_curve(c, v.visit) for v in visits for c in (v.airs, v.fgs1)]
    series = [s for s in map(white_series, curves) if s.usable.sum() >= LEAST_SAMPLES]
    if not series:
        return merged(("no_data",), came), list(visits)
    empty = empty_curves(series, star)
    shown = [s for s in series if not empty.holds(s.visit, s.instrument)]
    few = ("few_samples",) if len(series) < len(curves) else ()
    unseen = () if search_transit(shown, star).gain > LEAST_GAIN else ("no_transit",)
    # A look takes the box from AIRS: where that curve alone is empty, it stays as it is.
    left = [visit for visit in left_out(visits, empty) if not visit.airs.mask.all()]
    return merged(unseen, few, empty.flags, came), left or list(visits)
