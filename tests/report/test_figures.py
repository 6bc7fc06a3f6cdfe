from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from report_planets import WAVELENGTH, random_planets

from spectramind.report.content import PlanetSet
from spectramind.report.figure import Figure, Layer, edges, of_planet
from spectramind.report.figures import (
    channel_coverage_figure,
    channel_error_figure,
    channel_sigma_figure,
    error_against_figures,
    error_figure,
    graph_figures,
    light_curve_figures,
    planet_map_figure,
    probability_figure,
    residual_heat_figure,
    residual_power_figure,
    shake_up_figure,
    sigma_depth_figure,
    spectrum_figure,
    strongest_edges,
    training_figures,
)
from spectramind.report.matplotlib_figure import draw
from spectramind.report.page_data import ArrayStore, inert_json
from spectramind.report.time_bins import binned
from spectramind.report.training_record import TrainingCurves


@pytest.fixture(scope="module")
def planets() -> PlanetSet:
    return random_planets(60)


def _layer(figure: Figure, label: str) -> Layer:
    (found,) = [layer for layer in figure.layers if layer.label == label]
    return found


def test_the_spectrum_has_its_bands_around_the_answer(planets: PlanetSet) -> None:
    figure = spectrum_figure(planets, {"H2O": np.linspace(0, 1, 283)})
    answer = of_planet(_layer(figure, "answer"), 3)
    np.testing.assert_allclose(answer.y, planets.mu[3] * 1e6)
    for label, width in (("68 %", 1.0), ("95 %", 1.95996)):
        low, high = edges(of_planet(_layer(figure, label), 3))
        np.testing.assert_allclose((high - low) / 2, width * planets.sigma[3] * 1e6, rtol=1e-5)
        np.testing.assert_allclose((high + low) / 2, answer.y)
    truth = planets.truth
    assert truth is not None
    np.testing.assert_allclose(of_planet(_layer(figure, "truth"), 3).y, truth[3] * 1e6)
    z = of_planet(error_figure(planets).layers[1], 3).y
    np.testing.assert_allclose(z, (planets.mu - truth)[3] / planets.sigma[3])


def test_residuals_come_with_their_scatter(planets: PlanetSet) -> None:
    light, rest = light_curve_figures(planets.white[0])
    residual = of_planet(_layer(rest, "residual"), 0).y
    flux, fit = (of_planet(_layer(light, name), 0).y for name in ("flux", "fit"))
    np.testing.assert_allclose(residual, (flux - fit) * 1e6)
    assert rest.notes[0] == f"scatter {np.std(residual):.0f} ppm, expected 140 ppm"
    second = light_curve_figures(planets.white[2])[1]
    assert second.optional
    assert second.notes[-1] == ""


def test_fallbacks_are_not_judged(planets: PlanetSet) -> None:
    wild = np.array(planets.mu)
    wild[[kind == "fallback" for kind in planets.kinds]] += 1.0
    spoilt = replace(planets, mu=wild)
    for figure in (channel_error_figure, channel_coverage_figure, probability_figure):
        for a, b in zip(figure(planets).layers, figure(spoilt).layers, strict=True):
            np.testing.assert_array_equal(a.y, b.y)
    named = {name for layer in sigma_depth_figure(planets).layers for name in layer.names}
    assert named == set(planets.planet_ids)


def test_coverage_and_error_are_those_of_the_numbers(planets: PlanetSet) -> None:
    assert planets.truth is not None
    own = planets.judged
    error = (planets.mu - planets.truth)[own]
    share = np.mean(np.abs(error / planets.sigma[own]) <= 1.6448536, axis=0)
    np.testing.assert_allclose(_layer(channel_coverage_figure(planets), "90%").y, share)
    rms = np.sqrt(np.mean(error**2, axis=0)) * 1e6
    np.testing.assert_allclose(_layer(channel_error_figure(planets), "rms error").y, rms)
    stated = np.median(planets.sigma[[k != "fallback" for k in planets.kinds]], axis=0) * 1e6
    found = _layer(channel_sigma_figure(planets), "stated, median planet").y
    np.testing.assert_allclose(found, stated)


