"""A Dask cluster that exists, as a place where notebooks run: ``--scheduler ADDRESS``.

Each job is tried once. A worker that dies takes its job with it and no other; Dask would give
the job to the next worker, which could die of it too, so it is taken back.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from queue import Empty, SimpleQueue
from time import monotonic
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from cxresearch.errors import CxError, Fault, ParamsError
from cxresearch.report import record, remote
from cxresearch.report.tasks import Outcome, Task

_ANSWER_TAKES = 5  # seconds that a scheduler has to answer
_LOOK_EVERY = 0.2  # seconds between looks at whether the user wants to stop
_COUNT_EVERY = 1.0  # seconds between looks at whether the workers still live
_INTERRUPTED = Outcome(status="interrupted", reason="the run was interrupted")
_GONE = "the scheduler does not answer any more: see that the cluster runs, and run again"


class Cluster:
    """A cluster that answers and whose workers would make the pages that the runner would make.

    Parameters
    ----------
    address : str
        Of its scheduler, such as ``tcp://10.0.0.5:8786``; TLS as Dask's configuration says.

    Raises
    ------
    ParamsError
        `distributed` is not installed, nothing answers there, or a worker has other versions.
    """

    settings: dict[str, str] = {}  # noqa: RUF012 (nothing of this computer tells workers anything)

    def __init__(self, address: str) -> None:
        if find_spec("distributed") is None:
            raise _wrong(
                "a Dask cluster needs the library distributed",
                address,
                "not installed",
                "pip install 'cxresearch[cluster]'",
            )
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        try:
            asyncio.run(_knock(address))
            self._client = _client(address)
        except (OSError, ValueError) as error:
            raise _wrong(
                "no Dask scheduler answers at this address",
                address,
                str(error) or f"no answer within {_ANSWER_TAKES} s",
                "start one (dask scheduler), or leave --scheduler out",
            ) from error
        self._address = address

    def __enter__(self) -> Self:
        try:
            self._compare()
        except BaseException:
            self._client.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close(timeout=_ANSWER_TAKES)

    def n_jobs(self, n_tasks: int) -> int:
        """Return how many jobs are handed over at once: all, so that clusters can grow."""
        return n_tasks

    def said(self, n_jobs: int) -> str:
        """Return in words where and how many at once."""
        n_workers = len(self._client.nthreads())
        return f"on the cluster at {self._address} ({n_workers} workers), up to {n_jobs} at once"

    def run(
        self,
        tasks: Sequence[Task],
        n_jobs: int,
        *,
        stop: Callable[[], bool] = lambda: False,
        started: Callable[[Task], None] = lambda task: None,
    ) -> Iterator[tuple[Task, Outcome]]:
        """Run tasks, at most `n_jobs` at once; as `cxresearch.report.pool.run`."""
        waiting = list(tasks)
        batch = _Batch(self._client)
        try:
            while (waiting or batch.sent) and not stop():
                while waiting and len(batch.sent) < n_jobs:
                    batch.send(waiting.pop(0))
                yield from batch.heard(started)
        finally:
            batch.close()
        for task in [one.task for one in batch.sent.values()] + waiting:
            yield task, _INTERRUPTED

    def _compare(self) -> None:
        """Refuse a cluster one of whose workers would make other pages than this computer."""
        try:
            told = self._client.run(
                remote.other_than, record.code_hash(), record.versions(), on_error="return"
            )
        except OSError as error:
            raise _wrong("the workers do not answer", self._address, str(error), _GONE) from error
        faults = [
            _fault(
                "a worker of the cluster would not make the same pages",
                worker,
                f"{type(unlike).__name__}: {unlike}" if isinstance(unlike, Exception) else unlike,
                "install the same versions of cxresearch and its libraries there",
            )
            for worker, unlike in sorted(told.items())
            if unlike
        ]
        if faults:
            raise CxError.of(faults)


class _Sent:
    """A task that lies with the cluster."""

    def __init__(self, task: Task, future: Any) -> None:
        self.task = task
        self.future = future
        self.worker = ""


class _Batch:
    """The tasks that lie with the cluster, and what is heard of them."""

    def __init__(self, client: Any) -> None:
        self.sent: dict[str, _Sent] = {}
        self._client = client
        self._news: SimpleQueue[tuple[str, str]] = SimpleQueue()
        self._topic = f"cxresearch-{uuid4().hex}"
        self._counted = monotonic()
        client.subscribe_topic(self._topic, self._began)

    def send(self, task: Task) -> None:
        """Hand a task over."""
        name = f"{task.subject.name}/{task.job.name}-{uuid4().hex}"
        parcel = remote.packed(task, self._topic)
        future = self._client.submit(remote.run, parcel, key=name, pure=False, retries=0)
        self.sent[name] = _Sent(task, future)
        future.add_done_callback(lambda _: self._news.put((name, "")))

    def heard(self, started: Callable[[Task], None]) -> Iterator[tuple[Task, Outcome]]:
        """Wait a moment for news; yield the tasks that have ended."""
        try:
            name, worker = self._news.get(timeout=_LOOK_EVERY)
        except Empty:
            name, worker = "", ""
        if name in self.sent:
            one = self.sent[name]
            if not one.worker:
                started(one.task)
            if worker and not one.worker:
                one.worker = worker
            elif worker:  # begun a second time: the first worker has died
                yield self._lost(name)
            else:
                yield self._ended(name)
        if monotonic() - self._counted > _COUNT_EVERY:
            yield from self._without_worker()
            self._counted = monotonic()

    def close(self) -> None:
        """Take back what has not ended, and listen no more."""
        if self.sent and self._client.status == "running":
            self._client.cancel([one.future for one in self.sent.values()])
        if self._client.status == "running":
            self._client.unsubscribe_topic(self._topic)

    def _began(self, event: tuple[Any, Any]) -> None:
        _, told = event
        self._news.put((told["name"], told["worker"]))

    def _without_worker(self) -> Iterator[tuple[Task, Outcome]]:
        """Yield the tasks whose worker is not there any more."""
        try:
            there = self._client.nthreads()
        except (OSError, TypeError):
            there = None
        if there is None or self._client.status != "running":
            for one in list(self.sent.values()):
                yield one.task, Outcome(status="killed", reason=_GONE)
            self.sent.clear()
            return
        for name, one in list(self.sent.items()):
            if one.worker and one.worker not in there and not one.future.done():
                yield self._lost(name)

    def _lost(self, name: str) -> tuple[Task, Outcome]:
        one = self.sent.pop(name)
        self._client.cancel([one.future])
        reason = f"the worker {one.worker} died; likely out of memory"
        hint = "give each worker more memory or fewer threads"
        return one.task, Outcome(status="killed", reason=f"{reason}: {hint}")

    def _ended(self, name: str) -> tuple[Task, Outcome]:
        one = self.sent.pop(name)
        if one.future.status != "finished":
            error = one.future.exception() if one.future.status == "error" else None
            reason = f"{type(error).__name__}: {error}" if error is not None else _GONE
            return one.task, Outcome(status="killed", reason=f"the cluster gave it up: {reason}")
        made: remote.Made = one.future.result()
        one.future.release()
        return one.task, remote.unpacked(made, one.task.folder)


async def _knock(address: str) -> None:
    """See whether a Dask process answers: a client that found none would take long to give up."""
    from distributed import Security, comm

    certificates: Any = Security
    transport: Any = comm
    arguments = certificates().get_connection_args("client")
    answering = await transport.connect(address, timeout=_ANSWER_TAKES, **arguments)
    await answering.close()


def _client(address: str) -> Any:
    from distributed import Client

    make: Any = Client
    return make(address, timeout=_ANSWER_TAKES, set_as_default=False)


def _fault(what: str, where: str, found: str, hint: str) -> Fault:
    return Fault(kind="params", what=what, where=f"--scheduler {where}", found=found, hint=hint)


def _wrong(what: str, where: str, found: str, hint: str) -> ParamsError:
    return ParamsError(_fault(what, where, found, hint))
