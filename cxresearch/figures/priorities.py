"""Figures of priorities: the importance-performance map, moves on it, asymmetry, what-if."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.text import Text

from cxresearch import theme
from cxresearch.figures import maps, panels
from cxresearch.figures.parts import (
    Marker,
    beside,
    beside_estimate,
    dots,
    footer,
    need_rows,
    number_axis,
    or_notice,
    records,
    rows_axis,
    spoken,
    tell,
)
from cxresearch.findings.priorities import asymmetry as say_asymmetry
from cxresearch.findings.priorities import priorities as say_priorities
from cxresearch.findings.priorities import quadrant_words
from cxresearch.findings.priorities import what_if as say_what_if
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.captions import level
from cxresearch.text.catalogue import mark
from cxresearch.text.cells import label
from cxresearch.text.words import word

OBSERVATIONAL = mark("Observational: what goes along with what, not what would change what.")
_CHANGE = ("change", "change_low", "change_high")
_NAMES = {"fontsize": 9, "color": theme.INK}
_NAME_WIDTH = 18  # characters of a line


@or_notice
def map_of_priorities(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw importance against performance, each driver with both intervals as a cross.

    An open dot is a driver whose quadrant cannot be told.
    """
    table = result.table
    if result.by:
        name = result.by[-1]
        table = table[table[name] == table[name].iloc[-1]]
    rows = table[table["importance"].notna() & table["performance"].notna()]
    need_rows(rows)
    rows = rows.reset_index(drop=True)
    _ = tell(result)
    language = result.about.language
    names = [label(one, result.about) for one in rows["driver"]]
    with theme.look(result.about) as style:
        figure, (axes,) = theme.canvas(result.about, height=4.6)
        lines: list[maps.Line] = []
        for row in records(rows):
            x, y = row["performance"], 100 * row["importance"]
            across = (row["performance_low"], y), (row["performance_high"], y)
            up = (x, 100 * row["importance_low"]), (x, 100 * row["importance_high"])
            for (x_from, y_from), (x_to, y_to) in (across, up):
                ends = [x_from, x_to], [y_from, y_to]
                axes.plot(*ends, color=style.accent, linewidth=1.1, alpha=0.55, zorder=2)
            lines += [across, up]
            sure = row["quadrant"] != "undecided"
            axes.plot(
                [x],
                [y],
                marker="o",
                markersize=7,
                color=style.accent,
                markerfacecolor=style.accent if sure else "white",
                markeredgewidth=1.6,
                zorder=4,
            )
        axes.margins(x=0.14, y=0.12)
        lines += _cross(axes, rows)
        corners = _corners(axes, result)
        number_axis(axes, "share", language, side="y")
        number_axis(axes, "", language)
        theme.clean(axes)
        axes.grid(visible=False)
        axes.set_xlabel(_("performance: mean rating"))
        axes.set_ylabel(_("importance: share of what all drivers account for"))
        said = [
            _(
                "{name}: importance {importance}, performance {performance}, {priority}",
                name=name,
                importance=amounts.percent(row["importance"], 0, language),
                performance=amounts.number(row["performance"], 2, language),
                priority=word(row["quadrant"], language),
            )
            for name, row in zip(names, rows.to_dict("records"), strict=True)
        ]
        below = footer(
            result,
            _("Dashed lines part high from low. Open dots: the survey cannot tell the priority."),
            _(OBSERVATIONAL),
        )
        picture = theme.finish(
            figure,
            title=title or say_priorities(result).headline,
            below=below,
            alt=_("Map of importance and performance. {values}.", values=spoken(said, result)),
        )
        places = np.column_stack([rows["performance"], 100 * rows["importance"]])
        shown = theme.labels(names, _NAME_WIDTH)
        maps.name_points(axes, places, shown, [_NAMES] * len(names), lines=lines, texts=corners)
        return picture


