"""One Mamba block, forward and backward on one thread, beside other sequence models.

Every figure comes from a fresh process: best CPU time of several passes, and how far the resident
memory rose during the first. mambapy is measured if it is installed.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

WIDTH = 32
LENGTHS = (1024, 4096, 16384, 65536)
SECONDS = 4.0
"""Spent on passes of one model at one length, after the first."""


def _chunked() -> Callable:
    from spectramind.models.mamba_block import MambaBlock, MambaShape

    return MambaBlock(MambaShape(width=WIDTH))


def _textbook() -> Callable:
    """The same block with the recurrence as a loop over samples."""
    import torch
    from torch import Tensor

    from spectramind.models import mamba_block

    def loop(
        x: Tensor, log_decay: Tensor, b: Tensor, c: Tensor, state: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        z, _, h, p = x.shape
        state, outputs = x.new_zeros(z, h, b.shape[-1], p) if state is None else state, []
        decay, gain = log_decay.exp()[..., None, None], b[:, :, None, :, None]
        steps = (
            values.unbind(1) for values in (decay, gain, x[:, :, :, None], c[:, :, None, None])
        )
        for keep, enter, value, read in zip(*steps, strict=True):
            state = keep * state + enter * value
            outputs.append((read @ state)[:, :, 0])
        return torch.stack(outputs, 1), state

    mamba_block.selective_scan = loop
    return _chunked()


def _mambapy() -> Callable:
    from mambapy.mamba import MambaBlock, MambaConfig

    return MambaBlock(MambaConfig(d_model=WIDTH, n_layers=1))


def _recurrent(name: str) -> Callable:
    from torch import nn

    module = getattr(nn, name)(WIDTH, WIDTH, batch_first=True)
    return lambda tokens: module(tokens)[0]


def _lstm() -> Callable:
    return _recurrent("LSTM")


def _gru() -> Callable:
    return _recurrent("GRU")


MODELS: dict[str, Callable[[], Callable]] = {
    "chunked scan": _chunked,
    "textbook loop": _textbook,
    "mambapy": _mambapy,
    "torch LSTM": _lstm,
    "torch GRU": _gru,
}


def _resident(key: str) -> float:
    """MB, `VmRSS` now or `VmHWM` at most so far."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(key):
            return int(line.split()[1]) / 1024
    raise KeyError(key)


def measure(name: str, length: int) -> tuple[float, float]:
    """Best milliseconds and MB of memory of one forward and backward pass."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = MODELS[name]()

    def one_pass(tokens: torch.Tensor) -> float:
        start = time.process_time()
        model(tokens).square().mean().backward()
        return 1e3 * (time.process_time() - start)

    one_pass(torch.randn(1, 64, WIDTH))  # libraries and their buffers are loaded
    tokens = torch.randn(1, length, WIDTH, requires_grad=True)
    before = _resident("VmRSS")
    times = [one_pass(tokens)]
    memory = _resident("VmHWM") - before
    end = time.perf_counter() + SECONDS
    while len(times) < 3 or (time.perf_counter() < end and len(times) < 50):
        times.append(one_pass(tokens))
    return min(times), memory


def _in_fresh_process(name: str, length: int) -> tuple[float, float]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measure, name, length).result()


def main() -> None:
    """Print the table and the three ratios that are promised."""
    print(f"one block of width {WIDTH}, forward + backward, one thread: ms / MB")
    print(f"  {'':14s}" + "".join(f"{length:>16d}" for length in LENGTHS))
    found: dict[str, dict[int, tuple[float, float]]] = {}
    for name in MODELS:
        if name == "mambapy" and importlib.util.find_spec("mambapy") is None:
            print(f"  {name:14s}  not installed")
            continue
        found[name] = {length: _in_fresh_process(name, length) for length in LENGTHS}
        cells = "".join(f"{ms:9.1f} /{mb:5.0f}" for ms, mb in found[name].values())
        print(f"  {name:14s}{cells}")
    ours = found["chunked scan"]
    growth = ours[65536][0] / ours[4096][0]
    print(f"65k over 4k: {growth:.1f} (16 is linear, at most 19.2 wanted)")
    if "mambapy" in found:
        times, memories = zip(ours[16384], found["mambapy"][16384], strict=True)
        print(
            f"16k over mambapy: {times[0] / times[1]:.2f} of the time (at most 0.25 wanted), "
            f"{memories[0] / memories[1]:.2f} of the memory (at most 0.5 wanted)"
        )
