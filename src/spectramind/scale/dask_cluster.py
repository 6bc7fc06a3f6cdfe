"""Items worked on by an existing Dask cluster: the executor seam on more than one machine.

Workers see the same files under the same paths as this process. A worker that dies costs the
items it held a retry on another; what kills several workers is reported as that item's failure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from spectramind.errors import ConfigurationError
from spectramind.provenance.versions import code_digest
from spectramind.scale.outcome import Outcome, attempt

if TYPE_CHECKING:
    from distributed import Client

Item = TypeVar("Item")
Value = TypeVar("Value")

_KEY = "runtime.dask.address"


@dataclass(frozen=True)
class Cluster:
    """A Dask cluster that somebody else started.

    address  of its scheduler, `tcp://host:port`
    timeout  seconds to wait for scheduler and first worker
    """

    address: str
    timeout: float


@contextmanager
def _client(cluster: Cluster) -> Iterator[Client]:
    try:
        from distributed import Client
    except ImportError as error:
        text = "runtime.executor=dask needs Dask; pip install 'spectramind[cluster]'"
        raise ConfigurationError(text) from error
    try:
        client = Client(cluster.address, timeout=cluster.timeout, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        text = f"{_KEY}={cluster.address}: no scheduler answers there; start one, or correct it"
        raise ConfigurationError(text) from error
    with client:
        yield client


def _threads(client: Client, cluster: Cluster) -> int:
    """Threads of all workers, none of which runs other code than this process.

    Raises
    ------
    ConfigurationError : there is no worker, or one would compute something else
    """
    try:
        client.wait_for_workers(1, timeout=cluster.timeout)
    except TimeoutError as error:
        text = f"{_KEY}={cluster.address}: the scheduler has no workers; start `dask worker`"
        raise ConfigurationError(text) from error
    for worker, digest in client.run(code_digest).items():
        if digest != code_digest():
            text = f"worker {worker} runs code {digest}, this process {code_digest()}"
            raise ConfigurationError(f"{text}; install the same version on every worker")
    return max(1, sum(int(threads) for threads in client.nthreads().values()))


def dashboard(cluster: Cluster) -> str:
    """Address of the cluster's dashboard, checked for an answer of its scheduler.

    Raises
    ------
    ConfigurationError : Dask is not installed, or no scheduler answers
    """
    with _client(cluster) as client:
        return str(client.dashboard_link)


def on_cluster(
    function: Callable[[Item], Value], items: Sequence[Item], cluster: Cluster
) -> Iterator[Outcome[Item, Value]]:
    """Yield outcomes as they finish, keeping at most two items a thread on the cluster.

    Raises
    ------
    ConfigurationError : the cluster cannot be used
    """
    from distributed import as_completed

    with _client(cluster) as client:
        room = 2 * _threads(client, cluster)
        queue = list(reversed(items))
        held: dict[Any, Item] = {}

        def send() -> Any:
            item = queue.pop()
            future = client.submit(attempt, function, item, pure=False)
            held[future.key] = item
            return future

        running = as_completed([send() for _ in range(min(room, len(queue)))], loop=client.loop)
        for future in running:
            item = held.pop(future.key)
            # A task ends with an error of its own only when its workers died under it.
            failure = future.exception()
            yield future.result() if failure is None else Outcome(item, None, _died(failure))
            if queue:
                running.add(send())


def _died(failure: BaseException) -> str:
    return " ".join(f"the workers died on this item: {failure}".split())
