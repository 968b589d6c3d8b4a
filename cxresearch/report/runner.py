"""A whole run: preflight, plan, locks, work, publishing, record, indexes, exit code."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from cxresearch import handover, store
from cxresearch.errors import CxError, Fault
from cxresearch.report import (
    alerts,
    formats,
    index,
    lasting,
    matrix,
    notebooks,
    places,
    plan,
    publish,
    record,
    unchanged,
)
from cxresearch.report.lock import Lock
from cxresearch.report.places import Place
from cxresearch.report.plan import Job, Plan
from cxresearch.report.signals import Signals
from cxresearch.report.subject import Subject, sha256
from cxresearch.report.talk import Talk
from cxresearch.report.tasks import Outcome, Task
from cxresearch.report.wish import DONE, FAILED, NOTHING, Wish

if TYPE_CHECKING:
    from cxresearch.study.study import Study

Load = Callable[[Path, Mapping[str, Any]], "Study"]


@dataclass(slots=True, kw_only=True)
class _Current:
    """A study that is being run: its plan, what stood before, what has come out.

    `todo` are its notebooks to be run, `undressed` those that only need their pages made anew.
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
    with places.chosen(wish.scheduler) as place:
        return _run(wish, load, talk, signals, place)


def _run(wish: Wish, load: Load, talk: Talk, signals: Signals, place: Place) -> int:
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
        codes = _work(current, wish, talk, signals, place)
    if signals.number is not None:
        return 128 + signals.number
    if wrong or refused:
        return NOTHING
    return FAILED if FAILED in codes else max(codes, default=DONE)


