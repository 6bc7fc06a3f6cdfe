"""What `key=a,b,c` stands for."""

from __future__ import annotations

import pytest

from spectramind.conf.absolute_paths import absolute_paths
from spectramind.conf.compose import compose
from spectramind.conf.sweep import expand
from spectramind.errors import DataError


def test_every_combination_once_the_last_key_first() -> None:
    fixed, points = expand(["a.x=1,2", "b=[1,2]", "+c=range(0,3)", "d='p,q'"])
    assert fixed == ("b=[1,2]", "d='p,q'")
    assert points == [{"a.x": x, "c": c} for x in "12" for c in "012"]


@pytest.mark.parametrize(
    ("overrides", "word"),
    [
        (["a=1"], "key=a,b,c"),
        ([], "key=a,b,c"),
        (["a=1,2", "a=3,4"], "twice"),
        (["a=[1,2"], "valid"),
    ],
)
def test_what_is_no_sweep_is_said(overrides: list[str], word: str) -> None:
    with pytest.raises(DataError, match=word):
        expand(overrides)


def test_paths_become_absolute_and_nothing_else_changes() -> None:
    config = compose(["paths.input=survey", "paths.out=/out"])
    moved = absolute_paths(config)
    assert moved.paths.input is not None and moved.paths.input.is_absolute()
    assert moved.paths.input.name == "survey"
    assert moved.paths.out == config.paths.out
    assert moved.portable() == config.portable()
