from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from spectramind.errors import OutputError
from spectramind.report.content import PlanetPanel, ReportContent
from spectramind.report.page import MANY_PLANETS, render_report, write_report
from spectramind.report.verdict import counted, verdict_of
from spectramind.submission.problem import Problem, ValidationReport
from spectramind.submission.score import ScoreReport
from spectramind.transit.posterior import WhiteLightCurve

WAVELENGTH = np.r_[0.7, np.linspace(1.952, 3.895, 282)]
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7 * 7 }}</pre></script>"


def _white(rng: np.random.Generator, name: str, visit: int = 0) -> WhiteLightCurve:
    time = (np.arange(1125) + 0.5) * 7.5 / 1125
    start, end = 2.0 + rng.uniform(), 5.0 + rng.uniform()
    model = 1 - 0.015 * np.clip(np.minimum(time - start, end - time) / 0.3, 0, 1)
    flux = model + 1.4e-4 * rng.normal(size=1125)
    return WhiteLightCurve(name, visit, time, flux, model, np.full(1125, 1.4e-4))  # type: ignore[arg-type]


def _planet(planet: int, **changes: object) -> PlanetPanel:
    rng = np.random.default_rng(planet)
    mu = rng.lognormal(-4.3, 0.4) + 1e-5 * rng.normal(size=283).cumsum()
    white = (_white(rng, "FGS1"), _white(rng, "AIRS-CH0"))
    panel = PlanetPanel(planet, "ok", "", mu, np.full(283, 1e-4), white)
    return replace(panel, **changes)  # type: ignore[arg-type]


def _content(count: int = 3, **changes: object) -> ReportContent:
    content = ReportContent(
        ValidationReport("submission.csv", count, (), {}),
        "polynomial",
        WAVELENGTH,
        tuple(_planet(1000 + number) for number in range(count)),
        "model:\n  name: polynomial\n",
        {"run hash": "abc123"},
    )
    return replace(content, **changes)  # type: ignore[arg-type]


class _Page(HTMLParser):
    """Checks that tags nest, and collects text, attributes and the tags that occur."""

    void = frozenset({"meta", "link", "input", "br", "path"})

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

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_every_planet_is_there_with_spectrum_and_light_curves() -> None:
    page = _Page(render_report(_content(3)))
    assert page.tags["details"] == 3
    assert page.tags["h1"] == 1
    images = [value for tag, name, value in page.attributes if name == "aria-label"]
    assert sum("spectrum" in label for label in images) == 3
    assert sum("AIRS-CH0 visit 0: white light curve" in label for label in images) == 3
    for expected in ("1000", "1001", "1002", "name: polynomial", "abc123", "submission.csv"):
        assert expected in page.text


def test_nothing_is_loaded_from_elsewhere() -> None:
    html = render_report(_content())
    page = _Page(html)
    loading = [v for _, name, v in page.attributes if name in ("src", "href", "action", "data")]
    assert loading == ["data:,"]
    assert not re.search(r"https?:|//[a-z]|url\(|@import|\bfetch\b|\beval\b|innerHTML", html)


def test_the_policy_admits_exactly_the_script_inside() -> None:
    html = render_report(_content())
    (script,) = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)
    assert "default-src 'none'" in policy
    assert re.search(r"script-src '([^']*)';", policy)[1] == f"sha256-{digest}"  # type: ignore[index]
    assert not [name for _, name, _ in _Page(html).attributes if name.startswith("on")]


def test_html_in_any_text_is_inert() -> None:
    problem = Problem("x", "warning", EVIL, EVIL, 1, EVIL, EVIL[:30], EVIL)
    rng = np.random.default_rng(0)
    planet = _planet(1, planet_id=EVIL, note=EVIL, status="fallback", white=(_white(rng, EVIL),))
    content = _content(
        validation=ValidationReport(EVIL, 1, (problem,), {"x": 1}),
        planets=(planet, _planet(2, note=EVIL)),
        estimator=EVIL,
        configuration=EVIL,
        provenance={EVIL: EVIL},
    )
    html, plain = render_report(content), render_report(_content(2))
    page = _Page(html)
    assert page.tags["script"] == 1
    assert page.tags["img"] == 0
    assert "49" not in re.findall(r"onerror=alert\(2\)&gt;(..)", html)
    assert html.count("<script>") == plain.count("<script>") == 1
    assert EVIL in page.text


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.html", "b.html"):
        write_report(tmp_path / name, _content())
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    assert (tmp_path / "a.html").read_text() == render_report(_content())


