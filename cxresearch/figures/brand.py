"""Figures of the brand: what is meant and what is seen, and which brand is seen as what."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.patches import Ellipse

from cxresearch import theme
from cxresearch.figures import maps
from cxresearch.figures.parts import (
    Marker,
    beside,
    company,
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
from cxresearch.findings.benchmark import brand_profile
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import label
from cxresearch.text.words import word

_MOST_RESIDUAL = 5.0


@or_notice
def intended_seen(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw what share sees each attribute of the brand, those meant above, the others below.

    Parameters
    ----------
    result : BrandProfile
        From ``benchmark.brand_profile``.
    title : str, optional
        By default the finding.
    """
    table = result.table[result.table["estimate"].notna()]
    need_rows(table)
    _ = tell(result)
    language = result.about.language
    table = table.assign(_meant=table["intended"].fillna(0.0)).sort_values(
        ["_meant", "estimate"], ascending=[False, False], ignore_index=True
    )
    names = theme.labels([label(one, result.about) for one in table["attribute"]], 24)
    mean = 100 * float((table["estimate"] - table["difference"]).mean())
    said = []
    with theme.look(result.about) as style:
        step = theme.row_height(names, 0.34)
        figure, (axes,) = theme.canvas(result.about, height=step * len(table) + 0.7)
        colours = {"missing": style.palette[1], "unwanted": style.palette[1]}
        markers = [
            Marker(colours.get(one, style.accent), one != "undecided") for one in table["perceived"]
        ]
        intended = table["_meant"].to_numpy() * 100
        for place, (meant, share) in enumerate(zip(intended, table["estimate"], strict=True)):
            if meant > 0:
                axes.plot([meant, 100 * share], [place, place], color=theme.GRID, linewidth=4)
                axes.plot(
                    [meant],
                    [place],
                    marker="D",
                    color=theme.MUTED,
                    markersize=6,
                    markerfacecolor="white",
                    linestyle="none",
                    zorder=4,
                )
        dots(axes, table, markers, unit="share")
        if np.isfinite(mean):
            axes.axvline(mean, color=theme.MUTED, linewidth=1, linestyle="--")
        rows_axis(axes, names)
        axes.set_xlim(0, 100)
        number_axis(axes, "share", language)
        theme.clean(axes)
        axes.set_xlabel(_("share of customers who see it"))
        texts = [
            f"{amounts.percent(row['estimate'], 0, language)}, "
            f"{word(row['perceived'], language, 'perceived')}"
            for row in records(table)
        ]
        beside(axes, texts)
        said = [f"{name}: {text}" for name, text in zip(names, texts, strict=True)]
        return theme.finish(
            figure,
            title=title or brand_profile(result).headline,
            below=footer(
                result,
                _("Diamonds: weight in which an attribute is intended; without one it is not."),
                _("Dashed line: mean share of all attributes. Open dots: cannot tell."),
            ),
            alt=_(
                "What the brand means to be and how it is seen. {values}.",
                values=spoken([one.replace("\n", " ") for one in said], result),
            ),
        )


