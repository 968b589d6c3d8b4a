"""The strategy map: what is meant to move what, over the perspectives, with its evidence."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, PathPatch
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from cxresearch import theme
from cxresearch.figures.parts import footer, need_rows, or_notice, spoken, tell
from cxresearch.figures.routes import Arc, route, spot
from cxresearch.figures.scorecard import LIGHTS, SHAPES
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import label
from cxresearch.text.words import word

ORDER = ("finance", "customer", "processes", "learning")
LINES: dict[str, tuple[Literal["-", "--", ":"], float, str]] = {
    "lagged": ("-", 2.4, theme.INK),
    "same_period": ("--", 1.8, theme.INK),
    "assumed": (":", 1.6, theme.MUTED),
}
_ROW = 1.45  # inches of a perspective
_ACROSS = 4
_MARKS = {"green": "●", "amber": "◆", "red": "■", "grey": "○"}
_STRATEGIC = ("strategic", "tactical", "operational")

Row = dict[Hashable, Any]
Places = dict[str, tuple[float, float]]


@or_notice
def strategy_map(result: Result) -> theme.Picture:
    """Draw goals by perspective and the links between them, graded by their evidence.

    Parameters
    ----------
    result : Scorecard
        From ``scorecard.build``. A solid line was measured later on the same customers, a dashed
        one at the same time, a dotted one is assumed; the numbers lead to the list below.
    """
    links = result.frames()["links"]
    table = result.table.drop_duplicates("measure")
    need_rows(table)
    _ = tell(result)
    language = result.about.language
    rows = _perspectives(table, links)
    places = _places(rows)
    told = [_link(place, row, result) for place, row in enumerate(_records(links), 1)]
    lights = dict(zip(table["measure"], table["status"], strict=True))
    with theme.look(result.about):
        figure, (axes,) = theme.canvas(result.about, height=_ROW * len(rows))
        axes.set_xlim(0, 1)
        axes.set_ylim(-len(rows), 0)
        axes.set_axis_off()
        shaded = list(dict.fromkeys(name for name, _keys in rows))[::2]
        for place, (name, _keys) in enumerate(rows):
            if name in shaded:
                axes.axhspan(-place - 1, -place, color=theme.GRID, alpha=0.35, linewidth=0)
            if place and rows[place - 1][0] == name:
                continue
            axes.text(
                0.005,
                -place - 0.06,
                word(name, language) if name else _("without a goal"),
                fontsize=9,
                color=theme.MUTED,
                va="top",
            )
        goals: dict[str, Text] = {}
        for key, (x, y) in places.items():
            light = str(lights.get(key, "grey"))
            name = f"{_MARKS[light]} {label(key, result.about)}"
            text = "\n".join(theme.labels([name], 22))
            box = {"boxstyle": "round,pad=0.45", "facecolor": "white", "edgecolor": LIGHTS[light]}
            goals[key] = axes.text(
                x,
                y,
                text,
                ha="center",
                va="center",
                fontsize=9,
                bbox={**box, "linewidth": 2.2},
                zorder=5,
            )
        kinds = [name for name in LINES if name in set(links["evidence"])]
        keys: list[Any] = [
            Line2D([], [], linestyle=LINES[k][0], linewidth=LINES[k][1], color=LINES[k][2])
            for k in kinds
        ]
        names = [word(kind, language) for kind in kinds]
        for light in (one for one in LIGHTS if one in set(lights.values())):
            keys.append(Line2D([], [], color=LIGHTS[light], marker=SHAPES[light], linestyle="none"))
            names.append(word(light, language))
        picture = theme.finish(
            figure,
            title=_headline(links, result),
            subtitle=_("Goals by perspective and the links between them."),
            below=[*told, *footer(result, _("A link shows what goes together, not what causes."))],
            legend=(keys, names),
            alt=spoken(told, result),
        )
        _arrows(axes, goals, _records(links))
        return picture


def _records(links: pd.DataFrame) -> list[Row]:
    return links.to_dict("records")


def _perspectives(table: pd.DataFrame, links: pd.DataFrame) -> list[tuple[str, list[str]]]:
    """Return perspectives from money down to learning, each with its goals."""
    known = list(dict.fromkeys(table["perspective"].astype(str)))
    names = [one for one in ORDER if one in known] + [one for one in known if one not in ORDER]
    rank = {name: place for place, name in enumerate(_STRATEGIC)}
    linked = {*links["measure"], *links["moves"]}
    rows: list[tuple[str, list[str]]] = []
    for name in names:
        own = table[table["perspective"] == name]
        order = own.assign(_alone=~own["measure"].isin(linked), _level=own["level"].map(rank))
        order = order.sort_values(["_alone", "_level"], kind="stable")
        keys = [str(key) for key in order["measure"]]
        rows += [(name, keys[place : place + _ACROSS]) for place in range(0, len(keys), _ACROSS)]
    stray = [str(key) for key in links["moves"] if key not in set(table["measure"])]
    if stray:
        rows.append(("", list(dict.fromkeys(stray))))
    return rows


def _places(rows: list[tuple[str, list[str]]]) -> Places:
    """Return the middle of every goal; neighbours stand at two heights, so arrows pass."""
    places: Places = {}
    for row, (name, keys) in enumerate(rows):
        more = row > 0 and rows[row - 1][0] == name
        across = _ACROSS if more else len(keys)
        for place, key in enumerate(keys):
            lift = 0.2 if place % 2 == 0 else -0.2
            at = across - 1 - place if more else place
            shift = 0.05 * (row % 2) - 0.025
            places[key] = ((at + 0.5) / across * 0.92 + 0.04 + shift, -row - 0.55 + lift)
    return places


def _arrows(axes: Axes, goals: dict[str, Text], links: list[Row]) -> None:
    """Draw every link as a bent arrow from box to box, with its number on it."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()  # only now is known where the boxes lie
    pixel = figure.dpi / 72
    boxes = {key: _box(goal) for key, goal in goals.items()}
    to_data = axes.transData.inverted()
    drawn: list[Arc] = []
    spots: list[np.ndarray] = []
    for place, row in enumerate(links, 1):
        start, end = str(row["measure"]), str(row["moves"])
        others = [box.padded(4 * pixel) for key, box in boxes.items() if key not in (start, end)]
        arc = route(boxes[start].padded(pixel), boxes[end].padded(2 * pixel), others, drawn)
        line, width, colour = LINES[str(row["evidence"])]
        look: dict[str, Any] = {"color": colour, "linewidth": width, "zorder": 3}
        shaft, head = arc.path().transformed(to_data), arc.part(0.97, 1).path().transformed(to_data)
        axes.add_patch(PathPatch(shaft, fill=False, linestyle=line, **look))
        axes.add_patch(FancyArrowPatch(path=head, arrowstyle="-|>", mutation_scale=15, **look))
        padded = [box.padded(9 * pixel) for box in boxes.values()]
        spots.append(spot(arc, padded, spots, 18 * pixel))
        drawn.append(arc)
        x, y = to_data.transform(spots[-1])
        disc = {"boxstyle": "circle,pad=0.18", "facecolor": "white", "edgecolor": colour}
        number = axes.text(
            x,
            y,
            str(place),
            ha="center",
            va="center",
            fontsize=8,
            bbox={**disc, "lw": 1},
            zorder=6,
        )
        number.set_in_layout(False)


