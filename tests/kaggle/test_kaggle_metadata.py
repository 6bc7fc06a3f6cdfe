"""Kaggle's rules, each broken once."""

from __future__ import annotations

from typing import Any

import pytest

from spectramind.conf.compose import compose
from spectramind.errors import DataError
from spectramind.kaggle.metadata import (
    check_dataset,
    check_kernel,
    dataset_metadata,
    kernel_metadata,
    slugified,
)

DATASET = dataset_metadata("someone", "v50-code", "SpectraMind V50 code")


def kernel(**changed: Any) -> dict[str, Any]:
    return {**kernel_metadata(compose().kaggle, None), **changed}


def test_defaults_pass() -> None:
    check_dataset(DATASET)
    check_kernel(kernel())
    assert kernel()["enable_internet"] is False


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"title": "short"}, "6 to 50"),
        ({"title": "x" * 51}, "6 to 50"),
        ({"id": "someone/ab"}, "6 to 50"),
        ({"id": "someone/" + "x" * 51}, "6 to 50"),
        ({"id": "someone/V50"}, "lower-case"),
        ({"id": "v50-code"}, "user/slug"),
        ({"licenses": []}, "exactly one"),
        ({"licenses": [{"name": "apache-2.0"}, {"name": "other"}]}, "exactly one"),
        ({"licenses": [{"name": "Apache License"}]}, "exactly one"),
    ],
)
def test_dataset_rules(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(DataError, match=words):
        check_dataset({**DATASET, **changed})


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"title": "Another title"}, "another-title"),
        ({"dataset_sources": ["someone/v50-code/3"]}, "user/slug"),
        ({"dataset_sources": ["https://www.kaggle.com/datasets/someone/v50-code"]}, "user/slug"),
        ({"competition_sources": ["c/ariel"]}, "bare"),
        ({"enable_internet": True}, "enable_internet"),
        ({"enable_gpu": True}, "machine_shape"),
        ({"enable_gpu": True, "machine_shape": "NvidiaTeslaP100"}, "NvidiaTeslaT4"),
        ({"docker_image_pinning_type": "newest"}, "original or latest"),
    ],
)
def test_kernel_rules(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(DataError, match=words):
        check_kernel(kernel(**changed))


def test_slug_of_a_title() -> None:
    assert slugified("SpectraMind V50: a  submission!") == "spectramind-v50-a-submission"
