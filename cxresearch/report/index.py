"""Tables of contents: `index.html` of a study, and the one over all studies."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cxresearch.report import formats, look, record
from cxresearch.report.publish import whole
from cxresearch.report.record import PageRecord, Run
from cxresearch.report.subject import Subject
from cxresearch.text import mark, number, translator

# words of pages that are made elsewhere as plain values
WORDS = (
    mark("Params"),
    mark("Overrides"),
    mark("Data"),
    mark("Fingerprint"),
    mark("Notebook"),
    mark("Seed"),
    mark("Versions"),
    mark("Warnings"),
)

STATES = {
    "done": mark("complete"),
    "error": mark("failed: a cell raised an error"),
    "killed": mark("failed: the kernel was killed"),
    "timeout": mark("failed: a cell took longer than it may"),
    "interrupted": mark("interrupted"),
}
PARTS = {
    "data": mark("data"),
    "params": mark("params"),
    "code": mark("program code"),
    "versions": mark("versions of libraries"),
}


def write_study(run: Run, folder: Path, subject: Subject, keys: Mapping[str, str]) -> Path:
    """Write the index of a study: its pages, how each stands and what it says first.

    Parameters
    ----------
    run : Run
        The run's record.
    folder : Path
        The study's folder.
    subject : Subject
        The study.
    keys : mapping
        By notebook, of what a page would be made now; one made of anything else is older.
    """
    _ = translator(subject.language)
    pages = [_page(name, page, folder, keys, run) for name, page in run.pages.items()]
    cx = {
        **_head(subject.language, subject.look.accent),
        "title": subject.title,
        "study_title": "",
        "client": subject.client,
        "logo": look.embedded(subject.look.logo) if subject.look.logo else "",
        "eyebrow": [subject.client] if subject.client else [],
        "facts": [
            *([(_("Waves"), subject.span)] if subject.waves else []),
            (_("Respondents"), number(subject.base, 0, subject.language)),
            (_("Last run"), run.finished.replace("T", " ").replace("+00:00", " UTC")),
        ],
        "footer": subject.look.footer,
    }
    text = _render(
        "study.html.j2",
        subject.language,
        cx=cx,
        pages=pages,
        changed=[_(PARTS[part]) for part in run.changed],
        workbook=formats.workbook_name(subject) if "xlsx" in subject.formats else "",
    )
    whole(folder / "index.html", text)
    return folder / "index.html"


def write_all(folder: Path) -> Path:
    """Write the index over every study whose reports lie in a folder."""
    studies = []
    for place, run in record.all_in(folder):
        failed = [name for name, page in run.pages.items() if page.status != "done"]
        studies.append(
            {
                "link": f"{place.name}/index.html",
                "title": run.title or run.study,
                "client": run.client,
                "finished": run.finished.replace("T", " ").replace("+00:00", " UTC"),
                "pages": len(run.pages),
                "failed": failed,
                "alerts": sum(bool(alert["fired"]) for alert in run.alerts),
            }
        )
    cx = {
        **_head("en", "#1f5c99"),
        "title": "Reports",
        "study_title": "",
        "client": "",
        "logo": "",
        "eyebrow": [],
        "facts": [("Studies", str(len(studies)))],
        "footer": "",
    }
    whole(folder / "index.html", _render("all.html.j2", "en", cx=cx, studies=studies))
    return folder / "index.html"


def _page(
    name: str, page: PageRecord, folder: Path, keys: Mapping[str, str], run: Run
) -> dict[str, Any]:
    _ = translator(run.language)
    there = (folder / f"{name}.html").is_file()
    failed = page.status != "done"
    older = there and page.good_key != keys.get(name)
    return {
        "title": _(page.title),
        "link": f"{name}.html" if there else "",
        "error": f"{name}.error.html" if (folder / f"{name}.error.html").is_file() else "",
        "headline": page.headline if there else "",
        "state": _(STATES.get(page.status, page.status)),
        "failed": failed,
        "older": older,
        "reason": page.reason if failed else "",
        "pdf": f"{name}.pdf" if there and (folder / f"{name}.pdf").is_file() else "",
        "changed": _changed(page, run.language) if there and run.changed else "",
    }


def _changed(page: PageRecord, language: str) -> str:
    """Return how many of a page's tables have other numbers than at the run before."""
    _ = translator(language)
    if not page.changed:
        return _("No number has changed.")
    return _.plural(
        "{n} of {total} table has other numbers.",
        "{n} of {total} tables have other numbers.",
        len(page.changed),
        n=number(len(page.changed), 0, language),
        total=number(len(page.results), 0, language),
    )


def _head(language: str, accent: str) -> dict[str, Any]:
    return {
        "language": language,
        "style": look.style(accent),
        "headline": "",
        "index": "",
        "provenance": [],
    }


def _render(template: str, language: str, **values: Any) -> str:
    environment = Environment(
        loader=FileSystemLoader(look.TEMPLATES / "cx"), autoescape=True, undefined=StrictUndefined
    )
    environment.globals["_"] = translator(language)
    return environment.get_template(template).render(**values).strip() + "\n"
