"""A study that is being run: what stood before, what is to be done, what has come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from cxresearch.report import formats, record
from cxresearch.report.plan import Job, Plan
from cxresearch.report.wish import Wish

if TYPE_CHECKING:
    from cxresearch.study.study import Study


@dataclass(slots=True, kw_only=True)
class Ongoing:
    """A study with its plan, its last run and what this one has made so far.

    Attributes
    ----------
    plan, study, only
        What is run.
    before : Run or None
        Its last run.
    todo : tuple of Job
        Notebooks to be run.
    undressed : tuple of Job
        Those that need not run: only their pages are made anew.
    place : Path or None
        The run's private folder.
    settings : mapping
        Environment of its kernels.
    pages : dict
        How each page stands now.
    began : float
        When it was begun, on the clock that only goes forward.
    """

    plan: Plan
    study: Study
    before: record.Run | None
    todo: tuple[Job, ...]
    undressed: tuple[Job, ...] = ()
    only: tuple[str, ...] = ()
    place: Path | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    pages: dict[str, record.PageRecord] = field(default_factory=dict)
    began: float = field(default_factory=monotonic)

    @classmethod
    def of(cls, plan: Plan, study: Study, wish: Wish) -> Ongoing:
        """Return what is to be done for a study, its lock being held."""
        before = record.read(plan.folder)
        changed = plan.jobs if wish.force else [j for j in plan.jobs if _changed(j, plan, before)]
        undressed = [] if wish.force else [j for j in changed if _executed(j, plan, before)]
        return cls(
            plan=plan,
            study=study,
            before=before,
            todo=tuple(job for job in changed if job not in undressed),
            undressed=tuple(undressed),
            only=wish.only,
            pages=dict(before.pages) if before else {},
        )

    @property
    def name(self) -> str:
        """Name of the study."""
        return self.plan.subject.name

    @property
    def is_busy(self) -> bool:
        """Whether there is anything to be done for it."""
        return bool(self.todo or self.undressed or self._unprinted())

    def _unprinted(self) -> bool:
        """Whether pages are there whose PDF or workbook is not."""
        subject = self.plan.subject
        return bool(formats.stale(subject.name, subject.formats, self.pages, self.plan.folder))


def _changed(job: Job, plan: Plan, before: record.Run | None) -> bool:
    """Whether the job must be run: its inputs changed, or what it made is not there."""
    if before is None or not record.whole_pages([job.name], before.pages, plan.folder):
        return True
    return before.pages[job.name].key != job.key


def _executed(job: Job, plan: Plan, before: record.Run | None) -> bool:
    """Whether a changed job's notebook would be executed to what lies there already."""
    page = before.pages.get(job.name) if before else None
    return record.still_executed(job.name, job.execution, page, plan.folder)
