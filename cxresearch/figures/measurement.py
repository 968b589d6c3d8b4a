"""Figures of the measurement model: its path diagram, and the ladder of invariance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Ellipse, FancyArrowPatch, FancyBboxPatch, Rectangle

from cxresearch import theme
from cxresearch.figures.parts import footer, need_rows, or_notice, spoken, tell
from cxresearch.findings.measurement import WEAK, confirm, invariance
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import label
from cxresearch.text.words import word

#: More dimensions than these make too many arcs to be read; their correlations are in the table.
MOST_ARCS = 6
_ITEMS, _FACTORS = 6.2, 3.1  # where boxes begin and ellipses stand, in units of the drawing
_WIDTH, _BOX = 9.65, 3.4


@or_notice
def path(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw the model: dimensions as ellipses, items as boxes, standardised loadings on arrows.

    Parameters
    ----------
    result : Confirmed
        From ``psychometrics.confirm``.
    title : str, optional
        By default the finding.
    """
    rows: pd.DataFrame = result.frames()["loadings"]
    need_rows(rows)
    pairs: pd.DataFrame = result.frames()["htmt"]
    _ = tell(result)
    language = result.about.language
    names = theme.labels([label(one, result.about) for one in rows["item"]], 30)
    dimensions = list(dict.fromkeys(rows["dimension"]))
    centres, spots, bottom = _places(rows, dimensions)
    step = theme.row_height(names, 0.29)
    arcs = len(pairs) and len(dimensions) <= MOST_ARCS
    said = []
    with theme.look(result.about) as style:
        figure, (axes,) = theme.canvas(result.about, height=step * bottom + 0.2)
        axes.set_axis_off()
        axes.set(xlim=(0, _WIDTH), ylim=(bottom - 0.4, -0.6))
        for spot, row, name in zip(spots, rows.to_dict("records"), names, strict=True):
            box = Rectangle(
                (_ITEMS, spot - 0.4), _BOX, 0.8, facecolor="white", edgecolor=theme.MUTED
            )
            axes.add_patch(box)
            axes.text(_ITEMS + 0.1, spot, name, va="center", fontsize=8.5, linespacing=0.95)
            value = float(row["loading"])
            weak = value < WEAK
            colour = theme.BAD if weak else style.accent
            start, end = (_FACTORS + 0.95, centres[row["dimension"]]), (_ITEMS, spot)
            arrow = FancyArrowPatch(
                start,
                end,
                arrowstyle="-|>",
                mutation_scale=9,
                linewidth=0.6 + 1.6 * abs(value),
                linestyle="--" if weak else "-",
                color=colour,
                shrinkA=0,
                shrinkB=0,
            )
            axes.add_patch(arrow)
            text = amounts.number(value, 2, language)
            along = 0.8
            axes.text(
                start[0] + along * (end[0] - start[0]),
                start[1] + along * (end[1] - start[1]),
                text,
                ha="center",
                va="center",
                fontsize=8.5,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
            )
            said.append(f"{_flat(name)} {text}")
        for key in dimensions:
            ellipse = Ellipse(
                (_FACTORS, centres[key]), 1.9, 2.0, facecolor="white", edgecolor=style.accent
            )
            ellipse.set_linewidth(1.6)
            axes.add_patch(ellipse)
            (name,) = theme.labels([label(key, result.about)], 16)
            axes.text(_FACTORS, centres[key], name, ha="center", va="center", fontsize=8.5)
        if arcs:
            _arcs(axes, pairs, dimensions, centres, language)
        return theme.finish(
            figure,
            title=title or confirm(result).headline,
            below=footer(
                result,
                _("On arrows: standardised loadings; dashed below 0.50."),
                _("On arcs: correlations of the dimensions.") if arcs else "",
                intervals=False,
            ),
            alt=_(
                "Dimensions with their items and loadings. {values}.", values=spoken(said, result)
            ),
        )


def _places(
    rows: pd.DataFrame, dimensions: list[str]
) -> tuple[dict[str, float], np.ndarray, float]:
    """Return the height of every dimension and item, with half a row between dimensions."""
    order = rows["dimension"].map({key: place for place, key in enumerate(dimensions)})
    size = rows.groupby("dimension", sort=False).size()
    spare = (2.4 - size.clip(upper=2.4)) / 2  # an ellipse is as high as two rows and a bit
    before = order.map(lambda place: float(2 * spare.iloc[:place].sum() + spare.iloc[place]))
    spots = np.arange(len(rows)) + 0.5 * order.to_numpy() + before.to_numpy()
    centres = {
        key: float(spots[(rows["dimension"] == key).to_numpy()].mean()) for key in dimensions
    }
    return centres, spots, float(spots.max() + spare.iloc[-1] + 1)


