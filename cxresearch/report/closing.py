"""What a run leaves: each page as it ends, then the study's record, formats, history and index."""

from __future__ import annotations

import shutil
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

from cxresearch.report import alerts, formats, index, publish, record
from cxresearch.report.ongoing import Ongoing
from cxresearch.report.preflight import tell
from cxresearch.report.subject import sha256
from cxresearch.report.talk import Talk
from cxresearch.report.tasks import Outcome, Task


def page(task: Task, outcome: Outcome, one: Ongoing, talk: Talk) -> record.PageRecord:
    """Publish what a job made and return how its page stands now."""
    name, target = task.job.name, one.plan.folder
    old = one.pages.get(name)
    stands = record.PageRecord(title="", status="", key="") if old is None else old
    made: list[Path] = []
    if (task.folder / "page.html").exists() and outcome.status != "interrupted":
        target.mkdir(parents=True, exist_ok=True)
        if outcome.status == "done":
            lay = publish.dressed if task.job in one.undressed else publish.good
            made = lay(name, task.folder, target)
            stands = replace(
                stands,
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
        stands,
        title=task.job.notebook.title,
        status=outcome.status,
        key=task.job.key,
        reason=outcome.reason,
        seconds=outcome.seconds,
        warnings=outcome.warnings,
        results=told,
        changed=changed,
    )


def study(one: Ongoing, talk: Talk, *, stopped: int | None) -> int:
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
        tell(faults, talk)
        for path in extra:
            talk.made(path)
        if one.todo:
            _remember(one, entry.finished)
    index.write_study(entry, made.folder, subject, made.keys)
    talk.made(record.write(entry, made.folder))
    talk.made(made.folder / "index.html")
    return code


def _remember(one: Ongoing, finished: str) -> None:
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
