"""Figures of waves: what was observed, the level behind it, and which changes are for sure."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxresearch import theme
from cxresearch.figures import panels
from cxresearch.figures.parts import (
    Marker,
    axis_words,
    beside_estimate,
    footer,
    interval_title,
    need_rows,
    or_notice,
    records,
    scale_of,
    spoken,
    tell,
)
from cxresearch.figures.wave_panels import by_wave, observed, same, shade, targets, told, unit_of
from cxresearch.findings.phrases import group_name
from cxresearch.findings.trends import latest, trends
from cxresearch.results import Result
from cxresearch.text.cells import label
from cxresearch.text.words import word

_SURE = ("clear_rise", "clear_fall", "likely_rise", "likely_fall")


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
    found: set[str] = set()

    def panel(axes: Axes, rows: pd.DataFrame, style: theme.Look) -> tuple[list[str], str]:
        waves = [str(wave) for wave in rows["wave"]]
        _level(axes, rows, result, style.accent)
        observed(axes, rows, _("observed, interval"))
        _other_marks(axes, rows, waves, result, breaks, forecast, found)
        if contrasts is not None and _changed(axes, rows, waves, result, contrasts):
            found.add("change")
        return waves, told(rows, "wave", "observed", result)

    return by_wave(
        result,
        table,
        panel,
        title=title or trends(result).headline,
        alt=_("Values by wave. {values}."),
        below=lambda: (
            _("Missing waves are gaps.") if table["observed"].isna().any() else "",
            _("▲ ▼ clear, △ ▽ likely change from the previous wave.") if "change" in found else "",
            _("Grey bands: where a new level may have begun.") if "break" in found else "",
            _("Dotted line: target.") if "target" in found else "",
            _("Upright line: the question changed.") if "step" in found else "",
        ),
        full_scale=full_scale,
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
    some = [rows.reset_index(drop=True) for _k, rows in table.groupby("unit", sort=False)]
    names = [[_row_name(row, result) for row in records(rows)] for rows in some]
    said: list[str] = []
    with theme.look(result.about) as style:
        figure, all_axes = panels.below_each_other(result.about, names, least=0.5, room=0.75)
        for axes, rows, row_names in zip(all_axes, some, names, strict=True):
            unit = str(rows["unit"].iloc[0])
            _threshold_bands(axes, rows, unit)
            values = [beside_estimate(row, unit, language, change=True) for row in records(rows)]
            verdicts = [word(verdict, language) for verdict in rows["verdict"]]
            panel = panels.Dots(
                rows=rows,
                names=row_names,
                texts=[
                    f"{value}\n{theme.labels([verdict], 36)[0]}"
                    for value, verdict in zip(values, verdicts, strict=True)
                ],
                markers=[Marker(style.accent, verdict in _SURE) for verdict in rows["verdict"]],
                unit=unit,
                change=True,
                axis=axis_words(unit, result, change=True),
                heading=interval_title(result),
                spoken=[f"{value}, {one}" for value, one in zip(values, verdicts, strict=True)],
            )
            said += panels.draw(axes, panel, language)
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


def _level(axes: Axes, rows: pd.DataFrame, result: Result, colour: str) -> None:
    """Draw the level behind the waves and its band, where there is one."""
    _ = tell(result)
    scale = scale_of(unit_of(rows))
    x = np.arange(len(rows))
    level, low, high = (
        rows[name].to_numpy(float) * scale for name in ("level", "level_low", "level_high")
    )
    if not np.isfinite(level).any():
        return
    band = {"color": colour, "alpha": 0.18, "linewidth": 0}
    axes.fill_between(x, low, high, label=_("level, interval"), **band)  # type: ignore[arg-type]
    axes.plot(x, level, color=colour, linewidth=2, label=_("level (smoothed)"))


def _changed(
    axes: Axes, rows: pd.DataFrame, waves: list[str], result: Result, contrasts: Result
) -> bool:
    """Mark clear and likely changes from the previous wave; return whether there are any."""
    shapes = dict(zip(_SURE, "▲▼△▽", strict=True))
    table = same(contrasts.table, rows, result)
    table = table[(table["contrast"] == "previous") & table["verdict"].isin(_SURE)]
    table = table[table["wave_to"].astype(str).isin(waves)]
    for row in records(table):
        axes.annotate(
            shapes[row["verdict"]],
            (waves.index(str(row["wave_to"])), 0.02),
            xycoords=("data", "axes fraction"),
            ha="center",
            va="bottom",
            fontsize=11,
            color=theme.INK,
        )
    return len(table) > 0


def _other_marks(
    axes: Axes,
    rows: pd.DataFrame,
    waves: list[str],
    result: Result,
    breaks: Result | None,
    forecast: Result | None,
    found: set[str],
) -> None:
    """Mark where the question changed, where a new level began, and the target."""
    for row in records(same(result.frames().get("steps", rows.head(0)), rows, result)):
        axes.axvline(waves.index(str(row["wave"])) - 0.5, color=theme.INK, linewidth=1)
        found.add("step")
    if breaks is not None:
        table = same(breaks.table, rows, result)
        for row in records(table[table["verdict"] == "break"]):
            shade(axes, waves, row)
            found.add("break")
    if forecast is not None:
        frame = same(forecast.frames()["target"], rows, result)
        if targets(axes, frame, scale_of(unit_of(rows))):
            found.add("target")


def _threshold_bands(axes: Axes, rows: pd.DataFrame, unit: str) -> None:
    if "threshold" not in rows:
        return
    scale = scale_of(unit)
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
