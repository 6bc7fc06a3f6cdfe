"""Every fault of a survey is one line: the file, what was expected and found, what to do."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from spectramind.errors import DataError
from spectramind.survey.calibration import read_calibration
from spectramind.survey.discovery import Split, open_survey
from spectramind.survey.instruments import AIRS, FGS1, Instrument

Damage = Callable[[Path], None]


def fault_of(action: Callable[[], object]) -> DataError:
    """The DataError that `action` raises, after checking its form."""
    with pytest.raises(DataError) as caught:
        action()
    error = caught.value
    assert "\n" not in str(error)
    assert error.exit_code == 2
    assert error.expected and error.found and error.remedy
    return error


def says(error: DataError, file: str, *words: str) -> bool:
    """Whether the error is about `file`, in these words."""
    return error.file.endswith(file) and all(word in str(error) for word in words)


def rewrite(path: Path, change: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    change(pl.read_parquet(path)).write_parquet(path)


def truncate(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def damage_pages_and_footer(path: Path) -> None:
    path.write_bytes(bytes(reversed(path.read_bytes())))


def damage_pages(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:4] + b"\xff" * 600 + content[604:])


def replace_text(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


# Faults of the whole survey: raised when it is opened.


def test_missing_root(tmp_path: Path) -> None:
    assert says(
        fault_of(lambda: open_survey(tmp_path / "absent", "train")), "absent", "no such folder"
    )


def test_root_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert says(fault_of(lambda: open_survey(tmp_path / "file", "train")), "file", "a file")


@pytest.mark.parametrize("split", ["train", "test"])
def test_missing_split_folder(tiny_survey: Path, split: Split) -> None:
    shutil.rmtree(tiny_survey / split)
    assert says(fault_of(lambda: open_survey(tiny_survey, split)), split, "no such folder")


def test_split_folder_without_planets(tiny_survey: Path) -> None:
    for folder in (tiny_survey / "train").iterdir():
        shutil.rmtree(folder)
    assert says(fault_of(lambda: open_survey(tiny_survey, "train")), "train", "found none")


TABLES = [
    "adc_info.csv",
    "wavelengths.csv",
    "test_star_info.csv",
    "sample_submission.csv",
    "axis_info.parquet",
]


@pytest.mark.parametrize("name", TABLES)
def test_missing_or_empty_table(tiny_survey: Path, name: str) -> None:
    (tiny_survey / name).write_text("")
    assert says(fault_of(lambda: open_survey(tiny_survey, "test")), name, "an empty file")
    (tiny_survey / name).unlink()
    assert says(fault_of(lambda: open_survey(tiny_survey, "test")), name, "no such file")


CSV_FAULTS: list[tuple[str, str, str, tuple[str, ...]]] = [
    ("test_star_info.csv", "planet_id,Rs", "planet_id,radius", ("'Rs' as column 2", "'radius'")),
    ("test_star_info.csv", "planet_id,Rs,Ms", "planet_id,Ms,Rs", ("'Rs' as column 2",)),
    ("test_star_info.csv", ",sma,i", ",sma", ("9 columns", "found 8")),
    ("sample_submission.csv", "wl_1,wl_2", "wl_2,wl_1", ("'wl_1' as column 2", "'wl_2'")),
    ("sample_submission.csv", "\n302,", "\n9303,", ("planet_id 9303 once",)),
    ("adc_info.csv", "AIRS-CH0_adc_gain", "AIRS_gain", ("'AIRS-CH0_adc_gain' as column 4",)),
    ("adc_info.csv", "0.4369", "0.0", ("positive FGS1_adc_gain", "found 0.0")),
    ("adc_info.csv", "0.4369", "-0.4369", ("positive FGS1_adc_gain",)),
    ("adc_info.csv", "0.4369", "", ("finite FGS1_adc_gain of row 1", "nan")),
    ("adc_info.csv", "-1000.0,0.4369", "-1000.0,0.4369,-1000.0,0.4369\n1,1", ("one row",)),
    ("wavelengths.csv", "0.7,1.95", "0.7,9.95", ("ascending",)),
    ("wavelengths.csv", "\n0.7", "\ninf", ("finite wl_1",)),
]


@pytest.mark.parametrize(("name", "old", "new", "words"), CSV_FAULTS)
def test_csv_fault(
    tiny_survey: Path, name: str, old: str, new: str, words: tuple[str, ...]
) -> None:
    replace_text(tiny_survey / name, old, new)
    assert says(fault_of(lambda: open_survey(tiny_survey, "test")), name, *words)


STAR_ROW_FAULTS = [
    ("302.0,", "9303.0,", {9303: ()}),  # twice with the same values
    ("302.0,1.1", "9303.0,1.2", {9303: ("Rs",)}),  # twice, and they differ
    ("302.0,", "302.5,", {9303: (), 302: ("Rs", "Ms", "Ts", "P", "sma", "i")}),
    ("302.0,", ",", {9303: (), 302: ("Rs", "Ms", "Ts", "P", "sma", "i")}),
    ("302.0,1.1", "302.0,large", {9303: (), 302: ("Rs",)}),
    ("302.0,1.1", "302.0,1.1,2.2", {302: ("Rs", "Ms", "Ts", "P", "sma", "i")}),
    ("302.0,1.1", "302.0,\udcff", {9303: (), 302: ("Rs",)}),
]


@pytest.mark.parametrize(("old", "new", "assumed"), STAR_ROW_FAULTS)
def test_a_bad_row_of_the_star_table_costs_its_planet_alone(
    tiny_survey: Path, old: str, new: str, assumed: dict[int, tuple[str, ...]]
) -> None:
    path = tiny_survey / "test_star_info.csv"
    text = path.read_text()
    assert f"\n{old}" in text
    path.write_bytes(text.replace(f"\n{old}", f"\n{new}").encode(errors="surrogateescape"))
    survey = open_survey(tiny_survey, "test")
    assert {planet: survey.star(planet).assumed for planet in assumed} == assumed


def test_csv_with_a_header_only(tiny_survey: Path) -> None:
    path = tiny_survey / "test_star_info.csv"
    path.write_text(path.read_text().splitlines()[0] + "\n")
    assert says(fault_of(lambda: open_survey(tiny_survey, "test")), path.name, "only a header")


def test_csv_that_is_no_text(tiny_survey: Path) -> None:
    (tiny_survey / "adc_info.csv").write_bytes(b"\xff\xfe\x00\x81" * 20)
    assert says(fault_of(lambda: open_survey(tiny_survey, "test")), "adc_info.csv", "readable CSV")


def test_truth_with_a_gap(tiny_survey: Path) -> None:
    replace_text(tiny_survey / "train.csv", "\n205,0.0125", "\n205,")
    truth = open_survey(tiny_survey, "train").truth()
    assert truth is not None and truth.planet_ids == (101,)
    replace_text(tiny_survey / "train.csv", "\n101,0.0125", "\n101,?")
    survey = open_survey(tiny_survey, "train")
    assert says(fault_of(survey.truth), "train.csv", "283 finite depths", "none of 2")


def test_nothing_but_ids_is_asked_of_the_sample_submission(tiny_survey: Path) -> None:
    replace_text(tiny_survey / "sample_submission.csv", "\n302,0.456", "\n302,?")
    assert open_survey(tiny_survey, "test").planet_ids == (9303, 302)


def test_sample_submission_of_another_survey(tiny_survey: Path) -> None:
    replace_text(tiny_survey / "sample_submission.csv", "\n9303,", "\n1,")
    replace_text(tiny_survey / "sample_submission.csv", "\n302,", "\n2,")
    assert says(
        fault_of(lambda: open_survey(tiny_survey, "test")), "sample_submission.csv", "none of the 2"
    )


@pytest.mark.parametrize("alias", ["0101", "00999", "9" * 200, "\u0661\u0662"])
def test_a_folder_that_no_id_names_is_nobodys(tiny_survey: Path, alias: str) -> None:
    (tiny_survey / "train" / alias).mkdir()
    assert open_survey(tiny_survey, "train").planet_ids == (101, 205)


AXIS_FAULTS: list[tuple[Callable[[pl.DataFrame], pl.DataFrame], str]] = [
    (lambda t: t.drop("FGS1-axis0-h"), "column FGS1-axis0-h"),
    (lambda t: t.head(11), "even number of frame times in FGS1-axis0-h"),
    (lambda t: t.with_columns(pl.col("FGS1-axis0-h").cast(pl.Float32)), "Float64 in FGS1-axis0-h"),
    (lambda t: t.with_columns(pl.col("FGS1-axis0-h") * -1.0), "ascending times"),
    (lambda t: t.with_columns(pl.lit(None, pl.Float64).alias("FGS1-axis0-h")), "frame times in"),
    (lambda t: t.with_columns(pl.col("AIRS-CH0-axis0-h").shift(1)), "only at the end"),
    (lambda t: t.with_columns(pl.col("AIRS-CH0-axis2-um") * -1.0), "a falling positive"),
    (lambda t: t.head(300), "356 values"),
    (lambda t: t.with_columns(pl.col("AIRS-CH0-integration_time") * 0.0), "8 positive values"),
]


@pytest.mark.parametrize(("change", "word"), AXIS_FAULTS)
def test_axis_fault(
    tiny_survey: Path, change: Callable[[pl.DataFrame], pl.DataFrame], word: str
) -> None:
    rewrite(tiny_survey / "axis_info.parquet", change)
    assert says(fault_of(lambda: open_survey(tiny_survey, "train")), "axis_info.parquet", word)


def test_truncated_axes(tiny_survey: Path) -> None:
    truncate(tiny_survey / "axis_info.parquet")
    assert says(
        fault_of(lambda: open_survey(tiny_survey, "train")), "axis_info.parquet", "truncated"
    )


# Faults of one planet: the survey opens and its other planets can be used.


def planet_fault(survey_root: Path) -> DataError:
    survey = open_survey(survey_root, "train")
    assert survey.planet(205).visits
    return fault_of(lambda: survey.planet(101))


def test_listed_planet_without_folder(tiny_survey: Path) -> None:
    shutil.rmtree(tiny_survey / "test" / "302")
    survey = open_survey(tiny_survey, "test")
    assert survey.planet_ids == (9303, 302)
    assert says(fault_of(lambda: survey.planet(302)), "302", "no such folder")
    assert survey.planet(9303).visits


def test_planet_without_visits(tiny_survey: Path) -> None:
    shutil.rmtree(tiny_survey / "train" / "101")
    (tiny_survey / "train" / "101").mkdir()
    assert says(planet_fault(tiny_survey), "101", "at least one visit")


@pytest.mark.parametrize(
    "name", ["FGS1_signal_0.parquet", "FGS1_signal_1.parquet", "AIRS-CH0_signal_1.parquet"]
)
def test_missing_signal(tiny_survey: Path, name: str) -> None:
    (tiny_survey / "train" / "101" / name).unlink()
    assert says(planet_fault(tiny_survey), name, "visits 0..1 of both instruments")


@pytest.mark.parametrize("name", ["FGS1_calibration_0", "AIRS-CH0_calibration_1"])
def test_missing_calibration_folder(tiny_survey: Path, name: str) -> None:
    shutil.rmtree(tiny_survey / "train" / "101" / name)
    assert says(planet_fault(tiny_survey), name, "visits 0..1 of both instruments")


@pytest.mark.parametrize("name", ["dark", "dead", "flat", "linear_corr", "read"])
def test_missing_calibration_file(tiny_survey: Path, name: str) -> None:
    folder = tiny_survey / "train" / "101" / "FGS1_calibration_1"
    (folder / f"{name}.parquet").unlink()
    assert says(planet_fault(tiny_survey), f"FGS1_calibration_1/{name}.parquet", "no such file")
    assert says(fault_of(lambda: read_calibration(folder, FGS1)), f"{name}.parquet", "no such file")


def test_first_visit_missing_throughout(tiny_survey: Path) -> None:
    for entry in (tiny_survey / "train" / "101").glob("*_0*"):
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    assert says(planet_fault(tiny_survey), "FGS1_signal_0.parquet", "visits 0..1")


@pytest.mark.parametrize("name", ["FGS1_signal_00.parquet", "AIRS-CH0_signal_01.parquet"])
def test_visit_twice(tiny_survey: Path, name: str) -> None:
    folder = tiny_survey / "train" / "101"
    shutil.copy(folder / "FGS1_signal_0.parquet", folder / name)
    assert says(planet_fault(tiny_survey), name, "once")


SIGNAL_FAULTS: list[tuple[Damage, tuple[str, ...]]] = [
    (truncate, ("truncated or damaged",)),
    (empty, ("an empty file",)),
    (damage_pages_and_footer, ("truncated or damaged",)),
    (lambda p: rewrite(p, lambda t: t.clear()), ("no frames",)),
    (lambda p: rewrite(p, lambda t: t.drop("column_1023")), ("1024 columns", "found 1023")),
    (lambda p: rewrite(p, lambda t: t.rename({"column_5": "x"})), ("column_5", "found x")),
    (lambda p: rewrite(p, lambda t: t.cast(pl.Int32)), ("UInt16", "found Int32")),
    (lambda p: rewrite(p, lambda t: t.cast(pl.Float64)), ("UInt16", "found Float64")),
    (lambda p: rewrite(p, lambda t: t.head(11)), ("an even number of frames", "found 11")),
    (lambda p: rewrite(p, lambda t: t.head(10)), ("12 frames", "axis_info", "found 10")),
]


@pytest.mark.parametrize(("damage", "words"), SIGNAL_FAULTS)
def test_signal_fault(tiny_survey: Path, damage: Damage, words: tuple[str, ...]) -> None:
    damage(tiny_survey / "train" / "101" / "FGS1_signal_1.parquet")
    assert says(planet_fault(tiny_survey), "101/FGS1_signal_1.parquet", *words)


def set_pixel(value: float) -> Callable[[pl.DataFrame], pl.DataFrame]:
    def change(table: pl.DataFrame) -> pl.DataFrame:
        pixels = table.to_numpy().copy()
        pixels[3, 7] = value
        return pl.from_numpy(pixels, schema=table.columns)

    return change


def without_values(table: pl.DataFrame) -> pl.DataFrame:
    return table.clear().with_columns().clear(table.height)


CALIBRATION_FAULTS: list[tuple[str, Damage, tuple[str, ...]]] = [
    ("dark", truncate, ("truncated or damaged",)),
    ("read", empty, ("an empty file",)),
    ("read", damage_pages, ("truncated or damaged",)),
    ("flat", lambda p: rewrite(p, lambda t: t.clear()), ("32 rows", "found 0")),
    ("linear_corr", lambda p: rewrite(p, lambda t: t.head(160)), ("192 rows", "found 160")),
    ("dead", lambda p: rewrite(p, lambda t: t.cast(pl.UInt8)), ("Boolean", "found UInt8")),
    ("dark", lambda p: rewrite(p, lambda t: t.cast(pl.Float32)), ("Float64", "found Float32")),
    ("flat", lambda p: rewrite(p, lambda t: t.drop("column_0")), ("columns", "found")),
    ("dark", lambda p: rewrite(p, lambda t: t * -1.0), ("a median of at least 0",)),
    ("flat", lambda p: rewrite(p, lambda t: t * -1.0), ("not below -0.5", "column_0 of row 0")),
    ("read", lambda p: rewrite(p, lambda t: t * np.nan), ("finite", "column_0 of row 0")),
    ("dead", lambda p: rewrite(p, without_values), ("nearly every pixel", "nulls")),
]


@pytest.mark.parametrize("instrument", [FGS1, AIRS], ids=["FGS1", "AIRS"])
@pytest.mark.parametrize(("name", "damage", "words"), CALIBRATION_FAULTS)
def test_calibration_fault(
    pristine_survey: Path,
    tmp_path: Path,
    instrument: Instrument,
    name: str,
    damage: Damage,
    words: tuple[str, ...],
) -> None:
    source = pristine_survey / "train" / "101" / f"{instrument.name}_calibration_0"
    folder = Path(shutil.copytree(source, tmp_path / source.name))
    damage(folder / f"{name}.parquet")
    assert says(fault_of(lambda: read_calibration(folder, instrument)), f"{name}.parquet", *words)


@pytest.mark.parametrize("value", [np.nan, np.inf, -1.0])
@pytest.mark.parametrize("name", ["dark", "flat", "read"])
def test_an_impossible_pixel_is_unknown(
    pristine_survey: Path, tmp_path: Path, name: str, value: float
) -> None:
    source = pristine_survey / "train" / "101" / "FGS1_calibration_0"
    folder = Path(shutil.copytree(source, tmp_path / source.name))
    rewrite(folder / f"{name}.parquet", set_pixel(value))
    values = getattr(read_calibration(folder, FGS1), name)
    assert np.argwhere(np.isnan(values)).tolist() == [[3, 7]]


def test_a_column_of_nulls_is_dead(pristine_survey: Path, tmp_path: Path) -> None:
    source = pristine_survey / "train" / "101" / "FGS1_calibration_0"
    folder = Path(shutil.copytree(source, tmp_path / source.name))
    nothing = pl.lit(None, pl.Boolean).alias("column_4")
    rewrite(folder / "dead.parquet", lambda table: table.with_columns(nothing))
    assert read_calibration(folder, FGS1).dead[:, 4].all()


def test_calibration_folder_missing(tmp_path: Path) -> None:
    assert says(
        fault_of(lambda: read_calibration(tmp_path / "none", FGS1)), "none", "no such folder"
    )


def test_bad_pixels_slightly_below_zero_are_no_fault(tiny_survey: Path) -> None:
    folder = tiny_survey / "train" / "101" / "FGS1_calibration_0"
    rewrite(folder / "flat.parquet", set_pixel(-0.048))
    rewrite(folder / "dark.parquet", set_pixel(-0.024))
    calibration = read_calibration(folder, FGS1)
    assert (calibration.flat[3, 7], calibration.dark[3, 7]) == (-0.048, -0.024)


def test_missing_star(tiny_survey: Path) -> None:
    path = tiny_survey / "train_star_info.csv"
    path.write_text("\n".join(path.read_text().splitlines()[:2]) + "\n")
    survey = open_survey(tiny_survey, "train")
    assert survey.star(205).assumed == ("Rs", "Ms", "Ts", "P", "sma", "i")
    assert survey.star(101).mass == 1.05


@pytest.mark.parametrize("value", ["", "-1", "0"])
def test_impossible_star(tiny_survey: Path, value: str) -> None:
    replace_text(tiny_survey / "train_star_info.csv", "\n205,1.1", f"\n205,{value}")
    survey = open_survey(tiny_survey, "train")
    assert (survey.star(205).radius, survey.star(205).assumed) == (1.0, ("Rs",))
    assert survey.star(101).radius == 1.1