def test_the_heat_map_has_the_worst_planet_on_top(planets: PlanetSet) -> None:
    assert planets.truth is not None
    truth = np.array(planets.truth)
    truth[20] += 5 * planets.sigma[20]
    (heat,) = residual_heat_figure(replace(planets, truth=truth)).layers
    assert heat.names[0] == planets.planet_ids[20]
    assert heat.y.shape == (int(planets.judged.sum()), 283)
    assert heat.y[0].mean() == pytest.approx(-5, abs=0.3)


def test_without_a_truth_there_are_sentences() -> None:
    planets = random_planets(5, truth=False)
    figures = [channel_error_figure(planets), channel_coverage_figure(planets)]
    figures += [probability_figure(planets), residual_heat_figure(planets), error_figure(planets)]
    figures += [residual_power_figure(planets), planet_map_figure(planets)]
    figures += error_against_figures(planets)
    figures += [*training_figures(None), *graph_figures({}, WAVELENGTH), shake_up_figure(None)]
    for figure in figures:
        assert figure.layers == ()
        assert figure.absent.endswith(".")
    assert "3 planets" in planet_map_figure(random_planets(2)).absent


def test_the_strongest_edges_count_both_directions() -> None:
    graph = np.zeros((283, 283))
    graph[3, 9], graph[9, 3], graph[5, 7], graph[4, 4] = 0.2, 0.3, 0.4, 9.0
    assert strongest_edges(graph, 5) == [(3, 9, 0.5), (5, 7, 0.4)]
    heat, arcs = graph_figures({"the network": graph}, WAVELENGTH)
    assert heat.layers[0].y.max() == pytest.approx(1.0)
    assert arcs.layers[0].x.tolist() == [WAVELENGTH[3], WAVELENGTH[5]]


def test_bins_are_weighted_means_of_good_samples() -> None:
    rng = np.random.default_rng(3)
    time = (np.arange(600) + 0.5) * 7.5 / 600
    flux, weight = rng.normal(size=600), rng.uniform(1, 2, size=600)
    flux[:70], weight[:70] = np.nan, 0.0
    found = binned(time, flux[None], weight, 10)
    assert np.isnan(found[:, 0]).all()
    for index in range(1, 10):
        inside = (np.minimum(np.floor((time - time[0]) / np.ptp(time) * 10), 9) == index) & (
            weight > 0
        )
        mean = np.average(flux[inside], weights=weight[inside])
        np.testing.assert_allclose(found[1, index], mean)
        assert found[2, index] == pytest.approx(weight[inside].sum() ** -0.5)


def test_equal_arrays_are_in_the_page_once() -> None:
    store = ArrayStore()
    names = {store.name(WAVELENGTH, 1e-4), store.name(WAVELENGTH.copy(), 1e-4)}
    assert len(names) == 1
    assert store.name(WAVELENGTH, 1e-3) not in names
    assert "<" not in inert_json({"</script>": "<!--"})


def test_every_figure_can_be_drawn_on_paper(planets: PlanetSet) -> None:
    curves = TrainingCurves(np.arange(5.0), {"loss": np.arange(5.0)})
    figures = [spectrum_figure(planets, {"H2O": np.linspace(0, 1, 283)}), error_figure(planets)]
    figures += [residual_heat_figure(planets), planet_map_figure(planets)]
    figures += [*training_figures(curves), probability_figure(planets), sigma_depth_figure(planets)]
    figures += graph_figures({"COREL": np.eye(283, k=3)}, WAVELENGTH)
    for figure in figures:
        drawing = draw(figure, planet=1)
        drawing.canvas.draw()
        assert drawing.axes[0].get_title() == figure.title
    (axes,) = draw(figures[0], planet=1).axes
    drawn = max((line.get_ydata() for line in axes.lines if line.get_label() == "answer"), key=len)
    np.testing.assert_allclose(drawn, planets.mu[1, 1:] * 1e6)
    said = draw(error_figure(random_planets(2, truth=False))).axes[0].texts[0].get_text()
    assert "not known" in said
