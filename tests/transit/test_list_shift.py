"""A change of level along a list, against simulated lists."""

from __future__ import annotations

import numpy as np

from spectramind.transit.list_shift import list_shift


def test_a_doubling_half_way_is_found() -> None:
    rng = np.random.default_rng(1)
    values = 0.3 * rng.standard_normal(40)
    values[20:] += np.log(2.0)
    found = list_shift(values)
    assert found is not None
    assert abs(found.place - 20) <= 3
    assert 0.5 < found.difference < 0.9
    assert found.clarity > 4.0


def test_lists_without_a_change_are_left_alone() -> None:
    rng = np.random.default_rng(2)
    lists = rng.standard_normal((400, 40))
    assert sum(list_shift(values) is not None for values in lists) <= 4


def test_a_list_is_needed() -> None:
    assert list_shift(np.array([1.0, 1.0, 9.0, 9.0])) is None
    assert list_shift(np.ones(30)) is None
