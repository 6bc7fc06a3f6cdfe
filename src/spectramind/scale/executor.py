"""The one seam through which surveys are worked on: a function, many items, some workers.

Workers are processes of this machine, or those of a Dask cluster.

Items are independent. A worker that dies (killed, out of memory) costs the items it held one
retry, alone in a fresh worker; what kills a worker twice is reported as that item's failure and
everything else goes on. At most `2 x workers` items are in flight, so memory stays bounded by
the workers, not by the survey. An overseer may lower the number of items in flight, or end the
work: then what is running is killed, and all that is left is reported as not done.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.process import BaseProcess
from typing import Generic, TypeVar

from spectramind.scale.dask_cluster import Cluster, on_cluster
from spectramind.scale.outcome import Outcome, attempt
from spectramind.scale.overseer import UNLIMITED, Overseer

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


_SECONDS_BETWEEN_LOOKS = 1.0


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


@dataclass(frozen=True)
class _Work(Generic[Item, Value]):
    """What is done to every item, in how many workers, under whose eyes."""

    function: Callable[[Item], Value]
    workers: int
    overseer: Overseer

    def not_done(self, item: Item) -> Outcome[Item, Value]:
        return Outcome(item, None, f"not done: {self.overseer.reason()}")


def _alone(work: _Work[Item, Value], item: Item) -> Outcome[Item, Value]:
    """Second chance for an item that was in flight when a worker died, or ran out of memory."""
    before = set(active_children())
    with _pool(1) as pool:
        try:
            future = pool.submit(attempt, work.function, item)
            while not wait([future], timeout=_SECONDS_BETWEEN_LOOKS).done:
                if work.overseer.allowed(1) == 0:
                    _kill(before)
                    return work.not_done(item)
            return future.result()
        except BrokenProcessPool:
            return Outcome(item, None, "the worker process died twice on this item")


def _kill(spared: set[BaseProcess]) -> None:
    """End at once all workers but those that were there before."""
    for child in set(active_children()) - spared:
        child.kill()


def _in_processes(
    work: _Work[Item, Value], items: Sequence[Item]
) -> Iterator[Outcome[Item, Value]]:
    """Yield outcomes as they finish, pool after pool where one breaks."""
    queue = list(reversed(items))
    while queue:
        workers = work.overseer.allowed(work.workers)
        if workers == 0:
            yield from (work.not_done(item) for item in reversed(queue))
            return
        suspects: list[Item] = []
        yield from _in_one_pool(work, workers, queue, suspects)
        for item in suspects:
            ended = work.overseer.allowed(work.workers) == 0
            yield work.not_done(item) if ended else _alone(work, item)


def _in_one_pool(
    work: _Work[Item, Value], workers: int, queue: list[Item], suspects: list[Item]
) -> Iterator[Outcome[Item, Value]]:
    """Work on `queue` until it is empty, a worker dies, or the work is ended.

    At most 2 x workers items are in flight. What was in flight when a worker died, or lacked
    memory, joins the `suspects`.
    """
    before = set(active_children())
    pool = _pool(workers)
    flight: dict[Future[Outcome[Item, Value]], Item] = {}
    try:
        while queue or flight:
            allowed = min(workers, work.overseer.allowed(work.workers))
            if allowed == 0:
                _kill(before)
                break
            while queue and len(flight) < (2 * workers if allowed == workers else allowed):
                # A worker may die right here: only what was accepted leaves the queue.
                flight[pool.submit(attempt, work.function, queue[-1])] = queue[-1]
                queue.pop()
            done = wait(flight, _SECONDS_BETWEEN_LOOKS, FIRST_COMPLETED).done
            for future in done:
                outcome = future.result()
                del flight[future]
                if outcome.out_of_memory:
                    suspects.append(outcome.item)
                else:
                    yield outcome
    except BrokenProcessPool:
        pass
    finally:
        suspects.extend(flight.values())
        pool.shutdown(wait=True, cancel_futures=True)


def _here(work: _Work[Item, Value], items: Sequence[Item]) -> Iterator[Outcome[Item, Value]]:
    """Work in this process, one item after the other."""
    for item in items:
        ended = work.overseer.allowed(1) == 0
        yield work.not_done(item) if ended else attempt(work.function, item)


def run_tasks(
    function: Callable[[Item], Value],
    items: Sequence[Item],
    workers: int | Cluster,
    overseer: Overseer = UNLIMITED,
) -> Iterator[Outcome[Item, Value]]:
    """Apply `function` to every item and yield each outcome as it finishes.

    Parameters
    ----------
    function : picklable callable of one item
    items : picklable items, independent of each other
    workers : number of processes, or a cluster; 0 runs in this process, in order
    overseer : asked about once a second how many workers may be busy; not on a cluster

    Yields
    ------
    Outcome : in order of completion; failures are outcomes too
    """
    if isinstance(workers, Cluster):
        yield from on_cluster(function, items, workers)
        return
    work = _Work(function, min(workers, max(1, len(items))), overseer)
    if workers == 0:
        yield from _here(work, items)
        return
    before = {key: os.environ.get(key) for key in _SINGLE_THREAD}
    os.environ.update(_SINGLE_THREAD)
    try:
        yield from _in_processes(work, items)
    finally:
        for key, value in before.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value
