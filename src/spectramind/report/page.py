"""A page: a single HTML file that needs no network and no server."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from spectramind.report.content import Origin, PlanetSet
from spectramind.report.figure import Section
from spectramind.report.page_data import ArrayStore, inert_json, page_data
from spectramind.report.verdict import Verdict
from spectramind.submission.problem import ValidationReport
from spectramind.transit.doubts import doubts_of, in_words

_SCRIPTS = ("arrays", "axis", "layers", "save", "chart", "explorer")


@dataclass(frozen=True)
class Page:
    """What a page shows, from top to bottom.

    kind        what it is about, e.g. "report of submission.csv"
    validation  None where nothing was handed in
    explorer    figures of one planet
    sections    figures of all planets
    """

    kind: str
    verdict: Verdict
    planets: PlanetSet
    explorer: Section
    sections: tuple[Section, ...]
    origin: Origin
    validation: ValidationReport | None = None


def _asset(name: str) -> str:
    return (resources.files("spectramind.report") / "assets" / name).read_text(encoding="utf-8")


def render(page: Page) -> str:
    """The page as HTML; every text that comes from the data is escaped.

    Equal pages give equal bytes: nothing but `page` and the package enters.
    """
    environment = Environment(
        loader=PackageLoader("spectramind.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Ours, and the page's security policy admits no script but the one of this digest.
    script = "\n" + '"use strict";\n' + "\n".join(_asset(f"{name}.js") for name in _SCRIPTS)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    store = ArrayStore()
    figures = [*page.explorer.figures, *(f for section in page.sections for f in section.figures)]
    data = page_data(figures, page.planets, store)
    rows = list(zip(page.planets.planet_ids, page.planets.kinds, page.planets.notes, strict=True))
    fallbacks = [
        (planet, note or "no reason was recorded")
        for planet, kind, note in rows
        if kind == "fallback"
    ]
    doubtful = [
        (planet, "; ".join(map(in_words, doubts_of(note.split()))))
        for planet, kind, note in rows
        if kind == "doubtful"
    ]
    return environment.get_template("page.html.j2").render(
        page=page,
        style=Markup(_asset("page.css")),
        script=Markup(script),
        script_digest=digest,
        data=inert_json(data),
        arrays={name: Markup(packed.text) for name, packed in store.arrays.items()},
        orders=data["orders"],
        fallbacks=fallbacks,
        doubtful=doubtful,
    )
