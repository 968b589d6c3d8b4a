"""What travels between the runner and its workers: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cxresearch.report.plan import Job
from cxresearch.report.subject import Subject

SPARE = 300.0
"""Seconds beyond a notebook's own that a worker has, for starting its kernel and its page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A job with all that a worker needs: plain values, so that it travels.

    Attributes
    ----------
    job : Job
        What is run.
    subject : Subject
        For which study.
    folder : Path
        The worker's private folder.
    provenance : mapping
        What the page's foot says.
    settings : mapping
        Environment of its kernel: where the warm parent and the run's store are.
    executed : Executed or None
        Its notebook as an earlier run executed it, where only the page is made anew.
    """

    job: Job
    subject: Subject
    folder: Path
    provenance: Mapping[str, str]
    settings: Mapping[str, str] = field(default_factory=dict)
    executed: Executed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """What an earlier run made of a notebook.

    Attributes
    ----------
    folder : Path
        The study's, in which the executed notebook and its tables lie.
    facts : mapping
        What it told of itself.
    warnings : int
        Warnings that its code wrote.
    """

    folder: Path
    facts: Mapping[str, Any]
    warnings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a job ended; its page lies in the task's folder, unless it was interrupted.

    Attributes
    ----------
    status : str
        done, error, killed, timeout or interrupted.
    reason : str
        Why it did not succeed.
    facts : mapping
        What the notebook told of itself: `headline`, `base`, `waves`.
    seconds : float
        Wall time.
    warnings : int
        Warnings that the code wrote.
    """

    status: str
    reason: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    warnings: int = 0
