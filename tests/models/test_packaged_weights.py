"""The V50 that comes with the package."""

from __future__ import annotations

from importlib import resources

from spectramind.models.checkpoint import read_checkpoint
from spectramind.models.v50_checkpoint import read_v50
from spectramind.pipeline.fit import checkpoint_of

LARGEST = 10 * 2**20


def test_it_is_small_and_whole() -> None:
    from spectramind.conf.compose import compose

    path = checkpoint_of(compose(["model=v50"]))
    assert path is not None
    assert str(path).startswith(str(resources.files("spectramind")))
    assert path.stat().st_size <= LARGEST
    plan, networks = read_v50(path)
    assert len(plan.wavelength) == 283
    assert len(networks) >= 4
    texts = read_checkpoint(path, "v50").texts
    assert {"config", "plan", "priors", "planets", "out_of_fold", "calibrators"} <= texts.keys()
