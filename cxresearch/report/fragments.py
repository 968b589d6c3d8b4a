"""Pieces of a page: prose, tables and figures made safe, accessible and self-contained."""

from __future__ import annotations

import base64
import html
import re
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from cxresearch.text import translator
from cxresearch.text.markdown import in_language

_ACTIVE = re.compile(
    r"<(script|iframe|object|embed|applet|form|button|input)\b.*?</\1\s*>"
    r"|</?(?:script|iframe|object|embed|applet|link|meta|base|form|input)\b[^>]*>",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile(r"<[a-z](?:\"[^\"]*\"|'[^']*'|[^'\">])*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"(?:[\s/]+|(?<=[\"']))([^\s=>/\"'<]+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?"
)
_PROGRAMS = ("javascript:", "vbscript:", "data:text/html")
_OUTSIDE = re.compile(
    r"\s(?:src|srcset|poster|background)\s*=\s*(?:\"(?!data:)[^\"]*\"|'(?!data:)[^']*')",
    re.IGNORECASE,
)
_STYLE = re.compile(r"<style\b.*?</style\s*>", re.IGNORECASE | re.DOTALL)
_TABLE = re.compile(r"<table\b([^>]*)>(.*?)</table\s*>", re.IGNORECASE | re.DOTALL)
_HEADING = re.compile(r"<h([1-6])\b([^>]*)>(.*?)</h\1>", re.DOTALL)
_NUMBER = re.compile(
    r"^[\s(<>≤≥≈=]*[-+−–±]?[\d.,\s  ']*\d[\d.,]*\s*(?:%|pp|pts?)?[\s)*†]*$|^[-–—.]$"
)
_ROW = re.compile(r"<tr\b.*?</tr\s*>", re.IGNORECASE | re.DOTALL)
_CELL = re.compile(r"<(t[hd])\b([^>]*)>(.*?)</\1\s*>", re.IGNORECASE | re.DOTALL)
_SPAN = re.compile(r"\b(?:col|row)span=", re.IGNORECASE)
_TAGS = re.compile(r"<[^>]+>")
_UNHARMED = "/,;:.!~*()-_?@$+="  # what an address within an attribute holds as it is
_WIDE = 13  # columns from which a table is printed across the page


class Fragments:
    """Makes the pieces of one page; remembers which ids it has given.

    Parameters
    ----------
    language : str
        Language of the page.
    files : Path
        Folder in which the tables lie that the notebook handed over.
    """

    def __init__(self, language: str, files: Path) -> None:
        self._language = language
        self._translate = translator(language)
        self._files = files
        self._ids: set[str] = {"content", "contents", "up-to-there"}
        self._figures = 0
        self._tables: dict[str, int] = {}

    def filters(self) -> dict[str, Any]:
        """Return the template's filters by name."""
        return {
            "cx_markdown": self.prose,
            "cx_html": self.fragment,
            "cx_svg": self.svg,
            "cx_size": size,
            "cx_said": said,
            "cx_headings": headings,
        }

    def prose(self, source: str) -> str:
        """Return markdown as HTML in the page's language, its headings with ids."""
        renderer = _Renderer(escape=False, exclude_anchor_links=True)
        text = MarkdownWithMath(renderer=renderer).render(in_language(source, self._language))
        return self.fragment(_HEADING.sub(self._with_id, str(text)))

    def fragment(self, text: str) -> str:
        """Return HTML without scripts and outside sources; its tables scroll and are labelled."""
        text = _ACTIVE.sub("", _STYLE.sub("", text))
        text = _OUTSIDE.sub("", text)
        drawn = "<svg" in text  # where style is how a drawing looks
        return _TABLE.sub(self._table, _TAG.sub(lambda tag: _inert(tag[0], drawn=drawn), text))

    def svg(self, text: str) -> str:
        """Return an SVG to stand within the page: no prolog, no metadata, ids of its own."""
        self._figures += 1
        mark = f"f{self._figures}-"
        text = text[text.index("<svg") :]
        text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
        text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
        text = re.sub(r'\bid="', f'id="{mark}', text)
        text = re.sub(r"url\(#", f"url(#{mark}", text)
        text = re.sub(r'href="#', f'href="#{mark}', text)
        text = _ACTIVE.sub("", text)
        return text.replace("<svg", '<svg aria-hidden="true" focusable="false"', 1).strip()

    def _with_id(self, found: re.Match[str]) -> str:
        level, inside = int(found[1]), found[3]
        word = re.sub(r"[^\w]+", "-", html.unescape(_TAGS.sub("", inside)).lower()).strip("-")
        name, number = word or "section", 2
        while name in self._ids:
            name, number = f"{word}-{number}", number + 1
        self._ids.add(name)
        level = max(level, 2)  # the page's own title is its only h1
        return f'<h{level} id="{name}">{inside}</h{level}>'

    def _table(self, found: re.Match[str]) -> str:
        attributes, inside = found[1], found[2]
        kept = re.search(r'\bclass="([^"]*)"', attributes)
        file = re.search(r'\bdata-file="([^"]*)"', attributes)
        caption = re.search(r"<caption\b[^>]*>(.*?)</caption>", inside, re.DOTALL)
        named = re.search(r"<strong>(.*?)</strong>", caption[1]) if caption else None
        text = named[1] if named else caption[1] if caption else self._translate("Table")
        label = _TAGS.sub("", text).strip()
        table = f'<table class="{kept[1]}">' if kept else "<table>"
        link = self._download(file[1]) if file else ""
        first_row = _ROW.search(inside)
        wide = first_row is not None and len(_CELL.findall(first_row[0])) >= _WIDE
        kind = "scroll" + (" wide" if wide else "") + ("" if link else " alone")
        return (
            f'<div class="{kind}" tabindex="0" role="region" '
            f'aria-label="{html.escape(self._own_name(html.unescape(label)))}">'
            f"{table}{_cells(inside)}</table></div>{link}"
        )

    def _own_name(self, label: str) -> str:
        """Return a label that no other table of the page has: readers jump from one to another."""
        self._tables[label] = self._tables.get(label, 0) + 1
        number = self._tables[label]
        return label if number == 1 else f"{label} ({number})"

    def _download(self, name: str) -> str:
        path = self._files / Path(name).name
        if not path.is_file():
            return ""
        words = html.escape(self._translate("Download this table (CSV)"))
        return (
            f'<p class="download"><a download="{html.escape(path.name)}" '
            f'href="data:text/csv;charset=utf-8{_as_address(path.read_bytes())}">{words}</a></p>'
        )


def _as_address(content: bytes) -> str:
    """Return bytes as the end of a data: address, in the shorter of its two ways to write them."""
    spelled = quote(content, safe=_UNHARMED)
    packed = base64.b64encode(content).decode("ascii")
    return f",{spelled}" if len(spelled) <= len(packed) else f";base64,{packed}"


class _Renderer(IPythonRenderer):  # type: ignore[misc]
    """Markdown whose pictures lie in the page: one that lies elsewhere is named instead."""

    def image(self, text: str, url: str, title: str | None = None) -> str:
        if url.startswith(("data:", "attachment:")):
            return str(super().image(text, url, title))
        return html.escape(text)


def _inert(tag: str, *, drawn: bool) -> str:
    """Return a tag without what would run: handlers, and addresses that are programs."""

    def kept(found: re.Match[str]) -> str:
        name, value = found[1].lower(), html.unescape((found[2] or "").strip("\"'")).lower()
        runs = name.startswith("on") or "".join(value.split()).startswith(_PROGRAMS)
        return "" if runs or (name == "style" and not drawn) else found[0]

    end = re.match(r"<[\w:-]+", tag)
    at = end.end() if end else 1
    return tag[:at] + _ATTRIBUTE.sub(kept, tag[at:])


def headings(body: str) -> list[tuple[int, str, str]]:
    """Return the headings of the second and third level: level, id, text.

    Examples
    --------
    >>> headings('<h2 id="gaps">Gaps</h2><p>…</p>')
    [(2, 'gaps', 'Gaps')]
    """
    found = re.findall(r'<h([23]) id="([^"]*)">(.*?)</h\1>', body, re.DOTALL)
    return [(int(level), name, _TAGS.sub("", text)) for level, name, text in found]


def said(output: Mapping[str, Any], cell: Mapping[str, Any], what: str) -> str:
    """Return what an output's metadata (else its cell's) says: its `alt` text or `caption`."""
    metadata = output.get("metadata", {})
    for mime in ("image/svg+xml", "image/png", "image/jpeg"):
        if what in metadata.get(mime, {}):
            return str(metadata[mime][what])
    if what in metadata:
        return str(metadata[what])
    return str(cell["metadata"].get(what, ""))


def size(output: Mapping[str, Any]) -> str:
    """Return width and height of a PNG as attributes, so that the page does not jump.

    Pictures of more than 1,600 pixels were drawn for sharp screens and show at half their size.
    """
    head = base64.b64decode(output["data"]["image/png"].replace("\n", "")[:44])
    width, height = struct.unpack(">II", head[16:24])
    said_of = output.get("metadata", {}).get("image/png", {})
    if "width" in said_of and "height" in said_of:
        width, height = int(said_of["width"]), int(said_of["height"])
    elif width > 1600:
        width, height = width // 2, height // 2
    return f' width="{width}" height="{height}"'


def _cells(inside: str) -> str:
    """Give header cells a scope, make empty ones plain, and set columns of numbers right."""
    head, sep, body = inside.partition("</thead>")
    if not sep:
        head, body = "", inside
    head = _scoped(head, "col")
    body = _scoped(body, "row") if sep else re.sub(r"<th\b[^>]*>\s*</th>", "<td></td>", body)
    if _SPAN.search(inside):
        return head + sep + body
    rows = [_CELL.findall(row) for row in _ROW.findall(body)]
    numeric = {
        column
        for column in range(1, max(map(len, rows), default=0))
        if _is_numeric([row[column] for row in rows if len(row) > column])
    }
    return _right(head, numeric) + sep + _right(body, numeric)


def _is_numeric(cells: list[tuple[str, str, str]]) -> bool:
    shown = [html.unescape(_TAGS.sub("", text)).strip() for tag, _, text in cells if tag == "td"]
    shown = [text for text in shown if text]
    digits = any(any(sign.isdigit() for sign in text) for text in shown)
    return digits and all(_NUMBER.match(text) for text in shown)


def _right(text: str, numeric: set[int]) -> str:
    def row(found: re.Match[str]) -> str:
        column = -1

        def cell(one: re.Match[str]) -> str:
            nonlocal column
            column += 1
            if column not in numeric or "class=" in one[2]:
                return one[0]
            return f'<{one[1]}{one[2]} class="num">{one[3]}</{one[1]}>'

        return _CELL.sub(cell, found[0])

    return _ROW.sub(row, text)


def _scoped(text: str, scope: str) -> str:
    def one(found: re.Match[str]) -> str:
        attributes = found[1]
        if "scope=" in attributes:
            return found[0]
        wide = "group" if re.search(r'\b(?:col|row)span="?[2-9]', attributes) else ""
        return f'<th{attributes} scope="{scope}{wide}">'

    return re.sub(r"<th\b([^>]*)>", one, re.sub(r"<th\b[^>]*>\s*</th>", "<td></td>", text))