@or_notice
def arrows(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw how each driver moved on the map from the first wave to the last."""
    frame = result.frames()["arrows"]
    need_rows(frame)
    start, end = frame.iloc[0][["wave_from", "wave_to"]]
    rows = frame[(frame["wave_from"] == start) & (frame["wave_to"] == end)]
    rows = rows[rows[["importance_from", "importance_to"]].notna().all(axis=1)]
    need_rows(rows)
    rows = rows.reset_index(drop=True)
    _ = tell(result)
    language = result.about.language
    names = [label(one, result.about) for one in rows["driver"]]
    with theme.look(result.about) as style:
        figure, (axes,) = theme.canvas(result.about, height=4.6)
        starts, ends = (
            np.column_stack([rows[f"performance_{side}"], 100 * rows[f"importance_{side}"]])
            for side in ("from", "to")
        )
        for row, start_at, end_at in zip(records(rows), starts, ends, strict=True):
            told = row["conf_low"] > 0 or row["conf_high"] < 0
            axes.annotate(
                "",
                xy=end_at,
                xytext=start_at,
                arrowprops={
                    "arrowstyle": "-|>",
                    "color": style.accent if told else theme.MUTED,
                    "linewidth": 2.0 if told else 1.1,
                    "shrinkA": 0,
                    "shrinkB": 0,
                },
            )
        for some in (starts, ends):
            axes.plot(*some.T, alpha=0.0)
        axes.margins(x=0.14, y=0.12)
        number_axis(axes, "share", language, side="y")
        number_axis(axes, "", language)
        theme.clean(axes)
        axes.set_xlabel(_("performance: mean rating"))
        axes.set_ylabel(_("importance: share of what all drivers account for"))
        said = [
            f"{name}: {amounts.change(row['estimate'], 'points', language)} "
            + amounts.interval(row["conf_low"], row["conf_high"], "points", language)
            for name, row in zip(names, rows.to_dict("records"), strict=True)
        ]
        below = footer(
            result,
            _("Strong arrows: the rating changed by more than chance."),
            _(OBSERVATIONAL),
        )
        picture = theme.finish(
            figure,
            title=title or _("How the drivers moved from {start} to {end}", start=start, end=end),
            below=below,
            alt=_(
                "Moves of drivers, change of the mean rating. {values}.",
                values=spoken(said, result),
            ),
        )
        lines = [(tuple(one), tuple(other)) for one, other in zip(starts, ends, strict=True)]
        shown = theme.labels(names, _NAME_WIDTH)
        maps.name_points(axes, ends, shown, [_NAMES] * len(names), lines=lines)
        return picture


@or_notice
def asymmetry_grid(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw what low and what high ratings go along with, driver by driver, from the middle."""
    rows = result.table[result.table["reward"].notna()]
    need_rows(rows)
    rows = rows.sort_values("range", ascending=False, kind="stable").reset_index(drop=True)
    _ = tell(result)
    language = result.about.language
    names = theme.labels([label(one, result.about) for one in rows["driver"]])
    with theme.look(result.about) as style:
        height = theme.row_height(names) * len(names) + 0.95
        figure, (axes,) = theme.canvas(result.about, height=height)
        place = np.arange(len(rows))
        axes.barh(place, rows["reward"], height=0.6, color=style.accent, alpha=0.3)
        axes.barh(place, rows["penalty"], height=0.6, color=theme.BAD, alpha=0.3)
        for side, colour in (("reward", style.accent), ("penalty", theme.BAD)):
            columns = (side, f"{side}_low", f"{side}_high")
            dots(axes, rows, [Marker(colour)] * len(rows), unit="points", names=columns)
        axes.axvline(0, color=theme.INK, linewidth=1)
        rows_axis(axes, names)
        number_axis(axes, "points", language, change=True)
        theme.clean(axes)
        axes.set_xlabel(_("outcome points against the middle: left low ratings, right high ones"))
        texts = [
            word(row["reason"] if pd.isna(row["kind"]) else row["kind"], language)
            if pd.isna(row["p_kind"])
            else f"{word(row['kind'], language)} ({amounts.percent(row['p_kind'], 0, language)})"
            for row in rows.to_dict("records")
        ]
        beside(axes, texts, _("kind (probability)"))
        said = [
            f"{name}: {amounts.change(row['penalty'], 'points', language)} / "
            f"{amounts.change(row['reward'], 'points', language)}, {text}"
            for name, row, text in zip(
                [one.replace("\n", " ") for one in names],
                rows.to_dict("records"),
                texts,
                strict=True,
            )
        ]
        return theme.finish(
            figure,
            title=title or say_asymmetry(result).headline,
            below=footer(result, _(OBSERVATIONAL)),
            alt=_("Penalty and reward of drivers. {values}.", values=spoken(said, result)),
        )


@or_notice
def what_if(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw the change of the first outcome in each scenario with its interval."""
    table = result.table[result.table["change"].notna()]
    need_rows(table)
    rows = table.drop_duplicates("scenario").reset_index(drop=True)
    _ = tell(result)
    language, unit = result.about.language, str(rows["unit"].iloc[0])
    names = theme.labels([label(one, result.about) for one in rows["scenario"]])
    outcome = label(rows["outcome"].iloc[0], result.about)
    with theme.look(result.about) as style:
        figure, (axes,) = panels.below_each_other(result.about, [names], least=0.42)
        panel = panels.Dots(
            rows=rows,
            names=names,
            texts=[
                beside_estimate(row, unit, language, change=True, names=_CHANGE)
                for row in records(rows)
            ],
            markers=[Marker(style.accent)] * len(rows),
            unit=unit,
            ends=_CHANGE,
            change=True,
            axis=_("change: {outcome}", outcome=outcome),
            heading=_("change [{level} interval]", level=level(result)),
        )
        said = panels.draw(axes, panel, language)
        return theme.finish(
            figure,
            title=title or say_what_if(result).headline,
            below=footer(result, _(OBSERVATIONAL)),
            alt=_("Predicted changes by scenario. {values}.", values=spoken(said, result)),
        )


def _cross(axes: Axes, rows: pd.DataFrame) -> list[maps.Line]:
    """Draw the lines between high and low; no upright one where targets differ by driver."""
    dashed: dict[str, Any] = {
        "color": theme.MUTED,
        "linestyle": (0, (4, 3)),
        "linewidth": 1.2,
        "zorder": 1,
    }
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    middle = 100 * float(rows["cut_importance"].iloc[0])
    axes.axhline(middle, **dashed)
    lines: list[maps.Line] = [((left, middle), (right, middle))]
    if rows["cut_performance"].nunique() == 1:
        cut = float(rows["cut_performance"].iloc[0])
        axes.axvline(cut, **dashed)
        lines.append(((cut, low), (cut, high)))
    return lines


def _corners(axes: Axes, result: Result) -> list[Text]:
    """Write what each corner of the map stands for."""
    places = [(0.01, 0.99), (0.99, 0.99), (0.01, 0.01), (0.99, 0.01)]
    return [
        axes.text(
            x,
            y,
            text,
            transform=axes.transAxes,
            ha="left" if x < 0.5 else "right",
            va="top" if y > 0.5 else "bottom",
            fontsize=9.5,
            style="italic",
            color=theme.MUTED,
        )
        for (x, y), text in zip(places, quadrant_words(result.about.language), strict=True)
    ]
