"""The executor seam on a Dask cluster: two worker processes, one of them killed half-way."""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("distributed", reason="needs the extra `cluster`")

from dask_tasks import die_once, fussy
from distributed import LocalCluster

from spectramind.conf.compose import compose
from spectramind.errors import ConfigurationError
from spectramind.models.predictions import read_predictions
from spectramind.pipeline.planets import workers_of
from spectramind.pipeline.predict import predict
from spectramind.provenance.digest import sha256
from spectramind.provenance.events import read_events
from spectramind.provenance.run import EVENTS, open_run
from spectramind.scale.dask_cluster import Cluster
from spectramind.scale.executor import run_tasks

# Closing a cluster whose worker was killed logs and warns about sockets and children of its own.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """Scheduler of two worker processes that find this folder's modules."""
    request.getfixturevalue("loopback")
    here = str(Path(__file__).parent)
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [here, before]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster:
            yield str(cluster.scheduler_address)
    if before is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = before


def test_failures_are_outcomes(address: str) -> None:
    outcomes = {o.item: o for o in run_tasks(fussy, range(6), Cluster(address, 30.0))}
    assert sorted(outcomes) == list(range(6))
    assert [outcomes[i].value for i in (0, 1, 4, 5)] == [0, 1, 16, 25]
    assert outcomes[2].error == "two: expected another number, found 2; leave it out"
    assert outcomes[2].exception is not None and outcomes[2].exception.exit_code == 2
    assert outcomes[3].error == "ZeroDivisionError: three"
    assert "Traceback" in (outcomes[3].details or "")


def test_killed_worker_costs_nothing(address: str, tmp_path: Path) -> None:
    names = ("a", "b", "victim", "c", "d", "e")
    items = [tmp_path / name for name in names]
    outcomes = list(run_tasks(die_once, items, Cluster(address, 30.0)))
    assert {outcome.item.name: outcome.value for outcome in outcomes} == {n: n for n in names}


def test_survey_with_a_worker_killed_half_way_has_the_bytes_of_one_process(
    address: str, light_curve_survey: Path, tmp_path: Path
) -> None:
    """Physics, every planet; the first planet that is done costs a worker its life."""
    from distributed import Client

    def products(name: str, *runtime: str) -> dict[str, str]:
        out = tmp_path / name
        config = compose(
            ["data.split=test", f"paths.input={light_curve_survey}", f"paths.out={out}",
             f"paths.logs={out}/logs", f"paths.outputs={out}/outputs", *runtime]
        )  # fmt: skip
        killed = False

        def kill_one(done: int, _: int, __: int) -> None:
            nonlocal killed
            if name == "dask" and not killed and done:
                killed = True
                with Client(address) as client:
                    worker, pid = next(iter(client.run(os.getpid).items()))
                    assert worker and pid != os.getpid()
                os.kill(pid, signal.SIGKILL)

        with open_run("predict", config, ()) as run:
            summary = predict(config, run, kill_one)
        assert not summary.fallbacks
        assert killed == (name == "dask")
        return {p.name: sha256(p) for p in [*out.glob("fit/test/*.nc"), out / "predictions.nc"]}

    alone = products("serial", "runtime.executor=serial")
    spread = products("dask", "runtime.executor=dask", f"runtime.dask.address={address}")
    assert len(alone) == 5
    assert spread == alone
    assert read_predictions(tmp_path / "dask" / "predictions.nc").mu.shape == (4, 283)
    events = read_events(tmp_path / "dask" / "logs" / EVENTS)
    (cluster,) = [event for event in events if event["event"] == "cluster"]
    assert cluster["address"] == address and cluster["dashboard"]


def test_a_cluster_that_cannot_be_used_is_one_line() -> None:
    with pytest.raises(ConfigurationError, match="no scheduler answers"):
        list(run_tasks(fussy, [1], Cluster("tcp://127.0.0.1:9", 0.5)))
    with pytest.raises(ConfigurationError, match=r"needs runtime\.dask\.address"):
        workers_of(compose(["runtime.executor=dask"]))
