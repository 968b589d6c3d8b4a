"""Drawings as matplotlib writes them, in a third of the words: what is seen stays the same.

A page holds dozens of drawings, and most of what matplotlib writes of one says nothing: names of
groups that nobody refers to, the same font at every text, sixths of a thousandth of a point.
"""

from __future__ import annotations

import re
from collections import Counter

_TAG = re.compile(r"(<[^>]*>)")
_ATTRIBUTE = re.compile(r' ([\w:-]+)="([^"]*)"')
_ID = re.compile(r'\bid="([^"]+)"')
_REFERENCE = re.compile(r'(?:url\(#|href="#)([^")]+)')
_LONG = re.compile(r"-?\d+\.\d{3,}")
_STEP = re.compile(r"\s*([A-Za-z])\s*")
_CURVED = re.compile(r"[^MLz\d\s.+-]")
_FONT = re.compile(r"font-family: ([^;\"]+)")
_EVERYWHERE = re.compile(r'<style type="text/css">\*\{([^}]*)\}</style>')
_UNTURNED = re.compile(r"rotate\(-?0 [^)]*\)")
_MEASURES = frozenset({"x", "y", "width", "height", "points"})
_DECIMALS = 2  # of a point: a hundredth is a fifth of a pixel on the sharpest screens


def compact(svg: str) -> str:
    """Return the drawing without what it does not need, its coordinates to a hundredth of a point.

    Parameters
    ----------
    svg : str
        As matplotlib writes it, text as text.

    Examples
    --------
    >>> print(compact('''<svg viewBox="0 0 9 9"><g id="axes">
    ...  <path d="M 0 1.23456
    ... L 2 3.0004
    ... " style="fill: none; stroke: #dfe4e8"/></g></svg>'''))
    <svg viewBox="0 0 9 9"><path d="M0 1.23L2 3" style="fill:none;stroke:#dfe4e8"/></svg>
    """
    head, begin, drawing = svg.partition("<svg")
    drawing = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", drawing, flags=re.DOTALL)
    shared = []
    if fonts := Counter(_FONT.findall(drawing)):
        usual, _ = fonts.most_common(1)[0]
        drawing = re.sub(rf'font-family: {re.escape(usual)}(?=[;"])', "", drawing)
        shared.append(f"font-family:{usual}")
    if rule := _EVERYWHERE.search(drawing):
        shared.append(rule[1].replace(": ", ":").replace("; ", ";"))
        drawing = drawing.replace(rule[0], "", 1)
    named = set(_REFERENCE.findall(drawing))
    root, end, inside = drawing.partition(">")
    style = f' style="{";".join(shared)}"' if shared else ""
    return f"{head}{begin}{root}{style}{end}{_inner(inside, named)}"


def _inner(drawing: str, named: set[str]) -> str:
    """Return what is inside a drawing: no groups without a meaning, no space between elements."""
    parts: list[str] = []
    kept: list[bool] = []  # of the groups that are open
    opened: list[str] = []
    same = ""  # how the group began that was closed last
    texts = 0
    for part in _TAG.split(drawing):
        if not part.startswith("<"):
            if texts or part.strip():
                parts.append(part)
            continue
        if part == "</g>":
            if kept.pop():
                parts.append(part)
                same = opened.pop()
            continue
        if part.startswith(("<text", "</text")):
            texts += -1 if part.startswith("</") else 1
        tag = part if part.startswith("</") else _tag(part, named)
        if tag.startswith("<g") and not tag.endswith("/>") and tag[2] in " >":
            kept.append(tag != "<g>")
            if not kept[-1]:
                continue
            opened.append(tag)
            if parts[-1:] == ["</g>"] and tag == same:  # goes on where its twin ended
                parts.pop()
                continue
        parts.append(tag)
    return re.sub(r"<defs></defs>", "", "".join(parts))


def _tag(tag: str, named: set[str]) -> str:
    def attribute(found: re.Match[str]) -> str:
        name, value = found[1], found[2]
        if name == "id" and value not in named:
            return ""
        if name == "style":
            value = ";".join(
                part.strip().replace(": ", ":", 1) for part in value.split(";") if part.strip()
            )
            return f' style="{value}"' if value else ""
        if name == "d":
            value = _way(_STEP.sub(r"\1", _LONG.sub(_rounded, value)).strip())
        elif name in _MEASURES:
            value = _LONG.sub(_rounded, value)
        elif name == "transform":
            value = _UNTURNED.sub("", value).strip()
            if not value:
                return ""
            if value.startswith("rotate"):
                value = _LONG.sub(_rounded, value)
        return f' {name}="{value}"'

    return _ATTRIBUTE.sub(attribute, tag)


def _way(steps: str) -> str:
    """Return the steps of a path, those along an axis by their one coordinate."""
    if _CURVED.search(steps):
        return steps.replace(" -", "-")
    here, parts = ["", ""], []
    for step in re.findall(r"[MLz][^MLz]*", steps):
        there = step[1:].split()
        if step[0] == "L" and len(there) == 2 and there[1] == here[1]:
            step = f"H{there[0]}"
        elif step[0] == "L" and len(there) == 2 and there[0] == here[0]:
            step = f"V{there[1]}"
        parts.append(step)
        here = there if len(there) == 2 else ["", ""]
    return "".join(parts).replace(" -", "-")


def _rounded(found: re.Match[str]) -> str:
    text = f"{float(found[0]):.{_DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
