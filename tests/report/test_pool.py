"""Workers side by side: whatever they have to say is heard."""

import os
from types import SimpleNamespace

import pytest

from cxresearch.report import pool, work
from cxresearch.report.tasks import Outcome

LONG = "x" * 1_000_000  # more than a pipe holds


@pytest.fixture
def forked(monkeypatch):
    """Let workers do what the test says, in processes forked from this one."""
    context = pool.get_context("fork")
    monkeypatch.setattr(pool, "_context", lambda: context)

    def said(do):
        monkeypatch.setattr(work, "in_process", do)
        return SimpleNamespace(subject=SimpleNamespace(notebook_timeout=20 - pool.SPARE))

    return said


def test_an_outcome_of_many_words_is_heard(forked):
    task = forked(lambda task, tell: tell.send(Outcome(status="error", reason=LONG)))
    assert [one.reason == LONG for _, one in pool.run([task] * 3, 2)] == [True] * 3


def test_a_worker_that_says_nothing_was_killed(forked):
    task = forked(lambda task, tell: os._exit(9))
    (_, outcome), *none = pool.run([task], 1)
    assert (outcome.status, none) == ("killed", [])
    assert "exit 9" in outcome.reason
