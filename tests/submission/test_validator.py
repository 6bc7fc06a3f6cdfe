from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from spectramind.errors import DataError
from spectramind.submission.problem import ValidationReport
from spectramind.submission.table import (
    COLUMNS,
    SubmissionTable,
    read_submission,
    write_submission,
)
from spectramind.submission.validator import Limits, validate_submission

Change = Callable[[SubmissionTable], SubmissionTable]

IDS = (30, 10, 40, 20, 50)


def _table(ids: tuple[int, ...] = IDS) -> SubmissionTable:
    rng = np.random.default_rng(0)
    mu = rng.lognormal(-4.3, 0.4, (len(ids), 1)) + 1e-5 * rng.normal(size=(len(ids), 283))
    return SubmissionTable(ids, mu, rng.lognormal(-8.5, 0.4, (len(ids), 283)))


@dataclass(frozen=True)
class Seeded:
    """A valid submission to seed faults into, and its sample."""

    path: Path
    sample: Path

    def validate(self, **options: object) -> ValidationReport:
        return validate_submission(self.path, self.sample, **options)  # type: ignore[arg-type]

    def cells(self, change: Callable[[list[list[str]]], object]) -> ValidationReport:
        """Validate after `change` of the cells; cells[0] is the header, cells[n] is row n."""
        cells = [line.split(",") for line in self.path.read_text().splitlines()]
        change(cells)
        self.path.write_text("".join(",".join(row) + "\n" for row in cells))
        return self.validate()

    def one_cell(self, row: int, column: str, value: str) -> ValidationReport:
        return self.cells(lambda cells: cells[row].__setitem__(COLUMNS.index(column), value))

    def text(self, change: Callable[[str], str]) -> ValidationReport:
        self.path.write_bytes(change(self.path.read_text()).encode("utf-8"))
        return self.validate()

    def table(self, change: Change) -> ValidationReport:
        write_submission(self.path, change(_table()))
        return self.validate()


@pytest.fixture
def seeded(tmp_path: Path) -> Seeded:
    shape = (len(IDS), 283)
    placeholder = SubmissionTable(IDS, np.full(shape, 0.456), np.full(shape, 0.456))
    write_submission(tmp_path / "sample.csv", placeholder)
    write_submission(tmp_path / "s.csv", _table())
    return Seeded(tmp_path / "s.csv", tmp_path / "sample.csv")


def _only(report: ValidationReport, code: str) -> None:
    assert set(report.counts) == {code}, [p.message for p in report.problems]
    for problem in report.problems:
        assert "\n" not in problem.message
        assert problem.remedy in problem.message


def test_a_valid_table_has_no_problem(seeded: Seeded) -> None:
    report = seeded.validate()
    assert report.valid
    assert report.problems == ()
    assert report.planets == len(IDS)
    report.require_valid()


CELL_FAULTS = [
    ("wl_1", "nan", "non-finite"),
    ("wl_7", "NaN", "non-finite"),
    ("wl_2", "inf", "non-finite"),
    ("sigma_9", "-Infinity", "non-finite"),
    ("sigma_1", "1e999", "non-finite"),
    ("sigma_2", "NA", "non-finite"),
    ("wl_3", "", "empty-cell"),
    ("wl_283", "abc", "not-a-number"),
    ("wl_4", "1_0.0", "not-a-number"),
    ("wl_4", "0x1p-7", "not-a-number"),
    ("wl_4", "1.0e", "not-a-number"),
    ("wl_5", "٠.٠١", "not-a-number"),
    ("sigma_283", " 1e-4", "whitespace"),
    ("sigma_4", '"1e-4"', "whitespace"),
    ("wl_8", "-1e-5", "negative"),
    ("sigma_8", "-1e-4", "negative"),
    ("wl_9", "1.47", "mu-above-cap"),
    ("wl_9", "14700", "mu-above-cap"),
    ("sigma_5", "0", "sigma-below-floor"),
    ("sigma_5", "9.99e-7", "sigma-below-floor"),
    ("sigma_6", "0.11", "sigma-above-cap"),
]


