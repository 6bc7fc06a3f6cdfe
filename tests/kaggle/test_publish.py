"""`kaggle publish` against a client that behaves as Kaggle's own does."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from kaggle_site import Site, kaggle_site

from spectramind.conf.compose import compose
from spectramind.errors import ConfigurationError, DataError
from spectramind.kaggle.board import sync
from spectramind.kaggle.client import Client
from spectramind.kaggle.ledger import read_ledger
from spectramind.kaggle.publish import Publication, publish
from spectramind.provenance.folder_manifest import write_manifest

CHANGING = {("datasets", "create"), ("datasets", "version"), ("kernels", "push"),
            ("competitions", "submit")}  # fmt: skip


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    return kaggle_site(tmp_path / "site", monkeypatch)


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """Bundle and notebook that may be changed."""
    shutil.copytree(made, tmp_path / "kaggle")
    return tmp_path / "kaggle"


def bring(folder: Path, *overrides: str, dry: bool = False, submit: bool = False) -> Publication:
    client = Client(dry=dry, sleep=lambda _: None)
    return publish(compose(overrides), folder, overrides, client, submit)


def changes(site: Site) -> list[str]:
    """Verb and folder of the calls that change something on Kaggle."""
    calls = (call for call in site.calls() if tuple(call[:2]) in CHANGING)
    return [f"{call[1]} {Path(call[3]).name}" for call in calls]


def test_first_time_creates_and_pushes(site: Site, folder: Path) -> None:
    site.faults(looks=2)
    done = bring(folder)
    assert changes(site) == [
        "create v50-code", "create v50-weights", "create v50-configs", "push kaggle",
    ]  # fmt: skip
    assert done.user == "someone"
    assert set(done.datasets.values()) == {"created"}
    assert done.version == 1
    pushed = json.loads((folder / "notebook.ipynb").read_text())
    assert pushed["metadata"]["spectramind"]["datasets"] == done.versions
    assert "someone/v50-code version 1" in "".join(pushed["cells"][0]["source"])
    kernel = json.loads((folder / "kernel-metadata.json").read_text())
    assert kernel["dataset_sources"] == list(done.versions)
    assert kernel["enable_gpu"] is False and "machine_shape" not in kernel
    assert "https://www.kaggle.com/code/someone/spectramind-v50-submission" in done.addresses


def test_second_time_does_nothing(site: Site, folder: Path) -> None:
    bring(folder)
    site.calls()
    done = bring(folder)
    assert changes(site) == []
    assert set(done.datasets.values()) == {"unchanged"} and done.notebook == "unchanged"
    assert done.version == 1  # remembered, so that it can still be handed in


def test_changed_weights_get_a_version_and_the_notebook_names_it(site: Site, folder: Path) -> None:
    bring(folder)
    (folder / "v50-weights" / "model.ckpt").write_bytes(b"better")
    write_manifest(folder / "v50-weights", {"commit": "test"}, beside=("dataset-metadata.json",))
    site.calls()
    site.faults(looks=3)
    done = bring(folder)
    assert changes(site) == ["version v50-weights", "push kaggle"]
    assert done.versions["someone/v50-weights"] == 2  # waited for, not the one before
    assert done.version == 2


def test_no_token_is_said_before_anything_else(site: Site, folder: Path) -> None:
    site.log_in(None)
    with pytest.raises(ConfigurationError, match=r"kaggle auth login.*access_token.*kaggle\.json"):
        bring(folder)
    assert len(site.calls()) == 1


def test_token_of_another_account(site: Site, folder: Path) -> None:
    with pytest.raises(ConfigurationError, match="belongs to someone"):
        bring(folder, "kaggle.user=somebody-else")
    assert changes(site) == []


def test_interrupted_and_repeated(site: Site, folder: Path) -> None:
    """Killed in the second upload: the first is not done again."""
    site.faults(killed_upload=0)
    code = (
        "import sys; from pathlib import Path; from spectramind.conf.compose import compose\n"
        "from spectramind.kaggle.client import Client; from spectramind.kaggle.publish import *\n"
        "from spectramind.kaggle import remote_dataset\n"
        "def tell(text):\n"
        "    if 'create -p' in text and 'weights' in text:\n"
        "        Path(sys.argv[2], 'faults.json').write_text('{\"killed_upload\": 1}')\n"
        "publish(compose(), Path(sys.argv[1]), (), Client(tell=tell))\n"
    )
    command = [sys.executable, "-c", code, str(folder), str(site.root)]
    assert subprocess.run(command, check=False).returncode == -9
    assert changes(site) == ["create v50-code", "create v50-weights"]
    done = bring(folder)
    assert changes(site) == ["create v50-weights", "create v50-configs", "push kaggle"]
    assert done.datasets["someone/v50-code"] == "unchanged"


def test_dry_run_changes_nothing(site: Site, folder: Path) -> None:
    told: list[str] = []
    client = Client(dry=True, tell=told.append)
    done = publish(compose(), folder, (), client, submit=True)
    assert changes(site) == []
    assert next(line for line in told if line.startswith("would run")).endswith("v50-code -q")
    assert done.notebook == "would be pushed"
    assert not (folder / "published.json").exists()


def test_a_dataset_that_could_not_be_seen_gets_a_version(site: Site, folder: Path) -> None:
    """Created meanwhile: the client says so and ends with 0."""
    bring(folder)
    shutil.rmtree(site.root / "kernels")
    real = site.root / "datasets" / "someone" / "v50-code"
    real.rename(real.with_name("aside"))
    told: list[str] = []

    def tell(text: str) -> None:
        told.append(text)
        if "create -p" in text:
            real.with_name("aside").rename(real)

    (folder / "v50-code" / "extra.whl").write_bytes(b"x")
    write_manifest(folder / "v50-code", {"commit": "test"}, beside=("dataset-metadata.json",))
    done = publish(compose(), folder, (), Client(tell=tell, sleep=lambda _: None))
    assert done.datasets["someone/v50-code"] == "new version"
    assert done.versions["someone/v50-code"] == 2


def test_rate_limit_is_waited_out(site: Site, folder: Path) -> None:
    site.faults(**{"429": 3})
    waited: list[float] = []
    publish(compose(), folder, (), Client(sleep=waited.append))
    assert waited[:3] == [5.0, 15.0, 45.0]


def test_refusal_that_ends_with_0_is_an_error(site: Site, folder: Path) -> None:
    """A source that is gone: the client says so, pushes all the same and ends with 0."""

    def tell(text: str) -> None:
        if "kernels push" in text:
            shutil.rmtree(site.root / "datasets" / "someone" / "v50-configs")

    with pytest.raises(DataError, match="all its sources"):
        publish(compose(), folder, (), Client(tell=tell, sleep=lambda _: None))


def test_failed_run_is_pushed_again(site: Site, folder: Path) -> None:
    bring(folder)
    site.calls()
    site.faults(failed_run=1)
    assert bring(folder).version == 2
    assert changes(site) == ["push kaggle"]


def test_handed_in_with_the_hash_of_the_bundle(site: Site, folder: Path) -> None:
    site.faults(running=2)
    ledger = folder.parent / "ledger.jsonl"
    words = ("leaderboard.note=first try", f"leaderboard.ledger={ledger}")
    done = bring(folder, *words, submit=True)
    (row,) = json.loads((site.root / "submissions.json").read_text())
    assert row["description"] == f"spectramind {done.bundle} first try"
    assert done.submission == str(row["ref"])
    (entry,) = read_ledger(ledger)
    assert (entry.bundle, entry.ref, entry.status) == (done.bundle, done.submission, "pending")
    again = bring(folder, *words, submit=True)
    assert again.submission == done.submission  # a day takes few: not handed in twice
    assert len(json.loads((site.root / "submissions.json").read_text())) == 1
    row |= {"status": "SubmissionStatus.COMPLETE", "publicScore": "0.612", "privateScore": None}
    (site.root / "submissions.json").write_text(json.dumps([row]))
    found = sync(Client(), compose().kaggle.competition, ledger)
    assert (found.added, found.changed, found.left) == (0, 1, 2)
    (entry,) = read_ledger(ledger)
    assert (entry.public, entry.private, entry.status) == (0.612, None, "complete")
    assert sync(Client(), compose().kaggle.competition, ledger).changed == 0


def test_damaged_bundle_is_not_published(site: Site, folder: Path) -> None:
    (folder / "v50-weights" / "model.ckpt").write_bytes(b"damaged")
    with pytest.raises(DataError, match="SHA-256"):
        bring(folder)
    assert changes(site) == []


def test_no_token_is_ever_shown(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    (site.root / "bin" / "kaggle").write_text('#!/bin/sh\necho "as $KAGGLE_KEY" >&2; exit 1\n')
    monkeypatch.setenv("KAGGLE_KEY", "s3cret-token")
    said = Client().read("config", "view")
    assert said.last == "as ***"
    with pytest.raises(DataError, match=r"as \*\*\*"):
        raise said.failed("anything", "try")


def test_no_client_and_one_that_does_not_start(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "#!/bin/sh\necho \"ModuleNotFoundError: No module named 'six'\" >&2; exit 1\n"
    (site.root / "bin" / "kaggle").write_text(text)
    with pytest.raises(DataError, match="pip install six"):
        Client().read("config", "view")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(DataError, match="pip install kaggle"):
        Client().read("config", "view")


@pytest.mark.parametrize(
    ("overrides", "shape"),
    [
        ([], None),
        (["kaggle.machine=t4x2"], "NvidiaTeslaT4"),
        (["calib.fit=true"], "NvidiaTeslaT4"),
        (["calib.fit=true", "kaggle.machine=cpu"], None),
        (["calib.fit=true", "calib.corel=false"], None),
    ],
)
def test_machine_is_what_the_model_needs(overrides: list[str], shape: str | None) -> None:
    from spectramind.kaggle.notebook import machine_shape

    config = compose(overrides)
    assert machine_shape(config.kaggle, config.calib) == shape
