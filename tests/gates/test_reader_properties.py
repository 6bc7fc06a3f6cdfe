"""Readers: what was written comes back; anything else is refused in one line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from spectramind.errors import DataError
from spectramind.models.checkpoint import Checkpoint, open_checkpoint, write_checkpoint
from spectramind.submission.table import read_submission
from spectramind.survey.manifest import SurveyFile, read_manifest, write_manifest
from spectramind.survey.tables import read_adc, read_star_info, read_truth, read_wavelengths

QUICK = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
NAMES = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)
ARRAYS = st.one_of(
    arrays(np.float64, array_shapes(max_dims=3, max_side=4), elements=st.floats()),
    arrays(np.int64, array_shapes(max_dims=2, max_side=5)),
)
READERS: tuple[Callable[[Path], object], ...] = (
    open_checkpoint, read_submission, read_truth, read_star_info, read_wavelengths, read_adc,
    read_manifest,
)  # fmt: skip


@QUICK
@given(
    values=st.dictionaries(NAMES, ARRAYS, max_size=4),
    texts=st.dictionaries(NAMES, st.text(max_size=30), max_size=4),
)
def test_checkpoint_comes_back(
    values: dict[str, NDArray[np.generic]], texts: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "model.ckpt"
    write_checkpoint(path, Checkpoint("physics", values, texts))
    read = open_checkpoint(path)
    assert read.texts == texts and set(read.arrays) == set(values)
    for name, array in values.items():
        np.testing.assert_array_equal(read.arrays[name], array)
        assert read.arrays[name].dtype == array.dtype


@QUICK
@given(
    files=st.lists(
        st.builds(SurveyFile, path=st.text(max_size=20), size=st.integers(0), digest=NAMES)
    )
)
def test_manifest_comes_back(files: list[SurveyFile], tmp_path: Path) -> None:
    write_manifest(tmp_path / "manifest.json", tuple(files))
    assert read_manifest(tmp_path / "manifest.json") == tuple(files)


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
@QUICK
@given(content=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_anything_else_is_refused(
    read: Callable[[Path], object], content: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "anything"
    path.write_bytes(content)
    try:
        read(path)
    except DataError as error:
        assert "\n" not in str(error)
    else:
        # The one text that is a valid, empty file of its kind.
        assert read is read_manifest and content.strip() == b"[]"