@pytest.mark.parametrize(("column", "value", "code"), CELL_FAULTS)
@pytest.mark.parametrize("row", [1, 3, 5])
def test_a_bad_cell_is_named(seeded: Seeded, row: int, column: str, value: str, code: str) -> None:
    report = seeded.one_cell(row, column, value)
    _only(report, code)
    (problem,) = report.problems
    assert (problem.row, problem.column, problem.severity) == (row, column, "error")
    assert problem.planet == str(IDS[row - 1])
    assert f"row {row} (planet {IDS[row - 1]}), column {column}" in problem.message
    assert problem.value == value or float(problem.value) == float(value)
    with pytest.raises(DataError, match=f"row {row} .*column {column}"):
        report.require_valid()


@pytest.mark.parametrize("value", ["0", "+0.01", "1", ".01", "1.47E-2", "1e-02"])
def test_unusual_but_plain_numbers_pass(seeded: Seeded, value: str) -> None:
    column = "sigma_3" if value == "1" else "wl_3"
    report = seeded.one_cell(2, column, "0.1" if value == "1" else value)
    assert report.problems == ()


@pytest.mark.parametrize(
    ("row", "value", "code"),
    [
        (2, "x10", "planet-id"),
        (2, "10.0", "planet-id"),
        (2, "", "planet-id"),
        (2, "30", "duplicate-planet"),
        (5, "51", "unknown-planet"),
    ],
)
def test_a_bad_planet_id_is_named(seeded: Seeded, row: int, value: str, code: str) -> None:
    report = seeded.one_cell(row, "planet_id", value)
    assert set(report.counts) == {code, "missing-planet"}
    problem, missing = report.problems
    assert (problem.row, problem.column, problem.value) == (row, "planet_id", value)
    assert (missing.row, missing.value) == (None, str(IDS[row - 1]))


def test_missing_and_added_rows(seeded: Seeded) -> None:
    report = seeded.cells(lambda cells: cells.pop(4))
    _only(report, "missing-planet")
    assert report.problems[0].value == "20"
    assert report.planets == 4


def test_shuffled_rows_are_recognised(seeded: Seeded) -> None:
    def swap(cells: list[list[str]]) -> None:
        cells[2], cells[4] = cells[4], cells[2]

    report = seeded.cells(swap)
    _only(report, "row-order")
    (problem,) = report.problems
    assert (problem.row, problem.value) == (2, "20")
    assert "sample has 10" in problem.message
    assert "2 are out of place" in problem.message


def _renamed(cells: list[list[str]], index: int, name: str) -> None:
    cells[0][index] = name


HEADER_FAULTS: list[tuple[Callable[[list[list[str]]], object], str, str | None]] = [
    (lambda c: _renamed(c, 0, "id"), "header", "planet_id"),
    (lambda c: _renamed(c, 12, "wl_012"), "header", "wl_12"),
    (lambda c: _renamed(c, 5, " wl_5"), "header", None),
    (lambda c: _renamed(c, 5, '"wl_5"'), "header", None),
    (lambda c: c[0].__setitem__(slice(3, 5), ["wl_4", "wl_3"]), "header", "wl_3"),
    (lambda c: c[0].append("wl_1"), "header", "sigma_283"),
    (lambda c: [row.pop(300) for row in c], "header", "sigma_17"),
    (lambda c: c.pop(0), "header", "planet_id"),
    (lambda c: c.__setitem__(0, [c[0][0], *c[0][284:], *c[0][1:284]]), "swapped-blocks", "sigma_1"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "code", "column"), HEADER_FAULTS)
def test_a_bad_header_is_named(
    seeded: Seeded, change: Callable[[list[list[str]]], object], code: str, column: str | None
) -> None:
    report = seeded.cells(change)
    _only(report, code)
    assert report.problems[0].column == column
    assert not report.valid


TEXT_FAULTS: list[tuple[Callable[[str], str], str, int | None]] = [
    (lambda _: "", "empty", None),
    (lambda _: " \n\n", "empty", None),
    (lambda s: s.partition("\n")[0] + "\n", "no-rows", None),
    (lambda s: s.replace(",", ";"), "delimiter", None),
    (lambda s: s.replace(",", "\t"), "delimiter", None),
    (lambda s: s.replace("\n40,", "\n40,0,", 1), "cell-count", 3),
    (lambda s: s + "\n", "blank-line", 6),
    (lambda s: s.replace("\n40,", "\n\n40,", 1), "blank-line", 3),
]


@pytest.mark.parametrize(("change", "code", "row"), TEXT_FAULTS)
def test_a_broken_form_is_named(
    seeded: Seeded, change: Callable[[str], str], code: str, row: int | None
) -> None:
    report = seeded.text(change)
    assert not report.valid
    problem = next(p for p in report.problems if p.code == code)
    assert problem.row == row


