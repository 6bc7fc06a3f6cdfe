"""Every part of V50 is changed once, by an override that the schema knows."""

from __future__ import annotations

import pytest

from spectramind.conf.compose import compose
from spectramind.pipeline import ablate as stage
from spectramind.pipeline.contest import Contest, Contestant

ON = [
    "model=v50", "paths.input=survey", "paths.out=out", "model.mamba=true", "model.graph=true",
    "model.edges.learned=false", "train.pretrain=true", "train.seeds=2",
    "train.symbolic.smoothness=0.1", "train.symbolic.fft=0.2",
]  # fmt: skip


def test_each_part_is_changed_alone() -> None:
    parts = stage.ablations(compose(ON))
    assert set(parts) == {
        "no Mamba", "no graph", "no neighbour edges", "no molecule edges", "no region edges",
        "no photometer edges", "with learned edges", "no pretraining", "no smoothness term",
        "no fft term", "with nonnegativity term", "with molecular term", "one network a fold",
    }  # fmt: skip
    whole = compose(ON).model_dump()
    for name, override in parts.items():
        section, key = override.partition("=")[0].split(".", 1)
        inner = compose([*ON, override]).model_dump()[section]
        before = whole[section]
        for step in key.split("."):
            inner, before = inner[step], before[step]
        assert inner != before, name
        assert bool(inner) == (name.startswith("with") or name == "one network a fold")
    assert "three networks a fold" in stage.ablations(compose([*ON, "train.seeds=1"]))


def test_the_whole_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    met: list[tuple[list[Contestant], Contest, str]] = []
    monkeypatch.setattr(
        stage, "run_contest", lambda who, where, title, _: met.append((who, where, title)) or ()
    )
    assert stage.ablate(ON, lambda *_: None) == ()
    ((who, where, title),) = met
    assert who[0] == Contestant("v50", ())
    assert title == "ablation"
    assert "model=v50" in where.overrides
    assert Contestant("no_Mamba", ()).folder == Contestant("no Mamba", ()).folder
