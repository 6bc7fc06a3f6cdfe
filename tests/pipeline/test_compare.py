"""Models side by side: every row is what the official score says of products on disk."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from simulated_survey import simulated
from spectramind.models.predictions import read_predictions
from spectramind.pipeline.compare import compare
from spectramind.pipeline.contest import OUT_OF_FOLD_LABEL
from spectramind.submission.score import naive_model, official_score
from spectramind.survey.tables import read_truth


def survey(out: Path, train: int, seed: int) -> Path:
    sizes = (f"sim.train={train}", "sim.test=2", f"sim.seed={seed}", "sim.level=light_curves")
    return simulated(out, *sizes)


@pytest.mark.slow
def test_table_is_what_the_products_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sklearn")
    pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    known, other = survey(tmp_path / "known", 10, 6), survey(tmp_path / "other", 2, 7)
    overrides = [
        f"paths.input={known}", "paths.out=compared", f"compare.surveys=[{other}]",
        "compare.models=[spectrum_regressor,residual_mlp]", "train.folds=2", "calib.folds=2",
        "calib.corel=false", "runtime.executor=serial",
    ]  # fmt: skip
    rows = compare(overrides, lambda *_: None)
    table = {(row.contestant, row.survey): row for row in rows}
    assert len(table) == 2 * 3
    truth = read_truth(other / "truth" / "test.csv")
    folder = tmp_path / "compared" / "spectrum_regressor"
    answer = read_predictions(folder / "test" / "other" / "predictions.nc")
    order = [truth.planet_ids.index(planet) for planet in answer.planet_ids]
    naive = naive_model(read_truth(known / "train.csv").depth)
    expected = official_score(truth.depth[order], answer.mu, answer.sigma, naive)
    row = table["spectrum_regressor", "other"]
    assert row.accuracy.score == pytest.approx(expected.score)
    assert row.accuracy.rms_fgs1 == pytest.approx(
        1e6 * np.sqrt(np.mean((truth.depth[order, 0] - answer.mu[:, 0]) ** 2))
    )
    assert table["spectrum_regressor", OUT_OF_FOLD_LABEL].planets == 10
    assert row.numbers > 2 * 283
    values = json.loads((tmp_path / "compared" / "compare.json").read_text())
    assert [value["score"] for value in values] == [row.accuracy.score for row in rows]
    with (tmp_path / "compared" / "compare.csv").open() as handle:
        assert len(list(csv.DictReader(handle))) == 6
    assert "| residual_mlp |" in (tmp_path / "compared" / "compare.md").read_text()
    assert (tmp_path / "compared" / "compare.png").read_bytes()[:4] == b"\x89PNG"
    looks = folder / "light" / "train"
    assert looks.resolve() == (tmp_path / "compared/residual_mlp/light/train").resolve()
    written = (folder / "model.ckpt").stat().st_mtime_ns
    assert compare(overrides, lambda *_: None) == rows
    assert (folder / "model.ckpt").stat().st_mtime_ns == written
