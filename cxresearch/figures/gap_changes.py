"""Figures of scores over time and beside the outcome: split changes of gaps, R² of models."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from cxresearch import theme
from cxresearch.figures.parts import (
    CHANGE_AXES,
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
    spoken,
    tell,
)
from cxresearch.findings.phrases import group_name
from cxresearch.findings.zone import gap_changes, latest_changes, models
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import label
from cxresearch.text.words import word


@or_notice
def change_split(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw by how much perception and expectation moved each gap, and what came of both.

    Parameters
    ----------
    result : GapChanges
        From ``servqual.changes``; the last wave is drawn, a panel per wave it is compared with.
    title : str, optional
        By default the finding.
    """
    panels = [part.reset_index(drop=True) for part in latest_changes(result)]
    need_rows(pd.concat(panels) if panels else pd.DataFrame())
    _ = tell(result)
    names = [_names(part, result) for part in panels]
    step = theme.row_height([name for some in names for name in some], 0.46)
    heights = [step * len(part) + 1.15 for part in panels]
    said: list[str] = []
    sure: list[bool] = []
    with theme.look(result.about) as style:
        figure, every = theme.canvas(
            result.about, rows=len(panels), height=sum(heights), height_ratios=heights
        )
        for axes, rows, some in zip(every, panels, names, strict=True):
            told, known = _panel(axes, rows, some, result, style.accent)
            said += told
            sure += known
        return theme.finish(
            figure,
            title=title or gap_changes(result).headline,
            below=footer(
                result,
                _("Bars to the right narrow a shortfall; both bars sum to the dot."),
                "" if all(sure) else _("Open dots: cannot be told from zero."),
            ),
            alt=_("Changes of gaps split by side. {values}.", values=spoken(said, result)),
            legend=every[0].get_legend_handles_labels(),
        )


def _panel(
    axes: Axes, rows: pd.DataFrame, names: list[str], result: Result, accent: str
) -> tuple[list[str], list[bool]]:
    """Draw the changes since one wave; return them in words, and which are sure."""
    _ = tell(result)
    language = result.about.language
    records = rows.to_dict("records")
    places = rows.index.to_numpy(float)
    sides = {
        _("perception rose or fell"): (rows["perception_change"], -0.18, theme.PALETTE[0]),
        _("expectation fell or rose"): (-rows["expectation_change"], 0.18, theme.PALETTE[4]),
    }
    for name, (moved, step, colour) in sides.items():
        axes.barh(
            places + step, moved, height=0.34, color=colour, alpha=0.55, linewidth=0, label=name
        )
    sure = [q <= 1 - result.conf_level for q in rows["q_value"]]
    dots(axes, rows, [Marker(accent, one) for one in sure], unit="points")
    axes.plot([], [], color=accent, marker="o", linewidth=2.2, label=_("gap"))
    axes.axvline(0, color=theme.INK, linewidth=1)
    rows_axis(axes, names)
    axes.margins(x=0.08)
    number_axis(axes, "points", language, change=True)
    theme.clean(axes)
    axes.set_xlabel(_(CHANGE_AXES["points"]))
    waves = f"{rows['wave_from'].iloc[0]} → {rows['wave_to'].iloc[0]}"
    axes.set_title(waves, pad=16)
    texts = [beside_estimate(row, "points", language, change=True) for row in records]
    beside(axes, texts, interval_title(result))
    told = [
        _(
            "{name}: gap {gap}, perception {perception}, expectation {expectation}",
            name=f"{waves}, {name}".replace("\n", " "),
            gap=text,
            perception=amounts.signed(row["perception_change"], 2, language),
            expectation=amounts.signed(row["expectation_change"], 2, language),
        )
        for name, text, row in zip(names, texts, records, strict=True)
    ]
    return told, sure


def _names(rows: pd.DataFrame, result: Result) -> list[str]:
    names = []
    for row in rows.to_dict("records"):
        group = group_name(row, result.by, result.about)
        name = label(row["dimension"], result.about)
        names.append(f"{name} · {group}" if group else name)
    return theme.labels(names, 34)


@or_notice
def score_models(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw how much of the outcome each score accounts for, with intervals.

    Parameters
    ----------
    result : ScoreModels
        From ``servqual.models``.
    title : str, optional
        By default the finding.
    """
    rows = result.table[result.table["r_squared"].notna()].reset_index(drop=True)
    need_rows(rows)
    _ = tell(result)
    language = result.about.language
    names = theme.labels([word(one, language, "model") for one in rows["model"]], 34)
    shown = pd.DataFrame(
        {
            "estimate": rows["r_squared"],
            "conf_low": rows["r_squared_low"],
            "conf_high": rows["r_squared_high"],
        }
    )
    with theme.look(result.about) as style:
        figure, (axes,) = theme.canvas(
            result.about, height=theme.row_height(names, 0.36) * len(names) + 0.85
        )
        dots(axes, shown, [Marker(style.accent)] * len(rows), unit="r_squared")
        rows_axis(axes, names)
        axes.set_xlim(0, 1)
        number_axis(axes, "r_squared", language)
        theme.clean(axes)
        axes.set_xlabel(_("part of the outcome that the score accounts for, R²"))
        texts = [beside_estimate(row, "r_squared", language) for row in shown.to_dict("records")]
        beside(axes, texts, interval_title(result))
        said = [
            f"{name}: {text}".replace("\n", " ") for name, text in zip(names, texts, strict=True)
        ]
        apart = _("Intervals of the differences stand in their own table.")
        return theme.finish(
            figure,
            title=title or models(result).headline,
            below=footer(result, apart),
            alt=_("R² with intervals. {values}.", values=spoken(said, result)),
        )
