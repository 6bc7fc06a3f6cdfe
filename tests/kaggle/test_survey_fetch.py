"""`survey fetch` against a client that fails, truncates, fills the disk and is killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from kaggle_site import Site, kaggle_site
from typer.testing import CliRunner

from spectramind.cli.app import app
from spectramind.errors import ConfigurationError, DataError, OutputError
from spectramind.kaggle import competition_files as listing
from spectramind.kaggle import survey_fetch
from spectramind.kaggle.client import Client
from spectramind.kaggle.survey_fetch import STAGING, Choice, Fetched, fetch_survey
from spectramind.survey.discovery import open_survey

NAME = "ariel-data-challenge-2025"


@pytest.fixture
def site(small_survey: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A competition whose data are a small survey: two training planets, three test planets."""
    site = kaggle_site(tmp_path / "site", monkeypatch)
    left_out = shutil.ignore_patterns("truth", "simulation.json")
    shutil.copytree(small_survey, site.root / "competition", ignore=left_out)
    for split, number in (("train", 1), ("test", 2)):
        for extra in sorted((site.root / "competition" / split).iterdir())[number + 1 :]:
            shutil.rmtree(extra)
    return site


def fetch(out: Path, choice: Choice, bytes_told: list[int] | None = None) -> Fetched:
    told = bytes_told if bytes_told is not None else []
    client = Client(sleep=lambda _: None)
    return fetch_survey(client, NAME, out, choice, lambda *state: told.append(state[0]))


def files_below(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and STAGING not in path.parts
    }


def planets_of(site: Site, split: str) -> list[int]:
    return sorted(int(entry.name) for entry in (site.root / "competition" / split).iterdir())


def test_tables_first_then_planets_each_as_it_is(site: Site, tmp_path: Path) -> None:
    out, told = tmp_path / "survey", []
    planet = planets_of(site, "train")[1]
    done = fetch(out, Choice("train", planets=(planet,)), told)
    assert done.planets == (planet,) and done.of == 2 and done.missing == {}
    names = [call[4] for call in site.calls() if call[:2] == ["competitions", "download"]]
    assert "/" not in names[0] and [("/" in name) for name in names] == sorted(
        "/" in name for name in names
    )
    fetched = files_below(out)
    fetched.pop("fetched.json")
    whole = files_below(site.root / "competition")
    assert fetched == {name: whole[name] for name in fetched}
    assert told == sorted(told)
    survey = open_survey(out, "train")
    assert survey.planet_ids == (planet,)
    survey.planet(planet)


def test_second_time_fetches_nothing(site: Site, tmp_path: Path) -> None:
    out = tmp_path / "survey"
    fetch(out, Choice("train", first=1))
    site.calls()
    done = fetch(out, Choice("train", first=1))
    assert done.size == 0 and len(done.planets) == 1
    assert site.calls() == []  # the list of files is kept too


def test_more_planets_are_added_to_what_is_there(site: Site, tmp_path: Path) -> None:
    out = tmp_path / "survey"
    fetch(out, Choice("train", first=1))
    site.calls()
    done = fetch(out, Choice("test", random=1, seed=3))
    names = [call[4] for call in site.calls()]
    assert names and all(name.startswith("test/") for name in names)
    survey = open_survey(out, "test")
    assert set(survey.planet_ids) == set(done.planets)


def test_random_planets_follow_the_seed() -> None:
    known = [12, 7, 9, 31]
    first, again = Choice("test", random=2, seed=1).of(known), Choice("test", random=2, seed=1)
    assert first == again.of(reversed(known))
    assert len({Choice("test", random=2, seed=seed).of(known) for seed in range(9)}) > 1


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (Choice("train"), "one of"),
        (Choice("train", planets=(1,), first=1), "one of"),
        (Choice("train", planets=(12,)), "12"),
        (Choice("train", first=9), "1 to 2"),
        (Choice("train", random=0), "1 to 2"),
    ],
)
def test_choices_that_cannot_be(choice: Choice, words: str) -> None:
    with pytest.raises((ConfigurationError, DataError), match=words):
        choice.of([5, 6])


@pytest.mark.usefixtures("site")
def test_pages_of_the_list_are_joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "_PAGE", 7)
    done = fetch(tmp_path / "survey", Choice("train", first=2))
    assert len(done.planets) == 2 and done.of == 2
    assert not (tmp_path / "survey" / "fetched.json").exists()  # nothing of the split is missing


def test_one_in_twenty_downloads_fails(site: Site, tmp_path: Path) -> None:
    site.faults(failing_share=0.05)
    done = fetch(tmp_path / "survey", Choice("test", first=2))
    assert done.missing == {} and len(done.planets) == 2
    assert any(site.root.glob(".tried-*"))


