"""Where each product of a run lies below `paths.out`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spectramind.conf.schema.config import Config
from spectramind.errors import DataError
from spectramind.models.predictions import FILE_NAME
from spectramind.symbolic.product import FILE_NAME as SYMBOLIC

_FOLDERS = re.compile(r"(?<![\w.)\]}])/(?:[^/\s:;,'\"]+/)+")
"""Folders of an absolute path: what stands before its last part."""


@dataclass(frozen=True)
class Places:
    """Product paths below one folder and for one split."""

    out: Path
    split: str

    def light_curves(self, planet_id: int, visit: int) -> Path:
        """Reduced light curves of one visit."""
        return self.reduced / f"{planet_id}_{visit}.nc"

    def posterior(self, planet_id: int) -> Path:
        """Transit fit of one planet."""
        return self.fits / f"{planet_id}.nc"

    def light(self, planet_id: int) -> Path:
        """First look at one planet."""
        return self.out / "light" / self.split / f"{planet_id}.nc"

    def sequence(self, planet_id: int) -> Path:
        """FGS1 light curves of one planet as the network reads them."""
        return self.out / "fgs1" / self.split / f"{planet_id}.nc"

    def adapted(self, family: str) -> Path:
        """Priors that the planets of one instrument taught; a survey without families is one."""
        return self.out / "priors" / f"{self.split}{f'_{family}' if family else ''}.json"

    @property
    def predictions(self) -> Path:
        """Spectra of all planets."""
        return self.out / FILE_NAME

    @property
    def symbolic(self) -> Path:
        """What the symbolic constraints say about the spectra."""
        return self.out / SYMBOLIC

    @property
    def summary(self) -> Path:
        """What the last `predict` did: input, configuration, fallbacks."""
        return self.out / "predict.json"

    @property
    def budget(self) -> Path:
        """What the last `predict` had to leave out to stay within its limits."""
        return self.out / "budget.json"

    @property
    def report(self) -> Path:
        """The HTML report of the submission."""
        return self.out / "report.html"

    @property
    def dashboard(self) -> Path:
        """The HTML dashboard of the trained model."""
        return self.out / "diagnostics_dashboard.html"

    @property
    def fits(self) -> Path:
        """Folder of the transit fits."""
        return self.out / "fit" / self.split

    @property
    def reduced(self) -> Path:
        """Folder of the light curves."""
        return self.out / "reduced" / self.split


def places(config: Config) -> Places:
    """Product paths of a configuration that names `paths.out`."""
    return Places(required(config.paths.out, "paths.out"), config.data.split)


def required(value: Path | None, key: str) -> Path:
    """The path under `key`, or an error that says how to give it."""
    if value is None:
        raise DataError("configuration", f"a path in {key}", "none", f"add +{key}=DIR")
    return value


def portable_text(text: str, config: Config) -> str:
    """A message without the folders of survey and products: the same on every machine."""
    named = (config.paths.out, config.paths.input, Path.cwd())
    folders = [folder for folder in named if folder is not None]
    return below_folders(text, folders)


def below_folders(text: str, folders: Sequence[Path]) -> str:
    """A message whose files are named from these folders on, and others by their last part."""
    for folder in folders:
        for start in (str(folder.absolute()), str(folder)):
            # A relative folder such as `out` may also be a word of the message.
            text = text.replace(f"{start}/", "") if len(start) > 1 else text
    return without_folders(text)


def without_folders(text: str) -> str:
    """A text in which absolute paths are their last part: pages go to other machines."""
    return _FOLDERS.sub("", text)
