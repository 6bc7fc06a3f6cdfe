from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from spectramind.errors import DataError, OutputError
from spectramind.submission.table import (
    COLUMNS,
    SubmissionTable,
    read_submission,
    write_submission,
)


def _table(planets: int = 3, seed: int = 0) -> SubmissionTable:
    rng = np.random.default_rng(seed)
    ids = tuple(int(i) for i in 1_000_000 + 7 * np.arange(planets)[::-1])
    mu = rng.lognormal(-4.3, 0.6, (planets, 283))
    return SubmissionTable(ids, mu, rng.lognormal(-8.5, 0.5, (planets, 283)))


def test_the_header_is_the_official_one(tmp_path: Path) -> None:
    write_submission(tmp_path / "a.csv", _table())
    header = (tmp_path / "a.csv").read_text().splitlines()[0].split(",")
    assert len(header) == 567
    assert header == list(COLUMNS)
    assert (header[1], header[283], header[284], header[566]) == (
        "wl_1", "wl_283", "sigma_1", "sigma_283",
    )  # fmt: skip


def test_equal_tables_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        write_submission(tmp_path / name, _table())
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=arrays(np.float64, (2, 566), elements=st.floats(0, 1e300, allow_subnormal=True)))
def test_every_float_reads_back_bit_by_bit(tmp_path: Path, values: np.ndarray) -> None:
    table = SubmissionTable((5, 3), values[:, :283], values[:, 283:])
    write_submission(tmp_path / "a.csv", table)
    again = read_submission(tmp_path / "a.csv")
    assert again.planet_ids == (5, 3)
    assert again.mu.tobytes() == np.ascontiguousarray(table.mu).tobytes()
    assert again.sigma.tobytes() == np.ascontiguousarray(table.sigma).tobytes()


def test_numbers_carry_no_superfluous_digits(tmp_path: Path) -> None:
    table = _table()
    write_submission(tmp_path / "a.csv", table)
    cells = (tmp_path / "a.csv").read_text().splitlines()[1].split(",")[1:]
    shortest = [repr(float(value)) for value in np.r_[table.mu[0], table.sigma[0]]]
    assert [repr(float(cell)) for cell in cells] == shortest
    assert all(len(cell) <= len(best) + 1 for cell, best in zip(cells, shortest, strict=True))


def test_pandas_reads_the_same_numbers(tmp_path: Path) -> None:
    table = _table(4)
    write_submission(tmp_path / "a.csv", table)
    frame = pd.read_csv(tmp_path / "a.csv")
    assert tuple(frame["planet_id"]) == table.planet_ids
    # The fast parser of pandas 2 is off by 1e-16; the file itself is exact, see above.
    np.testing.assert_allclose(frame.iloc[:, 1:284], table.mu, rtol=1e-14, atol=1e-16)
    np.testing.assert_allclose(frame.iloc[:, 284:], table.sigma, rtol=1e-14, atol=1e-16)


def test_shapes_and_ids_are_checked() -> None:
    good = _table()
    with pytest.raises(DataError, match="shape"):
        SubmissionTable(good.planet_ids, good.mu[:, :-1], good.sigma)
    with pytest.raises(DataError, match="duplicate"):
        SubmissionTable((1, 2, 1), good.mu, good.sigma)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("wl_1,wl_2", "wl_2,wl_1", "wl_1"),
        ("planet_id", "id", "planet_id"),
        (",sigma_283", "", "566|567"),
    ],
)
def test_another_header_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "a.csv"
    write_submission(path, _table())
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(DataError, match=said):
        read_submission(path)


@pytest.mark.parametrize("cell", ["", "nan", "inf", "x"])
def test_a_cell_that_is_no_finite_number_is_refused(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "a.csv"
    write_submission(path, _table())
    lines = path.read_text().splitlines()
    cells = lines[2].split(",")
    cells[17] = cell
    lines[2] = ",".join(cells)
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(DataError, match=r"wl_17.*spectramind validate"):
        read_submission(path)


def test_a_missing_file_and_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_submission(tmp_path / "none.csv")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        write_submission(tmp_path / "file" / "a.csv", _table())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file"]
