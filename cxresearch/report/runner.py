"""A whole run: preflight, locks, work, publishing, exit code."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cxresearch import handover, store
from cxresearch.errors import CxError
from cxresearch.report import (
    closing,
    index,
    lasting,
    matrix,
    places,
    pool,
    preflight,
    publish,
    record,
    unchanged,
)
from cxresearch.report.lock import Lock
from cxresearch.report.ongoing import Ongoing
from cxresearch.report.places import Place
from cxresearch.report.plan import Job, Plan
from cxresearch.report.preflight import Load, tell
from cxresearch.report.signals import Signals
from cxresearch.report.subject import Subject
from cxresearch.report.talk import Talk
from cxresearch.report.tasks import Executed, Task
from cxresearch.report.wish import DONE, FAILED, NOTHING, Wish

if TYPE_CHECKING:
    from cxresearch.study.study import Study


def check(wish: Wish, load: Load, talk: Talk) -> int:
    """Say everything that would stop a run, without running; return 0 or 2."""
    plans, wrong = preflight.plans(wish, load, talk)
    for one, _ in plans:
        faults = publish.writable(one.folder)
        wrong += bool(faults)
        tell(faults, talk)
        talk.say(
            "checked", _would_run(one), study=one.subject.name, jobs=[j.name for j in one.jobs]
        )
    return NOTHING if wrong else DONE


def run(wish: Wish, load: Load, talk: Talk, signals: Signals) -> int:
    """Run the notebooks of every study that changed; return the exit code."""
    with places.chosen(wish.scheduler) as place:
        return _run(wish, load, talk, signals, place)


def _run(wish: Wish, load: Load, talk: Talk, signals: Signals, place: Place) -> int:
    plans, wrong = preflight.plans(wish, load, talk)
    faults = [fault for one, _ in plans for fault in publish.writable(one.folder)]
    tell(faults, talk)
    if (wrong or faults) and not wish.keep_going:
        return NOTHING
    wrong += bool(faults)
    plans = [(one, study) for one, study in plans if not publish.writable(one.folder)]
    with ExitStack() as held, signals.deferred():
        current, refused = _lock_all(plans, wish, talk, held)
        if refused and not wish.keep_going:
            return NOTHING
        codes = _work(current, wish, talk, signals, place)
    if signals.number is not None:
        return 128 + signals.number
    if wrong or refused:
        return NOTHING
    return FAILED if FAILED in codes else max(codes, default=DONE)


def _lock_all(
    plans: Sequence[tuple[Plan, Study]], wish: Wish, talk: Talk, held: ExitStack
) -> tuple[list[Ongoing], int]:
    """Take every study's lock before anything runs; return what can run and how many cannot."""
    current, refused, new = [], 0, list[Path]()
    for one, study in plans:
        try:
            new += publish.make_folder(one.subject.folder)
            held.enter_context(Lock(one.subject.folder, one.subject.name))
        except CxError as error:
            talk.say("refused", f"{error}\n", study=one.subject.name)
            refused += 1
            continue
        current.append(Ongoing.of(one, study, wish))
    if refused and not wish.keep_going:
        held.close()
        publish.remove_empty(new)
    return current, refused


def _work(
    current: Sequence[Ongoing], wish: Wish, talk: Talk, signals: Signals, place: Place
) -> list[int]:
    codes = []
    busy = [one for one in current if one.is_busy]
    for one in current:
        if one not in busy and one.before is not None:
            names = [job.name for job in one.plan.jobs]
            codes.append(record.exit_code(names, one.before.pages, one.before.alerts))
            talk.say("unchanged", unchanged.SAID.format(study=one.name), study=one.name)
    if not busy:
        return codes
    tasks: list[Task] = []
    undressed: list[Task] = []
    try:
        for one in busy:
            _begin(one, wish, talk, place)
            undressed += _undressed(one, talk)
            tasks += [_task(job, one) for job in one.todo]
        of = {one.place: one for one in busy}
        by_folder = {task.folder: of[task.folder.parent] for task in [*undressed, *tasks]}
        # pages alone are made here even where notebooks run elsewhere
        n_jobs = min(wish.jobs or pool.cpus(), len(undressed))
        for task, outcome in pool.run(undressed, n_jobs, stop=signals.stopped):
            one = by_folder[task.folder]
            one.pages[task.job.name] = closing.page(task, outcome, one, talk)
        if tasks:
            _run_tasks(tasks, by_folder, wish, talk, signals, place)
        codes += [closing.study(one, talk, stopped=signals.number) for one in busy]
        lasting.prune()
        for folder in {one.plan.subject.folder for one in busy}:
            talk.made(index.write_all(folder))
    finally:
        for one in busy:
            if one.place is not None:
                shutil.rmtree(one.place, ignore_errors=True)
    return codes


