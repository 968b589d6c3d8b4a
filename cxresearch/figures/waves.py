"""Figures of waves to come and waves gone by: forecast fans, breaks, control charts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxresearch import theme
from cxresearch.figures.parts import (
    AXES,
    CUT,
    footer,
    need_rows,
    number_axis,
    or_notice,
    scale_range,
    spoken,
    tell,
)
from cxresearch.findings import waves as findings
from cxresearch.findings.phrases import group_name
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import label
from cxresearch.text.words import word

_PANEL_HEIGHT = 2.3
_CHARACTERS = 66  # of an axis label that fit across the figure
Panel = Callable[[Axes, pd.DataFrame, theme.Look], tuple[list[str], str]]


@or_notice
def forecast(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw the waves so far and the fan of those to come, with the target where there is one.

    The dark band holds the level, the light one the figure that a survey of the planned size
    would show.

    Parameters
    ----------
    result : Forecast
        From ``trends.forecast``.
    title : str, optional
        By default the finding.
    """
    table = result.table[result.table["estimate"].notna()]
    need_rows(table)
    _ = tell(result)
    frames = result.frames()

    def panel(axes: Axes, rows: pd.DataFrame, style: theme.Look) -> tuple[list[str], str]:
        past = _same(frames["waves"], rows, result)
        scale = _scale(rows)
        x = np.arange(len(past))
        later = len(past) + np.arange(len(rows))
        axes.plot(
            x,
            past["observed"].to_numpy(float) * scale,
            marker="o",
            linestyle="none",
            markersize=4.5,
            color=theme.INK,
            label=_("observed"),
        )
        axes.plot(
            x,
            past["level"].to_numpy(float) * scale,
            color=style.accent,
            linewidth=2,
            label=_("level (smoothed)"),
        )
        bands = (("conf", 0.14, _("coming survey, interval")), ("level", 0.3, _("coming level")))
        start = past[past["level"].notna()].iloc[-1]
        for stem, alpha, name in bands:
            ends = [
                np.append(float(start[f"level_{side}"]), rows[f"{stem}_{side}"].to_numpy(float))
                for side in ("low", "high")
            ]
            axes.fill_between(
                np.append(len(past) - 1, later),
                ends[0] * scale,
                ends[1] * scale,
                color=style.accent,
                alpha=alpha,
                linewidth=0,
                label=name,
            )
        axes.plot(
            later,
            rows["estimate"].to_numpy(float) * scale,
            color=style.accent,
            linewidth=2,
            linestyle=(0, (4, 2)),
            marker="D",
            markersize=4,
            markerfacecolor="white",
        )
        _targets(axes, _same(frames["target"], rows, result), scale)
        waves = [str(one) for one in (*past["wave"], *rows["wave"])]
        return waves, _said(rows, "wave", "estimate", result)

    return _drawn(
        result,
        table,
        panel,
        title=title or findings.forecast(result).headline,
        alt=_("Forecasts by wave. {values}."),
        below=(
            _("Diamonds: expected figures of coming waves."),
            _("Dotted line: target.") if len(frames["target"]) else "",
        ),
    )