def test_a_report_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        write_report(tmp_path / "file" / "a.html", _content())
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_verdicts() -> None:
    assert verdict_of(_content()).tone == "good"
    fallback = _content(2)
    fallback = replace(
        fallback, planets=(_planet(7, status="fallback", note="no frames"), _planet(8))
    )
    assert verdict_of(fallback).tone == "look"
    assert "1 planet carries" in verdict_of(fallback).advice
    assert ("fallback planets", "1") in verdict_of(fallback).facts
    warning = Problem("w", "warning", "looks odd", "look")
    report = ValidationReport("s.csv", 3, (warning,), {"w": 4})
    assert verdict_of(_content(validation=report)).headline == "Valid submission, 4 warnings"
    error = Problem("e", "error", "is wrong", "mend it", 3, "wl_1", "nan", "55")
    report = ValidationReport("s.csv", 3, (warning, error), {"w": 4, "e": 1})
    verdict = verdict_of(_content(validation=report))
    assert (verdict.tone, verdict.headline) == ("bad", "Not valid: 1 error")
    assert "row 3 (planet 55), column wl_1: 'nan' is wrong; mend it" in verdict.advice
    score = ScoreReport(0.51234, 0.4, 0.53, {})
    assert ("score", "0.5123") in verdict_of(_content(score=score)).facts
    assert counted(1100, "planet") == "1\u2009100 planets"


def test_errors_come_before_warnings_and_omissions_are_said() -> None:
    problems = (Problem("w", "warning", "WARN", ""), Problem("e", "error", "WRONG", ""))
    report = ValidationReport("s.csv", 3, problems, {"w": 1, "e": 13})
    text = _Page(render_report(_content(validation=report))).text
    table = text[text.index("What to do") :]
    assert table.index("WRONG") < table.index("WARN")
    assert "12 more of the kind e are not listed" in text


def test_fallbacks_are_listed_with_their_reason() -> None:
    planets = (_planet(7, status="fallback", note="no frames", white=()), _planet(8))
    text = _Page(render_report(_content(planets=planets))).text
    assert "Fallback planets" in text
    assert text.count("no frames") == 2
    assert "Fallback planets" not in _Page(render_report(_content())).text.split("Validation")[1]


def test_missing_parts_leave_a_sentence() -> None:
    bare = (_planet(7, white=(), note=""), _planet(8, status="fallback", note=""))
    text = _Page(render_report(_content(planets=bare, provenance={}))).text
    assert "No light curve was kept for this planet." in text
    assert "No provenance was recorded." in text
    assert "no reason was recorded" in text
    assert "The submission holds no planet." in _Page(render_report(_content(0))).text
    rng = np.random.default_rng(0)
    masked = replace(_white(rng, "FGS1"), flux=np.full(1125, np.nan), sigma=np.full(1125, np.inf))
    one = _content(planets=(_planet(9, white=(masked,)),))
    assert "every sample is masked" in _Page(render_report(one)).text


def test_truth_is_drawn_where_it_is_known() -> None:
    planets = tuple(_planet(n, truth=_planet(n).mu + 1e-5) for n in (1, 2))
    known, unknown = render_report(_content(planets=planets)), render_report(_content(2))
    assert known.count('class="truth"') == 3  # two spectra, one overview
    assert unknown.count('class="truth"') == 0
    assert "error made" in known
    assert "error made" not in unknown


def test_a_whole_survey_stays_a_small_file() -> None:
    """A tenth more than a survey's share of 8 MB, for its second visits."""
    few = MANY_PLANETS + 10
    html = render_report(_content(few))
    page = _Page(html)
    assert page.tags["details"] == few
    assert not [value for tag, name, value in page.attributes if (tag, name) == ("details", "open")]
    assert len(html.encode()) < 8e6 * few / 1100 / 1.1
