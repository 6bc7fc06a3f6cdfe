"""The table of families: what is written is read, and what is wrong with it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from spectramind.errors import DataError
from spectramind.survey.families import read_families, write_families


def test_families_survive_writing_and_reading(tmp_path: Path) -> None:
    table = {2**40: "001-red-power2", 3: "000-none-quadratic", 7: "001-red-power2"}
    write_families(tmp_path, table)
    found = read_families(tmp_path)
    assert found == table
    assert list(found or ()) == list(table)


def test_a_survey_without_the_table_has_no_families(tmp_path: Path) -> None:
    assert read_families(tmp_path) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("planet_id,kind\n1,a\n", "'family' as column 2"),
        ("planet_id,family\n1,a\n1,b\n", "planet_id 1 once"),
        ("planet_id,family\n1,\n", "a family of planet 1"),
        ("planet_id,family\n1,  \n", "a family of planet 1"),
        ("planet_id,family\n1.5,a\n", "an integer planet_id"),
        ("planet_id,family\n", "at least one row"),
        ("planet_id,family\n1,a,b\n", "2 cells in every row"),
        ("", "a header of 2 columns"),
    ],
)
def test_a_wrong_table_is_refused(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "families.csv").write_text(text)
    with pytest.raises(DataError, match=said):
        read_families(tmp_path)
