"""Figures of flagged respondents: how fast they were, and whether they move the headline."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from cxresearch import theme
from cxresearch.figures.parts import (
    AXES,
    CUT,
    Marker,
    beside,
    dots,
    footer,
    full_range,
    need_rows,
    number_axis,
    or_notice,
    rows_axis,
    scale_range,
    spoken,
    tell,
)
from cxresearch.findings.quality import pace_sentence, sensitivity_sentence
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.captions import level
from cxresearch.text.cells import label
from cxresearch.text.words import word

_TICKS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_APART = 0.17
_WITHOUT = "#d55e00"


@or_notice
def pace(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw how long interviews took beside the usual time, with the cuts of the rules on speed."""
    curve: pd.DataFrame = result.frames().get("pace", pd.DataFrame())
    need_rows(curve)
    _ = tell(result)
    language = result.about.language
    cuts = result.table[result.table["rule"].isin(["speeder", "fast"])]
    x, y = curve["pace"].to_numpy(float), curve["density"].to_numpy(float)
    said: list[str] = []
    with theme.look(result.about) as style:
        figure, (axes,) = theme.canvas(result.about, height=2.7)
        axes.set_xscale("log")
        axes.plot(x, y, color=style.accent, linewidth=1.8)
        axes.fill_between(x, y, color=style.accent, alpha=0.15, linewidth=0)
        for step, row in enumerate(cuts.sort_values("threshold").to_dict("records")):
            cut = float(row["threshold"])
            slow = x <= cut
            axes.fill_between(x[slow], y[slow], color=_WITHOUT, alpha=0.25, linewidth=0)
            axes.axvline(cut, color=theme.INK, linewidth=1, linestyle=(0, (4, 3)))
            text = _cut_text(row, language)
            said.append(text)
            axes.annotate(
                text,
                (cut, 1 - 0.1 * step),
                xycoords=("data", "axes fraction"),
                xytext=(-4, -4),
                textcoords="offset points",
                ha="right",
                va="top",
                fontsize=9,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
            )
        axes.axvline(1, color=theme.MUTED, linewidth=1)
        axes.annotate(
            _("usual"),
            (1, 1),
            xycoords=("data", "axes fraction"),
            xytext=(4, -4),
            textcoords="offset points",
            va="top",
            fontsize=9,
            color=theme.MUTED,
        )
        _time_axis(axes, language)
        axes.set_xlabel(_("time taken, usual = 1 (logarithmic axis)"))
        return theme.finish(
            figure,
            title=title or pace_sentence(result),
            subtitle=_("Density of interview times among those eligible"),
            below=footer(
                result,
                _("Usual: the median of those of the wave who were asked alike."),
                intervals=False,
            ),
            alt=_("Curve of interview times with cuts. {values}.", values=spoken(said, result)),
        )


def _cut_text(row: dict[Any, Any], language: str) -> str:
    share = amounts.percent(float(row["share"]), 1, language)
    cut = amounts.number(float(row["threshold"]), 2, language)
    n = amounts.number(float(row["n_flagged"]), 0, language)
    return f"{word(row['rule'], language, 'rule')} (< {cut}): {n} ({share})"


def _time_axis(axes: Axes, language: str) -> None:
    axes.xaxis.set_major_locator(FixedLocator(list(_TICKS)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda x, _place: amounts.number(x, 0 if x >= 1 else 1, language))
    )
    axes.set_xlim(_TICKS[0], _TICKS[-1])
    axes.set_ylim(0, 1.3 * axes.dataLim.y1)
    theme.clean(axes, "y")
    axes.yaxis.set_visible(False)
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False)


@or_notice
def with_without(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw every headline figure of all (dot) and without those flagged (open), with intervals."""
    frame: pd.DataFrame = result.frames().get("sensitivity", pd.DataFrame())
    need_rows(frame)
    frame = frame[frame["estimate"].notna()]
    need_rows(frame)
    _ = tell(result)
    language = result.about.language
    panels = [rows.reset_index(drop=True) for _k, rows in _panels(frame, result)]
    names = [
        theme.labels([label(row["measure"], result.about) for row in rows.to_dict("records")], 26)
        for rows in panels
    ]
    step = theme.row_height([name for some in names for name in some], 0.5)
    heights = [step * len(rows) + 0.75 for rows in panels]
    said: list[str] = []
    cut = False
    with theme.look(result.about) as style:
        figure, all_axes = theme.canvas(
            result.about, rows=len(panels), height=sum(heights), height_ratios=heights
        )
        for axes, rows, row_names in zip(all_axes, panels, names, strict=True):
            unit = str(rows["unit"].iloc[0])
            _pairs(axes, rows, unit, style.accent)
            rows_axis(axes, row_names)
            cut |= full_range(axes, scale_range(result.about, rows["measure"].iloc[0], unit))
            number_axis(axes, unit, language)
            theme.clean(axes)
            axes.set_xlabel(_(AXES[unit]) if unit in AXES else unit)
            texts = [_difference(row, unit, language) for row in rows.to_dict("records")]
            beside(axes, texts, _("difference [{level} interval]", level=level(result)))
            said += [
                f"{name}: {amounts.amount(row['estimate'], unit, language)}"
                f" → {amounts.amount(row['without'], unit, language)}".replace("\n", " ")
                for name, row in zip(row_names, rows.to_dict("records"), strict=True)
            ]
        marks = [_mark(style.accent, filled=True), _mark(_WITHOUT, filled=False)]
        return theme.finish(
            figure,
            title=title or sensitivity_sentence(result),
            below=footer(result, _(CUT) if cut else ""),
            alt=_(
                "Headline figures of all and without the flagged. {values}.",
                values=spoken(said, result),
            ),
            legend=(marks, [_("all respondents"), _("without those flagged")]),
        )


def _panels(frame: pd.DataFrame, result: Result) -> Any:
    """Return the rows by unit; scale points also by scale, as scales differ."""
    ends = [
        str(scale_range(result.about, row["measure"], str(row["unit"])))
        for row in frame.to_dict("records")
    ]
    return frame.groupby([frame["unit"], pd.Series(ends, index=frame.index)], sort=False)


def _pairs(axes: Axes, rows: pd.DataFrame, unit: str, accent: str) -> None:
    """Draw both figures of every row, one above the other."""
    dots(axes, rows, [Marker(accent)] * len(rows), unit=unit)
    first = len(axes.lines)
    dots(
        axes,
        rows,
        [Marker(_WITHOUT, filled=False)] * len(rows),
        unit=unit,
        names=("without", "without_low", "without_high"),
    )
    for place, line in enumerate(axes.lines):
        shift = -_APART if place < first else _APART
        line.set_ydata(np.asarray(line.get_ydata(), dtype=float) + shift)


def _difference(row: dict[Any, Any], unit: str, language: str) -> str:
    text = amounts.change(float(row["difference"]), unit, language)
    if pd.isna(row["difference_low"]):
        return text
    ends = (float(row["difference_low"]), float(row["difference_high"]))
    return f"{text} {amounts.interval(*ends, unit, language)}"


def _mark(colour: str, *, filled: bool) -> Line2D:
    face = colour if filled else "white"
    return Line2D([], [], marker="o", color=colour, markerfacecolor=face, linewidth=2)
