"""Figures of the zone of tolerance: bars from adequate to desired, the radar, shares below."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxresearch import theme
from cxresearch.errors import AnalysisError, Fault
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
    spoken,
    tell,
)
from cxresearch.findings.phrases import group_name
from cxresearch.findings.servqual import TOTALS
from cxresearch.findings.zone import zone
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import label
from cxresearch.text.words import header, word

MOST_ROWS = 40
_PERCEIVED = ("perception", "perception_conf_low", "perception_conf_high")
_MSA = {"estimate": "msa", "conf_low": "msa_conf_low", "conf_high": "msa_conf_high"}
_BELOW = {"estimate": "below", "conf_low": "below_conf_low", "conf_high": "below_conf_high"}


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
    names = _names(rows, result, view)
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
    names = [
        f"{place + 1} · {name}" for place, name in enumerate(_names(rows, result, view, width=40))
    ]
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
    names = _names(rows, result, view)
    shown = _as_estimate(rows, _BELOW)
    with theme.look(result.about) as style:
        figure, (axes,) = theme.canvas(
            result.about, height=theme.row_height(names, 0.32) * len(names) + 0.85
        )
        shares = 100 * shown["estimate"].to_numpy(float)
        axes.barh(range(len(rows)), shares, height=0.6, color=style.accent, alpha=0.3, linewidth=0)
        dots(axes, shown, [Marker(style.accent)] * len(rows), unit="share")
        rows_axis(axes, names)
        axes.set_xlim(0, 100)
        number_axis(axes, "share", language)
        theme.clean(axes)
        axes.set_xlabel(_("respondents who find service below adequate"))
        texts = [beside_estimate(row, "share", language) for row in shown.to_dict("records")]
        beside(axes, texts, interval_title(result))
        said = [f"{name}: {text}" for name, text in zip(_flat(names), texts, strict=True)]
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
        for name, row in zip(_flat(names), rows.to_dict("records"), strict=True)
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
    totals = rows["dimension"].isin(TOTALS).to_numpy()
    if totals.any() and not totals.all():
        axes.axhline(int(totals.argmax()) - 0.5, color=theme.MUTED, linewidth=0.8)
    rows_axis(axes, names)
    scales = [
        ends for key in rows["dimension"].unique() if (ends := result.about.scales.get(str(key)))
    ]
    ends = (min(low for low, _h in scales), max(high for _l, high in scales)) if scales else None
    cut = full_range(axes, ends)
    number_axis(axes, "points", language)
    theme.clean(axes)
    axes.set_xlabel(_(AXES["points"]))
    shown = _as_estimate(rows, _MSA).to_dict("records")
    texts = [beside_estimate(row, "points", language, change=True) for row in shown]
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
    frames = result.frames()
    if view not in ("table", "items") or view not in frames:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what=f'zones have no view "{view}"',
                found=view,
                hint="one of: table, items",
            )
        )
    rows = frames[view]
    rows = rows[rows[needed].notna()]
    if (rows["source"] == "computed").any():
        rows = rows[rows["source"] == "computed"]
    need_rows(rows)
    total = rows["dimension"].isin(TOTALS)
    ordered = rows[~total]
    if not result.by:
        ordered = ordered.sort_values("msa", kind="stable")
    return pd.concat([ordered.head(MOST_ROWS), rows[total]]).reset_index(drop=True)


def _as_estimate(rows: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame({name: rows[column] for name, column in names.items()})


def _names(rows: pd.DataFrame, result: Result, view: str, width: int = 34) -> list[str]:
    key = "item" if view == "items" else "dimension"
    names = []
    for row in rows.to_dict("records"):
        group = group_name(row, result.by, result.about)
        name = label(row[key], result.about)
        names.append(f"{name} · {group}" if group else name)
    return theme.labels(names, width)


def _flat(names: list[str]) -> list[str]:
    return [name.replace("\n", " ") for name in names]
