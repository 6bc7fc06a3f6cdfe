"""Planets and visits that hold the same frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from spectramind.survey.physics.finding import Finding, below
from spectramind.survey.physics.twins import same_content
from spectramind.survey.stars import Star

CHECK = "twins"


def same_star(one: Star | None, other: Star | None) -> bool:
    """Whether two rows name one star, in what both say of radius, mass and temperature."""
    if one is None or other is None:
        return False
    pairs = zip(one.row[:3], other.row[:3], strict=True)
    # NaN says nothing.
    return all(a == b or a != a or b != b for a, b in pairs)


def twin_groups(files: Mapping[tuple[int, int], Path]) -> list[tuple[tuple[int, int], ...]]:
    """Groups of (planet, visit) whose files hold the same."""
    keys = list(files)
    by_number = {number: files[key] for number, key in enumerate(keys)}
    return [tuple(keys[k] for k in group) for group in same_content(by_number)]


def impostors(
    groups: Sequence[Sequence[tuple[int, int]]], stars: Mapping[int, Star]
) -> dict[int, int]:
    """Planets with the frames of another star's planet, and which one's: they cannot all be right.

    Two ids of one star are one planet twice, and both right.
    """
    found: dict[int, int] = {}
    for group in groups:
        planets = list(dict.fromkeys(planet for planet, _ in group))
        for planet in planets:
            for other in planets:
                if other != planet and not same_star(stars.get(planet), stars.get(other)):
                    found.setdefault(planet, other)
    return found


def twin_findings(
    root: Path, files: Mapping[tuple[int, int], Path], stars: Mapping[int, Star]
) -> list[Finding]:
    """Findings on every group: other stars' frames, one planet twice, one visit twice."""
    findings = []
    expected = "frames of its own for every visit"
    for group in twin_groups(files):
        planets = tuple(dict.fromkeys(planet for planet, _ in group))
        file = below(root, files[group[0]])
        others = ", ".join(f"planet {planet} visit {visit}" for planet, visit in group[1:])
        found = f"the same in {others}"
        if impostors([group], stars):
            remedy = "restore the frames; these planets get the training mean until then"
            findings.append(Finding(CHECK, file, expected, found, remedy, planets))
        elif len(planets) < len(group):
            remedy = "remove the visit that is there twice: it counts as two"
            findings.append(Finding(CHECK, file, expected, found, remedy, planets))
        else:
            remedy = "nothing, if one star is meant to have two ids"
            findings.append(Finding(CHECK, file, expected, found, remedy, planets, harmless=True))
    return findings