def test_a_cut_file_is_named(seeded: Seeded) -> None:
    report = seeded.text(lambda s: s[:-900])
    assert {p.code for p in report.errors} == {"truncated"}
    assert report.errors[0].row == 5
    report = seeded.text(lambda s: s[:20])
    assert not report.valid


def test_bytes_that_are_no_text(seeded: Seeded) -> None:
    seeded.path.write_bytes(b"\xff\xfe" + seeded.path.read_bytes())
    assert set(seeded.validate().counts) == {"encoding"}


WARNINGS: list[tuple[Callable[[str], str], str]] = [
    (lambda s: "\ufeff" + s, "byte-order-mark"),
    (lambda s: s.replace("\n", "\r\n"), "line-ending"),
    (lambda s: s.rstrip("\n"), "no-final-newline"),
]


@pytest.mark.parametrize(("change", "code"), WARNINGS)
def test_what_only_looks_odd_is_a_warning(
    seeded: Seeded, change: Callable[[str], str], code: str
) -> None:
    """A warning promises that readers get the numbers that were meant: two readers are asked."""
    meant = read_submission(seeded.path)
    report = seeded.text(change)
    _only(report, code)
    assert report.valid
    assert report.warnings == report.problems
    np.testing.assert_array_equal(read_submission(seeded.path).sigma, meant.sigma)
    frame = pd.read_csv(seeded.path)
    np.testing.assert_allclose(frame.iloc[:, 1:284], meant.mu, rtol=1e-14)


def test_a_negative_zero_is_a_warning(seeded: Seeded) -> None:
    report = seeded.one_cell(3, "wl_2", "-0.0")
    _only(report, "negative-zero")
    assert report.valid
    assert (report.problems[0].row, report.problems[0].column) == (3, "wl_2")


def test_swapped_blocks_under_the_right_header(seeded: Seeded) -> None:
    report = seeded.table(lambda t: SubmissionTable(t.planet_ids, t.sigma, t.mu))
    assert "swapped-blocks" in {p.code for p in report.errors}
    one_sigma = seeded.table(
        lambda t: SubmissionTable(t.planet_ids, np.full_like(t.mu, 1e-4), t.mu)
    )
    assert "swapped-blocks" in {p.code for p in one_sigma.errors}


def test_one_swapped_row_is_a_warning(seeded: Seeded) -> None:
    def swap(t: SubmissionTable) -> SubmissionTable:
        mu, sigma = t.mu.copy(), t.sigma.copy()
        mu[2], sigma[2] = t.sigma[2], t.mu[2]
        return SubmissionTable(t.planet_ids, mu, sigma)

    report = seeded.table(swap)
    _only(report, "sigma-above-mu")
    assert (report.problems[0].row, report.valid) == (3, True)


def _with_rows(rows: list[int], mu: float, sigma: float) -> Change:
    def change(t: SubmissionTable) -> SubmissionTable:
        new_mu, new_sigma = t.mu.copy(), t.sigma.copy()
        new_mu[rows], new_sigma[rows] = mu, sigma
        return SubmissionTable(t.planet_ids, new_mu, new_sigma)

    return change


def test_flat_spectra_are_fallbacks_or_faults(seeded: Seeded) -> None:
    wide = seeded.table(_with_rows([1, 3], 0.0147, 0.0107))
    _only(wide, "flat-fallback")
    assert wide.valid
    assert [p.row for p in wide.problems] == [2, 4]
    assert seeded.validate(fallbacks={10, 20}).problems == ()
    narrow = seeded.table(_with_rows([3], 0.0147, 2e-4))
    _only(narrow, "constant-row")
    assert (narrow.valid, narrow.problems[0].row) == (False, 4)


def test_a_spectrum_that_occurs_twice_is_a_doubt(seeded: Seeded) -> None:
    def copy(t: SubmissionTable) -> SubmissionTable:
        mu = t.mu.copy()
        mu[4] = mu[1]
        return SubmissionTable(t.planet_ids, mu, t.sigma)

    report = seeded.table(copy)
    _only(report, "same-spectrum")
    assert report.valid
    assert report.problems[0].row == 5
    assert "row 2 (planet 10)" in report.problems[0].message


