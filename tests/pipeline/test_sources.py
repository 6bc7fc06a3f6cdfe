"""What a survey folder is taken for, and that a change of it is noticed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from spectramind.conf.compose import compose
from spectramind.pipeline.sources import FrameSource, source_of


@pytest.fixture
def survey(small_survey: Path, tmp_path: Path) -> Path:
    """A copy of the small survey that may be changed."""
    return Path(shutil.copytree(small_survey, tmp_path / "survey"))


def test_changed_tables_and_planets_are_noticed(survey: Path) -> None:
    config = compose([f"paths.input={survey}", "data.split=train"])
    source = source_of(config)
    first, *others = source.planet_ids
    shutil.rmtree(survey / "train" / str(first))
    assert source_of(config).planet_ids == tuple(others)
    table = survey / "train_star_info.csv"
    lines = table.read_text().splitlines()
    cells = lines[-1].split(",")
    table.write_text("\n".join([*lines[:-1], ",".join([cells[0], "1.25", *cells[2:]])]) + "\n")
    assert source_of(config).star(int(cells[0])).radius == 1.25


def test_products_in_the_survey_itself_are_not_taken_for_it(survey: Path) -> None:
    config = compose([f"paths.input={survey}", f"paths.out={survey}", "data.split=train"])
    planets = source_of(config).planet_ids
    source_of(config).light_curves(planets[0])
    assert (survey / "reduced" / "train").is_dir()
    again = source_of(config)
    assert isinstance(again, FrameSource)
    assert len(again.light_curves(planets[1])) >= 1
