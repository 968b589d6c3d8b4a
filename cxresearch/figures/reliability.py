"""Figures of scales: how steady each is, and how each item goes along with the rest."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from cxresearch import theme
from cxresearch.figures.parts import (
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
from cxresearch.findings.phrases import group_name
from cxresearch.findings.reliability import GAIN, LOOSE, STEADY, gain, reliability
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.captions import level
from cxresearch.text.cells import label
from cxresearch.text.words import word

ALPHA = ("alpha", "alpha_conf_low", "alpha_conf_high")


@or_notice
def coefficients(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw alpha with its interval and omega of every scale and side.

    Parameters
    ----------
    result : Reliability
        From ``psychometrics.reliability``.
    title : str, optional
        By default the finding.
    """
    rows = result.table[result.table["alpha"].notna()].reset_index(drop=True)
    need_rows(rows)
    _ = tell(result)
    language = result.about.language
    names = theme.labels([_scale(row, result) for row in rows.to_dict("records")], 34)
    with theme.look(result.about) as style:
        figure, (axes,) = theme.canvas(
            result.about, height=theme.row_height(names, 0.32) * len(names) + 0.85
        )
        axes.axvline(STEADY, color=theme.MUTED, linewidth=1, linestyle="--")
        steady = rows["alpha_conf_low"] >= STEADY
        dots(axes, rows, [Marker(style.accent, bool(one)) for one in steady], unit="", names=ALPHA)
        axes.plot(
            rows["omega_total"].to_numpy(float),
            np.arange(len(rows)) + 0.22,
            marker="D",
            markersize=4.5,
            linestyle="none",
            markerfacecolor="white",
            color=style.palette[1],
            label=_("omega"),
        )
        axes.plot([], [], marker="o", color=style.accent, label=_("alpha with its interval"))
        rows_axis(axes, names)
        least = float(np.nanmin(rows[["alpha_conf_low", "omega_total"]].to_numpy(float)))
        axes.set_xlim(max(-1.0, min(0.0 if least >= 0 else least * 1.05, least)), 1.0)
        number_axis(axes, "", language)
        theme.clean(axes)
        axes.set_xlabel(_("part of the score's variance that is not error"))
        texts = [_beside(row, result) for row in rows.to_dict("records")]
        beside(axes, texts, _("alpha [{level} interval], omega", level=level(result)))
        said = [f"{name}: {text}" for name, text in zip(_flat(names), texts, strict=True)]
        return theme.finish(
            figure,
            title=title or reliability(result).headline,
            below=footer(
                result,
                _("Dashed line: {steady}, the usual least.", steady=_number(STEADY, language)),
                "" if steady.all() else _("Open dots: cannot be told to lie above it."),
            ),
            alt=_(
                "Reliability of every scale, alpha and omega. {values}.",
                values=spoken(said, result),
            ),
            legend=axes.get_legend_handles_labels(),
        )


@or_notice
def item_rest(
    result: Result, *, battery: str | None = None, title: str | None = None
) -> theme.Picture:
    """Draw how each item goes along with the rest of its scale, a panel per scale.

    Parameters
    ----------
    result : Reliability
        From ``psychometrics.reliability``.
    battery : str, optional
        Only this side; by default perceptions, where there are any, and scales without sides.
    title : str, optional
        By default what is drawn.
    """
    items: pd.DataFrame = result.frames()["items"]
    items = items.assign(gain=gain(result) if len(items) else [])
    sides = items["battery"].dropna().unique()
    wanted = battery or ("perception" if "perception" in sides else next(iter(sides), ""))
    items = items[items["battery"].isna() | (items["battery"] == wanted)]
    need_rows(items)
    _ = tell(result)
    language = result.about.language
    keys = [*result.by, "scale"]
    panels = [rows for _k, rows in items.groupby(keys, sort=False)]
    names = [theme.labels([label(one, result.about) for one in p["item"]], 34) for p in panels]
    step = theme.row_height([name for some in names for name in some], 0.27)
    heights = [step * len(rows) + 0.42 for rows in panels]
    said: list[str] = []
    with theme.look(result.about) as style:
        figure, all_axes = theme.canvas(
            result.about,
            rows=len(panels),
            height=sum(heights) + 0.3,
            height_ratios=heights,
            sharex=True,
        )
        for axes, rows, row_names in zip(all_axes, panels, names, strict=True):
            values = rows["item_rest_r"].to_numpy(float)
            colours = [style.accent if one >= LOOSE else theme.BAD for one in values]
            axes.barh(range(len(rows)), values, height=0.62, color=colours, linewidth=0)
            axes.axvline(LOOSE, color=theme.MUTED, linewidth=1, linestyle="--")
            rows_axis(axes, row_names)
            first = rows.iloc[0].to_dict()
            axes.set_title(_scale({**first, "battery": None}, result))
            texts = [_item(row, result) for row in rows.to_dict("records")]
            beside(axes, texts)
            said += [f"{name}: {text}" for name, text in zip(_flat(row_names), texts, strict=True)]
            number_axis(axes, "", language)
            theme.clean(axes)
        low = min(0.0, float(items["item_rest_r"].min()))
        all_axes[-1].set_xlim(low, 1.0)
        all_axes[-1].set_xlabel(_("correlation with the rest of the scale"))
        side = word(wanted, language) if wanted else ""
        return theme.finish(
            figure,
            title=title or _("How every item goes along with the rest of its scale"),
            subtitle=side[:1].upper() + side[1:],
            below=footer(
                result,
                _(
                    "Dashed line: {limit}; an item below it hardly belongs.",
                    limit=_number(LOOSE, language),
                ),
                _("▲ The scale would be steadier without this item.")
                if (items["gain"] > GAIN).any()
                else "",
                intervals=False,
            ),
            alt=_(
                "Correlation of items with the rest of their scale. {values}.",
                values=spoken(said, result),
            ),
        )


def _scale(row: dict[Any, Any], result: Result) -> str:
    parts = [group_name(row, result.by, result.about), label(row["scale"], result.about)]
    if not pd.isna(row["battery"]):
        parts.append(word(row["battery"], result.about.language))
    return " · ".join(part for part in parts if part)


def _beside(row: dict[Any, Any], result: Result) -> str:
    language = result.about.language
    ends = amounts.interval(row["alpha_conf_low"], row["alpha_conf_high"], "", language)
    omega = "" if pd.isna(row["omega_total"]) else f"; {_number(row['omega_total'], language)}"
    return f"{_number(row['alpha'], language)} {ends}{omega}"


def _item(row: dict[Any, Any], result: Result) -> str:
    return _number(row["item_rest_r"], result.about.language) + (" ▲" if row["gain"] > GAIN else "")


def _number(value: float, language: str) -> str:
    return amounts.number(value, 2, language)


def _flat(names: list[str]) -> list[str]:
    return [name.replace("\n", " ") for name in names]
