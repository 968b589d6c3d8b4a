"""What is made of a study's finished pages beside HTML: PDF, and one workbook of all tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from cxresearch.errors import CxError, Fault
from cxresearch.report import chromium, printing, publish, workbook
from cxresearch.report.record import PageRecord
from cxresearch.report.subject import Subject
from cxresearch.text import mark, number, translator

RESPONDENTS = mark("Respondents")


def lacking(subject: Subject) -> list[Fault]:
    """Return what the computer has not for the formats that the study asks for."""
    return [chromium.missing()] if "pdf" in subject.formats and not chromium.program() else []


def make(
    subject: Subject, pages: Mapping[str, PageRecord], fresh: Sequence[str], folder: Path
) -> tuple[list[Path], list[Fault]]:
    """Make the declared formats of a study; return the files made, and what stood against it.

    Parameters
    ----------
    subject : Subject
        The study.
    pages : mapping
        All its pages.
    fresh : sequence of str
        Pages that were made by this run: they are printed, and those whose PDF is not there.
    folder : Path
        The study's folder.
    """
    done = [name for name, page in pages.items() if (folder / f"{name}.html").is_file()]
    made: list[Path] = []
    faults: list[Fault] = []
    _remove(subject, done, folder)
    if "xlsx" in subject.formats:
        made.append(_workbook(subject, pages, done, folder))
    program = chromium.program() if "pdf" in subject.formats else None
    if program:
        wanted = [
            folder / f"{name}.html"
            for name in done
            if name in fresh or not (folder / f"{name}.pdf").is_file()
        ]
        try:
            for page, content in printing.to_pdf(wanted, program) if wanted else ():
                publish.whole(page.with_suffix(".pdf"), content)
                made.append(page.with_suffix(".pdf"))
        except CxError as error:
            faults += error.faults
    return made, faults


def workbook_name(subject: Subject) -> str:
    """Return the name of the study's workbook."""
    return f"{subject.name}.xlsx"


def _workbook(
    subject: Subject, pages: Mapping[str, PageRecord], done: Sequence[str], folder: Path
) -> Path:
    _ = translator(subject.language)
    parts = [
        workbook.Part(
            title=_(pages[name].title), tables=workbook.read(name, folder / publish.RESULTS)
        )
        for name in done
    ]
    facts = [(_(RESPONDENTS), number(subject.base, 0, subject.language))]
    content = workbook.build(
        subject.title or subject.name,
        facts,
        [part for part in parts if part.tables],
        subject.language,
        subject.look.accent,
    )
    target = folder / workbook_name(subject)
    publish.whole(target, content)
    return target


def _remove(subject: Subject, done: Sequence[str], folder: Path) -> None:
    """Remove what earlier runs made in formats that are no longer asked for: it would be stale."""
    if "xlsx" not in subject.formats:
        (folder / workbook_name(subject)).unlink(missing_ok=True)
    if "pdf" not in subject.formats:
        for name in done:
            (folder / f"{name}.pdf").unlink(missing_ok=True)
