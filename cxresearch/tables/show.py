"""Results as tables for people: rounded, labelled, localised, accessible, with their notes.

Analyses keep full precision and codes; here digits, words and language come in. A table says
its unit, base, confidence level and method, merges interval ends into one column, shows a
withheld number as a dash with its reason, and prints the result's notes below. What is shown
is also handed over, at full precision, so that a page can offer it as CSV.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from cxresearch import handover
from cxresearch.about import About
from cxresearch.errors import AnalysisError, Fault, did_you_mean
from cxresearch.notes import Note
from cxresearch.results import NotAsked, Result
from cxresearch.tables.excerpts import EXCERPTS, Excerpt
from cxresearch.tables.parts import Column, withheld
from cxresearch.tables.readable import Readable, sheet
from cxresearch.tables.views import ASKED, CHANGES, UNITS, VIEWS, WEIGHED
from cxresearch.text import amounts, translator
from cxresearch.text.captions import CAPTIONS, not_asked
from cxresearch.text.notes import sentences
from cxresearch.text.words import HEADERS, WORDS, header, word

MAX_ROWS = 200
_FOLDED = 24  # rows from which on a table is folded up under its title
_LINE = 18  # characters of words that a narrow column does not break
_STYLE = (
    ".cx-table{border-collapse:collapse;min-width:24em;font-variant-numeric:tabular-nums}"
    ".cx-table caption{text-align:left;padding:.3em 0}"
    ".cx-table th,.cx-table td{padding:.25em .6em;text-align:left;vertical-align:top}"
    ".cx-table .num{text-align:right}.cx-table td.num{white-space:nowrap}"
    ".cx-table tbody th{font-weight:normal;min-width:4em}"
    ".cx-table thead th{vertical-align:bottom;white-space:normal}"
    ".cx-table .short{white-space:nowrap}.cx-table .words{min-width:9em}"
    ".cx-sub{display:block;font-weight:normal;font-size:.9em}"
    ".cx-notes{font-size:.9em;margin:.3em 0;padding-left:1.2em}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table ready to be seen: displays itself in a notebook, keeps the numbers behind it."""

    html: str
    frame: pd.DataFrame

    def _repr_html_(self) -> str:
        return self.html

    def __str__(self) -> str:
        return self.html


def show(
    result: Result,
    view: str = "table",
    *,
    columns: Sequence[str] | None = None,
    caption: str | None = None,
    whole: bool = False,
) -> Table:
    """Show one frame of a result as a table and hand its numbers over to the page.

    Parameters
    ----------
    result : Result
        What an analysis returned.
    view : str
        Name of the frame: "table" (the main one), "items", "blocks", "fit", …
    columns : sequence of str, optional
        Columns to show, grouping columns apart; by default those that a reader needs.
    caption : str, optional
        Title above the table; by default what the table holds, in the study's language.
    whole : bool
        Every row of a table of which otherwise the rows are shown that a reader needs; the CSV
        always holds all.

    Raises
    ------
    AnalysisError
        The result has no such frame or column.
    """
    frames = result.frames()
    if isinstance(result, NotAsked):
        view = "table"
    if view not in frames:
        raise _unknown("table", view, list(frames), type(result).__name__)
    name = type(result).__name__
    frame = withheld(frames[view])
    for column in columns or ():
        if column not in frame.columns:
            raise _unknown("column", column, list(map(str, frame.columns)), f"{name}.{view}")
    wanted = tuple(columns) if columns is not None else VIEWS.get((name, view))
    declared = "threshold" not in frame or frame["threshold"].notna().any()
    if columns is None and wanted and name in WEIGHED and not declared:
        wanted = tuple(one for one in wanted if one != "verdict")  # p and q say as much
    unit, change = UNITS.get((name, view), ""), (name, view) in CHANGES
    title = caption or _caption(name, view, result)
    notes = result.notes if view == "table" else ()
    made: dict[str, Any] = {"unit": unit, "change": change, "caption": title, "notes": notes}
    made["asked"] = view == "table" and name in ASKED
    readable = Readable.of(frame, result, columns=wanted, **made)
    told = {"result": name, "view": view, **sheet(readable, result)}
    file = handover.table(_file_name(name, view), frame, told)
    cut = None if whole or columns is not None or frame.empty else EXCERPTS.get((name, view))
    below: tuple[str, ...] = ()
    if cut is not None:
        rows = cut.rows(frame, result).reset_index(drop=True)
        below = _left_out(cut, len(frame) - len(rows), result.about)
        readable = Readable.of(rows, result, columns=cut.columns or wanted, **made)
    if not readable.columns and not isinstance(result, NotAsked):
        said = _listed([*below, *readable.notes])
        return Table(html=_nothing(readable, result.about) + said, frame=frame)
    return Table(html=_html(readable, result.about, MAX_ROWS, file, below), frame=frame)


