"""Section `runtime`: how the work is carried out, never what it computes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from spectramind.conf.schema.section import Section


class DaskConfig(Section):
    """An existing Dask cluster whose workers see the same files under the same paths."""

    address: str | None = Field(description="scheduler, tcp://host:port; for executor=dask")
    timeout_s: float = Field(gt=0, description="s to wait for the scheduler and its first worker")


class RuntimeConfig(Section):
    """Workers, failure policy and environment."""

    executor: Literal["processes", "serial", "dask"] = Field(
        description="where planets are worked on: processes here, this process, a Dask cluster"
    )
    workers: int = Field(ge=0, le=256, description="worker processes; 0 takes one for each CPU")
    dask: DaskConfig = Field(description="cluster for executor=dask")
    memory_gb: float = Field(
        gt=0, description="GB of memory a worker may need at its peak; bounds the worker count"
    )
    strict: bool = Field(description="stop at the first broken planet instead of a fallback")
    kaggle: bool = Field(
        description="keep a valid submission.csv on disk from the first minute on, filled as "
        "planets finish, and stop in time for the limits below"
    )
    started: float | None = Field(
        description="start of the session that the limits count from, second since 1970; null "
        "takes the start of the command"
    )
    budget_hours: float = Field(gt=0, description="length of the session, hour")
    disk_gb: float = Field(gt=0, description="GB that products may take")
