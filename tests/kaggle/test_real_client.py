"""Kaggle's own client, where it is installed: its offline parts know every flag that we use."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from spectramind.kaggle.account import account
from spectramind.kaggle.client import Client

CLIENT = os.environ.get("KAGGLE_CLIENT") or shutil.which("kaggle")
pytestmark = pytest.mark.skipif(
    CLIENT is None, reason="Kaggle's client is not installed; KAGGLE_CLIENT names one"
)

FLAGS = {
    "config view": (),
    "datasets status": ("--format", "dataset"),
    "datasets create": ("-p", "-q"),
    "datasets version": ("-p", "-m", "-q"),
    "datasets download": ("-f", "-p", "-o", "-q"),
    "kernels push": ("-p",),
    "kernels pull": ("-p", "-m"),
    "kernels status": ("kernel",),
    "competitions files": ("--format", "--page-size", "--page-token", "-q"),
    "competitions download": ("-f", "-p", "-o", "-q"),
    "competitions submissions": ("--format", "--page-size", "--page-token", "-q"),
    "competitions submission-limits": ("--json", "-q"),
    "competitions submit": ("-k", "-v", "-f", "-m"),
}


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The client first on PATH, without a token."""
    assert CLIENT is not None
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "kaggle").symlink_to(CLIENT)
    for name in ("KAGGLE_API_TOKEN", "KAGGLE_USERNAME", "KAGGLE_KEY", "KAGGLE_CONFIG_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize("verb", FLAGS)
def test_every_flag_that_we_use_is_there(verb: str) -> None:
    said = Client().read(*verb.split(), "--help")
    assert said.status == 0
    assert [flag for flag in FLAGS[verb] if flag not in said.out] == []


@pytest.mark.usefixtures("client")
def test_old_pair_of_tokens_names_the_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAGGLE_USERNAME", "Someone")
    monkeypatch.setenv("KAGGLE_KEY", "k")
    assert account(Client(), None) == "someone"


def test_kernel_metadata_has_the_keys_of_the_template(
    client: Path, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import json

    monkeypatch.setenv("KAGGLE_USERNAME", "someone")
    monkeypatch.setenv("KAGGLE_KEY", "k")
    (client / "template").mkdir()
    subprocess.run(["kaggle", "kernels", "init", "-p", f"{client}/template"], check=True)
    template = json.loads((client / "template" / "kernel-metadata.json").read_text())
    ours = json.loads((made / "kernel-metadata.json").read_text())
    assert set(ours) - set(template) == {"docker_image_pinning_type"}
    assert set(template) - set(ours) == {"enable_tpu", "machine_shape"}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"id": "someone/abcde"}, "between 6 and 50 characters"),
        ({"title": "short"}, "between 6 and 50 characters"),
        ({"licenses": []}, "exactly one license"),
    ],
)
def test_dataset_rules_are_the_clients(
    client: Path, changed: dict[str, object], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What our check refuses the client refuses too, before it needs a network."""
    import json

    from spectramind.errors import DataError
    from spectramind.kaggle.metadata import check_dataset, dataset_metadata

    monkeypatch.setenv("KAGGLE_USERNAME", "someone")
    monkeypatch.setenv("KAGGLE_KEY", "k")
    metadata = {**dataset_metadata("someone", "v50-code", "SpectraMind V50 code"), **changed}
    with pytest.raises(DataError):
        check_dataset(metadata)
    (client / "made").mkdir()
    (client / "made" / "dataset-metadata.json").write_text(json.dumps(metadata))
    said = Client().read("datasets", "create", "-p", client / "made")
    assert said.status == 1 and words in said.err
