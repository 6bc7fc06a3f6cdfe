from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from report_planets import ORIGIN, random_planets, valid

from spectramind.report.content import Journal, Origin, PlanetSet
from spectramind.report.page import Page, render
from spectramind.report.pages import dashboard_page, submission_page
from spectramind.report.training_record import Comparison, TrainingCurves, TrainingRecord
from spectramind.report.verdict import Estimate, Scores, counted
from spectramind.submission.problem import Problem, ValidationReport
from spectramind.submission.score import official_score

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7 * 7 }}</pre></script><!--"


class Html(HTMLParser):
    """Checks that tags nest, and collects text, attributes and the tags that occur."""

    void = frozenset({"meta", "link", "input", "br"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in self.void:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("script", "style"):
            self.text = " ".join([*self.text.split(), *data.split()])


def report(planets: PlanetSet, **changes: Any) -> Page:
    arguments = {
        "validation": valid(len(planets.planet_ids)),
        "origin": ORIGIN,
        "scores": Scores(None, None, None),
    }
    return submission_page(planets, **(arguments | changes))


def dashboard(planets: PlanetSet, record: TrainingRecord) -> Page:
    assert planets.truth is not None
    assert planets.naive is not None
    score = official_score(planets.truth, planets.mu, planets.sigma, planets.naive)
    return dashboard_page(planets, ORIGIN, score, record)


@pytest.fixture(scope="module")
def few() -> PlanetSet:
    return random_planets(12)


def test_every_figure_has_a_place_a_name_and_a_sentence(few: PlanetSet) -> None:
    for page in (report(few), dashboard(few, TrainingRecord())):
        html = render(page)
        found = Html(html)
        data = json.loads(re.findall(r'id="page">(.*?)</script>', html, re.DOTALL)[0])
        places = [
            v for tag, name, v in found.attributes if (tag, name) == ("figure", "data-figure")
        ]
        assert sorted(places) == sorted(data["figures"])
        assert found.tags["h1"] == 1
        used = {layer[part] for f in data["figures"].values() for layer in f["layers"]
                for part in ("x", "y", "high", "spread")} - {None}  # fmt: skip
        assert used == set(data["arrays"])
        ids = [value for _, name, value in found.attributes if name == "id"]
        assert len(ids) == len(set(ids))
        for figure in (*page.explorer.figures, *(f for s in page.sections for f in s.figures)):
            assert figure.absent.endswith(".")
            assert figure.title in found.text


def test_nothing_is_loaded_from_elsewhere(few: PlanetSet) -> None:
    html = render(report(few))
    loading = [
        value
        for _, name, value in Html(html).attributes
        if name in ("src", "href", "action", "data") and not value.startswith("#")
    ]
    assert loading == ["data:,"]
    code = re.sub(r"http://www\.w3\.org/2000/svg", "", html)
    assert not re.search(r"https?:|@import|\bfetch\(|\beval\(|innerHTML|url\((?!#)", code)


def test_the_policy_admits_exactly_the_script_inside(few: PlanetSet) -> None:
    html = render(report(few))
    (script,) = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)
    assert "default-src 'none'" in policy
    assert f"script-src 'sha256-{digest}';" in policy
    assert not [name for _, name, _ in Html(html).attributes if name.startswith("on")]


def evil_page(count: int = 12) -> Page:
    """A report with HTML wherever a text can stand."""
    planets = random_planets(count)
    planets = replace(
        planets,
        planet_ids=(EVIL, *planets.planet_ids[1:]),
        notes=(EVIL,) * count,
        stars={f"{EVIL} ({EVIL})": planets.stars["temperature of the star (K)"]},
        violations={EVIL: planets.violations["smoothness"]},
        facts=(replace(planets.facts[0], name=EVIL, values=(EVIL,) * count),),
    )
    problem = Problem("x", "warning", EVIL, EVIL, 1, EVIL, EVIL[:30], EVIL)
    journal = Journal((EVIL,), ((EVIL, EVIL, EVIL, EVIL),))
    return report(
        planets,
        validation=ValidationReport(EVIL, 1, (problem,), {"x": 1}),
        origin=Origin(EVIL, {"estimator": EVIL, EVIL: EVIL}, journal),
    )


def test_html_in_any_text_is_inert() -> None:
    html = render(evil_page())
    plain = Html(render(report(random_planets(12))))
    found = Html(html)
    assert found.tags["img"] == 0
    assert html.count("<script>") == 1
    data = [v for tag, name, v in found.attributes if (tag, name) == ("script", "type")]
    assert set(data) == {"application/json", "text/plain"}
    assert abs(found.tags["script"] - plain.tags["script"]) <= 2
    assert " ".join(EVIL.split()) in found.text
    assert "49" not in re.findall(r"onerror=alert\(2\)&gt;(..)", html)


def test_the_same_page_gives_the_same_bytes(few: PlanetSet) -> None:
    assert render(report(few)) == render(report(random_planets(12)))


def test_verdicts(few: PlanetSet) -> None:
    fine = random_planets(4, truth=False)
    page = report(fine, scores=Scores(None, None, Estimate(0.6, 0.012, 400)))
    assert page.verdict.tone == "good"
    assert (
        "score of the model on planets like those that taught it",
        "0.600 ± 0.012",
    ) in page.verdict.facts
    assert report(few).verdict.tone == "look"
    assert "1 planet carries a fallback" in report(few).verdict.advice
    assert "1 planet is doubtful" in report(random_planets(6)).verdict.advice
    warning = Problem("w", "warning", "is odd", "look")
    odd = ValidationReport("s.csv", 3, (warning,), {"w": 4})
    verdict = report(fine, validation=odd).verdict
    assert (verdict.tone, verdict.headline) == ("look", "Valid submission, 4 warnings")
    error = Problem("e", "error", "is wrong", "mend it", 3, "wl_1", "nan", "55")
    bad = ValidationReport("s.csv", 3, (warning, error), {"w": 4, "e": 13})
    page = report(fine, validation=bad)
    assert (page.verdict.tone, page.verdict.headline) == ("bad", "Not valid: 13 errors")
    assert "row 3 (planet 55), column wl_1: 'nan' is wrong; mend it" in page.verdict.advice
    text = Html(render(page)).text
    table = text[text.index("What to do") :]
    assert table.index("is wrong") < table.index("is odd")
    assert "12 more of the kind e are not listed" in text
    assert counted(1100, "planet") == "1\u2009100 planets"


def test_a_model_is_judged_by_its_sigma(few: PlanetSet) -> None:
    assert dashboard(few, TrainingRecord()).verdict.tone == "good"
    small = replace(few, sigma=0.5 * few.sigma)
    verdict = dashboard(small, TrainingRecord()).verdict
    assert verdict.tone == "look"
    assert "not true" in verdict.headline
    blind = dashboard_page(random_planets(5, truth=False), ORIGIN, None, TrainingRecord())
    assert "paths.input" in blind.verdict.advice


def test_missing_parts_leave_a_sentence() -> None:
    """Nothing but predictions, and not even those."""
    bare = replace(
        random_planets(9, truth=False), physics=None, white=(), health=(), stars={}, facts=(),
        violations={}, intervals=(), naive=None,
    )  # fmt: skip
    text = Html(render(report(bare, origin=Origin("", {})))).text
    for sentence in (
        "The true spectrum of this planet is not known",
        "No residuals by phase were kept",
        "No detector health was kept",
        "Symbolic rules were not checked",
        "what is wrong cannot be seen here",
        "No provenance was recorded.",
        "No configuration was recorded.",
        "The commands are not in this file",
        "No calibrator was recorded.",
    ):
        assert sentence in text
    none = random_planets(1)
    empty = PlanetSet((), (), (), none.wavelength, none.mu[:0], none.sigma[:0])
    for page in (report(empty), dashboard_page(empty, ORIGIN, None, TrainingRecord())):
        assert "There is no planet." in Html(render(page)).text
    assert render(report(random_planets(1)))
    alone = dashboard(random_planets(3), TrainingRecord())
    text = Html(render(alone)).text
    for sentence in ("No training curves were kept", "has not learned a graph", "compare.json"):
        assert sentence in text


def test_what_was_done_to_sigma_is_told(few: PlanetSet) -> None:
    lines = "temperature: by part kept, score +0.012; corel: identity, score -0.001"
    text = Html(render(report(few, origin=Origin("", {"calibration": lines})))).text
    assert "temperature by part kept, score +0.012 corel identity, score -0.001" in text
    assert "calibrated 90%" in render(report(few))


def test_what_a_training_leaves_is_shown(few: PlanetSet) -> None:
    rng = np.random.default_rng(0)
    record = TrainingRecord(
        curves=TrainingCurves(np.arange(9.0), {"score": rng.uniform(size=9)}),
        graphs={"COREL": np.abs(rng.normal(size=(283, 283)))},
        comparison=Comparison(("model", "score"), (("v50", "0.61"), ("physics", "0.58"))),
        ablation=Comparison(("part", "score"), (("no graph", "0.60"),)),
        shake_up=rng.normal(scale=0.01, size=1000),
    )
    page = dashboard(few, record)
    text = Html(render(page)).text
    for expected in ("Training: score", "Strongest edges of COREL", "v50 0.61", "no graph 0.60"):
        assert expected in text
    assert "No training curves" not in text


def test_a_survey_that_contradicts_the_priors_is_told(few: PlanetSet) -> None:
    lines = ("drift: learnt again from 30 planets, depths unknown", "stars: 500 K cooler")
    html = render(report(few, priors=lines))
    page = Html(html)
    assert "What this survey says about the priors" in page.text
    assert "learnt again from 30 planets" in page.text
    assert "What this survey says" not in Html(render(report(few))).text