def _preflight(wish: Wish, load: Load, talk: Talk) -> tuple[list[tuple[Plan, Study]], int]:
    """Load every study and plan it; return the plans and how many params files are wrong."""
    found, unreadable = notebooks.find()
    plans: list[tuple[Plan, Study]] = []
    wrong, names, said = 0, dict[Path, Path](), set[str]()
    for file, overrides in _wanted(wish, load):
        try:
            study = load(file, overrides)
        except (CxError, OSError) as error:
            told = f"{file}\n{error}\n"
            if told not in said:  # what is wrong with the file is wrong with each of its reports
                talk.say("wrong", told, params=str(file))
            said.add(told)
            wrong += 1
            continue
        subject = Subject.of(study, file, overrides, out=wish.out)
        made, lacking = plan.make(
            subject,
            found,
            study.has,
            only=wish.only,
            code=record.code_hash(),
            kernel_code=record.kernel_code_hash(),
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
            for fault in formats.lacking(subject):
                talk.say("formats", f"{subject.name}: {fault}", study=subject.name)
    return plans, wrong


def _wanted(wish: Wish, load: Load) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield every report that is asked for: a params file with what is set in it."""
    for file in wish.params:
        try:
            several = matrix.spelled_out(file, wish.overrides, load)
        except (CxError, OSError):
            several = iter([wish.overrides])  # what is wrong is told when it is loaded again
        for overrides in several or ():
            yield file, overrides


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
        undressed = () if wish.force else tuple(j for j in todo if _executed(j, one, before))
        current.append(
            _Current(
                plan=one,
                study=study,
                before=before,
                todo=tuple(job for job in todo if job not in undressed),
                undressed=undressed,
                only=wish.only,
            )
        )
    if refused and not wish.keep_going:
        held.close()
        publish.remove_empty(new)
    return current, refused


def _changed(job: Job, one: Plan, before: record.Run | None) -> bool:
    """Whether the job must be run: its inputs changed, or what it made is not there."""
    if before is None or not record.whole_pages([job.name], before.pages, one.folder):
        return True
    return before.pages[job.name].key != job.key


def _executed(job: Job, one: Plan, before: record.Run | None) -> bool:
    """Whether a changed job's notebook would be executed to what lies there already."""
    page = before.pages.get(job.name) if before else None
    return record.still_executed(job.name, job.execution, page, one.folder)


def _unprinted(one: _Current) -> bool:
    """Whether pages are there whose PDF or workbook is not."""
    subject = one.plan.subject
    names = one.before.pages if one.before else ()
    return bool(formats.stale(subject.name, subject.formats, names, one.plan.folder))


def _work(
    current: Sequence[_Current], wish: Wish, talk: Talk, signals: Signals, place: Place
) -> list[int]:
    codes = []
    busy = [one for one in current if one.todo or one.undressed or _unprinted(one)]
    for one in current:
        name = one.plan.subject.name
        if one not in busy and one.before is not None:
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
            one.settings = {
                **place.settings,
                handover.HISTORY: str(one.plan.folder / handover.HISTORY_FILE),
                **_kept(one),
                **({} if wish.force else lasting.settings()),
            }
            one.pages = dict(one.before.pages) if one.before else {}
            changed = record.changes(one.plan.parts, one.before)
            if changed:
                text = f"{subject.name}: changed since the last run: {', '.join(changed)}"
                talk.say("changed", text, study=subject.name, parts=changed)
            _render(one, talk, signals)
            for job in one.todo:
                task = _task(job, one)
                by_folder[task.folder] = one
                tasks.append(task)
        if tasks:
            _run_tasks(tasks, by_folder, wish, talk, signals, place)
        codes += [_finish(one, talk, stopped=signals.number) for one in busy]
        lasting.prune()
        for folder in {one.plan.subject.folder for one in busy}:
            talk.made(index.write_all(folder))
    finally:
        for one in busy:
            if one.place is not None:
                shutil.rmtree(one.place, ignore_errors=True)
    return codes


def _kept(one: _Current) -> Mapping[str, str]:
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


def _render(one: _Current, talk: Talk, signals: Signals) -> None:
    """Make the pages anew whose notebooks need not be run."""
    if not one.undressed:
        return
    from cxresearch.report import work  # brings nbconvert: only who makes pages waits for it

    study, names = one.plan.subject.name, [job.name for job in one.undressed]
    text = f"{study}: pages made anew, their notebooks need not run: {', '.join(names)}"
    talk.say("render", text, study=study, jobs=names)
    for job in one.undressed:
        if signals.stopped():
            return
        task, page = _task(job, one), one.pages[job.name]
        outcome = work.render(task, page, one.plan.folder)
        one.pages[job.name] = _published(task, outcome, one, talk)


def _run_tasks(
    tasks: Sequence[Task],
    by_folder: Mapping[Path, _Current],
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
        one.pages[task.job.name] = _published(task, outcome, one, talk)


def _published(task: Task, outcome: Outcome, one: _Current, talk: Talk) -> record.PageRecord:
    """Publish what a job made and return how its page stands now."""
    name, target = task.job.name, one.plan.folder
    old = one.pages.get(name)
    page = record.PageRecord(title="", status="", key="") if old is None else old
    made: list[Path] = []
    if (task.folder / "page.html").exists() and outcome.status != "interrupted":
        target.mkdir(parents=True, exist_ok=True)
        if outcome.status == "done":
            lay = publish.dressed if task.job in one.undressed else publish.good
            made = lay(name, task.folder, target)
            page = replace(
                page,
                good_key=task.job.key,
                execution=task.job.execution,
                notebook=sha256(target / f"{name}.ipynb"),
                facts=outcome.facts,
            )
        else:
            made = publish.failed(name, task.folder, target)
    seconds = f"{outcome.seconds:.1f} s" if outcome.seconds else ""
    text = f"  {task.subject.name}/{name}: {outcome.status} {seconds}".rstrip()
    if outcome.reason and outcome.status != "interrupted":
        text += f"\n      {outcome.reason}"
    facts: dict[str, Any] = {
        "study": task.subject.name,
        "notebook": name,
        "status": outcome.status,
    }
    told = record.results(name, target / publish.RESULTS)
    changed = record.changed_results(told, old)
    facts |= {"seconds": outcome.seconds, "reason": outcome.reason, "changed": changed}
    talk.say("ended", text, **facts)
    for path in made[:1]:
        talk.made(path)
    shutil.rmtree(task.folder, ignore_errors=True)  # room on the disk for the others
    return replace(
        page,
        title=task.job.notebook.title,
        status=outcome.status,
        key=task.job.key,
        reason=outcome.reason,
        seconds=outcome.seconds,
        warnings=outcome.warnings,
        results=told,
        changed=changed,
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
    if not stopped:
        extra, faults = formats.make(subject, one.pages, made.folder)
        _tell(faults, talk)
        for path in extra:
            talk.made(path)
        if one.todo:
            _remember(one, entry.finished)
    index.write_study(entry, made.folder, subject, made.keys)
    talk.made(record.write(entry, made.folder))
    talk.made(made.folder / "index.html")
    return code


def _remember(one: _Current, finished: str) -> None:
    """Add the figures of this run to the study's history, unless they are those of the last run."""
    from cxresearch import history  # brings the analyses, whose figures it keeps
    from cxresearch.study.study import Study

    if not isinstance(one.study, Study):
        return
    file = one.plan.folder / history.FILE
    told = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    line = history.line(one.study, finished)
    if not told or not history.same_figures(told[-1], line):
        publish.whole(file, "\n".join([*told, line]) + "\n")


def _task(job: Job, one: _Current) -> Task:
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
        f"{source.name}, {source.rows} rows, SHA-256 {source.sha256}" for source in subject.sources
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


def _tell(faults: Sequence[Fault], talk: Talk) -> None:
    if faults:
        talk.say("wrong", f"{CxError.of(faults)}\n")
