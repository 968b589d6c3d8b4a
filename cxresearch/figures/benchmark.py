"""Figures of rivals: who is ahead, who is first, who gives more for the money."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.lines import Line2D

from cxresearch import theme
from cxresearch.figures import maps, panels
from cxresearch.figures.parts import (
    Marker,
    axis_words,
    company,
    footer,
    need_rows,
    number_axis,
    or_notice,
    records,
    rows_axis,
    spoken,
    tell,
)
from cxresearch.findings.benchmark import AHEAD, BEHIND, relative_value, rivals
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import label
from cxresearch.text.words import word

_SHAPES = {"rival": "o", "rival_mean": "s", "best_rival": "D"}


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
    some = [rows.reset_index(drop=True) for _k, rows in table.groupby("measure", sort=False)]
    names = [theme.labels([_contrast(row, result) for row in records(rows)], 26) for rows in some]
    said: list[str] = []
    with theme.look(result.about) as style:
        figure, every = panels.below_each_other(result.about, names, least=0.3)
        for axes, rows, row_names in zip(every, some, names, strict=True):
            unit = str(rows["unit"].iloc[0])
            sure = [one in AHEAD or one in BEHIND for one in rows["standing"]]
            panel = panels.Dots(
                rows=rows,
                names=row_names,
                texts=[_lead(row, unit, language) for row in records(rows)],
                markers=[
                    Marker(style.accent, one, _SHAPES[kind])
                    for one, kind in zip(sure, rows["contrast"], strict=True)
                ],
                unit=unit,
                change=True,
                axis=axis_words(unit, result, change=True),
                title=label(rows["measure"].iloc[0], result.about),
                heading=_("our lead, n"),
            )
            said += panels.draw(axes, panel, language)
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
            for row in records(rows):
                share = 100 * float(row["p_first"])
                colour = colours[companies.index(row["entity"]) % len(colours)]
                axes.barh(place, share, left=left, color=colour, height=0.62, edgecolor="white")
                left += share
                told = amounts.percent(row["p_first"], 0, language)
                parts.append(f"{company(row['entity'], language)} {told}")
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
            legend=(handles, [company(one, language) for one in companies]),
        )


@or_notice
def value_map(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw each rival at our relative price and quality against it; the diagonal is equal value.

    Parameters
    ----------
    result : RelativeValue
        From ``benchmark.relative_value``.
    title : str, optional
        By default the finding.
    """
    rows = result.table[result.table["estimate"].notna()]
    need_rows(rows)
    _ = tell(result)
    language = result.about.language
    groups = [
        " · ".join(label(row[one], result.about) for one in result.by) for row in records(rows)
    ]
    names = [
        " · ".join(filter(None, [one, str(rival)]))
        for one, rival in zip(groups, rows["entity"], strict=True)
    ]
    said = [
        f"{name}: {amounts.number(float(row['estimate']), 2, language)} "
        f"{amounts.interval(row['conf_low'], row['conf_high'], 'ratio', language)}"
        for name, row in zip(names, records(rows), strict=True)
    ]
    sides = {
        one: rows[[f"relative_{one}{end}" for end in ("", "_low", "_high")]].to_numpy(float).T
        for one in ("price", "quality")
    }
    with theme.look(result.about) as style:
        figure, (axes,) = theme.canvas(result.about, height=4.4)
        spread = np.concatenate([*sides.values()], axis=None)
        reach = 1.15 * max(0.05, float(np.nanmax(np.abs(spread - 1))))
        ends = (max(1 - reach, 0.0), 1 + reach)
        axes.plot(ends, ends, color=theme.MUTED, linewidth=1, linestyle="--")
        for draw in (axes.axhline, axes.axvline):
            draw(1, color=theme.GRID, linewidth=1)
        x, y = sides["price"], sides["quality"]
        axes.errorbar(
            x[0],
            y[0],
            xerr=np.abs(x[1:] - x[0]),
            yerr=np.abs(y[1:] - y[0]),
            fmt="o",
            color=style.accent,
            ecolor=style.accent,
            elinewidth=1.4,
            markersize=8,
        )
        axes.set_xlim(*ends)
        axes.set_ylim(*ends)
        number_axis(axes, "ratio", language)
        number_axis(axes, "ratio", language, side="y")
        axes.set_xlabel(_("our price over the rival's"))
        axes.set_ylabel(_("our quality over the rival's"))
        theme.clean(axes)
        picture = theme.finish(
            figure,
            title=title or relative_value(result).headline,
            below=footer(
                result,
                _("Dashed: as much more quality as price. Above it customers see more with us."),
            ),
            alt=_("Value for money against each rival. {values}.", values=spoken(said, result)),
        )
        lines: list[maps.Line] = [((ends[0], ends[0]), (ends[1], ends[1]))]
        for at in range(len(names)):
            lines.append(((x[1, at], y[0, at]), (x[2, at], y[0, at])))
            lines.append(((x[0, at], y[1, at]), (x[0, at], y[2, at])))
        bold = {"fontsize": 10, "weight": "bold"}
        maps.name_points(
            axes, np.column_stack([x[0], y[0]]), names, [bold] * len(names), lines=lines
        )
        return picture


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
