"""Detector stage on a full-size visit: against bare decoding, against plain numpy, and its memory.

Each measurement runs in a process of its own, so that the peak memory is that of the stage alone.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import yaml

from spectramind.conf.schema.detector import DetectorConfig

ROUNDS = 9


def configuration() -> DetectorConfig:
    """The stage's default configuration."""
    text = files("spectramind.conf").joinpath("detector/default.yaml").read_text()
    return DetectorConfig.model_validate(yaml.safe_load(text))


def needed_columns(folder: Path) -> dict[Path, list[str]]:
    """Columns that the stage reads from each of the visit's signal files."""
    from bench._detector_visit import open_visit
    from spectramind.detector.reduce import prepare
    from spectramind.survey.instruments import AIRS, FGS1

    visit, survey = open_visit(folder)
    config = configuration()
    setups = [prepare(visit, survey, instrument, config) for instrument in (FGS1, AIRS)]
    return {
        visit.signal(setup.instrument.name): [f"column_{pixel}" for pixel in setup.pixels]
        for setup in setups
    }


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    return wall_and_processor(work)[0]


def wall_and_processor(work: Callable[[], object]) -> tuple[float, float]:
    """Wall time and processor time, of all threads, of one call."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def measure_speed(folder: Path) -> dict[str, float]:
    """Decode alone and the whole stage, in turns after two rounds to warm up; medians."""
    import polars as pl

    from bench._detector_visit import open_visit
    from spectramind.detector.reduce import reduce_visit

    visit, survey = open_visit(folder)
    columns = needed_columns(folder)
    config = configuration()

    def decode() -> None:
        for path, names in columns.items():
            pl.read_parquet(path, columns=names)

    def stage() -> None:
        reduce_visit(visit, survey, config)

    for _ in range(2):
        decode(), stage()
    rounds = [(*wall_and_processor(decode), *wall_and_processor(stage)) for _ in range(ROUNDS)]
    decoding, decoding_processor, whole, whole_processor = (
        statistics.median(column) for column in zip(*rounds, strict=True)
    )
    return {
        "decode": decoding,
        "stage": whole,
        "decode_processor": decoding_processor,
        "stage_processor": whole_processor,
        "decode_ratio": statistics.median(part[2] / part[0] for part in rounds),
        "processor_ratio": statistics.median(part[3] / part[1] for part in rounds),
        "threads": pl.thread_pool_size(),
    }


def measure_memory(folder: Path) -> dict[str, float]:
    """Peak memory of a process that does nothing but reduce the visit, interpreter included."""
    from bench._detector_visit import open_visit
    from spectramind.detector.reduce import reduce_visit

    reduce_visit(*open_visit(folder), configuration())
    return {"peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9}


def measure_plain(folder: Path) -> dict[str, float]:
    """The published way, see `_detector_plain`."""
    from bench._detector_plain import plain_visit

    elapsed = seconds(lambda: plain_visit(folder))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    return {"plain": elapsed, "plain_peak_gb": peak}


def make(folder: Path) -> dict[str, float]:
    """Write the visit."""
    from bench._detector_visit import make_visit

    return {"made": seconds(lambda: make_visit(folder))}


def in_own_process(step: str, folder: Path) -> dict[str, float]:
    """Result of a measurement that runs in a fresh interpreter."""
    command = [sys.executable, "-m", "bench.detector", step, str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


STEPS = {"make": make, "speed": measure_speed, "memory": measure_memory, "plain": measure_plain}


def main() -> None:
    """Make a visit, measure, print a table."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        figures: dict[str, float] = {}
        for step in STEPS:
            figures |= in_own_process(step, folder)
    figures["plain_ratio"] = figures["plain"] / figures["stage"]
    print(f"detector stage, full-size visit, {figures['threads']:.0f} polars threads")
    rows = [
        ("decode the needed columns (polars)", f"{figures['decode']:.2f} s", ""),
        ("read + calibrate + extract", f"{figures['stage']:.2f} s", ""),
        ("  times the decoding", f"{figures['decode_ratio']:.2f}", "at most 1.5"),
        ("decoding, processor time", f"{figures['decode_processor']:.2f} s", ""),
        ("stage, processor time", f"{figures['stage_processor']:.2f} s", ""),
        ("  times the decoding", f"{figures['processor_ratio']:.2f}", ""),
        ("plain float64 numpy chain", f"{figures['plain']:.1f} s", ""),
        ("  times the stage", f"{figures['plain_ratio']:.0f}", "at least 30"),
        ("peak memory of the stage", f"{figures['peak_gb']:.2f} GB", "at most 1.5"),
        ("peak memory of the plain chain", f"{figures['plain_peak_gb']:.2f} GB", ""),
    ]
    for label, value, target in rows:
        print(f"{label:38}{value:>10}  {target}")


if __name__ == "__main__":
    print(json.dumps(STEPS[sys.argv[1]](Path(sys.argv[2]))))
