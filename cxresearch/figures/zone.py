"""Figures of the zone of tolerance: bars from adequate to desired, the radar, shares below."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxresearch import theme
from cxresearch.figures import panels
from cxresearch.figures.dimensions import MOST_ROWS, row_names, rule_off_totals, view_of
from cxresearch.figures.parts import (
    AXES,
    CUT,
    Marker,
    beside,
    beside_estimate,
    dots,
    flat,
    footer,
    full_range,
    interval_title,
    number_axis,
    or_notice,
    records,
    rows_axis,
    spoken,
    tell,
)
from cxresearch.findings.servqual import TOTALS
from cxresearch.findings.zone import zone
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.words import header, word

_PERCEIVED = ("perception", "perception_conf_low", "perception_conf_high")
_MSA = ("msa", "msa_conf_low", "msa_conf_high")
_BELOW = ("below", "below_conf_low", "below_conf_high")


@or_notice
def zone_chart(result: Result, *, view: str = "table", title: str | None = None) -> theme.Picture:
    """Draw bars from adequate to desired service, and where the perceived service lies.

    Parameters
    ----------
    result : ZoneOfTolerance
        From ``servqual.zone``.
    view : str
        "table" for the dimensions, "items" for the items.
    title : str, optional
        By default the finding.
    """
    rows = _rows(result, view, "perception")
    names = row_names(rows, result, items=view == "items")
    height = theme.row_height(names, 0.34) * len(names) + 1.15
    with theme.look(result.about) as style:
        figure, (axes,) = theme.canvas(result.about, height=height)
        cut = _bars(axes, rows, names, result, style.accent)
        return _finished(figure, axes, rows, names, result, title, cut)


@or_notice
def radar(result: Result, *, view: str = "items", title: str | None = None) -> theme.Picture:
    """Draw the radar that libraries know, above the bars that it must not be read without.

    Parameters
    ----------
    result : ZoneOfTolerance
        From ``servqual.zone``.
    view : str
        "items" or "table".
    title : str, optional
        By default the finding.
    """
    rows = _rows(result, view, "perception")
    if len(rows) < 3:
        return zone_chart(result, view=view, title=title)
    names = row_names(rows, result, items=view == "items", width=40)
    names = [f"{place} · {name}" for place, name in enumerate(names, 1)]
    heights = [3.8, theme.row_height(names, 0.34) * len(names) + 1.15]
    with theme.look(result.about) as style:
        figure, (above, axes) = theme.canvas(
            result.about, rows=2, height=sum(heights), height_ratios=heights
        )
        place = above.get_subplotspec()
        above.remove()
        assert place is not None
        _round(figure.add_subplot(place, projection="polar"), rows, result, style.accent)
        cut = _bars(axes, rows, names, result, style.accent)
        return _finished(figure, axes, rows, names, result, title, cut, round_too=True)


@or_notice
def share_below(result: Result, *, view: str = "table", title: str | None = None) -> theme.Picture:
    """Draw which share of respondents finds service below adequate, the largest on top.

    Parameters
    ----------
    result : ZoneOfTolerance
        From ``servqual.zone``.
    view : str
        "table" for the dimensions, "items" for the items.
    title : str, optional
        By default the finding.
    """
    rows = _rows(result, view, "below").sort_values("below", ascending=False, kind="stable")
    rows = rows.reset_index(drop=True)
    _ = tell(result)
    language = result.about.language
    names = row_names(rows, result, items=view == "items")
    with theme.look(result.about) as style:
        figure, (axes,) = panels.below_each_other(result.about, [names], least=0.32)
        panel = panels.Dots(
            rows=rows,
            names=names,
            texts=[beside_estimate(row, "share", language, names=_BELOW) for row in records(rows)],
            markers=[Marker(style.accent)] * len(rows),
            unit="share",
            ends=_BELOW,
            bars=style.accent,
            limits=(0, 100),
            axis=_("respondents who find service below adequate"),
            heading=interval_title(result),
        )
        said = panels.draw(axes, panel, language)
        return theme.finish(
            figure,
            title=title or zone(result).sentences[-1],
            below=footer(result),
            alt=_("Bars of shares below adequate. {values}.", values=spoken(said, result)),
        )


def _finished(
    figure: theme.Picture,
    axes: Axes,
    rows: pd.DataFrame,
    names: list[str],
    result: Result,
    title: str | None,
    cut: bool,
    *,
    round_too: bool = False,
) -> theme.Picture:
    """Write title, legend and alternative text of a chart of zones."""
    _ = tell(result)
    language = result.about.language
    said = [
        _(
            "{name}: adequate {adequate}, perception {perception}, desired {desired}, {verdict}",
            name=name,
            **{
                side: amounts.number(row[side], 2, language)
                for side in ("adequate", "perception", "desired")
            },
            verdict=word(row["verdict"], language, "zone"),
        )
        for name, row in zip(map(flat, names), records(rows), strict=True)
    ]
    alt = _("Bars from adequate to desired with a mark of perception. {values}.",
            values=spoken(said, result))  # fmt: skip
    around = _("The numbers around the radar are those of the rows below.") if round_too else ""
    return theme.finish(
        figure,
        title=title or zone(result).headline,
        below=footer(result, around, _(CUT) if cut else ""),
        alt=alt,
        legend=axes.get_legend_handles_labels(),
    )


def _bars(axes: Axes, rows: pd.DataFrame, names: list[str], result: Result, accent: str) -> bool:
    """Draw the zones of all rows; return whether the axis is cut."""
    _ = tell(result)
    language = result.about.language
    axes.barh(
        range(len(rows)),
        rows["desired"] - rows["adequate"],
        left=rows["adequate"],
        height=0.55,
        color=theme.GRID,
        linewidth=0,
        label=_("zone of tolerance: adequate to desired"),
    )
    sure = [verdict != "undecided" for verdict in rows["verdict"]]
    dots(axes, rows, [Marker(accent, one) for one in sure], unit="points", names=_PERCEIVED)
    axes.plot([], [], color=accent, marker="o", linewidth=2.2, label=word("perception", language))
    rule_off_totals(axes, rows)
    rows_axis(axes, names)
    scales = [
        ends for key in rows["dimension"].unique() if (ends := result.about.scales.get(str(key)))
    ]
    ends = (min(low for low, _h in scales), max(high for _l, high in scales)) if scales else None
    cut = full_range(axes, ends)
    number_axis(axes, "points", language)
    theme.clean(axes)
    axes.set_xlabel(_(AXES["points"]))
    texts = [
        beside_estimate(row, "points", language, change=True, names=_MSA) for row in records(rows)
    ]
    beside(axes, texts, header("msa", language))
    return cut


def _round(axes: Any, rows: pd.DataFrame, result: Result, accent: str) -> None:
    """Draw the radar: service above adequate and below it, what is missing to desired."""
    _ = tell(result)
    angle = np.linspace(0, 2 * np.pi, len(rows) + 1)
    least, most, seen = (
        np.append(rows[side].to_numpy(float), rows[side].iloc[0])
        for side in ("adequate", "desired", "perception")
    )
    bands = {
        accent: (least, np.maximum(seen, least), _("perceived above adequate")),
        theme.BAD: (np.minimum(seen, least), least, _("perceived below adequate")),
        theme.GRID: (np.minimum(seen, most), most, _("missing to desired")),
        theme.GOOD: (most, np.maximum(seen, most), _("perceived above desired")),
    }
    for colour, (low, high, name) in bands.items():
        if (high > low).any():
            (told,) = theme.labels([name], 22)
            axes.fill_between(angle, low, high, color=colour, alpha=0.75, linewidth=0, label=told)
    axes.plot(angle, seen, color=theme.INK, linewidth=1.2)
    axes.set_theta_offset(np.pi / 2)
    axes.set_theta_direction(-1)
    axes.set_xticks(angle[:-1], [str(place + 1) for place in range(len(rows))])
    values = np.concatenate([least, most, seen])
    pad = 0.1 * (values.max() - values.min() or 1)
    axes.set_ylim(values.min() - 2 * pad, values.max() + pad)
    number_axis(axes, "points", result.about.language, side="y")
    axes.grid(color=theme.GRID, linewidth=0.8)
    axes.set_anchor("W")
    axes.legend(loc="center left", bbox_to_anchor=(1.12, 0.5))


def _rows(result: Result, view: str, needed: str) -> pd.DataFrame:
    rows = view_of(result, view, needed)
    if (rows["source"] == "computed").any():
        rows = rows[rows["source"] == "computed"]
    total = rows["dimension"].isin(TOTALS)
    ordered = rows[~total]
    if not result.by:
        ordered = ordered.sort_values("msa", kind="stable")
    return pd.concat([ordered.head(MOST_ROWS), rows[total]]).reset_index(drop=True)
