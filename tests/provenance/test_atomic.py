"""Atomic writes: whole or not at all, and one line when the disk refuses."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from spectramind.errors import OutputError
from spectramind.provenance.atomic import atomic_path, write_text


def test_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "product.txt"
    write_text(target, "old")
    with pytest.raises(RuntimeError), atomic_path(target) as temporary:
        temporary.write_text("half of the new")
        raise RuntimeError
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    ("number", "word"), [(errno.ENOSPC, "disk space"), (errno.EACCES, "writable")]
)
def test_full_disk_and_missing_permission_are_one_line(
    tmp_path: Path, number: int, word: str
) -> None:
    with pytest.raises(OutputError, match=word) as caught, atomic_path(tmp_path / "a.txt"):
        raise OSError(number, "the operating system says no")
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_file_in_the_way_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OutputError, match="out"):
        write_text(tmp_path / "out" / "x.txt", "text")


def test_really_full_disk() -> None:
    device = Path("/dev/full")
    if not device.exists():
        pytest.skip("no /dev/full on this system")
    from spectramind.provenance.events import append_line

    with pytest.raises(OutputError, match="free disk space"):
        append_line(device, "text")


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let the operating system refuse what a file holds beyond `size` bytes."""
    resource = pytest.importorskip("resource", reason="needs limits of a Unix process")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("kind", ["parquet", "netCDF"])
def test_libraries_that_cannot_write_end_in_one_line(kind: str, tmp_path: Path) -> None:
    import h5py
    import numpy as np
    import polars as pl

    from spectramind.survey.frames import write_table

    noise = np.random.default_rng(1).random(100_000)
    target = tmp_path / "product"
    with pytest.raises(OutputError) as caught, largest_file(20_000):
        if kind == "parquet":
            write_table(target, pl.DataFrame({"noise": noise}))
        with atomic_path(target) as temporary, h5py.File(temporary, "w") as file:
            file["noise"] = noise
    assert caught.value.found == "File too large"
    assert list(tmp_path.iterdir()) == []
