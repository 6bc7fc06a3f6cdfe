"""The notebook in the images of Kaggle: fresh environments, one survey, the same table.

Needs a package index and Python 3.12 and 3.13 on PATH or in pyenv's folder; installs about 1 GB.
"""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

import numpy as np

from bench._generic_checkpoint import generic_checkpoint
from spectramind.conf.compose import compose
from spectramind.kaggle.bundle import make_bundle
from spectramind.kaggle.notebook import write_notebook
from spectramind.kaggle.rehearsal import rehearse
from spectramind.kaggle.rehearsal_plan import Plan, plan_of
from spectramind.kaggle.rehearsal_summary import summary_lines
from spectramind.pipeline.simulate import simulate
from spectramind.submission.table import SubmissionTable, read_submission

IMAGES = ("running", "2026-08", "next")
_LARGEST_DIFFERENCE = 0.05
"""Of sigma, between images: rounding of other libraries, far below what anyone could measure."""


def silent(done: int, total: int, failed: int) -> None:
    """Show no progress."""


def rehearsed(plan: Plan, image: str) -> SubmissionTable:
    """Rehearse in one image; print how it went; the submission that came out."""
    done = rehearse(plan, compose().kaggle)
    table = plan.scratch / "hidden" / "results" / "submission.csv"
    digest = hashlib.sha256(table.read_bytes()).hexdigest()[:16]
    print(f"image {image}, submission.csv {digest}", *summary_lines(done), sep="\n  ")
    if done.problems:
        raise SystemExit(f"image {image}: {'; '.join(done.problems)}")
    return read_submission(table)


def main() -> None:
    """Print a rehearsal in every image, and how far their tables lie apart."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sizes = ("sim.train=3", "sim.test=6", "sim.decimate=10", "sim.seed=7")
        survey, made = folder / "survey", folder / "kaggle"
        simulate(compose([f"paths.out={survey}", *sizes]), silent)
        config = compose([f"model.ckpt={generic_checkpoint(folder)}"])
        make_bundle(config, made, ())
        write_notebook(config.kaggle, made, config.calib)
        tables = {}
        for image in IMAGES:
            asked = [f"paths.input={survey}", f"paths.out={made}", "rehearsal.public=false"]
            plan = plan_of(compose([*asked, f"rehearsal.image={image}"]), folder / image, print)
            tables[image] = rehearsed(plan, image)
        first = tables[IMAGES[0]]
        for image, table in tables.items():
            mu = float(np.max(np.abs(table.mu - first.mu) / first.sigma))
            sigma = float(np.max(np.abs(table.sigma / first.sigma - 1.0)))
            print(
                f"{image:<8} mu differs by {mu:.1e} sigma at most, sigma by {sigma:.1e} of itself"
            )
            if max(mu, sigma) > _LARGEST_DIFFERENCE:
                raise SystemExit(f"image {image} gives another submission")
