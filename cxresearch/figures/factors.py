"""Figures of dimensions that were looked for: the scree, and the map of loadings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns

from cxresearch import theme
from cxresearch.figures.parts import footer, need_rows, number_axis, or_notice, spoken, tell
from cxresearch.findings.factors import explore, n_factors
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import label

#: Loadings from which an item counts as belonging to a factor.
BELONGS = 0.40


@or_notice
def scree(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw the eigenvalues beside those that chance alone would give.

    Parameters
    ----------
    result : FactorNumber
        From ``psychometrics.n_factors``.
    title : str, optional
        By default the finding.
    """
    rows = result.table
    need_rows(rows)
    _ = tell(result)
    language = result.about.language
    place = rows["factor"].to_numpy(float)
    found = rows["eigenvalue"].to_numpy(float)
    chance = rows["threshold"].to_numpy(float)
    kept = rows["retained"].to_numpy(bool)
    with theme.look(result.about) as style:
        figure, (axes,) = theme.canvas(result.about, height=3.6)
        axes.plot(place, found, color=style.accent, linewidth=1.8, zorder=2)
        for chosen, face in ((kept, style.accent), (~kept, "white")):
            axes.plot(
                place[chosen],
                found[chosen],
                marker="o",
                markersize=6.5,
                linestyle="none",
                color=style.accent,
                markerfacecolor=face,
                markeredgewidth=1.6,
                zorder=3,
            )
        axes.plot([], [], marker="o", color=style.accent, label=_("answers"))
        axes.plot(
            place,
            chance,
            color=style.palette[1],
            linestyle="--",
            linewidth=1.6,
            label=_("chance alone (95th percentile)"),
        )
        axes.set_ylim(min(0.0, float(found.min())), max(float(found.max()), 1.0) * 1.08)
        axes.set_xlim(0.5, len(rows) + 0.5)
        number_axis(axes, "count", language)
        number_axis(axes, "", language, side="y")
        theme.clean(axes, grid="y")
        axes.set_xlabel(_("factor"))
        axes.set_ylabel(_("eigenvalue"))
        said = [
            _(
                "factor {k} {value}, chance {chance}",
                k=amounts.number(k, 0, language),
                value=amounts.number(value, 2, language),
                chance=amounts.number(limit, 2, language),
            )
            for k, value, limit in zip(place, found, chance, strict=True)
        ]
        return theme.finish(
            figure,
            title=title or n_factors(result).headline,
            below=footer(
                result,
                _("Filled dots: factors that stand out from chance."),
                intervals=False,
            ),
            alt=_("Eigenvalues against chance. {values}.", values=spoken(said, result)),
            legend=axes.get_legend_handles_labels(),
        )


@or_notice
def loadings(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw how strongly every item belongs to every factor, items in the questionnaire's order.

    Parameters
    ----------
    result : Explored
        From ``psychometrics.explore``.
    title : str, optional
        By default the finding.
    """
    frames = result.frames()
    need_rows(frames["loadings"])
    _ = tell(result)
    language = result.about.language
    long, factors = frames["loadings"], frames["factors"]
    items = list(dict.fromkeys(long["item"]))
    grid = long.pivot(index="item", columns="factor", values="loading")
    grid = grid.loc[items, list(factors["factor"])]
    names = theme.labels([label(one, result.about) for one in items], 34)
    heads = [_head(row, result) for row in factors.to_dict("records")]
    written = grid.map(lambda value: amounts.number(value, 2, language))
    with theme.look(result.about) as style:
        lines = max(head.count("\n") for head in heads) + 1
        figure, (axes,) = theme.canvas(
            result.about, height=theme.row_height(names, 0.27) * len(items) + 0.2 * lines + 0.3
        )
        sns.heatmap(
            grid,
            ax=axes,
            cmap=sns.diverging_palette(30, 250, s=80, l=62, as_cmap=True, center="light"),
            vmin=-1,
            vmax=1,
            annot=written,
            fmt="",
            annot_kws={"fontsize": 9},
            linewidths=1,
            cbar=False,
            yticklabels=names,
            xticklabels=heads,
        )
        values = grid.to_numpy(float).ravel()
        for text, value in zip(axes.texts, values, strict=True):
            strong = abs(value) >= BELONGS
            text.set_fontweight("bold" if strong else "normal")
            text.set_color(theme.INK)
        dimensions = long.drop_duplicates("item").set_index("item")["dimension"].loc[items]
        for row in np.flatnonzero((dimensions != dimensions.shift()).to_numpy())[1:]:
            axes.axhline(row, color=style.accent, linewidth=1.4)
        axes.xaxis.tick_top()
        axes.set(xlabel="", ylabel="")
        axes.tick_params(length=0, axis="both")
        axes.tick_params(axis="x", labelrotation=0, labelsize=8.5)
        axes.tick_params(axis="y", labelrotation=0)
        said = _spoken(result.table, result)
        return theme.finish(
            figure,
            title=title or explore(result).headline,
            below=footer(
                result,
                _("Bold: the item belongs to the factor (0.40 or more in size)."),
                _(
                    "Under each factor, the dimension whose items it shows most, with their "
                    "congruence."
                ),
                intervals=False,
            ),
            alt=_("Loadings of items on factors. {values}.", values=spoken(said, result)),
        )


def _head(row: dict[Any, Any], result: Result) -> str:
    congruence = amounts.number(row["congruence"], 2, result.about.language)
    (name,) = theme.labels([label(row["dimension"], result.about)], 16)
    return f"{row['factor']}\n{name}\n{congruence}"


def _spoken(table: pd.DataFrame, result: Result) -> list[str]:
    return [
        f"{label(row['item'], result.about)} {row['factor']}"
        f" {amounts.number(row['loading'], 2, result.about.language)}"
        for row in table.to_dict("records")
    ]
