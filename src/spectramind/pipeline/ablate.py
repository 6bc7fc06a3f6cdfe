"""Stage `ablate`: V50 whole, and with one part removed at a time."""

from __future__ import annotations

from collections.abc import Sequence

from spectramind.conf.compose import compose
from spectramind.conf.schema.config import Config
from spectramind.pipeline.contest import Contestant, contest_of, run_contest
from spectramind.pipeline.planets import Progress
from spectramind.report.contest_page import ContestRow


def ablations(config: Config) -> dict[str, str]:
    """The override that takes each part from V50, by name; parts that are off already are left out.

    Parameters
    ----------
    config : of the whole V50
    """
    edges, symbolic = config.model.edges, config.train.symbolic
    switches = {
        "no Mamba": ("model.mamba", config.model.mamba),
        "no graph": ("model.graph", config.model.graph),
        **{f"no {name} edges": (f"model.edges.{name}", on) for name, on in edges},
        "no pretraining": ("train.pretrain", config.train.pretrain),
    }
    parts = {name: f"{key}=false" for name, (key, on) in switches.items() if on}
    for name, weight in symbolic:
        if weight > 0.0:
            parts[f"no {name} term"] = f"train.symbolic.{name}=0.0"
    if config.train.seeds > 1:
        parts["one seed"] = "train.seeds=1"
    return parts


def ablate(overrides: Sequence[str], progress: Progress) -> tuple[ContestRow, ...]:
    """Train V50 whole, and with one part removed at a time.

    Raises
    ------
    DataError : a survey cannot be read, or a model fails
    """
    v50 = [*overrides, "model=v50"]
    parts = ablations(compose(v50))
    contestants = [Contestant("v50", ()), *(Contestant(n, (o,)) for n, o in parts.items())]
    return run_contest(contestants, contest_of(v50), "ablation", progress)