@or_notice
def residual_map(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw the heat map of brands and attributes: seen more or less than all brands alike.

    Parameters
    ----------
    result : BrandProfile
        From ``benchmark.brand_profile``, with several brands.
    title : str, optional
        By default what is drawn.
    """
    grid = result.frames()["grid"]
    need_rows(grid)
    grid = grid[grid["residual"].notna()]
    need_rows(grid)
    _ = tell(result)
    language = result.about.language
    wide = grid.pivot(index="attribute", columns="entity", values="residual")
    wide = wide.loc[list(dict.fromkeys(grid["attribute"])), list(dict.fromkeys(grid["entity"]))]
    sure = grid.assign(sure=(grid["residual_low"] > 0) | (grid["residual_high"] < 0))
    sure = sure.pivot(index="attribute", columns="entity", values="sure").loc[
        wide.index, wide.columns
    ]
    names = theme.labels([label(one, result.about) for one in wide.index], 24)
    values = wide.to_numpy(float)
    strong = sure.to_numpy(bool)
    texts = [[amounts.signed(value, 1, language) for value in row] for row in values]
    brands = [company(one, language) for one in wide.columns]
    said = [
        f"{label(wide.index[i], result.about)}, {brands[j]}: {texts[i][j]}"
        for i, j in np.argwhere(strong)
    ]
    cells = maps.Cells(values=values, texts=texts, bold=strong, rows=names, columns=brands)
    with theme.look(result.about):
        figure, (axes,) = theme.canvas(result.about, height=0.36 * len(wide) + 0.6)
        ends = (-_MOST_RESIDUAL, _MOST_RESIDUAL)
        image = maps.grid(axes, cells, colours="PuOr", ends=ends)
        axes.xaxis.tick_top()
        bar = figure.colorbar(image, ax=axes, shrink=0.8)
        bar.set_label(_("adjusted residual"))
        return theme.finish(
            figure,
            title=title or _("What each brand is seen as more, or less, than the others"),
            below=footer(
                result,
                _(
                    "Bold: the bootstrap interval leaves out zero. Differences in how much a brand "
                    "is chosen at all are taken out."
                ),
            ),
            alt=_("Residuals of brands and attributes. {values}.", values=spoken(said, result)),
        )


@or_notice
def brand_map(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw the correspondence map of brands (with ellipses) and attributes.

    Parameters
    ----------
    result : BrandProfile
        From ``benchmark.brand_profile``, with several brands.
    title : str, optional
        By default what is drawn.
    """
    places = result.frames()["places"]
    need_rows(places)
    shares = result.frames()["inertia"]["share"].tolist()
    _ = tell(result)
    language = result.about.language
    reach = float(np.sqrt(-2 * np.log(1 - result.conf_level)))  # of two coordinates at once
    said = []
    with theme.look(result.about) as style:
        figure, (axes,) = theme.canvas(result.about, height=5.0)
        axes.axhline(0, color=theme.GRID, linewidth=1, zorder=0)
        axes.axvline(0, color=theme.GRID, linewidth=1, zorder=0)
        for row in records(places):
            ours = row["kind"] == "brand"
            axes.plot(
                [row["x"]],
                [row["y"]],
                linestyle="none",
                zorder=4,
                marker="o" if ours else "^",
                markersize=9 if ours else 6,
                color=style.accent if ours else theme.MUTED,
            )
            if ours and pd.notna(row["y_se"]):
                axes.add_patch(_ellipse(row, reach, style.accent))
            values = [amounts.number(float(row[one]), 2, language) for one in ("x", "y")]
            said.append(f"{label(row['point'], result.about)} ({'; '.join(values)})")
        axes.set_aspect("equal", adjustable="datalim")
        axes.margins(0.18)
        axes.apply_aspect()
        styles = [
            {"fontsize": 10, "weight": "bold"} if kind == "brand" else {"fontsize": 9}
            for kind in places["kind"]
        ]
        names = [label(one, result.about) for one in places["point"]]
        number_axis(axes, "", language)
        number_axis(axes, "", language, side="y")
        told = [amounts.percent(one, 0, language) for one in shares]
        axes.set_xlabel(_("first axis, {share} of the differences", share=told[0]))
        if len(told) > 1:
            axes.set_ylabel(_("second axis, {share} of the differences", share=told[1]))
        theme.clean(axes)
        picture = theme.finish(
            figure,
            title=title or _("Brands and what they are seen as"),
            below=footer(
                result,
                _(
                    "A brand lies towards what is seen in it more than in the others. Ellipses: "
                    "where resampled brands lie; attributes have an error too."
                ),
            ),
            alt=_("Map of brands and attributes. {values}.", values=spoken(said, result)),
        )
        maps.name_points(axes, places[["x", "y"]].to_numpy(float), names, styles)
        return picture


def _ellipse(row: dict[str, Any], reach: float, colour: str) -> Ellipse:
    covariance = row["xy_r"] * row["x_se"] * row["y_se"]
    spread = np.array([[row["x_se"] ** 2, covariance], [covariance, row["y_se"] ** 2]])
    values, vectors = np.linalg.eigh(spread)
    width, height = 2 * reach * np.sqrt(np.maximum(values[::-1], 0))
    angle = float(np.degrees(np.arctan2(vectors[1, 1], vectors[0, 1])))
    return Ellipse(
        (row["x"], row["y"]), width, height, angle=angle, color=colour, alpha=0.15, linewidth=0
    )
