"""Before anything runs: every study is loaded, checked and planned, every fault told at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxresearch.errors import CxError, Fault
from cxresearch.report import formats, matrix, notebooks, plan, record
from cxresearch.report.plan import Plan
from cxresearch.report.subject import Subject
from cxresearch.report.talk import Talk
from cxresearch.report.wish import Wish

if TYPE_CHECKING:
    from cxresearch.study.study import Study

Load = Callable[[Path, Mapping[str, Any]], "Study"]


def plans(wish: Wish, load: Load, talk: Talk) -> tuple[list[tuple[Plan, Study]], int]:
    """Load every study and plan it; return the plans and how many params files are wrong."""
    found, unreadable = notebooks.find()
    made_of: list[tuple[Plan, Study]] = []
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
            made_of.append((made, study))
            for name, needs in made.left_out.items():
                text = f"{subject.name}: {name} is left out, the study has no {', '.join(needs)}"
                talk.say("left_out", text, study=subject.name, notebook=name, needs=needs)
            for fault in formats.lacking(subject):
                talk.say("formats", f"{subject.name}: {fault}", study=subject.name)
    return made_of, wrong


def _wanted(wish: Wish, load: Load) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield every report that is asked for: a params file with what is set in it."""
    for file in wish.params:
        try:
            several = matrix.spelled_out(file, wish.overrides, load)
        except (CxError, OSError):
            several = iter([wish.overrides])  # what is wrong is told when it is loaded again
        for overrides in several or ():
            yield file, overrides


def tell(faults: Sequence[Fault], talk: Talk) -> None:
    """Say what is wrong, if anything is."""
    if faults:
        talk.say("wrong", f"{CxError.of(faults)}\n")