def as_html(result: Result) -> str:
    """Return the main table of a result as HTML (how a result shows itself in a notebook)."""
    return show(result).html


def render(
    frame: pd.DataFrame,
    result: Result,
    *,
    columns: Sequence[str] | None = None,
    unit: str = "",
    change: bool = False,
    caption: str = "",
    notes: Iterable[Note] = (),
    max_rows: int = MAX_ROWS,
    file: str | None = None,
) -> str:
    """Return a frame as a small accessible HTML table in the language of the result.

    Parameters
    ----------
    frame : DataFrame
        Tidy, full precision, glossary columns.
    result : Result
        Where language, labels, base, confidence level and method come from.
    columns : sequence of str, optional
        Columns to show after the grouping columns; by default all that say something.
    unit : str
        Unit of the rows where the frame has no column `unit`.
    change : bool
        Estimates are differences and written with their sign.
    caption : str
        Title of the table.
    notes : iterable of Note
        Facts printed below, as sentences.
    max_rows : int
        Longest table shown; the rest is counted and stays in the CSV.
    file : str, optional
        Name of the CSV that was handed over; the page makes a link of it.
    """
    readable = Readable.of(
        frame,
        result,
        columns=columns,
        unit=unit,
        change=change,
        caption=caption,
        notes=notes,
    )
    return _html(readable, result.about, max_rows, file)


def as_page(readable: Readable, about: About, file: str | None = None) -> str:
    """Return a table that was put together elsewhere as HTML, with a link to its CSV."""
    return _html(readable, about, MAX_ROWS, file)


def _nothing(readable: Readable, about: About) -> str:
    """Say of a table without rows that it has none."""
    _ = translator(about.language)
    nothing = _("Nothing to show.")
    return f"<p><strong>{escape(readable.caption)}</strong>. {escape(nothing)}</p>"


def _left_out(cut: Excerpt, n: int, about: About) -> tuple[str, ...]:
    """Say which rows of a long table are shown, and how many stand in its CSV only."""
    _ = translator(about.language)
    if n == 0 and not cut.always:
        return ()
    count = amounts.number(n, 0, about.language)
    more = "" if cut.always else _.plural("{n} row more.", "{n} rows more.", n, n=count)
    return (" ".join(one for one in (_(cut.said), more) if one),)


def _html(
    readable: Readable,
    about: About,
    max_rows: int,
    file: str | None,
    first: Sequence[str] = (),
) -> str:
    _ = translator(about.language)
    parts, below = readable.columns, [*first, *readable.notes]
    places = _places(parts)
    rows = [
        "".join(_cell(place, row) for place in places)
        for row in range(min(readable.n_rows, max_rows))
    ]
    if readable.n_rows > max_rows:
        more = readable.n_rows - max_rows
        count = amounts.number(more, 0, about.language)
        below.insert(0, _.plural("{n} row more.", "{n} rows more.", more, n=count))
    if not parts:
        return f"<p>{escape(readable.caption)}</p>{_listed(below)}"
    if not rows:
        return _nothing(readable, about) + _listed(below)
    link = f' data-file="{escape(file)}"' if file else ""
    head = "".join(map(_head, places))
    table = (
        f'<style>{_STYLE}</style><table class="cx-table"{link}>'
        f"<caption><strong>{escape(readable.caption)}</strong>"
        f'<span class="cx-sub">{escape(readable.base)}</span></caption>'
        f"<thead><tr>{head}</tr></thead>"
        f"<tbody><tr>{'</tr><tr>'.join(rows)}</tr></tbody></table>" + _listed(below)
    )
    if len(rows) <= _FOLDED:
        return table
    title = _.plural(
        "{table}: {n} row",
        "{table}: {n} rows",
        readable.n_rows,
        table=readable.caption,
        n=amounts.number(readable.n_rows, 0, about.language),
    )
    return f'<details class="cx-long"><summary>{escape(title)}</summary>{table}</details>'


