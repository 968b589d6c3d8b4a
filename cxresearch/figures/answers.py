"""Figure of answers: every question as a bar of its scale's points."""

from __future__ import annotations

from typing import Any, Literal

import matplotlib as mpl
import numpy as np
import pandas as pd

from cxresearch import theme
from cxresearch.figures.parts import (
    beside,
    footer,
    need_rows,
    number_axis,
    or_notice,
    rows_axis,
    spoken,
    tell,
)
from cxresearch.findings.phrases import group_name
from cxresearch.findings.segments import answers as read
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import label

Neutral = Literal["centre", "beside", "hidden"]
_NEUTRAL = "#c9ced3"
_WIDEST = 7  # percent of a part that holds a number


@or_notice
def stacked(
    result: Result, *, neutral: Neutral = "centre", title: str | None = None
) -> theme.Picture:
    """Draw the answers to each question as one bar, split at the middle of the scale.

    A panel holds the questions of one scale. Answers “not applicable” and blanks are in no
    base; points that nobody chose keep their place in the legend.

    Parameters
    ----------
    result : AnswerShares
        From ``answers.shares``.
    neutral : {"centre", "beside", "hidden"}
        Middle answers astride the zero line, in a bar of their own at the right, or left out
        (the other parts keep their shares of all answers).
    title : str, optional
        By default the finding.
    """
    table = result.table[result.table["estimate"].notna()]
    need_rows(table)
    _ = tell(result)
    language = result.about.language
    keys = [*result.by, "item"]
    panels = [rows for _k, rows in table.groupby("scale", sort=False)]
    counts = [len(rows.drop_duplicates(keys)) for rows in panels]
    heights = [0.4 * n + 1.15 for n in counts]
    said: list[str] = []
    with theme.look(result.about):
        figure, all_axes = theme.canvas(
            result.about, rows=len(panels), height=sum(heights), height_ratios=heights
        )
        for axes, rows in zip(all_axes, panels, strict=True):
            codes = sorted(rows["answer"].unique())
            sides = rows.drop_duplicates("answer").set_index("answer")["side"]
            colours = _colours(codes, sides)
            names, bases = [], []
            whole = [list(one.to_dict("records")) for _k, one in rows.groupby(keys, sort=False)]
            for place, parts in enumerate(whole):
                shares = {float(one["answer"]): 100 * float(one["estimate"]) for one in parts}
                _bar(axes, place, shares, sides, colours, neutral, language)
                names.append(_name(parts[0], result))
                bases.append(_("n = {n}", n=amounts.number(float(parts[0]["n"]), 0, language)))
                spread = ", ".join(
                    f"{_point(code, parts[0]['scale'], result)}"
                    f" {amounts.percent(shares[code] / 100, 0, language)}"
                    for code in codes
                )
                said.append(f"{names[-1]}: {spread}")
            rows_axis(axes, theme.labels(names, 26))
            axes.axvline(0, color=theme.INK, linewidth=0.8, zorder=0)
            beside(axes, bases)
            number_axis(axes, "share", language)
            axes.xaxis.set_major_formatter(
                lambda value, _place: amounts.percent(abs(value) / 100, 0, language)
            )
            theme.clean(axes)
            handles = [mpl.patches.Patch(color=colours[code]) for code in codes]
            shown = [_point(code, rows["scale"].iloc[0], result) for code in codes]
            if len(shown) > 3:  # the ends and the middle name the scale, numbers the rest
                shown = [_short(one, code) for one, code in zip(shown, codes, strict=True)]
            axes.legend(
                handles,
                shown,
                loc="lower left",
                bbox_to_anchor=(0, 1.0),
                ncols=len(codes),
                columnspacing=0.9,
                handlelength=0.9,
                handletextpad=0.4,
                fontsize=9,
            )
        hidden = _("Middle answers are left out of the bars.") if neutral == "hidden" else ""
        return theme.finish(
            figure,
            title=title or read(result).headline,
            below=footer(
                result,
                _("Weighted shares of those who answered; “not applicable” is in no base."),
                hidden,
                _scales(panels, result),
                intervals=False,
            ),
            alt=_("Stacked bars. {values}.", values=spoken(said, result)),
        )


def _bar(
    axes: Any,
    place: int,
    shares: dict[float, float],
    sides: pd.Series,
    colours: dict[float, Any],
    neutral: Neutral,
    language: str,
) -> None:
    middle = [code for code in shares if sides[code] == "neutral"]
    below = [code for code in sorted(shares) if sides[code] == "below"]
    above = [code for code in sorted(shares) if sides[code] == "above"]
    half = sum(shares[code] for code in middle) / 2 if neutral == "centre" else 0.0
    start = -half - sum(shares[code] for code in below)
    drawn = [*below, *(middle if neutral == "centre" else []), *above]
    for code in drawn:
        _part(axes, place, start, shares[code], colours[code], language)
        start += shares[code]
    if neutral == "beside":
        for code in middle:
            _part(axes, place, 105.0, shares[code], colours[code], language)


def _part(axes: Any, place: int, start: float, width: float, colour: Any, language: str) -> None:
    axes.barh(place, width, left=start, color=colour, height=0.66, edgecolor="white", linewidth=0.5)
    if width >= _WIDEST:
        dark = np.dot(mpl.colors.to_rgb(colour), (0.299, 0.587, 0.114)) < 0.55
        axes.text(
            start + width / 2,
            place,
            amounts.number(width, 0, language),
            ha="center",
            va="center",
            fontsize=8.5,
            color="white" if dark else theme.INK,
        )


def _colours(codes: list[float], sides: pd.Series) -> dict[float, Any]:
    """Return a colour per point: orange below the middle, blue above, the ends darkest."""
    below = [code for code in codes if sides[code] == "below"]
    above = [code for code in codes if sides[code] == "above"]
    ramp_below = mpl.colormaps["Oranges"](np.linspace(0.85, 0.35, max(len(below), 1)))
    ramp_above = mpl.colormaps["Blues"](np.linspace(0.35, 0.9, max(len(above), 1)))
    colours: dict[float, Any] = dict(zip(below, ramp_below, strict=False))
    colours |= dict(zip(above, ramp_above, strict=False))
    return colours | {code: _NEUTRAL for code in codes if sides[code] == "neutral"}


def _name(row: dict[Any, Any], result: Result) -> str:
    name = label(row["item"], result.about)
    return f"{name}, {group_name(row, result.by, result.about)}" if result.by else name


def _point(code: float, scale: object, result: Result) -> str:
    key = f"{scale}={code:g}"
    return result.about.label(key) if key in result.about.labels else f"{code:g}"


def _short(text: str, code: float) -> str:
    return f"{code:g}" if len(text) > 3 else text


def _scales(panels: list[pd.DataFrame], result: Result) -> str:
    """Return what the labelled points of every scale mean."""
    told = []
    for rows in panels:
        scale = rows["scale"].iloc[0]
        codes = sorted(rows["answer"].unique())
        named = [
            f"{code:g} = {_point(code, scale, result)}"
            for code in codes
            if f"{scale}={code:g}" in result.about.labels
        ]
        if named:
            told.append(", ".join(named))
    return "; ".join(told)
