"""Figures of samples: what a wave of a size finds, and margins before and after weighting."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxresearch import theme
from cxresearch.figures import panels
from cxresearch.figures.parts import (
    CHANGE_AXES,
    footer,
    need_rows,
    number_axis,
    or_notice,
    rows_axis,
    scale_of,
    spoken,
    tell,
)
from cxresearch.findings.sampling import plan, weighting
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import label


@or_notice
def detectable(
    result: Result, *, measure: str | None = None, title: str | None = None
) -> theme.Picture:
    """Draw the detectable change by the size of a wave, with the cadences of a year marked.

    Parameters
    ----------
    result : SamplePlan
        From ``sampling.plan``.
    measure : str, optional
        Only this measure.
    title : str, optional
        By default the finding.
    """
    frames = result.frames()
    curve, cadence = frames["curve"], frames["cadence"]
    if measure is not None:
        curve = curve[curve["measure"] == measure]
    curve = curve[curve["mdc"].notna()]
    need_rows(curve)
    _ = tell(result)
    language = result.about.language
    keys = list(dict.fromkeys(curve["measure"]))
    said: list[str] = []
    with theme.look(result.about) as style:
        figure, every = panels.two_across(result.about, len(keys), height=2.9)
        for axes, key in zip(every, keys, strict=True):
            rows = curve[curve["measure"] == key]
            marks = cadence[cadence["measure"] == key]
            unit = str(rows["unit"].iloc[0])
            scale = scale_of(unit)
            axes.plot(rows["n"], rows["mdc"] * scale, color=style.accent, linewidth=2)
            threshold = marks["threshold"].iloc[0]
            if pd.notna(threshold):
                axes.axhline(
                    threshold * scale, color=style.palette[1], linestyle="--", linewidth=1.2
                )
            for row in marks.to_dict("records"):
                axes.plot(
                    row["n_wave"],
                    row["mdc"] * scale,
                    marker="o",
                    color=style.accent,
                    markerfacecolor=style.accent if row["recommended"] else "white",
                )
                axes.annotate(
                    str(row["waves_a_year"]),
                    (row["n_wave"], row["mdc"] * scale),
                    xytext=(5, 5),
                    textcoords="offset points",
                    fontsize=9,
                )
                text = amounts.number(float(row["mdc"]) * scale, amounts.digits(unit), language)
                said.append(f"{label(key, result.about)}, {row['waves_a_year']}: {text}")
            axes.set_ylim(bottom=0)
            axes.margins(x=0.05)
            number_axis(axes, "points" if unit == "share" else unit, language, side="y")
            number_axis(axes, "count", language)
            theme.clean(axes, "y")
            axes.set_title(label(key, result.about))
            axes.set_xlabel(_("interviews in a wave"))
            axes.set_ylabel(_(CHANGE_AXES[unit]) if unit in CHANGE_AXES else "")
        total = amounts.number(float(getattr(result, "interviews", np.nan)), 0, language)
        return theme.finish(
            figure,
            title=title or plan(result).headline,
            subtitle=_("Smallest change that two waves of a size find four times out of five"),
            below=footer(
                result,
                _(
                    "Dots: {total} interviews a year in as many waves as the number says; filled: "
                    "two or three waves. Dashed: what was laid down to matter.",
                    total=total,
                ),
                intervals=False,
            ),
            alt=_("Detectable change by waves a year. {values}.", values=spoken(said, result)),
        )


@or_notice
def margins(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw each category's share before and after weighting, and its target.

    Parameters
    ----------
    result : Weighting
        From ``sampling.rake``.
    title : str, optional
        By default the finding.
    """
    table = result.table
    need_rows(table)
    _ = tell(result)
    language = result.about.language
    names = theme.labels(
        [
            f"{label(row['variable'], result.about)}: {label(row['category'], result.about)}"
            for row in table.to_dict("records")
        ]
    )
    rows = np.arange(len(table))
    with theme.look(result.about) as style:
        figure, (axes,) = theme.canvas(
            result.about, height=theme.row_height(names, 0.3) * len(names) + 0.7
        )
        before, after, target = (
            100 * table[name].to_numpy(float) for name in ("before", "after", "target")
        )
        axes.hlines(rows, before, after, color=theme.MUTED, linewidth=1.5)
        axes.plot(before, rows, "o", color=style.accent, markerfacecolor="white")
        axes.plot(after, rows, "o", color=style.accent)
        axes.plot(target, rows, "|", color=theme.INK, markersize=14, markeredgewidth=1.6)
        rows_axis(axes, names)
        axes.set_xlim(left=0)
        number_axis(axes, "share", language)
        theme.clean(axes)
        shown = [
            [amounts.percent(one / 100, 1, language) for one in shares]
            for shares in (before, after)
        ]
        said = [f"{name}: {b} → {a}" for name, b, a in zip(names, *shown, strict=True)]
        return theme.finish(
            figure,
            title=title or weighting(result).headline,
            below=footer(
                result,
                _("Open dots: before weighting; filled: after; strokes: targets."),
                intervals=False,
            ),
            alt=_("Shares before and after weighting. {values}.", values=spoken(said, result)),
        )
