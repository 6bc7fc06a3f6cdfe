"""Memory does not grow with what need not be in it."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from pathlib import Path

from spectramind.survey.manifest import survey_files

VALIDATE = """
import resource, sys
from pathlib import Path
import numpy as np
from spectramind.submission.table import SubmissionTable, write_submission
from spectramind.submission.validator import validate_submission
folder, planets = Path(sys.argv[1]), 1100
rng = np.random.default_rng(0)
mu = rng.lognormal(-4.3, 0.3, (planets, 1)) + 1e-5 * rng.normal(size=(planets, 283))
table = SubmissionTable(tuple(range(planets)), mu, np.full((planets, 283), 1e-4))
write_submission(folder / "table.csv", table)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert validate_submission(folder / "table.csv", folder / "table.csv").valid
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_manifest_of_large_frames_reads_their_ends(tmp_path: Path) -> None:
    with (tmp_path / "signal.parquet").open("wb") as handle:
        handle.truncate(300 << 20)
    tracemalloc.start()
    try:
        (file,) = survey_files(tmp_path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert file.size == 300 << 20
    assert peak < 12 << 20


def test_validation_of_a_whole_survey_takes_a_few_tables(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", VALIDATE, str(tmp_path)], capture_output=True, text=True, check=True
    )
    size = (tmp_path / "table.csv").stat().st_size
    assert int(done.stdout) * 1024 < 25 * size
