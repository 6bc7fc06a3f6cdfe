"""Kaggle's metadata files, held against Kaggle's rules before anything is uploaded.

Rules: documentation of the `kaggle` command line, pages on dataset and kernel metadata.
"""

from __future__ import annotations

import json
import re
from typing import Any

from spectramind.conf.schema.kaggle import KaggleConfig
from spectramind.errors import DataError

DATASET_FILE, KERNEL_FILE = "dataset-metadata.json", "kernel-metadata.json"
NOTEBOOK_FILE = "notebook.ipynb"

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_TITLE, _DATASET_SLUG, _KERNEL_SLUG = (6, 50), (6, 50), (5, 50)
_LICENCES = (
    "CC0-1.0 CC-BY-SA-3.0 CC-BY-SA-4.0 CC-BY-NC-SA-4.0 GPL-2.0 GPL-3.0 ODbL-1.0 DbCL-1.0 CC-BY-4.0",
    "CC-BY-NC-4.0 CC-BY-3.0 CC-BY-ND-4.0 CC-BY-NC-ND-4.0 PDDL ODC-BY-1.0 LGPL-3.0 AGPL-3.0 FDL-1.3",
    "apache-2.0 copyright-authors other unknown",
)
_PINNING = ("original", "latest")
SHAPES = ("NvidiaTeslaT4",)
"""Accelerators to ask for; this one means two T4. A P100 is retired."""
_REMEDY = "correct the key in section `kaggle` of the configuration"


def slugified(title: str) -> str:
    """The slug that Kaggle makes of a title."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def dataset_metadata(user: str, slug: str, title: str) -> dict[str, Any]:
    """Content of `dataset-metadata.json`."""
    return {"title": title, "id": f"{user}/{slug}", "licenses": [{"name": "apache-2.0"}]}


def kernel_id(config: KaggleConfig) -> str:
    """Name of the notebook, `owner/slug`."""
    return f"{config.owner}/{slugified(config.title)}"


def kernel_metadata(config: KaggleConfig, shape: str | None) -> dict[str, Any]:
    """Content of `kernel-metadata.json`: private, offline, pinned to the image it was tried in.

    Parameters
    ----------
    shape : Kaggle's name of the accelerator, None for processors alone
    """
    metadata = {
        "id": kernel_id(config),
        "title": config.title,
        "code_file": NOTEBOOK_FILE,
        "language": "python",
        "kernel_type": "notebook",
        "is_private": True,
        "enable_gpu": shape is not None,
        "enable_internet": False,
        "dataset_sources": list(config.dataset_ids()),
        "competition_sources": [config.competition],
        "kernel_sources": [],
        "model_sources": [],
        "docker_image_pinning_type": "original",
    }
    # Without a shape a GPU used to be a P100, for which the image's torch has no code.
    return metadata if shape is None else {**metadata, "machine_shape": shape}


def check_dataset(metadata: dict[str, Any]) -> None:
    """Hold dataset metadata against the rules.

    Raises
    ------
    DataError : Kaggle would refuse it
    """
    _check_title(DATASET_FILE, metadata["title"])
    _check_id(DATASET_FILE, metadata["id"], _DATASET_SLUG)
    licences = [entry.get("name") for entry in metadata["licenses"]]
    if len(licences) != 1 or licences[0] not in " ".join(_LICENCES).split():
        raise DataError(DATASET_FILE, "exactly one known licence", str(licences), _REMEDY)


def check_kernel(metadata: dict[str, Any]) -> None:
    """Hold kernel metadata against the rules.

    Raises
    ------
    DataError : Kaggle would refuse it, or would run it with other sources than meant
    """
    _check_title(KERNEL_FILE, metadata["title"])
    _check_id(KERNEL_FILE, metadata["id"], _KERNEL_SLUG)
    slug = slugified(metadata["title"])
    if metadata["id"].partition("/")[2] != slug:
        raise DataError(KERNEL_FILE, f"an id that ends in {slug}", metadata["id"], _REMEDY)
    for source in metadata["dataset_sources"]:
        # A version or a URL there attaches nothing, in silence.
        _check_id(KERNEL_FILE, source, _DATASET_SLUG)
    for source in metadata["competition_sources"]:
        if not _SLUG.fullmatch(source):
            raise DataError(KERNEL_FILE, "a bare competition slug", source, _REMEDY)
    if metadata["enable_internet"] is not False:
        found = str(metadata["enable_internet"])
        raise DataError(KERNEL_FILE, "enable_internet false", found, _REMEDY)
    shape = metadata.get("machine_shape")
    if bool(metadata["enable_gpu"]) != (shape is not None) or shape not in (None, *SHAPES):
        expected = f"a GPU with machine_shape {' or '.join(SHAPES)}, or neither"
        found = f"enable_gpu {metadata['enable_gpu']}, machine_shape {shape}"
        raise DataError(KERNEL_FILE, expected, found, _REMEDY)
    if metadata["docker_image_pinning_type"] not in _PINNING:
        found = str(metadata["docker_image_pinning_type"])
        raise DataError(KERNEL_FILE, f"pinning {' or '.join(_PINNING)}", found, _REMEDY)


def _check_title(file: str, title: str) -> None:
    low, high = _TITLE
    if not low <= len(title) <= high:
        found = f"{len(title)} characters in {title!r}"
        raise DataError(file, f"a title of {low} to {high} characters", found, _REMEDY)


def _check_id(file: str, identity: str, lengths: tuple[int, int]) -> None:
    user, slash, slug = identity.partition("/")
    low, high = lengths
    sound = slash and _SLUG.fullmatch(user) and _SLUG.fullmatch(slug) and low <= len(slug) <= high
    if not sound:
        expected = f"user/slug, the slug of {low} to {high} lower-case letters, digits and dashes"
        raise DataError(file, expected, repr(identity), _REMEDY)


def metadata_text(metadata: dict[str, Any]) -> str:
    """JSON as it is written."""
    return json.dumps(metadata, indent=1, sort_keys=True) + "\n"
