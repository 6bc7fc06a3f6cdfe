from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from spectramind.jit import kernel
from spectramind.simulator.random_stream import (
    draw_normals,
    poisson,
    start_stream,
    stream_key,
    uniform,
)


@kernel
def _uniforms(key, index, out):  # type: ignore[no-untyped-def]
    state = start_stream(key, index)
    for i in range(out.size):
        out[i] = uniform(state)


@kernel
def _counts(key, index, mean, out):  # type: ignore[no-untyped-def]
    state = start_stream(key, index)
    for i in range(out.size):
        out[i] = poisson(state, mean)


def _normals(key: np.uint64, index: int, size: int) -> np.ndarray:
    out = np.empty((1, size))
    draw_normals(start_stream(key, index), out)
    return out[0]


def test_normal_deviates_follow_the_normal_law_into_the_tail() -> None:
    z = _normals(stream_key(1, 2), 0, 2_000_000)
    assert stats.kstest(z, "norm").pvalue > 1e-3
    # The tail is drawn by its own branch of the ziggurat.
    for limit in (3.0, 3.7, 4.2):
        expected = 2 * stats.norm.sf(limit) * z.size
        assert abs(np.count_nonzero(np.abs(z) > limit) - expected) < 4 * np.sqrt(expected)


def test_uniform_deviates_are_uniform() -> None:
    out = np.empty(500_000)
    _uniforms(stream_key(3), 7, out)
    assert out.min() > 0.0
    assert out.max() < 1.0
    assert stats.kstest(out, "uniform").pvalue > 1e-3


@pytest.mark.parametrize("mean", [0.02, 0.7, 2.9])
def test_small_poisson_means_are_drawn_exactly(mean: float) -> None:
    out = np.empty(400_000)
    _counts(stream_key(4), 1, mean, out)
    values = np.arange(int(out.max()) + 1)
    expected = stats.poisson.pmf(values, mean) * out.size
    common = expected > 10
    observed = np.bincount(out.astype(int))[common]
    chi2 = np.sum((observed - expected[common]) ** 2 / expected[common])
    assert stats.chi2.sf(chi2, common.sum()) > 1e-3


@pytest.mark.parametrize("mean", [3.1, 12.0, 400.0])
def test_larger_poisson_means_have_the_first_three_cumulants(mean: float) -> None:
    out = np.empty(2_000_000)
    _counts(stream_key(5), 2, mean, out)
    assert out.mean() == pytest.approx(mean, abs=5 * np.sqrt(mean / out.size))
    # The squared skewness term adds 1/18 to the variance.
    assert out.var() == pytest.approx(mean, rel=0.02)
    third = np.mean((out - out.mean()) ** 3)
    assert third == pytest.approx(mean, abs=0.05 * mean + 5 * np.sqrt(15 * mean**3 / out.size))


def test_streams_are_reproducible_and_independent() -> None:
    key = stream_key(7, 1, 0, 2)
    a, b = _normals(key, 5, 200_000), _normals(key, 6, 200_000)
    np.testing.assert_array_equal(a, _normals(key, 5, 200_000))
    assert abs(np.corrcoef(a, b)[0, 1]) < 0.012
    assert abs(np.corrcoef(a[1:], b[:-1])[0, 1]) < 0.012
    assert stream_key(7, 1, 0, 2) != stream_key(7, 1, 0, 1)
