"""Figures of the headline numbers: dots with intervals, and what an NPS is made of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from cxresearch import theme
from cxresearch.figures.parts import (
    AXES,
    CUT,
    Marker,
    beside,
    beside_estimate,
    dots,
    footer,
    full_range,
    interval_title,
    need_rows,
    number_axis,
    or_notice,
    rows_axis,
    scale_range,
    spoken,
    tell,
)
from cxresearch.findings.kpis import headlines, lead
from cxresearch.findings.phrases import group_name
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import label
from cxresearch.text.words import word

PARTS = ("detractors", "passives", "promoters")
_PART_COLOURS = ("#d55e00", "#c9ced3", "#0072b2")


@or_notice
def indicators(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw the headline figure of every measure with its interval on the whole scale.

    Without groups a panel holds the measures of one unit, with groups those of one measure.
    """
    rows = headlines(result)
    need_rows(rows[rows["estimate"].notna()])
    _ = tell(result)
    panel_keys = ["measure"] if result.by else ["unit"]
    panels = [panel.reset_index(drop=True) for _k, panel in rows.groupby(panel_keys, sort=False)]
    names = [_names(panel, result) for panel in panels]
    step = theme.row_height([name for some in names for name in some])
    heights = [step * len(panel) + 0.85 for panel in panels]
    said: list[str] = []
    cut = False
    with theme.look(result.about) as style:
        figure, all_axes = theme.canvas(
            result.about, rows=len(panels), height=sum(heights), height_ratios=heights
        )
        for axes, panel, rows_named in zip(all_axes, panels, names, strict=True):
            unit = str(panel["unit"].iloc[0])
            low = panel.get("low_base", pd.Series(False, index=panel.index)).fillna(False)
            dots(axes, panel, [Marker(style.accent, not one) for one in low], unit=unit)
            rows_axis(axes, rows_named)
            cut |= full_range(axes, scale_range(result.about, panel["measure"].iloc[0], unit))
            number_axis(axes, unit, result.about.language)
            theme.clean(axes)
            axes.set_xlabel(_(AXES[unit]) if unit in AXES else unit)
            texts = [_beside(row, result) for row in panel.to_dict("records")]
            beside(axes, texts, interval_title(result))
            if result.by:
                axes.set_title(_panel_title(panel.iloc[0].to_dict(), result), pad=16)
            said += [
                f"{_said_name(row, result)}: {text}"
                for row, text in zip(panel.to_dict("records"), texts, strict=True)
            ]
        open_dots = bool(rows.get("low_base", pd.Series(False)).fillna(False).any())
        return theme.finish(
            figure,
            title=title or lead(result),
            below=footer(
                result, _("Open dots: low base.") if open_dots else "", _(CUT) if cut else ""
            ),
            alt=_("Dots with intervals. {values}.", values=spoken(said, result)),
        )


@or_notice
def recommendation(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw what each NPS is made of: detractors, passives and promoters as parts of a bar."""
    table = result.table[result.table["statistic"].isin(PARTS) & result.table["estimate"].notna()]
    need_rows(table)
    whole = result.table[result.table["measure"].isin(table["measure"])]
    _ = tell(result)
    keys = [*result.by, "measure"]
    shares = table.pivot_table(index=keys, columns="statistic", values="estimate", sort=False)
    groups = shares.reset_index().to_dict("records")
    names = theme.labels([_bar_name(row, result) for row in groups])
    language = result.about.language
    with theme.look(result.about):
        figure, (axes,) = theme.canvas(
            result.about, height=theme.row_height(names, 0.42) * len(names) + 0.9
        )
        for row, group in enumerate(groups):
            start = 0.0
            for part, colour in zip(PARTS, _PART_COLOURS, strict=True):
                width = 100 * float(group[part])
                axes.barh(row, width, left=start, color=colour, height=0.62, label=part)
                if width >= 6:
                    axes.text(
                        start + width / 2,
                        row,
                        amounts.percent(width / 100, 0, language),
                        ha="center",
                        va="center",
                        fontsize=9,
                        color=theme.INK if part == "passives" else "white",
                    )
                start += width
        rows_axis(axes, names)
        axes.set_xlim(0, 100)
        number_axis(axes, "share", language)
        theme.clean(axes)
        handles = axes.get_legend_handles_labels()[0][: len(PARTS)]
        words = [word(part, language) for part in PARTS]
        said = [
            f"{_bar_name(row, result)}: "
            + ", ".join(
                f"{word(part, language)} {amounts.percent(float(row[part]), 1, language)}"
                for part in PARTS
            )
            for row in groups
        ]
        return theme.finish(
            figure,
            title=title or lead(replace(result, table=whole)),
            below=footer(result, intervals=False),
            alt=_("Stacked bars. {values}.", values=spoken(said, result)),
            legend=(handles, words),
        )


def _names(panel: pd.DataFrame, result: Result) -> list[str]:
    rows = panel.to_dict("records")
    if result.by:
        return theme.labels([group_name(row, result.by, result.about) for row in rows], 26)
    language = result.about.language
    texts = [
        "\n".join([*theme.labels([label(row["measure"], result.about)], 26), ""])
        + f"({word(row['statistic'], language)})"
        for row in rows
    ]
    return texts


def _said_name(row: dict[Any, Any], result: Result) -> str:
    name = label(row["measure"], result.about)
    return f"{name}, {group_name(row, result.by, result.about)}" if result.by else name


def _bar_name(row: dict[Any, Any], result: Result) -> str:
    if not result.by:
        return label(row["measure"], result.about)
    return group_name(row, result.by, result.about)


def _panel_title(row: dict[Any, Any], result: Result) -> str:
    return (
        f"{label(row['measure'], result.about)} ({word(row['statistic'], result.about.language)})"
    )


def _beside(row: dict[Any, Any], result: Result) -> str:
    language = result.about.language
    text = beside_estimate(row, str(row["unit"]), language)
    reason = row.get("reason")
    if text == amounts.DASH and isinstance(reason, str):
        return f"{text} {word(reason, language)}"
    return f"{text}, n = {amounts.number(float(row['n']), 0, language)}"
