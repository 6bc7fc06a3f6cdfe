from __future__ import annotations

from pathlib import Path

import pytest

from spectramind.conf.compose import compose
from spectramind.errors import ConfigurationError, DataError
from spectramind.pipeline import v50
from spectramind.pipeline.training_journal import TrainingJournal, line_of


def test_without_torch_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(v50, "find_spec", lambda _: None)
    with pytest.raises(ConfigurationError, match="pip install torch"):
        v50.V50Estimator().check(compose(["model=v50"]))


def test_missing_checkpoint_is_told_before_any_planet(tmp_path: Path) -> None:
    config = compose(["model=v50", f"model.ckpt={tmp_path / 'none.ckpt'}"])
    with pytest.raises(DataError, match="no such file"):
        v50.V50Estimator().check(config)


def test_an_epoch_is_one_line(tmp_path: Path) -> None:
    record = {
        "epoch": 3, "score": 0.71, "mean_z2": 1.02, "loss": {"known score": 0.3}, "seconds_left": 9,
    }  # fmt: skip
    line = line_of("0_0", record)
    assert line == "0_0  epoch 3  score 0.7100  z^2 1.02  known score 0.3000  9 s left"
    journal = TrainingJournal(tmp_path / "training.jsonl", show=False)
    journal.of("0_0")(record)
    assert '"member": "0_0"' in (tmp_path / "training.jsonl").read_text()