def _box(goal: Text) -> Bbox:
    """Return the frame around a goal, in pixels."""
    frame = goal.get_bbox_patch()
    assert frame is not None
    return frame.get_window_extent()


def _link(place: int, row: Row, result: Result) -> str:
    """Return "1  A → B: measured later, odds of staying, times 1.20 [1.05; 1.40], n = 900"."""
    language = result.about.language
    text = (
        f"{place}  {label(row['measure'], result.about)} → {label(row['moves'], result.about)}: "
        f"{word(str(row['evidence']), language)}"
    )
    if pd.isna(row["estimate"]):
        return text
    unit = str(row["unit"])
    ends = amounts.interval(float(row["conf_low"]), float(row["conf_high"]), unit, language)
    n = amounts.number(float(row["n"]), 0, language)
    figure = amounts.amount(float(row["estimate"]), unit, language)
    return f"{text}, {word(str(row['effect']), language)} {figure} {ends}, n = {n}"


def _headline(links: pd.DataFrame, result: Result) -> str:
    _ = tell(result)
    language = result.about.language
    counts = links["evidence"].value_counts()
    values = {name: amounts.number(int(counts.get(name, 0)), 0, language) for name in LINES}
    return _(
        "Links: measured later {lagged}, measured at the same time {same_period}, "
        "assumed {assumed}",
        **values,
    )
