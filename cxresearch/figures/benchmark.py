"""Figures of rivals and the brand: who is ahead, who is first, what is meant and what is seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Ellipse

from cxresearch import theme
from cxresearch.figures.parts import (
    CHANGE_AXES,
    Marker,
    beside,
    dots,
    footer,
    need_rows,
    number_axis,
    or_notice,
    rows_axis,
    spoken,
    tell,
)
from cxresearch.findings.benchmark import AHEAD, BEHIND, brand_profile, rivals
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import label
from cxresearch.text.words import word

_MOST_RESIDUAL = 5.0


@or_notice
def paired_dots(
    result: Result, *, measure: str | None = None, title: str | None = None
) -> theme.Picture:
    """Draw our lead over every rival with its interval, a panel per measure.

    Parameters
    ----------
    result : RivalComparison
        From ``benchmark.compare``.
    measure : str, optional
        Only this measure.
    title : str, optional
        By default the finding.
    """
    table = result.table if measure is None else result.table[result.table["measure"] == measure]
    table = table[table["estimate"].notna()]
    need_rows(table)
    _ = tell(result)
    language = result.about.language
    panels = [rows.reset_index(drop=True) for _k, rows in table.groupby("measure", sort=False)]
    names = [theme.labels([_contrast(row, result) for row in _rows(rows)], 26) for rows in panels]
    step = theme.row_height([name for some in names for name in some], 0.3)
    heights = [step * len(rows) + 0.85 for rows in panels]
    said: list[str] = []
    with theme.look(result.about) as style:
        figure, all_axes = theme.canvas(
            result.about, rows=len(panels), height=sum(heights), height_ratios=heights
        )
        for axes, rows, row_names in zip(all_axes, panels, names, strict=True):
            unit = str(rows["unit"].iloc[0])
            sure = [one in AHEAD or one in BEHIND for one in rows["standing"]]
            shapes = {"rival": "o", "rival_mean": "s", "best_rival": "D"}
            markers = [
                Marker(style.accent, one, shapes[kind])
                for one, kind in zip(sure, rows["contrast"], strict=True)
            ]
            dots(axes, rows, markers, unit=unit)
            axes.axvline(0, color=theme.INK, linewidth=1)
            rows_axis(axes, row_names)
            axes.margins(x=0.06)
            number_axis(axes, unit, language, change=True)
            theme.clean(axes)
            axes.set_xlabel(_(CHANGE_AXES[unit]) if unit in CHANGE_AXES else _("difference"))
            axes.set_title(label(rows["measure"].iloc[0], result.about), pad=16)
            texts = [_lead(row, unit, language) for row in _rows(rows)]
            beside(axes, texts, _("our lead, n"))
            said += [
                f"{name}: {text}".replace("\n", " ")
                for name, text in zip(row_names, texts, strict=True)
            ]
        return theme.finish(
            figure,
            title=title or rivals(result).headline,
            below=footer(
                result,
                _("Right of zero we are rated higher. Filled: clear after adjustment."),
                _("Square: mean of the rivals. Diamond: the best rival, by bootstrap."),
            ),
            alt=_("Our lead over rivals, with intervals. {values}.", values=spoken(said, result)),
        )


@or_notice
def first_place(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw how probable it is that each company is first, a bar per company and measure.

    Parameters
    ----------
    result : RivalComparison
        From ``benchmark.compare``.
    title : str, optional
        By default what is drawn.
    """
    table = result.frames()["standings"]
    table = table[table["p_first"].notna()]
    need_rows(table)
    _ = tell(result)
    language = result.about.language
    keys = [*result.by, "measure"]
    groups = list(table.groupby(keys, sort=False))
    companies = list(dict.fromkeys(table["entity"]))
    said: list[str] = []
    with theme.look(result.about) as style:
        figure, (axes,) = theme.canvas(result.about, height=0.42 * len(groups) + 0.8)
        colours = [style.accent, *style.palette[1:]]
        names = []
        for place, (key, rows) in enumerate(groups):
            named = " · ".join(label(one, result.about) for one in key)
            names.append(named)
            left = 0.0
            parts = []
            for row in _rows(rows):
                share = 100 * float(row["p_first"])
                colour = colours[companies.index(row["entity"]) % len(colours)]
                axes.barh(place, share, left=left, color=colour, height=0.62, edgecolor="white")
                left += share
                told = amounts.percent(row["p_first"], 0, language)
                parts.append(f"{_company(row['entity'], language)} {told}")
                if share >= 12:
                    axes.text(
                        left - share / 2,
                        place,
                        told,
                        ha="center",
                        va="center",
                        fontsize=9,
                        color="white",
                        weight="bold",
                    )
            said.append(f"{named}: {', '.join(parts)}")
        rows_axis(axes, theme.labels(names, 26))
        axes.set_xlim(0, 100)
        number_axis(axes, "share", language)
        theme.clean(axes)
        axes.set_xlabel(_("probability of being first"))
        handles = [
            Line2D(
                [], [], marker="s", linestyle="none", markersize=9, color=colours[i % len(colours)]
            )
            for i in range(len(companies))
        ]
        return theme.finish(
            figure,
            title=title or _("Who is probably first"),
            below=footer(
                result, _("Part of the resampled surveys in which each is first."), intervals=False
            ),
            alt=_("Probability of being first. {values}.", values=spoken(said, result)),
            legend=(handles, [_company(one, language) for one in companies]),
        )


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
            for row in _rows(table)
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
    said = []
    with theme.look(result.about):
        figure, (axes,) = theme.canvas(result.about, height=0.36 * len(wide) + 0.6)
        image = axes.imshow(
            wide.to_numpy(float),
            cmap="PuOr",
            vmin=-_MOST_RESIDUAL,
            vmax=_MOST_RESIDUAL,
            aspect="auto",
        )
        for i, attribute in enumerate(wide.index):
            for j, brand in enumerate(wide.columns):
                value = float(wide.to_numpy(float)[i, j])
                text = amounts.signed(value, 1, language)
                strong = bool(sure.to_numpy()[i, j])
                axes.text(
                    j,
                    i,
                    text,
                    ha="center",
                    va="center",
                    fontsize=9,
                    weight="bold" if strong else "normal",
                    color="white" if abs(value) > 3.4 else theme.INK,
                )
                if strong:
                    said.append(f"{label(attribute, result.about)}, {brand}: {text}")
        axes.set_yticks(range(len(names)), names)
        axes.set_xticks(range(len(wide.columns)), [_company(one, language) for one in wide.columns])
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
        for spine in axes.spines.values():
            spine.set_visible(False)
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
        for row in _rows(places):
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
            axes.annotate(
                label(row["point"], result.about),
                (row["x"], row["y"]),
                xytext=(6, 6),
                textcoords="offset points",
                fontsize=10 if ours else 9,
                weight="bold" if ours else "normal",
            )
            if ours and pd.notna(row["y_se"]):
                axes.add_patch(_ellipse(row, reach, style.accent))
            values = [amounts.number(float(row[one]), 2, language) for one in ("x", "y")]
            said.append(f"{label(row['point'], result.about)} ({'; '.join(values)})")
        axes.set_aspect("equal", adjustable="datalim")
        axes.margins(0.15)
        number_axis(axes, "", language)
        number_axis(axes, "", language, side="y")
        told = [amounts.percent(one, 0, language) for one in shares]
        axes.set_xlabel(_("first axis, {share} of the differences", share=told[0]))
        if len(told) > 1:
            axes.set_ylabel(_("second axis, {share} of the differences", share=told[1]))
        theme.clean(axes)
        return theme.finish(
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


def _ellipse(row: dict[str, Any], reach: float, colour: str) -> Ellipse:
    covariance = row["xy_r"] * row["x_se"] * row["y_se"]
    spread = np.array([[row["x_se"] ** 2, covariance], [covariance, row["y_se"] ** 2]])
    values, vectors = np.linalg.eigh(spread)
    width, height = 2 * reach * np.sqrt(np.maximum(values[::-1], 0))
    angle = float(np.degrees(np.arctan2(vectors[1, 1], vectors[0, 1])))
    return Ellipse(
        (row["x"], row["y"]), width, height, angle=angle, color=colour, alpha=0.15, linewidth=0
    )


def _rows(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]


def _company(name: str, language: str) -> str:
    return word(name, language) if name == "own" else name


def _contrast(row: dict[str, Any], result: Result) -> str:
    groups = [label(row[one], result.about) for one in result.by]
    language = result.about.language
    named = str(row["entity"])
    if row["contrast"] != "rival":
        told = word(row["contrast"], language)
        named = f"{told}: {named}" if named else told
    return " · ".join([*groups, named])


def _lead(row: dict[str, Any], unit: str, language: str) -> str:
    change = amounts.change(float(row["estimate"]), unit, language)
    ends = amounts.interval(row["conf_low"], row["conf_high"], unit, language)
    return f"{change} {ends}, {amounts.number(float(row['n']), 0, language)}"