def test_truncated_and_zipped_files(site: Site, tmp_path: Path) -> None:
    planet = planets_of(site, "test")[0]
    signal_file = f"test/{planet}/AIRS-CH0_signal_0.parquet"
    site.faults(**{f"truncated {signal_file}": 2, "zipped train.csv": 1})
    done = fetch(tmp_path / "survey", Choice("test", first=1))
    assert done.missing == {}
    whole = site.root / "competition" / signal_file
    assert (tmp_path / "survey" / signal_file).read_bytes() == whole.read_bytes()


def test_what_does_not_come_is_named_and_its_planet_is_not_there(
    site: Site, tmp_path: Path
) -> None:
    first, second = planets_of(site, "test")[:2]
    file = f"test/{first}/FGS1_calibration_0/dark.parquet"
    site.faults(**{f"truncated {file}": 99})
    out = tmp_path / "survey"
    done = fetch(out, Choice("test", first=2))
    assert list(done.missing) == [file] and done.planets == (second,)
    assert open_survey(out, "test").planet_ids == (second,)
    site.faults()
    site.calls()
    assert fetch(out, Choice("test", first=2)).planets == (first, second)
    assert [call[4] for call in site.calls()] == [file]


def test_content_is_checked_not_only_size(site: Site, tmp_path: Path) -> None:
    planet = planets_of(site, "test")[0]
    path = site.root / "competition" / f"test/{planet}/FGS1_signal_0.parquet"
    path.write_bytes(bytes(path.stat().st_size))
    done = fetch(tmp_path / "survey", Choice("test", first=1))
    assert len(done.missing) == 1 and done.planets == ()


def test_disk_is_looked_at_before_and_when_it_fills_up(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "survey"
    usage = shutil.disk_usage(tmp_path)
    with monkeypatch.context() as patch:
        small = type(usage)(usage.total, usage.used, 1000)
        patch.setattr(survey_fetch.shutil, "disk_usage", lambda _: small)
        with pytest.raises(OutputError, match="GB free"):
            fetch(out, Choice("test", first=1))
    assert [call[1] for call in site.calls()] == ["files"]
    site.faults(full_disk=1)
    with pytest.raises(OutputError, match="full disk"):
        fetch(out, Choice("test", first=1))
    assert fetch(out, Choice("test", first=1)).missing == {}


def test_killed_and_repeated(site: Site, tmp_path: Path) -> None:
    out = tmp_path / "survey"
    site.faults(seconds_a_file=0.15)
    words = ["-m", "spectramind", "survey", "fetch", f"paths.out={out}", "data.split=test"]
    with subprocess.Popen(
        [sys.executable, *words, "--first", "2"], cwd=tmp_path, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        staging, deadline = out / STAGING / "test", time.monotonic() + 200
        while not list(staging.rglob("*.parquet")) and time.monotonic() < deadline:
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGKILL)
    assert not (out / "test").exists() or list((out / "test").iterdir()) == []
    site.faults()
    whole = site.root / "competition"
    staged = (p.relative_to(out / STAGING) for p in (out / STAGING).rglob("*.parquet"))
    before = {
        str(name)
        for name in staged
        if (out / STAGING / name).stat().st_size == (whole / name).stat().st_size
    }
    site.calls()
    done = fetch(out, Choice("test", first=2))
    assert done.missing == {} and len(done.planets) == 2
    assert before and not before & {call[4] for call in site.calls()}


def test_command_says_what_is_there(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    planet = planets_of(site, "test")[2]
    words = ["survey", "fetch", "+paths.out=survey", "+data.split=test", "--planets", str(planet)]
    said = CliRunner().invoke(app, words)
    assert said.exit_code == 0, said.output
    assert "1 of 3 test planets are complete" in said.output
    assert "total_bytes" in said.output
    assert CliRunner().invoke(app, [*words[:-1], "x"]).exit_code == 3
    predicted = CliRunner().invoke(
        app,
        [
            "predict", "model=polynomial", "data.split=test", "paths.input=survey",
            "paths.out=out", "runtime.executor=serial", "runtime.kaggle=true",
        ],
    )  # fmt: skip
    assert predicted.exit_code == 0, predicted.output
    assert "fetched in part" in predicted.output
    validated = CliRunner().invoke(app, ["submit", "paths.out=out", "submit.csv=s.csv"])
    assert validated.exit_code == 0, validated.output
    assert len(Path("s.csv").read_text().splitlines()) == 2
