"""Where notebooks run: side by side on this computer, or on a Dask cluster that exists."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol

from cxresearch.report import pool
from cxresearch.report.kernels.warm import Warm
from cxresearch.report.tasks import Outcome, Task


class Place(Protocol):
    """What runs the tasks of a batch, wherever it does."""

    @property
    def settings(self) -> Mapping[str, str]:
        """What kernels are told about it, for their environment."""

    def n_jobs(self, n_tasks: int) -> int:
        """Return how many of these tasks run at once where the user does not say."""

    def said(self, n_jobs: int) -> str:
        """Return in words where and how many at once."""

    def run(
        self,
        tasks: Sequence[Task],
        n_jobs: int,
        *,
        stop: Callable[[], bool],
        started: Callable[[Task], None],
    ) -> Iterator[tuple[Task, Outcome]]:
        """Run tasks; yield each with its outcome as it ends (`cxresearch.report.pool.run`)."""


class Here:
    """The computer itself: a process per job, kernels forked from a warm parent where it can be.

    Parameters
    ----------
    warm : Warm
        The warm parent of the batch.
    """

    run = staticmethod(pool.run)

    def __init__(self, warm: Warm) -> None:
        self._warm = warm

    @property
    def settings(self) -> Mapping[str, str]:
        """Where the warm parent is."""
        return self._warm.settings

    def n_jobs(self, n_tasks: int) -> int:
        """Return how many run at once: one per processor."""
        return min(pool.cpus(), n_tasks)

    def said(self, n_jobs: int) -> str:
        """Return in words how many at once."""
        return f"{n_jobs} at once"


@contextmanager
def chosen(scheduler: str | None) -> Iterator[Place]:
    """Make ready the place that the user chose: a cluster's address, or none for this computer."""
    if scheduler is not None:
        from cxresearch.report.cluster import Cluster

        with Cluster(scheduler) as cluster:
            yield cluster
        return
    pool.prepare()
    with Warm() as warm:
        yield Here(warm)
