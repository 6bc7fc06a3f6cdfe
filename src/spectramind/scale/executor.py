"""The one seam through which surveys are worked on: a function, many items, some workers.

Workers are processes of this machine, or those of a Dask cluster.

Items are independent. A worker that dies (killed, out of memory) costs the items it held one
retry, alone in a fresh worker; what kills a worker twice is reported as that item's failure and
everything else goes on. At most `2 x workers` items are in flight, so memory stays bounded by
the workers, not by the survey.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from typing import TypeVar

from spectramind.scale.dask_cluster import Cluster, on_cluster
from spectramind.scale.outcome import Outcome, attempt

Item = TypeVar("Item")
Value = TypeVar("Value")

# One thread a worker: processes already fill the cores, and one thread gives steadier times.
_SINGLE_THREAD = {
    "POLARS_MAX_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


def _end_with_parent() -> None:
    """Make this worker end at once when its parent is gone, and silently on Ctrl-C.

    A parent that is killed cannot stop its workers; left alone, they would wait for ever.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)

    def watch() -> None:
        if parent := parent_process():
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _pool(workers: int) -> ProcessPoolExecutor:
    # Spawned, not forked: a forked child inherits locks held by threads of polars and the BLAS.
    context = get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_end_with_parent)


def _alone(function: Callable[[Item], Value], item: Item) -> Outcome[Item, Value]:
    """Second chance for an item that was in flight when a worker died."""
    with _pool(1) as pool:
        try:
            return pool.submit(attempt, function, item).result()
        except BrokenProcessPool:
            return Outcome(item, None, "the worker process died twice on this item")


def _in_processes(
    function: Callable[[Item], Value], items: Sequence[Item], workers: int
) -> Iterator[Outcome[Item, Value]]:
    """Yield outcomes as they finish, keeping at most 2 x workers items in flight."""
    queue = list(reversed(items))
    suspects: list[Item] = []
    while queue:
        pool = _pool(workers)
        flight: dict[Future[Outcome[Item, Value]], Item] = {}
        try:
            while queue or flight:
                while queue and len(flight) < 2 * workers:
                    # A worker may die right here: only what was accepted leaves the queue.
                    flight[pool.submit(attempt, function, queue[-1])] = queue[-1]
                    queue.pop()
                for future in wait(flight, return_when=FIRST_COMPLETED).done:
                    outcome = future.result()
                    del flight[future]
                    yield outcome
        except BrokenProcessPool:
            suspects.extend(flight.values())
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
        for item in suspects:
            yield _alone(function, item)
        suspects.clear()


def run_tasks(
    function: Callable[[Item], Value], items: Sequence[Item], workers: int | Cluster
) -> Iterator[Outcome[Item, Value]]:
    """Apply `function` to every item and yield each outcome as it finishes.

    Parameters
    ----------
    function : picklable callable of one item
    items : picklable items, independent of each other
    workers : number of processes, or a cluster; 0 runs in this process, in order

    Yields
    ------
    Outcome : in order of completion; failures are outcomes too
    """
    if isinstance(workers, Cluster):
        yield from on_cluster(function, items, workers)
        return
    if workers == 0:
        yield from (attempt(function, item) for item in items)
        return
    before = {key: os.environ.get(key) for key in _SINGLE_THREAD}
    os.environ.update(_SINGLE_THREAD)
    try:
        yield from _in_processes(function, items, min(workers, max(1, len(items))))
    finally:
        for key, value in before.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value
