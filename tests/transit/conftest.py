"""Fixtures of the transit tests."""

from __future__ import annotations

import pytest
from transit_scenes import STAR, Scene, make_visit

from spectramind.detector.light_curves import VisitLightCurves
from spectramind.survey.stars import Star


@pytest.fixture(scope="session")
def star() -> Star:
    return STAR


@pytest.fixture(scope="session")
def plain_visit() -> VisitLightCurves:
    return make_visit(Scene())