@or_notice
def outlook(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw long series so far and the fan of the periods to come.

    Parameters
    ----------
    result : Outlook
        From ``trends.forecast_series`` or ``operations.forecast``.
    title : str, optional
        By default the finding.
    """
    table = result.table[result.table["estimate"].notna()]
    need_rows(table)
    _ = tell(result)
    points = result.frames()["points"]

    def panel(axes: Axes, rows: pd.DataFrame, style: theme.Look) -> tuple[list[str], str]:
        past = _same(points, rows, result)
        scale = _scale(rows)
        later = len(past) + np.arange(len(rows))
        value = past["value"].to_numpy(float) * scale
        axes.plot(
            np.arange(len(past)),
            value,
            color=theme.INK,
            linewidth=1.2,
            marker="o",
            markersize=2.5,
            label=_("observed"),
        )
        axes.fill_between(
            later,
            rows["conf_low"].to_numpy(float) * scale,
            rows["conf_high"].to_numpy(float) * scale,
            color=style.accent,
            alpha=0.2,
            linewidth=0,
            label=_("forecast, interval"),
        )
        axes.plot(
            later,
            rows["estimate"].to_numpy(float) * scale,
            color=style.accent,
            linewidth=2,
            linestyle=(0, (4, 2)),
            label=_("forecast"),
        )
        periods = [str(one) for one in (*past["period"], *rows["period"])]
        return periods, _said(rows, "period", "estimate", result)

    return _drawn(
        result,
        table,
        panel,
        title=title or findings.outlook(result).headline,
        alt=_("Forecasts by period. {values}."),
        below=(
            _("Periods without a figure are gaps.") if points["value"].isna().any() else "",
            _("How each model did in the past: see the backtest."),
        ),
    )


@or_notice
def breaks(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw observed waves, the levels of the best segmentation, and where a new level began.

    Parameters
    ----------
    result : Breaks
        From ``trends.breaks``.
    title : str, optional
        By default the finding.
    """
    waves = result.frames()["waves"]
    need_rows(waves[waves["observed"].notna()])
    _ = tell(result)

    def panel(axes: Axes, rows: pd.DataFrame, style: theme.Look) -> tuple[list[str], str]:
        scale = _scale(rows)
        _observed(axes, rows, scale, _("observed, interval"))
        found = _same(result.table, rows, result)
        labels = [str(one) for one in rows["wave"]]
        level = rows["level"].to_numpy(float) * scale
        sure = bool((found["verdict"] == "break").any())
        starts = [labels.index(str(one)) for one in found["wave"].dropna()]
        edges = [0, *starts, len(labels)]
        for place, (first, last) in enumerate(pairwise(edges)):
            axes.plot(
                np.arange(first, last),
                level[first:last],
                color=style.accent,
                linewidth=2.2,
                linestyle="-" if sure or not starts else (0, (4, 2)),
                label=_("level between breaks") if place == 0 else None,
            )
        for row in found[found["wave"].notna()].to_dict("records"):
            ends = (labels.index(str(row["wave_first"])), labels.index(str(row["wave_last"])))
            axes.axvspan(ends[0] - 0.9, ends[1] - 0.1, color=theme.GRID, zorder=0)
        return labels, _said(rows, "wave", "observed", result)

    return _drawn(
        result,
        waves,
        panel,
        title=title or findings.breaks(result).headline,
        alt=_("Observed figures by wave and levels between breaks. {values}."),
        below=(
            _("Grey bands: where the new level may have begun; dashed: step or drift."),
            _("Missing waves are gaps.") if waves["observed"].isna().any() else "",
        ),
    )


@or_notice
def control_chart(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw points, centre line and limits; full dots are points at which a rule fired.

    Parameters
    ----------
    result : ControlChart
        From ``trends.control_chart`` or ``trends.chart_series``.
    title : str, optional
        By default the finding.
    """
    table = result.table[result.table["value"].notna()]
    need_rows(table[table["centre"].notna()])
    _ = tell(result)
    place = "wave" if "wave" in table else "period"

    def panel(axes: Axes, rows: pd.DataFrame, style: theme.Look) -> tuple[list[str], str]:
        scale = _scale(rows)
        x = np.arange(len(rows))
        value, centre, lcl, ucl = (
            rows[name].to_numpy(float) * scale for name in ("value", "centre", "lcl", "ucl")
        )
        axes.plot(x, centre, color=theme.MUTED, linewidth=1.4, label=_("centre line"))
        for ends, name in ((lcl, _("control limits")), (ucl, None)):
            axes.step(x, ends, where="mid", color=theme.MUTED, linestyle="--", label=name)
        axes.plot(x, value, color=style.accent, linewidth=1.2)
        fired = rows["rule_fired"].notna().to_numpy()
        kinds = (
            (~fired, "white", style.accent, _("usual")),
            (fired, theme.BAD, theme.BAD, _("rule fired")),
        )
        for kept, fill, edge, name in kinds:
            axes.plot(
                x[kept],
                value[kept],
                marker="o",
                linestyle="none",
                markersize=6,
                markerfacecolor=fill,
                markeredgecolor=edge,
                label=name,
            )
        base = rows["in_baseline"].fillna(False).astype(bool).to_numpy()
        if base.any() and not base.all():
            axes.axvline(np.flatnonzero(base)[-1] + 0.5, color=theme.INK, linewidth=1)
        return [str(one) for one in rows[place]], _said(rows, place, "value", result)

    return _drawn(
        result,
        table,
        panel,
        title=title or findings.control_chart(result).headline,
        alt=_("Control charts. {values}."),
        below=(_("Limits are three standard deviations from the centre line."),),
        intervals=False,
    )


def _drawn(
    result: Result,
    table: pd.DataFrame,
    panel: Panel,
    *,
    title: str,
    alt: str,
    below: Sequence[str],
    intervals: bool = True,
) -> theme.Picture:
    """Draw one panel per measure (and group) and what stands around them."""
    keys = [*result.by, "measure"]
    panels = [rows.reset_index(drop=True) for _k, rows in table.groupby(keys, sort=False)]
    across = 2 if len(panels) > 1 else 1
    down = -(-len(panels) // across)
    said: list[str] = []
    cut = False
    with theme.look(result.about) as style:
        figure, all_axes = theme.canvas(
            result.about, rows=down, columns=across, height=_PANEL_HEIGHT * down + 0.4
        )
        for axes in all_axes[len(panels) :]:
            axes.set_visible(False)
        for axes, rows in zip(all_axes, panels, strict=False):
            labels, words = panel(axes, rows, style)
            said.append(words)
            _label_waves(axes, labels, across)
            theme.clean(axes, grid="y")
            axes.set_title("\n".join(theme.labels([_panel_name(rows, result)], 42)))
            cut |= _value_axis(axes, rows, result)
        return theme.finish(
            figure,
            title=title,
            below=footer(result, *below, tell(result)(CUT) if cut else "", intervals=intervals),
            alt=alt.replace("{values}", spoken(said, result)),
            legend=all_axes[0].get_legend_handles_labels(),
        )


def _observed(axes: Axes, rows: pd.DataFrame, scale: float, name: str) -> None:
    observed, low, high = (
        rows[column].to_numpy(float) * scale for column in ("observed", "conf_low", "conf_high")
    )
    axes.errorbar(
        np.arange(len(rows)),
        observed,
        yerr=np.vstack([observed - low, high - observed]),
        fmt="o",
        markersize=5,
        color=theme.INK,
        ecolor=theme.MUTED,
        elinewidth=1.3,
        label=name,
    )


def _targets(axes: Axes, target: pd.DataFrame, scale: float) -> None:
    for name in ("target_value", "target_from", "target_to"):
        for value in target[name].dropna().unique()[:1]:
            axes.axhline(float(value) * scale, color=theme.GOOD, linewidth=1.4, linestyle=":")


def _same(frame: pd.DataFrame, rows: pd.DataFrame, result: Result) -> pd.DataFrame:
    """Return the rows of another frame for the same measure and group."""
    for name in (*result.by, "measure"):
        frame = frame[frame[name] == rows[name].iloc[0]]
    return frame.reset_index(drop=True)


def _scale(rows: pd.DataFrame) -> float:
    return 100.0 if str(rows["unit"].iloc[0]) == "share" else 1.0


def _label_waves(axes: Axes, waves: Sequence[str], across: int) -> None:
    needed = len(waves) * (max(len(wave) for wave in waves) + 1.5)
    step = max(1, math.ceil(needed / (_CHARACTERS / across)))
    shown = list(range(len(waves)))[::-step][::-1]
    axes.set_xticks(shown, [waves[place] for place in shown])
    axes.set_xlim(-0.5, len(waves) - 0.5)


def _value_axis(axes: Axes, rows: pd.DataFrame, result: Result) -> bool:
    unit = str(rows["unit"].iloc[0])
    number_axis(axes, unit, result.about.language, side="y")
    if unit in AXES:
        axes.set_ylabel(tell(result)(AXES[unit]).partition(",")[0])
    elif unit not in ("", "number", "count"):
        axes.set_ylabel(word(unit, result.about.language))
    ends = scale_range(result.about, rows["measure"].iloc[0], unit)
    axes.margins(y=0.12)
    low, high = axes.get_ylim()
    if ends is not None:
        low, high = max(low, ends[0]), min(high, ends[1])
        axes.set_ylim(low, high)
        if (low, high) == ends:
            return False
    elif low <= 0 <= high:  # nothing is cut off below a count
        return False
    theme.broken(axes, "y")
    return True


def _panel_name(rows: pd.DataFrame, result: Result) -> str:
    row: dict[Any, Any] = rows.iloc[0].to_dict()
    group = group_name(row, result.by, result.about)
    return label(row["measure"], result.about) + (f" · {group}" if group else "")


def _said(rows: pd.DataFrame, place: str, column: str, result: Result) -> str:
    unit = str(rows["unit"].iloc[0])
    values = ", ".join(
        f"{one[place]} {amounts.amount(one[column], unit, result.about.language)}"
        for one in rows.to_dict("records")
    )
    return f"{_panel_name(rows, result)}: {values}"
