"""Composition and validation of the configuration."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spectramind.conf.compose import compose, to_yaml
from spectramind.conf.schema.config import Config
from spectramind.errors import DataError


def test_plus_means_the_same() -> None:
    plain = compose(["data.split=train", "paths.out=a", "model.ckpt=w.safetensors"])
    plus = compose(["+data.split=train", "+paths.out=a", "++model.ckpt=w.safetensors"])
    assert plain == plus
    assert plain.data.split == "train"
    assert plain.paths.out == Path("a")


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("data.splitt=test", ["data.splitt", "did you mean data.split?"]),
        ("data.split=validation", ["data.split", "'train' or 'test'", "validation"]),
        ("runtime.workers=-1", ["runtime.workers", "-1"]),
        ("runtime.workers=two", ["runtime.workers", "two"]),
        ("model=mambo", ["model", "polynomial", "mambo"]),
        ("runtime.strict", ["key=value", "runtime.strict"]),
        ("data.planets=[1,", ["Hydra"]),
        ("nonsense=1", ["nonsense"]),
        ("paths.out=", ["paths.out", "a path"]),
        ("+paths.out=''", ["paths.out", "a path"]),
        ("data.planets=[]", ["data.planets", "at least 1"]),
    ],
)
def test_typo_is_one_line_with_a_remedy(override: str, words: list[str]) -> None:
    with pytest.raises(DataError) as caught:
        compose([override])
    text = str(caught.value)
    assert "\n" not in text
    assert caught.value.exit_code == 2
    for word in words:
        assert word in text


def test_configuration_is_frozen() -> None:
    config = compose()
    with pytest.raises(Exception, match="frozen"):
        config.data.split = "train"  # type: ignore[misc]


@settings(max_examples=25)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1))
def test_any_path_survives(name: str) -> None:
    # A value in quotes loses them, and ${...} is Hydra's own.
    name = f"x{name}".rstrip("'\"").replace("$", "_")
    assert compose([f"paths.out=/tmp/{name}"]).paths.out == Path(f"/tmp/{name}")


@pytest.mark.parametrize("name", ["it's", "two words", "a\\b", "a\\'b", "end\\", "[x]={y}, z"])
def test_awkward_path_survives(name: str) -> None:
    assert compose([f"paths.out=/tmp/{name}"]).paths.out == Path(f"/tmp/{name}")


def test_every_key_says_what_it_is() -> None:
    def undocumented(model: type, prefix: str) -> list[str]:
        missing = []
        for name, field in model.model_fields.items():  # type: ignore[attr-defined]
            if not field.description:
                missing.append(prefix + name)
            if hasattr(field.annotation, "model_fields"):
                missing += undocumented(field.annotation, f"{prefix}{name}.")
        return missing

    assert undocumented(Config, "") == []


def test_portable_part_ignores_places_and_workers() -> None:
    here = compose(["paths.out=a", "runtime.workers=1", "submit.bundle=a.zip"])
    there = compose(["paths.out=b", "runtime.workers=2", "submit.bundle=b.zip"])
    other = compose(["submit.sigma_cap=0.2"])
    assert here.portable() == there.portable()
    assert here.portable() != other.portable()


def test_yaml_round_trip() -> None:
    from omegaconf import OmegaConf

    from spectramind.conf.compose import validate

    config = compose(["data.planets=[3,1]", "paths.out=out"])
    values = OmegaConf.to_container(OmegaConf.create(to_yaml(config)))
    assert isinstance(values, dict)
    assert validate({str(key): value for key, value in values.items()}) == config
