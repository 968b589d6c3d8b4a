"""The scorecard as bullets: each goal's figure with its interval between start and target."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from cxresearch import theme
from cxresearch.figures.parts import beside, footer, need_rows, or_notice, rows_axis, spoken, tell
from cxresearch.findings.scorecard import scorecard
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import label
from cxresearch.text.words import word

LIGHTS = {"green": theme.GOOD, "amber": "#b37400", "red": theme.BAD, "grey": theme.MUTED}
SHAPES = {"green": "o", "amber": "D", "red": "s", "grey": "o"}
_ROOM = 0.14  # at both ends of a row's own scale
_THICK = 0.56

Row = dict[Hashable, Any]


@or_notice
def bullets(result: Result) -> theme.Picture:
    """Draw every goal on a scale of its own, better to the right: start, target, now."""
    table = result.table[result.table["actual"].notna()].reset_index(drop=True)
    need_rows(table)
    _ = tell(result)
    language = result.about.language
    rows = table.to_dict("records")
    names = theme.labels([label(row["measure"], result.about) for row in rows], 24)
    texts = [_text(row, result) for row in rows]
    with theme.look(result.about):
        height = max(theme.row_height(names), 0.44)
        figure, (axes,) = theme.canvas(result.about, height=height * len(rows) + 0.5)
        for place, row in enumerate(rows):
            _bullet(axes, place, row)
        rows_axis(axes, names)
        axes.set_xlim(0, 1)
        axes.set_xticks([])
        axes.set_xlabel(_("each row on a scale of its own, better to the right"))
        theme.clean(axes)
        axes.grid(visible=False)
        beside(axes, texts, _("now → target; probability that it is met"))
        shown = [name for name in LIGHTS if name in set(table["status"])]
        keys: list[Any] = [
            Line2D([], [], marker=SHAPES[name], linestyle="none", color=LIGHTS[name], markersize=7)
            for name in shown
        ]
        keys += [Line2D([], [], color=theme.INK, linewidth=3), Patch(color=theme.GRID)]
        told = [word(name, language) for name in shown]
        return theme.finish(
            figure,
            title=scorecard(result).headline,
            subtitle=_("The line through a figure is its interval."),
            below=footer(result, _rule(result)),
            legend=(keys, [*told, _("target"), _("start to target")]),
            alt=spoken(
                [
                    f"{name}: {text}".replace("\n", " ")
                    for name, text in zip(names, texts, strict=True)
                ],
                result,
            )
            + ".",
        )


def _bullet(axes: Axes, place: int, row: Row) -> None:
    """Draw one row: the way from start to target, the target, the figure with its interval."""
    one = pd.notna(row["target"])
    goals: list[Any] = [row["target"]] if one else [row["target_from"], row["target_to"]]
    ends: list[Any] = [row["actual"], row["baseline"], row["conf_low"], row["conf_high"], *goals]
    known = np.array([float(end) for end in ends if pd.notna(end) and np.isfinite(float(end))])
    low, high = known.min(), known.max()
    width = (high - low) or 1.0
    turned = row["direction"] == "down"

    def x(value: Any) -> float:
        at = _ROOM + (1 - 2 * _ROOM) * (float(value) - low) / width
        return float(1 - at if turned else at)

    half = _THICK / 2
    told = [float(goal) for goal in goals if pd.notna(goal)]
    if pd.notna(row["baseline"]) and len(told) == 1:
        axes.fill_betweenx(
            [place - half / 2, place + half / 2],
            x(row["baseline"]),
            x(told[0]),
            color=theme.GRID,
            zorder=1,
        )
    if len(told) == 2:
        axes.fill_betweenx(
            [place - half, place + half], x(told[0]), x(told[1]), color=theme.GRID, zorder=1
        )
    for goal in told:
        axes.plot([x(goal)] * 2, [place - half, place + half], color=theme.INK, lw=3, zorder=2)
    colour = LIGHTS[str(row["status"])]
    if pd.notna(row["conf_low"]) and np.isfinite(float(row["conf_high"])):
        axes.plot(
            [x(row["conf_low"]), x(row["conf_high"])], [place] * 2, color=colour, lw=2.2, zorder=3
        )
    axes.plot(
        [x(row["actual"])],
        [place],
        marker=SHAPES[str(row["status"])],
        color=colour,
        markersize=7.5,
        markeredgecolor="white",
        linestyle="none",
        zorder=4,
    )


def _text(row: Row, result: Result) -> str:
    """Return "42.1% → 45.0%; 12%" for a row."""
    language, unit = result.about.language, str(row["unit"])
    now = amounts.amount(float(row["actual"]), unit, language)
    if pd.notna(row["target"]):
        goal = amounts.amount(float(row["target"]), unit, language)
    elif pd.notna(row["target_from"]):
        goal = amounts.interval(float(row["target_from"]), float(row["target_to"]), unit, language)
    else:
        return now
    p = row["p_target"]
    chance = "" if pd.isna(p) else "; " + amounts.chance(float(p), language)
    return f"{now} → {goal}{chance}"


def _rule(result: Result) -> str:
    _ = tell(result)
    rule = next(one for one in result.notes if one.code == "status_rule")
    language = result.about.language
    return _(
        "Green from {green}, red up to {red} probability.",
        green=amounts.percent(float(str(rule["green"])), 0, language),
        red=amounts.percent(float(str(rule["red"])), 0, language),
    )