def test_the_sample_itself_is_refused(seeded: Seeded) -> None:
    report = validate_submission(seeded.sample, seeded.sample)
    assert {p.code for p in report.errors} == {"sigma-above-cap", "all-rows-same"}
    all_fallback = seeded.table(_with_rows([0, 1, 2, 3, 4], 0.0147, 0.0107))
    assert all_fallback.valid
    assert {p.code for p in all_fallback.warnings} >= {"all-rows-same", "flat-fallback"}
    assert seeded.validate(fallbacks=set(IDS)).problems == ()


def test_many_faults_are_counted_and_few_are_kept(seeded: Seeded) -> None:
    write_submission(seeded.path, _with_rows([0, 1], 0.0147, 0.5)(_table()))
    report = seeded.validate(limits=Limits(shown=4))
    assert report.counts["sigma-above-cap"] == 2 * 283
    assert sum(p.code == "sigma-above-cap" for p in report.problems) == 4
    with pytest.raises(DataError, match="565 more errors"):
        report.require_valid()


def test_warnings_never_crowd_out_an_error(seeded: Seeded) -> None:
    write_submission(seeded.path, _with_rows([0, 1, 2], 0.0147, 0.0107)(_table()))
    lines = seeded.path.read_text().splitlines()
    lines[5] = lines[5].replace(",0.", ",-0.", 1)
    seeded.path.write_text("\n".join(lines) + "\n")
    assert not seeded.validate(limits=Limits(shown=1)).valid


def test_missing_files_are_data_errors(seeded: Seeded, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.csv"):
        validate_submission(tmp_path / "none.csv", seeded.sample)
    with pytest.raises(DataError, match=r"none\.csv"):
        validate_submission(seeded.path, tmp_path / "none.csv")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    mu=arrays(np.float64, (5, 283), elements=st.floats(1e-3, 0.5)),
    sigma=arrays(np.float64, (5, 283), elements=st.floats(1e-6, 9.9e-4)),
)
def test_whatever_is_written_within_the_limits_passes(
    seeded: Seeded, mu: np.ndarray, sigma: np.ndarray
) -> None:
    mu[:, :2] = np.linspace(0.01, 0.02, 10).reshape(5, 2)  # neither flat nor alike
    write_submission(seeded.path, SubmissionTable(IDS, mu, sigma))
    assert seeded.validate().errors == ()


def test_a_whole_survey_of_real_size(tmp_path: Path) -> None:
    ids = tuple(range(1100))
    write_submission(tmp_path / "s.csv", _table(ids))
    report = validate_submission(tmp_path / "s.csv", tmp_path / "s.csv")
    assert (report.planets, report.problems) == (1100, ())


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (lambda mu, s: (np.sqrt(mu), s), "depth-unit", "Rp/Rs; square"),
        (lambda mu, s: (mu * 40, s), "depth-unit", "percent; divide the values by 100"),
        (lambda mu, s: (mu, np.full_like(s, 2e-4)), "one-sigma", "0.0002 in every cell"),
        (lambda mu, s: (mu, np.full_like(s, 1e-6)), "tiny-sigma", "ideal answer's sigma in 282"),
        (lambda mu, s: (np.where(np.arange(5)[:, None] == 2, 0.12 + mu, mu), s), "far-depth",
         "row 3 (planet 40), column wl_1: '0.13"),
    ],
)  # fmt: skip
def test_what_is_hardly_meant_is_a_warning(
    seeded: Seeded,
    change: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]],
    code: str,
    words: str,
) -> None:
    report = seeded.table(lambda t: SubmissionTable(t.planet_ids, *change(t.mu, t.sigma)))
    assert report.valid
    mine = [problem.message for problem in report.warnings if problem.code == code]
    assert mine and words in mine[0], [problem.message for problem in report.problems]


def test_small_planets_that_are_honestly_unknown_are_no_swapped_blocks(seeded: Seeded) -> None:
    report = seeded.table(
        lambda t: SubmissionTable(t.planet_ids, 0.02 * t.mu, 1e-3 + 0.1 * t.sigma)
    )
    assert report.valid
    assert set(report.counts) == {"sigma-above-mu"}


def test_the_index_of_pandas_is_named(seeded: Seeded) -> None:
    pd.read_csv(seeded.path).to_csv(seeded.path)
    report = seeded.validate()
    _only(report, "index-column")
    assert "index=False" in report.problems[0].message
    with pytest.raises(DataError, match=r"planet_id' as the first column.*index"):
        read_submission(seeded.path)
