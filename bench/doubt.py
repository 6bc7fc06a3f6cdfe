"""Corrupted planets beside sound ones: which answers are right, wide, flagged, lost, or wrong?

Every kind of fault strikes planets of a simulated survey whose truth is known. With
SPECTRAMIND_AGAINST=FOLDER the package in FOLDER (its `src`, from another commit) answers too.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from bench import _doubt_frames as frame_faults
from bench import _doubt_light_curves as curve_faults
from spectramind.conf.compose import compose
from spectramind.detector.product import write_light_curves
from spectramind.simulator.planet_products import (
    SimulationTask,
    visit_light_curves,
    write_planet_frames,
)
from spectramind.simulator.population import SimulatedPlanet, draw_planet
from spectramind.simulator.survey_tables import write_instrument_tables, write_planet_tables
from spectramind.submission.score import naive_model_of, official_score
from spectramind.transit.doubts import doubts_of

FloatArray = NDArray[np.float64]

SEED = 20261130
SOUND, EACH, DECIMATE = 60, 2, 30
WIDE = 300e-6
"""Sigma of the AIRS mean from which on an answer is called wide rather than right."""

TABLES: dict[str, dict[str, str]] = {
    "blank e": {"e": ""},
    "blank Mp": {"Mp": ""},
    "blank P": {"P": ""},
    "blank sma": {"sma": ""},
    "blank i": {"i": ""},
    "blank Ts": {"Ts": ""},
    "sma in au": {"sma": "x0.0045"},
    "P in hours": {"P": "x24"},
    "i in radians": {"i": "x0.0174533"},
}


@dataclass(frozen=True)
class Judged:
    """One planet: kind of its fault (empty if sound), status, flags, errors over sigma, score."""

    kind: str
    lost: bool
    flagged: bool
    worst: float
    sigma: float
    score: float

    @property
    def verdict(self) -> str:
        """In one word."""
        if self.lost:
            return "lost"
        if self.worst > 3.0:
            return "wrong, flagged" if self.flagged else "WRONG, not flagged"
        return "wide" if self.sigma > WIDE else "right"


def _planet(index: int, visits: int) -> SimulatedPlanet:
    """A planet whose transits lie within its visits."""
    planet = draw_planet(SEED, index)
    times = np.random.default_rng([SEED, index, 7]).uniform(3.3, 4.2, visits)
    return replace(planet, planet_id=index + 1, transit_times=tuple(map(float, times)))


def _task(out: Path, level: str) -> SimulationTask:
    config = compose([f"sim.level={level}", f"sim.decimate={DECIMATE if level == 'frames' else 1}",
                      "sim.train=0", f"sim.seed={SEED}"])  # fmt: skip
    return SimulationTask(out, config.sim, config.detector, {}, 0)


def _write_tables(root: Path, planets: Sequence[SimulatedPlanet], step: int) -> None:
    write_instrument_tables(root, step)
    write_planet_tables(root, "test", list(planets))
    # What an answer of nothing is measured against.
    shutil.copy(root / "truth" / "test.csv", root / "train.csv")


def light_curve_survey(root: Path) -> dict[int, str]:
    """Write sound planets, faults of curves, of visits and of the table; kinds by planet id."""
    task, kinds, planets = _task(root, "light_curves"), dict[int, str](), list[SimulatedPlanet]()
    jobs = [("", None, 2 if i % 10 == 0 else 1) for i in range(SOUND)]
    jobs += [(k, f, 1) for k, f in curve_faults.ONE_VISIT.items() for _ in range(EACH)]
    jobs += [(k, f, 2) for k, f in curve_faults.TWO_VISITS.items() for _ in range(EACH)]
    jobs += [(f"star: {kind}", None, 1) for kind in TABLES]
    for index, (kind, fault, count) in enumerate(jobs):
        planet = _planet(index, count)
        visits = [visit_light_curves(task, planet, v) for v in range(count)]
        if fault is not None:
            visits = fault(visits, np.random.default_rng([SEED, index]))
        for visit in visits:
            path = root / "reduced" / "test" / f"{planet.planet_id}_{visit.visit}.nc"
            write_light_curves(path, visit)
        planets.append(planet)
        kinds[planet.planet_id] = kind
    _write_tables(root, planets, 1)
    _spoil_stars(root / "test_star_info.csv", kinds)
    return kinds


def _spoil_stars(path: Path, kinds: dict[int, str]) -> None:
    with path.open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    for row in rows:
        kind = kinds[int(float(row["planet_id"]))].removeprefix("star: ")
        for name, value in TABLES.get(kind, {}).items():
            row[name] = str(float(row[name]) * float(value[1:])) if value[:1] == "x" else value
    with path.open("w", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def frame_survey(root: Path) -> dict[int, str]:
    """Write copies of a few planets' frames, each with one thing wrong; kinds by planet id."""
    task, kinds, planets = _task(root, "frames"), dict[int, str](), list[SimulatedPlanet]()
    bases = [_planet(1000 + number, 1) for number in range(EACH)]
    for base in bases:
        write_planet_frames(task, base)
    faults = {**frame_faults.FRAMES, **frame_faults.CALIBRATIONS}
    for number, (kind, fault) in enumerate(faults.items()):
        for copy, base in enumerate(bases):
            planet = replace(base, planet_id=2000 + 10 * number + copy)
            folder = root / "test" / str(planet.planet_id)
            shutil.copytree(root / "test" / str(base.planet_id), folder)
            fault(folder, np.random.default_rng([SEED, number, copy]))
            planets.append(planet)
            kinds[planet.planet_id] = kind
    kinds |= {base.planet_id: "" for base in bases}
    _write_tables(root, [*bases, *planets], DECIMATE)
    return kinds


