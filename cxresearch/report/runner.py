"""A whole run: preflight, plan, locks, work, publishing, record, indexes, exit code."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from cxresearch.errors import CxError, Fault
from cxresearch.report import alerts, index, notebooks, plan, pool, publish, record, unchanged
from cxresearch.report.lock import Lock
from cxresearch.report.plan import Job, Plan
from cxresearch.report.signals import Signals
from cxresearch.report.subject import Subject
from cxresearch.report.talk import Talk
from cxresearch.report.tasks import Outcome, Task
from cxresearch.report.wish import DONE, FAILED, NOTHING, Wish

if TYPE_CHECKING:
    from cxresearch.study.study import Study

Load = Callable[[Path, Mapping[str, Any]], "Study"]


@dataclass(slots=True, kw_only=True)
class _Current:
    """A study that is being run: its plan, what stood before, what has come out."""

    plan: Plan
    study: Study
    before: record.Run | None
    todo: tuple[Job, ...]
    only: tuple[str, ...] = ()
    place: Path | None = None
    pages: dict[str, record.PageRecord] = field(default_factory=dict)
    began: float = field(default_factory=monotonic)


def check(wish: Wish, load: Load, talk: Talk) -> int:
    """Say everything that would stop a run, without running; return 0 or 2."""
    plans, wrong = _preflight(wish, load, talk)
    for one, _ in plans:
        faults = publish.writable(one.folder)
        wrong += bool(faults)
        _tell(faults, talk)
        talk.say(
            "checked", _would_run(one), study=one.subject.name, jobs=[j.name for j in one.jobs]
        )
    return NOTHING if wrong else DONE


def run(wish: Wish, load: Load, talk: Talk, signals: Signals) -> int:
    """Run the notebooks of every study that changed; return the exit code."""
    plans, wrong = _preflight(wish, load, talk)
    faults = [fault for one, _ in plans for fault in publish.writable(one.folder)]
    _tell(faults, talk)
    if (wrong or faults) and not wish.keep_going:
        return NOTHING
    wrong += bool(faults)
    plans = [(one, study) for one, study in plans if not publish.writable(one.folder)]
    with ExitStack() as held, signals.deferred():
        current, refused = _lock_all(plans, wish, talk, held)
        if refused and not wish.keep_going:
            return NOTHING
        codes = _work(current, wish, talk, signals)
    if signals.number is not None:
        return 128 + signals.number
    if wrong or refused:
        return NOTHING
    return FAILED if FAILED in codes else max(codes, default=DONE)


def _preflight(wish: Wish, load: Load, talk: Talk) -> tuple[list[tuple[Plan, Study]], int]:
    """Load every study and plan it; return the plans and how many params files are wrong."""
    found, unreadable = notebooks.find()
    plans: list[tuple[Plan, Study]] = []
    wrong, names = 0, dict[Path, Path]()
    for file in wish.params:
        try:
            study = load(file, wish.overrides)
        except (CxError, OSError) as error:
            talk.say("wrong", f"{file}\n{error}\n", params=str(file))
            wrong += 1
            continue
        subject = Subject.of(study, file, wish.overrides, out=wish.out)
        made, lacking = plan.make(
            subject,
            found,
            study.has,
            only=wish.only,
            code=record.code_hash(),
            versions=record.versions(),
        )
        if subject.notebooks == "auto" and not wish.only:
            lacking += unreadable
        if made.folder in names:
            lacking.append(
                Fault(
                    kind="params",
                    what=f'two params files name their study "{subject.name}"',
                    where=f"{names[made.folder].name} and {file.name}, study.name",
                    hint="give each study a name of its own",
                )
            )
        names[made.folder] = file
        if lacking:
            talk.say("wrong", f"{file}\n{CxError.of(lacking)}\n", params=str(file))
            wrong += 1
        else:
            plans.append((made, study))
            for name, needs in made.left_out.items():
                text = f"{subject.name}: {name} is left out, the study has no {', '.join(needs)}"
                talk.say("left_out", text, study=subject.name, notebook=name, needs=needs)
            other = [form for form in getattr(study.params.report, "formats", ()) if form != "html"]
            if other:
                text = f"{subject.name}: {', '.join(other)} is not made yet; pages are html"
                talk.say("formats", text, study=subject.name)
    return plans, wrong


def _lock_all(
    plans: Sequence[tuple[Plan, Study]], wish: Wish, talk: Talk, held: ExitStack
) -> tuple[list[_Current], int]:
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
        before = record.read(one.folder)
        todo = one.jobs if wish.force else tuple(j for j in one.jobs if _changed(j, one, before))
        current.append(_Current(plan=one, study=study, before=before, todo=todo, only=wish.only))
    if refused and not wish.keep_going:
        held.close()
        publish.remove_empty(new)
    return current, refused


def _changed(job: Job, one: Plan, before: record.Run | None) -> bool:
    """Whether the job must be run: its inputs changed, or what it made is not there."""
    if before is None or not record.whole_pages([job.name], before.pages, one.folder):
        return True
    return before.pages[job.name].key != job.key


def _work(current: Sequence[_Current], wish: Wish, talk: Talk, signals: Signals) -> list[int]:
    codes = []
    busy = [one for one in current if one.todo]
    for one in current:
        name = one.plan.subject.name
        if not one.todo and one.before is not None:
            names = [job.name for job in one.plan.jobs]
            codes.append(record.exit_code(names, one.before.pages, one.before.alerts))
            talk.say("unchanged", unchanged.SAID.format(study=name), study=name)
    if not busy:
        return codes
    by_folder: dict[Path, _Current] = {}
    tasks: list[Task] = []
    try:
        for one in busy:
            subject = one.plan.subject
            one.place = publish.workplace(subject.folder, subject.name)
            one.pages = dict(one.before.pages) if one.before else {}
            for job in one.todo:
                task = _task(job, one)
                by_folder[task.folder] = one
                tasks.append(task)
        _run_tasks(tasks, by_folder, wish, talk, signals)
        codes += [_finish(one, talk, stopped=signals.number) for one in busy]
        for folder in {one.plan.subject.folder for one in busy}:
            talk.made(index.write_all(folder))
    finally:
        for one in busy:
            if one.place is not None:
                shutil.rmtree(one.place, ignore_errors=True)
    return codes


def _run_tasks(
    tasks: Sequence[Task],
    by_folder: Mapping[Path, _Current],
    wish: Wish,
    talk: Talk,
    signals: Signals,
) -> None:
    n_jobs = min(wish.jobs or pool.cpus(), len(tasks))
    names = ", ".join(dict.fromkeys(task.subject.name for task in tasks))
    talk.say("begin", f"{names}: {len(tasks)} notebooks, {n_jobs} at once", jobs=n_jobs)

    def began(task: Task) -> None:
        text = f"  {task.subject.name}/{task.job.name} …"
        talk.say("started", text, study=task.subject.name, notebook=task.job.name)

    for task, outcome in pool.run(tasks, n_jobs, stop=signals.stopped, started=began):
        one = by_folder[task.folder]
        one.pages[task.job.name] = _published(task, outcome, one, talk)


def _published(task: Task, outcome: Outcome, one: _Current, talk: Talk) -> record.PageRecord:
    """Publish what a job made and return how its page stands now."""
    name, target = task.job.name, one.plan.folder
    old = one.pages.get(name)
    good_key = old.good_key if old else ""
    headline = old.headline if old else ""
    made: list[Path] = []
    if (task.folder / "page.html").exists() and outcome.status != "interrupted":
        target.mkdir(parents=True, exist_ok=True)
        if outcome.status == "done":
            made = publish.good(name, task.folder, target)
            good_key, headline = task.job.key, outcome.headline
        else:
            made = publish.failed(name, task.folder, target)
    seconds = f"{outcome.seconds:.1f} s" if outcome.seconds else ""
    text = f"  {task.subject.name}/{name}: {outcome.status} {seconds}".rstrip()
    if outcome.reason and outcome.status != "interrupted":
        text += f"\n      {outcome.reason}"
    facts = {"study": task.subject.name, "notebook": name, "status": outcome.status}
    talk.say("ended", text, **facts, seconds=outcome.seconds, reason=outcome.reason)
    for path in made[:1]:
        talk.made(path)
    return record.PageRecord(
        title=task.job.notebook.title,
        status=outcome.status,
        key=task.job.key,
        good_key=good_key,
        headline=headline,
        reason=outcome.reason,
        seconds=outcome.seconds,
        warnings=outcome.warnings,
    )


def _finish(one: _Current, talk: Talk, *, stopped: int | None) -> int:
    """Write a study's record and index; return its exit code."""
    made, subject = one.plan, one.plan.subject
    standing = () if stopped else alerts.judge(one.study)
    planned = tuple(job.name for job in made.jobs)
    code = record.exit_code(planned, one.pages, [asdict(alert) for alert in standing])
    for alert in standing:
        talk.say("alert", f"  {subject.name}: {alert}", study=subject.name, **asdict(alert))
    entry = record.Run(
        study=subject.name,
        title=subject.title,
        client=subject.client,
        language=subject.language,
        accent=subject.look.accent,
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=round(monotonic() - one.began, 2),
        exit=128 + stopped if stopped else code,
        params_file=subject.params_file.name,
        params=subject.params,
        overrides=subject.overrides,
        fingerprint=subject.fingerprint,
        sources=tuple(
            {"name": s.name, "rows": s.rows, "sha256": s.sha256} for s in subject.sources
        ),
        versions=record.versions(),
        inputs=subject.inputs,
        parts=made.parts,
        found=made.found,
        only=one.only,
        planned=planned,
        changed=record.changes(made.parts, one.before),
        left_out=made.left_out,
        alerts=tuple(asdict(alert) for alert in standing),
        notes=tuple({"code": note.code, **dict(note.values)} for note in one.study.notes),
        pages=dict(sorted(one.pages.items())),
    )
    index.write_study(entry, made.folder, subject, made.keys)
    talk.made(record.write(entry, made.folder))
    talk.made(made.folder / "index.html")
    return code


def _task(job: Job, one: _Current) -> Task:
    assert one.place is not None
    subject = one.plan.subject
    return Task(
        job=job,
        subject=replace(subject, params={}),
        folder=one.place / job.name,
        provenance=_provenance(job, subject),
    )


def _provenance(job: Job, subject: Subject) -> dict[str, str]:
    # the words are marked for translation in `index.WORDS`
    files = (
        f"{source.name}, {source.rows} rows, SHA-256 {source.sha256}" for source in subject.sources
    )
    known = record.versions()
    return {
        "Params": subject.params_file.name,
        "Overrides": ", ".join(f"{key}={value}" for key, value in subject.overrides.items()),
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


def _tell(faults: Sequence[Fault], talk: Talk) -> None:
    if faults:
        talk.say("wrong", f"{CxError.of(faults)}\n")
