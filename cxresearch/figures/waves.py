"""Figures of waves to come and waves gone by: forecast fans, breaks, control charts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxresearch import theme
from cxresearch.figures.parts import need_rows, or_notice, scale_of, tell
from cxresearch.figures.wave_panels import by_wave, observed, same, shade, targets, told, unit_of
from cxresearch.findings import waves as findings
from cxresearch.results import Result


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

    def panel(axes: Axes, rows: pd.DataFrame, style: theme.Look) -> tuple[Sequence[str], str]:
        past = same(frames["waves"], rows, result)
        scale = scale_of(unit_of(rows))
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
        targets(axes, same(frames["target"], rows, result), scale)
        waves = [str(one) for one in (*past["wave"], *rows["wave"])]
        return waves, told(rows, "wave", "estimate", result)

    return by_wave(
        result,
        table,
        panel,
        title=title or findings.forecast(result).headline,
        alt=_("Forecasts by wave. {values}."),
        below=lambda: (
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

    def panel(axes: Axes, rows: pd.DataFrame, style: theme.Look) -> tuple[Sequence[str], str]:
        past = same(points, rows, result)
        scale = scale_of(unit_of(rows))
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
        return periods, told(rows, "period", "estimate", result)

    return by_wave(
        result,
        table,
        panel,
        title=title or findings.outlook(result).headline,
        alt=_("Forecasts by period. {values}."),
        below=lambda: (
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

    def panel(axes: Axes, rows: pd.DataFrame, style: theme.Look) -> tuple[Sequence[str], str]:
        scale = scale_of(unit_of(rows))
        observed(axes, rows, _("observed, interval"))
        found = same(result.table, rows, result)
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
            shade(axes, labels, row)
        return labels, told(rows, "wave", "observed", result)

    return by_wave(
        result,
        waves,
        panel,
        title=title or findings.breaks(result).headline,
        alt=_("Observed figures by wave and levels between breaks. {values}."),
        below=lambda: (
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

    def panel(axes: Axes, rows: pd.DataFrame, style: theme.Look) -> tuple[Sequence[str], str]:
        scale = scale_of(unit_of(rows))
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
        return [str(one) for one in rows[place]], told(rows, place, "value", result)

    return by_wave(
        result,
        table,
        panel,
        title=title or findings.control_chart(result).headline,
        alt=_("Control charts. {values}."),
        below=lambda: (_("Limits are three standard deviations from the centre line."),),
        intervals=False,
    )
