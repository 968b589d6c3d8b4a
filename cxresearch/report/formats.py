"""What is made of a study's finished pages beside HTML: PDF, and one workbook of all tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from cxresearch.errors import CxError, Fault
from cxresearch.report import chromium, printing, publish
from cxresearch.report.record import PageRecord
from cxresearch.report.subject import Subject
from cxresearch.text import mark, number, translator

RESPONDENTS = mark("Respondents")


def lacking(subject: Subject) -> list[Fault]:
    """Return what the computer has not for the formats that the study asks for."""
    return [chromium.missing()] if "pdf" in subject.formats and not chromium.program() else []


def stale(study: str, formats: Sequence[str], names: Iterable[str], folder: Path) -> list[Path]:
    """Return the files of the declared formats that are not there, or older than their pages.

    PDF where no browser is cannot be made, so it is not missed.

    Parameters
    ----------
    study : str
        Name of the study.
    formats : sequence of str
        Those that it asks for.
    names : iterable of str
        Of its pages.
    folder : Path
        In which they lie.
    """
    pages = [folder / f"{name}.html" for name in names]
    pages = [page for page in pages if page.is_file()]
    book = folder / f"{study}.xlsx"
    found = []
    if "xlsx" in formats and any(_older(book, page) for page in pages):
        found.append(book)
    if "pdf" in formats and chromium.program():
        printed = [(page.with_suffix(".pdf"), page) for page in pages]
        found += [pdf for pdf, page in printed if _older(pdf, page)]
    return found


def _older(made: Path, page: Path) -> bool:
    return not made.is_file() or made.stat().st_mtime_ns < page.stat().st_mtime_ns


def make(
    subject: Subject, pages: Mapping[str, PageRecord], folder: Path
) -> tuple[list[Path], list[Fault]]:
    """Make the declared formats of a study; return the files made, and what stood against it.

    Parameters
    ----------
    subject : Subject
        The study.
    pages : mapping
        All its pages.
    folder : Path
        The study's folder.
    """
    done = [name for name in pages if (folder / f"{name}.html").is_file()]
    made: list[Path] = []
    faults: list[Fault] = []
    _remove(subject, done, folder)
    wanted = stale(subject.name, subject.formats, done, folder)
    if folder / workbook_name(subject) in wanted:
        made.append(_workbook(subject, pages, done, folder))
    unprinted = [path.with_suffix(".html") for path in wanted if path.suffix == ".pdf"]
    program = chromium.program()
    if program and unprinted:
        try:
            for page, content in printing.to_pdf(unprinted, program):
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
    from cxresearch.report import workbook  # brings openpyxl: an unchanged run needs none of it

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
