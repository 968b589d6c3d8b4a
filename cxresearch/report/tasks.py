"""What travels between the runner and its workers: plain values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cxresearch.report.plan import Job
from cxresearch.report.subject import Subject

OUTCOME = "outcome.json"


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
    """

    job: Job
    subject: Subject
    folder: Path
    provenance: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a job ended; its page lies in the task's folder, unless it was interrupted.

    Attributes
    ----------
    status : str
        done, error, killed, timeout or interrupted.
    reason : str
        Why it did not succeed.
    headline : str
        The page's main sentence.
    seconds : float
        Wall time.
    warnings : int
        Warnings that the code wrote.
    """

    status: str
    reason: str = ""
    headline: str = ""
    seconds: float = 0.0
    warnings: int = 0


def outcome_of(task: Task) -> Outcome | None:
    """Return what a worker left; None where it ended without."""
    file = task.folder / OUTCOME
    return Outcome(**json.loads(file.read_text(encoding="utf-8"))) if file.exists() else None
