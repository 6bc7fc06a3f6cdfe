"""The typed edges over the channels."""

from __future__ import annotations

import numpy as np
import pytest

from spectramind.models.channel_graph import ChannelGraph, band_strength, channel_graph

WAVELENGTH = np.concatenate([[0.7], np.linspace(1.952, 3.895, 282)])


@pytest.fixture(scope="module")
def graph() -> ChannelGraph:
    return channel_graph(WAVELENGTH)


def operator(graph: ChannelGraph, name: str) -> np.ndarray:
    return graph.operators[graph.relations.index(name)]


def test_rows_are_weights(graph: ChannelGraph) -> None:
    assert graph.operators.shape == (len(graph.relations), 283, 283)
    assert (graph.operators >= 0).all()
    sums = graph.operators.sum(-1)
    assert (np.isclose(sums, 1.0) | (sums == 0.0)).all()


def test_only_the_self_relation_has_loops(graph: ChannelGraph) -> None:
    np.testing.assert_array_equal(operator(graph, "self"), np.eye(283))
    for name in graph.relations[1:]:
        assert not np.diagonal(operator(graph, name)).any()


def test_fgs1_talks_to_airs_by_its_own_relation(graph: ChannelGraph) -> None:
    for name in graph.relations[1:]:
        touches = operator(graph, name)[0].any() or operator(graph, name)[:, 0].any()
        assert touches == (name == "photometer")
    np.testing.assert_allclose(operator(graph, "photometer")[0, 1:], 1 / 282)
    np.testing.assert_array_equal(operator(graph, "photometer")[1:, 0], 1.0)


def test_neighbours_fall_off_with_distance(graph: ChannelGraph) -> None:
    step = WAVELENGTH[2] - WAVELENGTH[1]
    for scale in (0.01, 0.03, 0.1):
        row = operator(graph, f"neighbour {scale:g} um")[140]
        expected = np.exp(-0.5 * (3 * step / scale) ** 2 + 0.5 * (step / scale) ** 2)
        assert row[143] / row[141] == pytest.approx(expected)
        assert row[137] == pytest.approx(row[143])


BANDS = {
    "H2O": (2.5, 2.9),
    "CO2": (2.65, 2.85),
    "CH4": (3.1, 3.65),
    "CO": (2.29, 2.45),
    "NH3": (2.85, 3.2),
    "HCN": (2.92, 3.15),
    "C2H2": (2.93, 3.18),
    "H2S": (2.55, 2.75),
    "SO2": (3.86, 3.9),
}
"""Micrometre, where published spectra show each molecule's strongest band."""


@pytest.mark.parametrize("molecule", BANDS)
def test_channels_of_the_strongest_band_are_tied(graph: ChannelGraph, molecule: str) -> None:
    low, high = BANDS[molecule]
    inside = (low <= WAVELENGTH) & (high >= WAVELENGTH)
    weights = operator(graph, f"molecule {molecule}")[inside]
    assert weights[:, inside].mean() > 1.5 * weights[:, ~inside].mean()


@pytest.mark.parametrize("molecule", BANDS)
def test_band_strength_fades_continuously(molecule: str) -> None:
    strength = band_strength(molecule, WAVELENGTH[1:])
    assert strength.max() == 1.0
    assert strength.min() >= 0.0
    assert len(np.unique(strength)) > 10


def test_regions_are_blocks(graph: ChannelGraph) -> None:
    weights = operator(graph, "region")
    np.testing.assert_allclose(weights[1, 2:95], 1 / 93)
    assert not weights[1, 95:].any()
    assert weights[150, 100] > 0
    assert weights[150, 190] == 0