def _predict(survey: Path, out: Path, source: Path | None) -> Path:
    """Let this package, or the one below `source`, predict; the predictions' file."""
    environment = dict(os.environ) | ({"PYTHONPATH": str(source / "src")} if source else {})
    command = [sys.executable, "-m", "spectramind", "predict", "+data.split=test"]
    command += [f"+paths.input={survey}", f"+paths.out={out}"]
    done = subprocess.run(command, env=environment, cwd=out.parent, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"predict of {source or 'this package'} failed: {done.stderr[-500:]}")
    return out / "predictions.nc"


def judged(survey: Path, predictions: Path, kinds: dict[int, str]) -> list[Judged]:
    """Hold predictions against the truth."""
    with (survey / "truth" / "test.csv").open() as handle:
        rows = list(csv.reader(handle))[1:]
    truth = {int(row[0]): np.array(row[1:], dtype=np.float64) for row in rows}
    with h5py.File(predictions) as file:
        ids = [int(planet) for planet in file["planet"][:]]
        mu, sigma = np.asarray(file["mu"]), np.asarray(file["sigma"])
        common = np.asarray(file["sigma_common"])
        status, note = (json.loads(file.attrs[name]) for name in ("status", "note"))
    depths = np.stack([truth[planet] for planet in ids])
    score = official_score(depths, mu, sigma, naive_model_of(survey), tuple(ids)).planets
    out = []
    for row, planet in enumerate(ids):
        error = mu[row] - depths[row]
        parts = [error[0] / sigma[row, 0], error[1:].mean() / common[row]]
        parts.append(float(np.sqrt(np.mean((error[1:] / sigma[row, 1:]) ** 2))))
        doubts = doubts_of(note[row].split()) if status[row] != "fallback" else ("fallback",)
        lost = bool({"fallback", "no_transit", "no_data"} & set(doubts))
        worst = float(np.max(np.abs(parts)))
        out.append(
            Judged(kinds[planet], lost, bool(doubts), worst, float(common[row]), score[planet])
        )
    return out


def _print(name: str, planets: Sequence[Judged]) -> None:
    struck, sound = [p for p in planets if p.kind], [p for p in planets if not p.kind]
    verdicts = Counter(planet.verdict for planet in struck)
    print(f"\n{name}: {len(struck)} corrupted planets of {len({p.kind for p in struck})} kinds")
    for verdict in ("right", "wide", "lost", "wrong, flagged", "WRONG, not flagged"):
        print(f"  {verdict:20s} {verdicts[verdict]:4d}")
    print(f"  {'flagged':20s} {sum(p.flagged for p in struck):4d}")
    print(f"  mean official score  {np.mean([p.score for p in struck]):.3f}")
    flagged, score = sum(p.flagged for p in sound), np.mean([p.score for p in sound])
    print(f"  of {len(sound)} sound ones flagged {flagged}, mean score {score:.3f}")


def _print_kinds(columns: Sequence[Sequence[Judged]]) -> None:
    """One line a kind: verdict of each of its planets and the worst error over sigma."""
    for kind in dict.fromkeys(p.kind for p in columns[0] if p.kind):
        cells = []
        for planets in columns:
            mine = [p for p in planets if p.kind == kind]
            cells.append("; ".join(f"{p.verdict} {p.worst:.1f}" for p in mine))
        print(f"  {kind:32s} " + "   |   ".join(f"{cell:44s}" for cell in cells))


def main() -> None:
    """Make the surveys, predict, print."""
    against = os.environ.get("SPECTRAMIND_AGAINST")
    sources: dict[str, Path | None] = {"this package": None}
    if against:
        sources[against] = Path(against).resolve()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(os.environ.get("SPECTRAMIND_DOUBT", folder)).resolve()
        surveys = {"curves": light_curve_survey, "frames": frame_survey}
        kinds = {name: make(root / name) for name, make in surveys.items()}
        columns = []
        for number, source in enumerate(sources.values()):
            planets: list[Judged] = []
            for name, known in kinds.items():
                out = root / f"out_{number}_{name}"
                planets += judged(root / name, _predict(root / name, out, source), known)
            columns.append(planets)
        for name, planets in zip(sources, columns, strict=True):
            _print(name, planets)
        print()
        _print_kinds(columns)


if __name__ == "__main__":
    main()
