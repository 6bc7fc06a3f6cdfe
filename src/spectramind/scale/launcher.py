"""Which of the processes that torch's launcher (`torchrun`) started this one is.

Source: PyTorch documentation, "torchrun (Elastic Launch)", environment variables.
"""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Launch:
    """A process among those of one launch.

    rank         0 for the first, which alone reads surveys and writes files
    size         processes on all hosts
    local_rank   rank among the processes of this host
    local_size   processes of this host
    """

    rank: int
    size: int
    local_rank: int
    local_size: int

    @property
    def follows(self) -> bool:
        """Whether another process leads this one."""
        return self.rank > 0


ALONE = Launch(rank=0, size=1, local_rank=0, local_size=1)


def launched() -> Launch:
    """What torchrun said to this process; `ALONE` where it was started in another way."""
    said = os.environ
    if "TORCHELASTIC_RUN_ID" not in said:
        return ALONE
    return Launch(
        rank=int(said["RANK"]),
        size=int(said["WORLD_SIZE"]),
        local_rank=int(said["LOCAL_RANK"]),
        local_size=int(said["LOCAL_WORLD_SIZE"]),
    )