def _begin(one: Ongoing, wish: Wish, talk: Talk, place: Place) -> None:
    """Make a study's private folder and say what has changed."""
    subject = one.plan.subject
    one.place = publish.workplace(subject.folder, subject.name)
    if one.todo:
        one.settings = {
            **place.settings,
            handover.HISTORY: str(one.plan.folder / handover.HISTORY_FILE),
            **_kept(one),
            **({} if wish.force else lasting.settings()),
        }
    changed = record.changes(one.plan.parts, one.before)
    if changed:
        text = f"{one.name}: changed since the last run: {', '.join(changed)}"
        talk.say("changed", text, study=one.name, parts=changed)


def _kept(one: Ongoing) -> Mapping[str, str]:
    """Keep the checked study for the kernels of this run; return where, for their environment."""
    assert one.place is not None
    settings = store.settings(one.place / "store")
    # these bring pandas: nobody waits for it before
    from cxresearch.study.loading import kept_as
    from cxresearch.study.study import Study

    if isinstance(one.study, Study):
        subject = one.plan.subject
        store.put(kept_as(subject.params_file, subject.overrides), one.study, settings)
    return settings


def _undressed(one: Ongoing, talk: Talk) -> list[Task]:
    """Return the tasks of pages that are made anew without their notebooks; say which."""
    if not one.undressed:
        return []
    names = [job.name for job in one.undressed]
    text = f"{one.name}: pages made anew, their notebooks need not run: {', '.join(names)}"
    talk.say("render", text, study=one.name, jobs=names)
    tasks = []
    for job in one.undressed:
        page = one.pages[job.name]
        before = Executed(folder=one.plan.folder, facts=page.facts, warnings=page.warnings)
        tasks.append(replace(_task(job, one), executed=before))
    return tasks


def _run_tasks(
    tasks: Sequence[Task],
    by_folder: Mapping[Path, Ongoing],
    wish: Wish,
    talk: Talk,
    signals: Signals,
    place: Place,
) -> None:
    n_jobs = min(wish.jobs, len(tasks)) if wish.jobs else place.n_jobs(len(tasks))
    names = ", ".join(dict.fromkeys(task.subject.name for task in tasks))
    talk.say("begin", f"{names}: {len(tasks)} notebooks, {place.said(n_jobs)}", jobs=n_jobs)

    def began(task: Task) -> None:
        text = f"  {task.subject.name}/{task.job.name} …"
        talk.say("started", text, study=task.subject.name, notebook=task.job.name)

    for task, outcome in place.run(tasks, n_jobs, stop=signals.stopped, started=began):
        one = by_folder[task.folder]
        one.pages[task.job.name] = closing.page(task, outcome, one, talk)


def _task(job: Job, one: Ongoing) -> Task:
    assert one.place is not None
    subject = one.plan.subject
    return Task(
        job=job,
        subject=replace(subject, params={}),
        folder=one.place / job.name,
        provenance=_provenance(job, subject),
        settings=one.settings,
    )


def _provenance(job: Job, subject: Subject) -> dict[str, str]:
    # the words are marked for translation in `index.WORDS`
    files = (
        f"{source.name} (n = {source.rows}), SHA-256 {source.sha256}" for source in subject.sources
    )
    known = record.versions()
    return {
        "Params": subject.params_file.name,
        "Overrides": ", ".join(
            f"{key}={value}" for key, value in matrix.spoken(subject.overrides).items()
        ),
        "Data": "; ".join(files),
        "Fingerprint": subject.fingerprint,
        "Notebook": f"{job.name}.ipynb, SHA-256 {job.notebook.sha256}",
        "Seed": str(subject.seed),
        "Versions": ", ".join(
            f"{name} {known[name]}" for name in ("cxresearch", "python", "numpy", "pandas", "scipy")
        ),
    }


def _would_run(one: Plan) -> str:
    text = f"{one.subject.name}: {len(one.jobs)} notebooks would run: "
    return text + ", ".join(job.name for job in one.jobs)
