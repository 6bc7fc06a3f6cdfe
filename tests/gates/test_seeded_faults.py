"""Faults seeded into score, validator and conformal step: the oracles of the suite must see each.

A test that passes whatever the code does is worth nothing. Every fault below changes one line of a
module's source; the module is built again with it and asked what its oracle asks. The oracles are
written here once more from the definitions, with scipy and plain loops.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from scipy.stats import norm

from spectramind.submission import score, validator
from spectramind.submission.table import SubmissionTable, write_submission
from spectramind.uncertainty import conformal

NAIVE = score.NaiveModel(0.0147, 0.0107)


def rebuilt(module: ModuleType, before: str, after: str) -> ModuleType:
    """The module once more, with one piece of its source replaced."""
    assert module.__file__ is not None
    text = Path(module.__file__).read_text(encoding="utf-8")
    assert before in text, f"{module.__name__} has no {before!r} any more: seed another fault"
    copy = ModuleType(f"{module.__name__}_seeded")
    copy.__file__ = module.__file__
    # Dataclasses look their module up by name.
    sys.modules[copy.__name__] = copy
    try:
        exec(compile(text.replace(before, after), module.__file__, "exec"), copy.__dict__)
    finally:
        del sys.modules[copy.__name__]
    return copy


def score_holds(module: ModuleType) -> bool:
    """The official score of random answers, in loops; bounds of the clip; rejected values."""
    rng = np.random.default_rng(3)
    truth = rng.lognormal(-4.3, 0.4, (3, 283))
    for sigma_scale, offset in ((1.0, 1.0), (1e-12, 0.0), (1e-3, 9.0)):
        sigma = sigma_scale * rng.lognormal(-8.0, 0.3, truth.shape)
        mu = np.abs(truth + offset * 3e-4 * rng.normal(size=truth.shape))
        total = weights = 0.0
        for channel in range(283):
            weight, ideal = (57.846, 1e-6) if channel == 0 else (1.0, 1e-5)
            y, m = truth[:, channel], mu[:, channel]
            low = norm.logpdf(y, NAIVE.mean, NAIVE.sigma)
            gain = norm.logpdf(y, m, np.maximum(sigma[:, channel], 1e-15)) - low
            total += weight * float(np.sum(gain / (norm.logpdf(y, y, ideal) - low)))
            weights += weight * len(truth)
        expected = float(np.clip(total / weights, 0.0, 1.0))
        if abs(module.official_score(truth, mu, sigma, NAIVE).score - expected) > 1e-9:
            return False
    for bad in (np.nan, np.inf, -1e-3):
        spoilt = truth.copy()
        spoilt[1, 7] = bad
        try:
            module.official_score(truth, spoilt, truth, NAIVE)
        except module.DataError:
            continue
        return False
    depth = rng.lognormal(-4.3, 0.4, (5, 283))
    naive = module.naive_model(depth)
    return bool(abs(naive.sigma - np.sqrt(np.mean((depth - depth.mean()) ** 2))) < 1e-15)


def conformal_holds(module: ModuleType) -> bool:
    """Factors by counting: the smallest score that enough planets, each once, do not exceed."""
    rng = np.random.default_rng(4)
    scores = np.abs(rng.standard_t(4, (19, 12)))
    scores[2, 3:9] = np.nan
    for level in (0.68, 0.9, 0.95):
        known = [row[np.isfinite(row)] for row in scores]
        candidates = np.sort(np.concatenate(known))
        need = level * (len(known) + 1) - 1e-9
        expected = next(
            (c for c in candidates if sum(np.mean(row <= c) for row in known) >= need),
            candidates[-1],
        )
        if not np.isclose(module.conformal_factor(scores, level), expected, rtol=1e-12):
            return False
    largest = np.sort(np.nanmax(scores, axis=1))
    if module.band_factor(scores, 0.9) != largest[int(np.ceil(0.9 * 20)) - 1]:
        return False
    regions = np.repeat([0, 1], 6)
    halves = [module.conformal_factor(scores[:, part], 0.9) for part in (slice(6), slice(6, 12))]
    return np.array_equal(module.region_factors(scores, regions, 0.9), np.repeat(halves, 6))


SCORE_FAULTS = [
    ("-0.5 * residual**2", "0.5 * residual**2"),
    ("- np.log(sigma)", "- 2 * np.log(sigma)"),
    ("gain / ideal_gain", "ideal_gain / gain"),
    ("np.maximum(sigma, SIGMA_FLOOR)", "np.maximum(sigma, 1e-5)"),
    ("0.0, 1.0)", "-1.0, 1.0)"),
    ("truth, truth, naive.metric", "truth, mu, naive.metric"),
    ("weights / weights.sum()", "weights / len(weights)"),
    ("np.isfinite(values) & (values >= 0)", "np.isfinite(values)"),
    ("np.isfinite(values) & (values >= 0)", "values >= 0"),
    ("float(depth.std())", "float(depth.std(ddof=1))"),
]

CONFORMAL_FAULTS = [
    ("planets / (planets + 1)", "planets / planets"),
    ("+ 1e-12", "+ 0.05"),
    ("known[rows].sum(axis=1, keepdims=True)", "known[rows].shape[1]"),
    ("min(place, flat.size - 1)", "min(max(place - 1, 0), flat.size - 1)"),
    ("np.nanmax", "np.nanmin"),
    ("scores[:, own]", "scores"),
]


def test_oracles_accept_the_code_as_it_is() -> None:
    assert score_holds(score)
    assert conformal_holds(conformal)


@pytest.mark.parametrize(("before", "after"), SCORE_FAULTS)
def test_fault_in_the_score_is_seen(before: str, after: str) -> None:
    assert not score_holds(rebuilt(score, before, after))


@pytest.mark.parametrize(("before", "after"), CONFORMAL_FAULTS)
def test_fault_in_the_conformal_step_is_seen(before: str, after: str) -> None:
    assert not conformal_holds(rebuilt(conformal, before, after))


IDS = (30, 10, 20)


def spoil(path: Path, change: Callable[[list[list[str]]], object]) -> None:
    cells = [line.split(",") for line in path.read_text().splitlines()]
    change(cells)
    path.write_text("".join(",".join(row) + "\n" for row in cells))


INVALID: dict[str, Callable[[list[list[str]]], object]] = {
    "negative": lambda cells: cells[1].__setitem__(5, "-0.01"),
    "nan": lambda cells: cells[1].__setitem__(5, "nan"),
    "sigma below the floor": lambda cells: cells[2].__setitem__(300, "1e-9"),
    "sigma above the cap": lambda cells: cells[2].__setitem__(300, "0.5"),
    "rows exchanged": lambda cells: cells.__setitem__(slice(1, 3), [cells[2], cells[1]]),
    "row missing": lambda cells: cells.pop(),
    "unknown planet": lambda cells: cells[1].__setitem__(0, "77"),
    "header exchanged": lambda cells: cells.__setitem__(
        0, [cells[0][0], *cells[0][284:], *cells[0][1:284]]
    ),
}


def test_validator_rejects_every_seeded_table(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    mu = rng.lognormal(-4.3, 0.4, (3, 1)) + 1e-5 * rng.normal(size=(3, 283))
    table = SubmissionTable(IDS, mu, rng.lognormal(-8.5, 0.4, (3, 283)))
    sample, path = tmp_path / "sample.csv", tmp_path / "table.csv"
    write_submission(sample, table)
    write_submission(path, table)
    assert validator.validate_submission(path, sample).valid
    for name, change in INVALID.items():
        write_submission(path, table)
        spoil(path, change)
        assert not validator.validate_submission(path, sample).valid, name