def _arcs(
    axes: Axes,
    pairs: pd.DataFrame,
    dimensions: list[str],
    centres: dict[str, float],
    language: str,
) -> None:
    """Draw the correlations of dimensions as arcs, the wider the further apart they stand."""
    edge = _FACTORS - 0.95
    reach = edge - 0.3
    for row in pairs.to_dict("records"):
        first, second = centres[row["first"]], centres[row["second"]]
        apart = abs(dimensions.index(row["first"]) - dimensions.index(row["second"]))
        depth = reach * apart / max(len(dimensions) - 1, 1)
        angle = np.linspace(-np.pi / 2, np.pi / 2, 60)
        middle, half = (first + second) / 2, (second - first) / 2
        axes.plot(
            edge - depth * np.cos(angle),
            middle + half * np.sin(angle),
            color=theme.MUTED,
            linewidth=0.9,
            zorder=1,
        )
        axes.text(
            edge - depth,
            middle,
            amounts.number(row["correlation"], 2, language),
            ha="center",
            va="center",
            fontsize=8.5,
            color=theme.INK,
            zorder=5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
        )


@or_notice
def ladder(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw the steps of measurement invariance as rungs, the least demanding at the bottom.

    Parameters
    ----------
    result : Invariance
        From ``psychometrics.invariance``.
    title : str, optional
        By default the finding.
    """
    rows = result.table.iloc[::-1].reset_index(drop=True)
    need_rows(rows)
    _ = tell(result)
    language = result.about.language
    said = []
    with theme.look(result.about) as style:
        figure, (axes,) = theme.canvas(result.about, height=0.72 * len(rows) + 0.35)
        axes.set_axis_off()
        axes.set(xlim=(0, 10), ylim=(len(rows) - 0.4, -0.85))
        for rail in (0.25, 9.75):
            axes.plot([rail, rail], [-0.5, len(rows) - 0.45], color=theme.GRID, linewidth=5)
        heads = [(5.55, "CFI"), (7.0, "RMSEA"), (8.45, "SRMR")]
        for place, name in heads:
            axes.text(place, -0.6, name, ha="center", fontsize=8.5, color=theme.MUTED)
        for place, row in enumerate(rows.to_dict("records")):
            holds = bool(row["holds"])
            colour = style.accent if holds else theme.BAD
            rung = FancyBboxPatch(
                (0.1, place - 0.36),
                9.8,
                0.72,
                boxstyle="round,pad=0,rounding_size=0.08",
                facecolor="white",
                edgecolor=colour,
                linewidth=1.8,
                linestyle="-" if holds else "--",
                zorder=2,
            )
            axes.add_patch(rung)
            step = word(row["step"], language, "step")
            answer = word("step_holds" if holds else "step_fails", language)
            bold: dict[str, Any] = {"weight": "bold", "fontsize": 9.5}
            axes.text(0.35, place - 0.15, step, va="center", zorder=3, **bold)
            axes.text(0.35, place + 0.17, answer, va="center", fontsize=8.5, color=colour, zorder=3)
            values = [_value(row, name, language) for name in ("cfi", "rmsea", "srmr")]
            for (x, _name), (value, change) in zip(heads, values, strict=True):
                axes.text(x, place - 0.14, value, ha="center", va="center", fontsize=9, zorder=3)
                axes.text(
                    x,
                    place + 0.17,
                    change,
                    ha="center",
                    va="center",
                    fontsize=8.5,
                    color=theme.MUTED,
                    zorder=3,
                )
            said.append(f"{step}: {answer}, CFI {values[0][0]}")
        return theme.finish(
            figure,
            title=title or invariance(result).headline,
            below=footer(
                result,
                _("From the bottom, each step asks for more alike in all groups; dashed: refused."),
                _("Small figures: change since the last step that held."),
                intervals=False,
            ),
            alt=_("Steps of measurement invariance. {values}.", values=spoken(said[::-1], result)),
        )


def _value(row: dict[Any, Any], name: str, language: str) -> tuple[str, str]:
    change = row[f"delta_{name}"]
    told = "" if pd.isna(change) else amounts.signed(float(change), 3, language)
    return amounts.number(row[name], 3, language), told


def _flat(name: str) -> str:
    return name.replace("\n", " ")
