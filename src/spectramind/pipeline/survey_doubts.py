"""How many planets of a survey are in doubt, for what reasons, and what they have in common."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from spectramind.transit.doubts import Flag, doubts_of, parse_flag

MANY = 0.1
"""Share of planets in doubt from which on the survey is to blame rather than they."""
_MOST_REASONS = 5
_SHARED = 0.5
_PATH = re.compile(r"\S*/")
_NUMBER = re.compile(r"(?<![A-Za-z_\d])\d[\d.e+-]*")


@dataclass(frozen=True)
class SurveyDoubts:
    """What a prediction is worth, planet by planet, in a few lines.

    counts   number of planets that are ok, doubtful, fallback
    reasons  the commonest, with how many planets give each
    common   what the planets in doubt share and which file to look at, where they are many
    """

    counts: dict[str, int]
    reasons: tuple[tuple[str, int], ...]
    common: str | None

    def lines(self) -> list[str]:
        """For people."""
        ok, doubtful, fallback = (self.counts[name] for name in ("ok", "doubtful", "fallback"))
        return [
            f"ok {ok:,} \u00b7 doubtful {doubtful:,} \u00b7 fallback {fallback:,}",
            *(f"  {count:,} x {reason}" for reason, count in self.reasons),
        ]


def failure_kind(text: str) -> str:
    """A failure without what is its planet's own: folders, numbers, what was found."""
    return _NUMBER.sub("N", _PATH.sub("", text.partition(", found ")[0])).strip()


def survey_doubts(
    planets: int, doubtful: Mapping[int, str], fallbacks: Mapping[int, str]
) -> SurveyDoubts:
    """Sum up a prediction.

    Parameters
    ----------
    planets : number of all planets
    doubtful, fallbacks : flags, and reason, by planet id
    """
    flags = {
        planet: [parse_flag(f) for f in doubts_of(note.split())]
        for planet, note in doubtful.items()
    }
    by_name: Counter[str] = Counter()
    for raised in flags.values():
        by_name.update({f"{flag.name}: {flag.meaning}" for flag in raised})
    by_name.update(failure_kind(text) for text in fallbacks.values())
    in_doubt = len(doubtful) + len(fallbacks)
    ok = planets - in_doubt
    commonest = sorted(by_name.items(), key=lambda item: (-item[1], item[0]))
    return SurveyDoubts(
        counts={"ok": ok, "doubtful": len(doubtful), "fallback": len(fallbacks)},
        reasons=tuple(commonest[:_MOST_REASONS]),
        common=_in_common(flags, fallbacks) if in_doubt > MANY * planets else None,
    )


def _in_common(flags: Mapping[int, list[Flag]], fallbacks: Mapping[int, str]) -> str:
    """One line: how many are in doubt, what most of them share, where to look."""
    total = len(flags) + len(fallbacks)
    head = f"{total:,} planets are in doubt"
    kinds = Counter(failure_kind(text) for text in fallbacks.values())
    names = Counter(name for raised in flags.values() for name in {flag.name for flag in raised})
    name, count = max([*names.items(), *kinds.items()], key=lambda item: (item[1], item[0]))
    if count < _SHARED * total:
        return f"{head}; they share no single reason: look at the commonest ones above"
    if name in kinds:
        first = next(planet for planet, text in fallbacks.items() if failure_kind(text) == name)
        return f"{head}; {count:,} of them with: {name}; look at planet {first}: {fallbacks[first]}"
    raised = {p: [f for f in found if f.name == name] for p, found in flags.items()}
    raised = {planet: found for planet, found in raised.items() if found}
    first, found = next(iter(raised.items()))
    shared = [f"{count:,} of them {name}"]
    for place in ("instrument", "visit"):
        values = Counter(v for f in raised.values() for v in {getattr(flag, place) for flag in f})
        value, number = values.most_common(1)[0]
        if value is not None and number >= _SHARED * total:
            shared.append(f"{place} {value}")
    where = found[0].look_at.replace("PLANET", str(first))
    return f"{head}; {', '.join(shared)}; look at {where}, of planet {first} for one"
