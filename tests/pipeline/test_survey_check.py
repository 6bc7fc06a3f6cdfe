"""A survey held against physics: every whole-survey fault is named, and no sound one accused."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipeline_commands import spectramind
from spectramind.conf.compose import compose
from spectramind.errors import DataError
from spectramind.pipeline.check import require_sound, splits_of, survey_findings
from spectramind.provenance.run import open_run
from spectramind.survey.physics.finding import Finding, refuse

Damage = Callable[[Path], None]


def csv_column(name: str, *columns: str, change: Callable[[pl.Expr], pl.Expr]) -> Damage:
    def damage(root: Path) -> None:
        path = root / name
        table = pl.read_csv(path)
        table.with_columns([change(pl.col(column)) for column in columns]).write_csv(path)

    return damage


def every_wl(name: str, change: Callable[[pl.Expr], pl.Expr]) -> Damage:
    return csv_column(name, *(f"wl_{k}" for k in range(1, 284)), change=change)


def axis(change: Callable[[pl.DataFrame], pl.DataFrame]) -> Damage:
    def damage(root: Path) -> None:
        path = root / "axis_info.parquet"
        change(pl.read_parquet(path)).write_parquet(path)

    return damage


TIMES = ("FGS1-axis0-h", "AIRS-CH0-axis0-h")


def times(change: Callable[[pl.Expr], pl.Expr], *names: str) -> Damage:
    return axis(lambda table: table.with_columns([change(pl.col(name)) for name in names or TIMES]))


def gap(root: Path) -> None:
    path = root / "axis_info.parquet"
    table = pl.read_parquet(path)
    values = table[TIMES[1]].to_list()
    values[40] = None
    table.with_columns(pl.Series(TIMES[1], values)).write_parquet(path)


def frames_of(root: Path, name: str) -> list[Path]:
    return sorted(root.glob(f"*/*/{name}_signal_*.parquet"))


def shifted_frames(root: Path) -> None:
    for path in frames_of(root, "AIRS-CH0"):
        table = pl.read_parquet(path)
        pl.concat([table.tail(1), table.head(-1)]).write_parquet(path)


def foreign_flat(root: Path) -> None:
    rng = np.random.default_rng(0)
    for path in root.glob("*/*/AIRS-CH0_calibration_*/flat.parquet"):
        table = pl.read_parquet(path)
        values = rng.permuted(table.to_numpy().ravel()).reshape(table.shape)
        pl.DataFrame(values, schema=table.schema).write_parquet(path)


def exchanged_dark_and_flat(root: Path) -> None:
    for folder in root.glob("*/*/FGS1_calibration_*"):
        (folder / "dark.parquet").rename(folder / "x")
        (folder / "flat.parquet").rename(folder / "dark.parquet")
        (folder / "x").rename(folder / "flat.parquet")


def other_instruments_calibration(root: Path) -> None:
    for folder in root.glob("*/*/AIRS-CH0_calibration_*"):
        shutil.rmtree(folder)
        shutil.copytree(str(folder).replace("AIRS-CH0_calibration", "FGS1_calibration"), folder)


def twins(root: Path) -> None:
    first, second = sorted((root / "test").iterdir())[:2]
    for name in ("AIRS-CH0", "FGS1"):
        shutil.copy(first / f"{name}_signal_0.parquet", second / f"{name}_signal_0.parquet")


def missing_folder(root: Path) -> None:
    shutil.rmtree(sorted((root / "test").iterdir())[0])


STARS = "test_star_info.csv"
ADC = ("FGS1_adc_gain", "AIRS-CH0_adc_gain")
FAULTS: dict[str, tuple[Damage, str, tuple[str, ...]]] = {
    "days": (times(lambda t: t / 24.0), "axis_info.parquet", ("days", "multiply the times by 24")),
    "seconds": (times(lambda t: t * 3600.0), "axis_info.parquet", ("seconds", "0.000277")),
    "minutes": (times(lambda t: t * 60.0), "axis_info.parquet", ("minutes", "0.01666")),
    "descending": (times(lambda t: -t), "axis_info.parquet", ("ascending", "index 1")),
    "one NaN": (gap, "axis_info.parquet", ("NaN only at the end", "index 40")),
    "FGS1 an hour off": (
        times(lambda t: t + 1.0, TIMES[0]), "axis_info.parquet", ("same time", "+1 h off")),
    "nanometre": (every_wl("wavelengths.csv", lambda w: w * 1e3), "wavelengths.csv", ("nanom",)),
    "metre": (every_wl("wavelengths.csv", lambda w: w * 1e-6), "wavelengths.csv", ("metre",)),
    "columns in nanometre": (
        axis(lambda t: t.with_columns(pl.col("AIRS-CH0-axis2-um") * 1e3)), "axis_info.parquet",
        ("nanometre",)),
    "other channels": (
        every_wl("wavelengths.csv", lambda w: w * 1.01), "wavelengths.csv", ("axis_info.parquet",)),
    "gain 1e-6": (
        csv_column("adc_info.csv", *ADC, change=lambda g: g * 0 + 1e-6), "adc_info.csv",
        ("near 0 electron", "0.43", "would fit")),
    "gain doubled": (
        csv_column("adc_info.csv", ADC[1], change=lambda g: g * 2), "adc_info.csv",
        ("AIRS-CH0 near 0 electron",)),
    "offset missing": (
        csv_column("adc_info.csv", "FGS1_adc_offset", change=lambda g: g * 0), "adc_info.csv",
        ("FGS1 near 0 electron",)),
    "gain and offset doubled and halved": (
        lambda root: [
            csv_column("adc_info.csv", *ADC, change=lambda g: g * 3)(root),
            csv_column("adc_info.csv", "FGS1_adc_offset", "AIRS-CH0_adc_offset",
                       change=lambda g: g / 3)(root)][0],
        "adc_info.csv", ("counted electrons",)),
    "frames shifted by one": (shifted_frames, "AIRS-CH0_signal_0.parquet", ("alternate",)),
    "sma in AU": (
        csv_column(STARS, "sma", change=lambda a: a * pl.col("Rs") / 215.03), STARS,
        ("sma in AU for 4 of 4", "215.03")),
    "P in hours": (csv_column(STARS, "P", change=lambda p: p * 24), STARS, ("P in hours for 4",)),
    "i in radians": (
        csv_column(STARS, "i", change=lambda i: i.radians()), STARS, ("i in radians for 4",)),
    "percent": (every_wl("train.csv", lambda d: d * 100), "train.csv", ("percent", "by 100")),
    "Rp/Rs": (every_wl("train.csv", lambda d: d.sqrt()), "train.csv", ("Rp/Rs", "square")),
    "ppm": (every_wl("train.csv", lambda d: d * 1e6), "train.csv", ("ppm", "1,000,000")),
    "another detector's flat": (foreign_flat, "flat.parquet", ("pixel pattern", "another")),
    "dark and flat exchanged": (exchanged_dark_and_flat, "parquet", ("median of",)),
    "the other instrument's calibration": (
        other_instruments_calibration, "parquet", ("356 columns", "32")),
    "twins": (twins, "AIRS-CH0_signal_0.parquet", ("frames of its own", "the same in planet")),
    "missing folder": (missing_folder, "test/", ("planet's folder",)),
}  # fmt: skip


def damaged(survey: Path, folder: Path, damage: Damage) -> Path:
    copy = Path(shutil.copytree(survey, folder / "survey"))
    damage(copy)
    return copy


def findings_of(root: Path) -> tuple[Finding, ...]:
    return survey_findings(root, splits_of(root))


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_whole_survey_is_named(
    small_survey: Path, tmp_path: Path, name: str
) -> None:
    damage, file, words = FAULTS[name]
    found = findings_of(damaged(small_survey, tmp_path, damage))
    mine = [finding for finding in found if finding.file.endswith(file) or file in finding.file]
    assert any(all(word in finding.message for word in words) for finding in mine), found
    for finding in found:
        assert "\n" not in finding.message
        assert str(tmp_path) not in finding.message


def test_no_sound_survey_is_accused(small_survey: Path, light_curve_survey: Path) -> None:
    for root in (small_survey, light_curve_survey):
        assert findings_of(root) == ()


@pytest.mark.parametrize("name", ["sample_survey", "mini_challenge", "real/survey"])
def test_no_survey_at_hand_is_accused(shared: Path, name: str) -> None:
    assert findings_of(shared / name) == ()


def test_an_offset_of_the_clock_is_taken_off(small_survey: Path, tmp_path: Path) -> None:
    damage = times(lambda t: t + 2460310.5 * 24.0)
    root = damaged(small_survey, tmp_path, damage)
    (finding,) = findings_of(root)
    assert finding.harmless and "taken off" in finding.message
    from spectramind.survey.axes import read_axes

    hours = read_axes(root / "axis_info.parquet").hours
    sound = read_axes(small_survey / "axis_info.parquet").hours
    for instrument, values in hours.items():
        # The clock starts with the first read, 0.1 s into the visit; float64 keeps 0.03 ms there.
        np.testing.assert_allclose(values, sound[instrument] - 0.1 / 3600, atol=1e-7)


def light_curves(change: dict[str, Callable[[np.ndarray], np.ndarray]], name: str) -> Damage:
    def damage(root: Path) -> None:
        for path in root.glob(name):
            with np.load(path) as archive:
                arrays = {key: archive[key] for key in archive.files}
            np.savez(path, **{k: change.get(k, lambda v: v)(v) for k, v in arrays.items()})

    return damage


IMPORTED: dict[str, tuple[Damage, tuple[str, ...]]] = {
    "relative flux": (
        light_curves({"airs_1e5": lambda v: 1.0 + 1e-5 * v.astype(float)}, "t*/*.npz"),
        ("relative flux", "round(1e5 (flux - 1))")),
    "relative flux less one": (
        light_curves({"airs_1e5": lambda v: 1e-5 * v.astype(float)}, "t*/*.npz"), ("less 1",)),
    "relative white light": (
        light_curves({"fgs1": lambda v: v / np.median(v)}, "t*/*.npz"), ("fgs1 in electrons",)),
    "days": (
        light_curves({k: lambda v: v / 24 for k in ("airs_hours", "fgs1_hours")}, "times.npz"),
        ("times.npz", "days")),
    "a NaN": (
        light_curves({"airs_hours": lambda v: np.where(np.arange(v.size) == 500, np.nan, v)},
                     "times.npz"), ("index 500",)),
    "an hour off": (
        light_curves({"fgs1_hours": lambda v: v - 1.0}, "times.npz"), ("FGS1 is -1.00",)),
}  # fmt: skip


@pytest.mark.parametrize("name", IMPORTED)
def test_imported_light_curves_are_checked(shared: Path, tmp_path: Path, name: str) -> None:
    root = tmp_path / "survey"
    (root / "train").mkdir(parents=True)
    for file in ("times.npz", "wavelengths.csv", "train.csv", "train_star_info.csv"):
        shutil.copy(shared / "mini_challenge" / file, root / file)
    for file in sorted((shared / "mini_challenge/train").iterdir())[:3]:
        shutil.copy(file, root / "train" / file.name)
    sound = [finding for finding in findings_of(root) if finding.refuses]
    assert not sound
    damage, words = IMPORTED[name]
    damage(root)
    faults = [finding for finding in findings_of(root) if finding.refuses]
    assert faults and all(word in faults[0].message for word in words), faults


def test_what_concerns_one_planet_stops_nobody(small_survey: Path, tmp_path: Path) -> None:
    root = damaged(small_survey, tmp_path, missing_folder)
    (finding,) = findings_of(root)
    assert len(finding.planets) == 1
    refuse([finding], root)
    with pytest.raises(DataError, match="1 more"):
        refuse([Finding("a", "f", "x", "y", "z"), finding, Finding("b", "f", "x", "y", "z")], root)


def test_check_predict_reduce_and_test_refuse(small_survey: Path, tmp_path: Path) -> None:
    root = damaged(small_survey, tmp_path, FAULTS["days"][0])
    said = spectramind("check", str(root), cwd=tmp_path)
    assert said.returncode == 2
    assert re.search(r"^FAULT  time axis: axis_info.parquet: .*24$", said.stdout, re.MULTILINE)
    for verb in ("predict", "reduce"):
        done = spectramind(verb, f"paths.input={root}", "paths.out=out", cwd=tmp_path)
        assert done.returncode == 2
        assert "multiply the times by 24" in done.stderr
    tested = spectramind("test", f"paths.input={root}", cwd=tmp_path)
    assert "FAIL  survey by physics" in tested.stdout
    given = [f"paths.input={root}", *(f"paths.{k}={tmp_path}/{k}" for k in ("out", "logs"))]
    for told in ("true", "false"):
        config = compose([*given, f"paths.outputs={tmp_path}/o", f"data.check={told}"])
        ends = nullcontext() if told == "false" else pytest.raises(DataError, match="by 24")
        with ends, open_run("reduce", config, ()) as run:
            require_sound(config, run)
    assert "days" in (tmp_path / "out/survey_check.json").read_text()
    assert str(tmp_path) not in (tmp_path / "out/survey_check.json").read_text()
    assert spectramind("check", str(small_survey), cwd=tmp_path).returncode == 0
    assert spectramind("check", str(tmp_path / "none"), cwd=tmp_path).returncode == 2
