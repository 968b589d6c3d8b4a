"""Figures of waves: what was observed, the level behind it, and which changes are for sure."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxresearch import theme
from cxresearch.figures.parts import (
    AXES,
    CHANGE_AXES,
    CUT,
    Marker,
    beside,
    beside_estimate,
    dots,
    footer,
    interval_title,
    need_rows,
    number_axis,
    or_notice,
    rows_axis,
    scale_range,
    spoken,
    tell,
)
from cxresearch.findings.phrases import group_name
from cxresearch.findings.trends import latest, trends
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import label
from cxresearch.text.words import word

_SURE = ("clear_rise", "clear_fall", "likely_rise", "likely_fall")
_PANEL_HEIGHT = 2.3
_CHARACTERS = 66  # of an axis label that fit across the figure


@or_notice
def track(
    result: Result,
    *,
    contrasts: Result | None = None,
    breaks: Result | None = None,
    forecast: Result | None = None,
    full_scale: bool = False,
    title: str | None = None,
) -> theme.Picture:
    """Draw the waves of every measure: observed with intervals, the level as a band.

    Parameters
    ----------
    result : Track
        From ``trends.track``.
    contrasts : WaveContrasts, optional
        From ``trends.compare``: clear and likely changes from the previous wave are marked.
    breaks : Breaks, optional
        From ``trends.breaks``: bands mark where a new level may have begun.
    forecast : Forecast, optional
        From ``trends.forecast``: its targets are drawn.
    full_scale : bool
        Show the whole scale; otherwise a cut axis is marked as cut.
    title : str, optional
        By default the finding.
    """
    table = result.table
    need_rows(table[table["observed"].notna()])
    _ = tell(result)
    keys = [*result.by, "measure"]
    panels = [rows.reset_index(drop=True) for _k, rows in table.groupby(keys, sort=False)]
    across = 2 if len(panels) > 1 else 1
    down = -(-len(panels) // across)
    said: list[str] = []
    cut = marked = False
    also: set[str] = set()
    with theme.look(result.about) as style:
        figure, all_axes = theme.canvas(
            result.about, rows=down, columns=across, height=_PANEL_HEIGHT * down + 0.4
        )
        for place, axes in enumerate(all_axes):
            if place >= len(panels):
                axes.set_visible(False)
                continue
            rows = panels[place]
            _panel(axes, rows, result, style, across)
            also |= _other_marks(axes, rows, result, breaks, forecast)
            cut |= _value_axis(axes, rows, result, full_scale)
            marked |= _marks(axes, rows, result, contrasts)
            said.append(_said(rows, result))
        below = footer(
            result,
            _("Missing waves are gaps.") if table["observed"].isna().any() else "",
            _("▲ ▼ clear, △ ▽ likely change from the previous wave.") if marked else "",
            _("Grey bands: where a new level may have begun.") if "break" in also else "",
            _("Dotted line: target.") if "target" in also else "",
            _("Upright line: the question changed.") if "step" in also else "",
            _(CUT) if cut else "",
        )
        return theme.finish(
            figure,
            title=title or trends(result).headline,
            below=below,
            alt=_("Values by wave. {values}.", values=spoken(said, result)),
            legend=all_axes[0].get_legend_handles_labels(),
        )


@or_notice
def changes(result: Result, *, every: bool = False, title: str | None = None) -> theme.Picture:
    """Draw the changes to the latest wave with their intervals, thresholds and verdicts.

    A filled dot is a clear or likely change; the grey band is smaller than what was laid down
    to matter.

    Parameters
    ----------
    result : WaveContrasts
        From ``trends.compare``.
    every : bool
        Draw the changes to earlier waves too.
    title : str, optional
        By default the finding.
    """
    table = result.table if every else latest(result)
    table = table[table["estimate"].notna()].copy()
    need_rows(table)
    _ = tell(result)
    language = result.about.language
    if "unit" not in table:
        table["unit"] = ""
    panels = [rows.reset_index(drop=True) for _k, rows in table.groupby("unit", sort=False)]
    names = [[_row_name(row, result) for row in rows.to_dict("records")] for rows in panels]
    step = theme.row_height([name for some in names for name in some], 0.5)
    heights = [step * len(rows) + 0.75 for rows in panels]
    said: list[str] = []
    with theme.look(result.about) as style:
        figure, all_axes = theme.canvas(
            result.about, rows=len(panels), height=sum(heights), height_ratios=heights
        )
        for axes, rows, row_names in zip(all_axes, panels, names, strict=True):
            unit = str(rows["unit"].iloc[0])
            _threshold_bands(axes, rows, unit)
            filled = [Marker(style.accent, verdict in _SURE) for verdict in rows["verdict"]]
            dots(axes, rows, filled, unit=unit)
            axes.axvline(0, color=theme.INK, linewidth=1)
            rows_axis(axes, row_names)
            axes.margins(x=0.06)
            number_axis(axes, unit, language, change=True)
            theme.clean(axes)
            axes.set_xlabel(_(CHANGE_AXES[unit]) if unit in CHANGE_AXES else _("difference"))
            values = [
                beside_estimate(row, unit, language, change=True) for row in rows.to_dict("records")
            ]
            verdicts = [word(verdict, language) for verdict in rows["verdict"]]
            texts = [
                f"{value}\n{theme.labels([verdict], 36)[0]}"
                for value, verdict in zip(values, verdicts, strict=True)
            ]
            beside(axes, texts, interval_title(result))
            said += [
                f"{name}: {value}, {verdict}".replace("\n", " ")
                for name, value, verdict in zip(row_names, values, verdicts, strict=True)
            ]
        thresholds = "threshold" in table and table["threshold"].notna().any()
        below = footer(
            result,
            _("Filled dots: clear or likely changes."),
            _("Grey bands: smaller than what was laid down to matter.") if thresholds else "",
        )
        return theme.finish(
            figure,
            title=title or trends(result).headline,
            below=below,
            alt=_("Changes with intervals. {values}.", values=spoken(said, result)),
        )


def _panel(axes: Axes, rows: pd.DataFrame, result: Result, style: theme.Look, across: int) -> None:
    _ = tell(result)
    scale = 100 if str(rows.iloc[0].get("unit", "")) == "share" else 1
    x = np.arange(len(rows))
    observed, low, high, level, level_low, level_high = (
        rows[name].to_numpy(float) * scale
        for name in ("observed", "conf_low", "conf_high", "level", "level_low", "level_high")
    )
    if np.isfinite(level).any():
        axes.fill_between(
            x,
            level_low,
            level_high,
            color=style.accent,
            alpha=0.18,
            linewidth=0,
            label=_("level, interval"),
        )
        axes.plot(x, level, color=style.accent, linewidth=2, label=_("level (smoothed)"))
    axes.errorbar(
        x,
        observed,
        yerr=np.vstack([observed - low, high - observed]),
        fmt="o",
        markersize=5,
        color=theme.INK,
        ecolor=theme.MUTED,
        elinewidth=1.3,
        label=_("observed, interval"),
    )
    waves = [str(wave) for wave in rows["wave"]]
    needed = len(waves) * (max(len(wave) for wave in waves) + 1.5)
    step = max(1, math.ceil(needed / (_CHARACTERS / across)))
    shown = list(range(len(waves)))[::-step][::-1]  # the latest wave is always named
    axes.set_xticks(shown, [waves[place] for place in shown])
    axes.set_xlim(-0.5, len(rows) - 0.5)
    theme.clean(axes, grid="y")
    row = rows.iloc[0].to_dict()
    group = group_name(row, result.by, result.about)
    name = label(row["measure"], result.about) + (f" · {group}" if group else "")
    axes.set_title("\n".join(theme.labels([name], 42)))


def _value_axis(axes: Axes, rows: pd.DataFrame, result: Result, full_scale: bool) -> bool:
    unit = str(rows.iloc[0].get("unit", ""))
    language = result.about.language
    number_axis(axes, unit, language, side="y")
    if unit in AXES:
        axes.set_ylabel(tell(result)(AXES[unit]).partition(",")[0])
    ends = scale_range(result.about, rows["measure"].iloc[0], unit)
    if full_scale and ends is not None:
        axes.set_ylim(*ends)
        return False
    axes.margins(y=0.18)
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


def _marks(axes: Axes, rows: pd.DataFrame, result: Result, contrasts: Result | None) -> bool:
    if contrasts is None:
        return False
    shapes = dict(zip(_SURE, "▲▼△▽", strict=True))
    table = contrasts.table
    found = table[(table["contrast"] == "previous") & table["verdict"].isin(_SURE)]
    for name in ("measure", *(one for one in result.by if one in found)):
        found = found[found[name] == rows[name].iloc[0]]
    waves = [str(wave) for wave in rows["wave"]]
    marked = False
    for row in found.to_dict("records"):
        if str(row["wave_to"]) in waves:
            spot = waves.index(str(row["wave_to"]))
            axes.annotate(
                shapes[row["verdict"]],
                (spot, 0.02),
                xycoords=("data", "axes fraction"),
                ha="center",
                va="bottom",
                fontsize=11,
                color=theme.INK,
            )
            marked = True
    return marked


def _other_marks(
    axes: Axes, rows: pd.DataFrame, result: Result, breaks: Result | None, forecast: Result | None
) -> set[str]:
    """Mark where a new level began, where the question changed, and the target."""
    waves = [str(wave) for wave in rows["wave"]]
    scale = 100 if str(rows.iloc[0].get("unit", "")) == "share" else 1
    frames = {
        "step": result.frames().get("steps"),
        "break": None if breaks is None else breaks.table,
        "target": None if forecast is None else forecast.frames()["target"],
    }
    found: set[str] = set()
    for kind, frame in frames.items():
        if frame is None or frame.empty:
            continue
        for name in ("measure", *(one for one in result.by if one in frame)):
            frame = frame[frame[name] == rows[name].iloc[0]]
        for row in frame.to_dict("records"):
            if kind == "step":
                axes.axvline(waves.index(str(row["wave"])) - 0.5, color=theme.INK, linewidth=1)
            elif kind == "break" and row["verdict"] == "break":
                ends = [waves.index(str(row[name])) for name in ("wave_first", "wave_last")]
                axes.axvspan(ends[0] - 0.9, ends[1] - 0.1, color=theme.GRID, zorder=0)
            elif kind == "target" and pd.notna(row["target_value"]):
                target = float(row["target_value"]) * scale
                axes.axhline(target, color=theme.GOOD, linewidth=1.4, linestyle=":")
            else:
                continue
            found.add(kind)
    return found


def _threshold_bands(axes: Axes, rows: pd.DataFrame, unit: str) -> None:
    if "threshold" not in rows:
        return
    scale = 100 if unit == "share" else 1
    for place, threshold in enumerate(rows["threshold"].astype(float) * scale):
        if np.isfinite(threshold):
            axes.barh(
                place, 2 * threshold, left=-threshold, height=0.8, color=theme.GRID, linewidth=0
            )


def _row_name(row: dict[Any, Any], result: Result) -> str:
    group = group_name(row, result.by, result.about)
    name = label(row["measure"], result.about) + (f" · {group}" if group else "")
    waves = f"{row['wave_from']} → {row['wave_to']}"
    return "\n".join([*theme.labels([name], 28), waves])


def _said(rows: pd.DataFrame, result: Result) -> str:
    row = rows.iloc[0].to_dict()
    unit = str(row.get("unit", ""))
    group = group_name(row, result.by, result.about)
    values = ", ".join(
        f"{one['wave']} {amounts.amount(one['observed'], unit, result.about.language)}"
        for one in rows.to_dict("records")
    )
    name = label(row["measure"], result.about) + (f", {group}" if group else "")
    return f"{name}: {values}"