def study_html(study: Any) -> str:
    """Return what a study holds as HTML: its size, waves, segments, measures and notes."""
    about: About = study.about
    _ = translator(about.language)
    book = study.codebook
    facts = {
        _("Respondents"): amounts.number(int(study.mask.sum()), 0, about.language),
        _("Waves"): ", ".join(study.waves),
        _("Segments"): ", ".join(about.label(one) for one in study.segments),
        _("Dimensions"): ", ".join(about.label(one) for one in book.dimensions),
        _("Measures"): ", ".join(about.label(one) for one in book.measures),
        _("Attributes"): ", ".join(about.label(one) for one in book.attributes),
        _("Fingerprint"): study.fingerprint[:12],
    }
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>'
        for name, value in facts.items()
        if value
    )
    title = escape(about.heading or _("Study"))
    return (
        f'<style>{_STYLE}</style><table class="cx-table"><caption><strong>{title}</strong>'
        f"</caption><tbody>{rows}</tbody></table>"
        + _listed([text for _s, text in sentences(study.notes, about)])
    )


def _listed(texts: Sequence[str]) -> str:
    if not texts:
        return ""
    return '<ul class="cx-notes">' + "".join(f"<li>{escape(one)}</li>" for one in texts) + "</ul>"


def _places(parts: Sequence[Column]) -> list[list[Column]]:
    """Return the columns by the place that a page gives them: one, or several over each other."""
    places: list[list[Column]] = []
    for part in parts:
        if part.under and places:
            places[-1].append(part)
        else:
            places.append([part])
    return places


def _head(place: Sequence[Column]) -> str:
    named = place[0].title
    said = (part.title.removeprefix(f"{named}, ") for part in place)
    titles = [title for title in dict.fromkeys(said) if title]
    if not titles:
        return "<td></td>"
    kind = ' class="num"' if place[0].number else ""
    return f'<th scope="col"{kind}>{"<br>".join(map(escape, titles))}</th>'


def _cell(place: Sequence[Column], row: int) -> str:
    part = place[0]
    told = [one.cells[row] for one in place if one.cells[row] not in ("", amounts.DASH)]
    shown = told or [part.cells[row]]
    text = escape("\n".join(shown)).replace("\n", "<br>")
    if part.langs and part.langs[row] not in ("", "unknown"):
        return f'<td lang="{escape(part.langs[row])}">{text}</td>'
    if part.number and not part.key:
        return f'<td class="num">{text}</td>'
    # words break only into lines of some length, however narrow their column
    kind = "words" if max(map(len, shown)) > _LINE else "short" if " " in text else ""
    kind = f' class="{kind}"' if kind else ""
    return f'<th scope="row"{kind}>{text}</th>' if part.key else f"<td{kind}>{text}</td>"


def _caption(name: str, view: str, result: Result) -> str:
    about = result.about
    _ = translator(about.language)
    if name == "NotAsked":
        return not_asked(result)
    if (name, view) in CAPTIONS:
        return _(CAPTIONS[name, view])
    title = _(CAPTIONS[name, "table"]) if (name, "table") in CAPTIONS else name
    if view == "table":
        return title
    shown = header(view, about.language) if view in HEADERS else word(view, about.language)
    return f"{title}: {shown}" if view in HEADERS or view in WORDS else f"{title} ({shown})"


def _file_name(name: str, view: str) -> str:
    snake = "".join(f"_{one.lower()}" if one.isupper() else one for one in name).lstrip("_")
    return snake if view == "table" else f"{snake}_{view}"


def _unknown(kind: str, name: str, known: list[str], where: str) -> AnalysisError:
    return AnalysisError(
        Fault(
            kind="analysis",
            what=f'there is no {kind} "{name}"',
            where=where,
            found=name,
            hint=did_you_mean(name, known),
        )
    )
