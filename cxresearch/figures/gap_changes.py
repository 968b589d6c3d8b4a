"""Figures of scores over time and beside the outcome: split changes of gaps, R² of models."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from cxresearch import theme
from cxresearch.figures import panels
from cxresearch.figures.dimensions import row_names
from cxresearch.figures.parts import (
    Marker,
    axis_words,
    beside_estimate,
    flat,
    footer,
    interval_title,
    need_rows,
    or_notice,
    records,
    spoken,
    tell,
)
from cxresearch.findings.zone import gap_changes, latest_changes, models
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.words import word

_R_SQUARED = ("r_squared", "r_squared_low", "r_squared_high")


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
    some = [part.reset_index(drop=True) for part in latest_changes(result)]
    need_rows(pd.concat(some) if some else pd.DataFrame())
    _ = tell(result)
    names = [row_names(part, result, items=False) for part in some]
    said: list[str] = []
    sure: list[bool] = []
    with theme.look(result.about) as style:
        figure, every = panels.below_each_other(result.about, names, least=0.46, room=1.15)
        for axes, rows, named in zip(every, some, names, strict=True):
            told, known = _panel(axes, rows, named, result, style.accent)
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
    axes.plot([], [], color=accent, marker="o", linewidth=2.2, label=_("gap"))
    waves = f"{rows['wave_from'].iloc[0]} → {rows['wave_to'].iloc[0]}"
    texts = [beside_estimate(row, "points", language, change=True) for row in records(rows)]
    panel = panels.Dots(
        rows=rows,
        names=names,
        texts=texts,
        markers=[Marker(accent, one) for one in sure],
        unit="points",
        change=True,
        axis=axis_words("points", result, change=True),
        title=waves,
        heading=interval_title(result),
    )
    panels.draw(axes, panel, language)
    told = [
        _(
            "{name}: gap {gap}, perception {perception}, expectation {expectation}",
            name=flat(f"{waves}, {name}"),
            gap=text,
            perception=amounts.signed(row["perception_change"], 2, language),
            expectation=amounts.signed(row["expectation_change"], 2, language),
        )
        for name, text, row in zip(names, texts, records(rows), strict=True)
    ]
    return told, sure


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
    with theme.look(result.about) as style:
        figure, (axes,) = panels.below_each_other(result.about, [names], least=0.36)
        panel = panels.Dots(
            rows=rows,
            names=names,
            texts=[
                beside_estimate(row, "r_squared", language, names=_R_SQUARED)
                for row in records(rows)
            ],
            markers=[Marker(style.accent)] * len(rows),
            unit="r_squared",
            ends=_R_SQUARED,
            limits=(0, 1),
            axis=_("part of the outcome that the score accounts for, R²"),
            heading=interval_title(result),
        )
        said = panels.draw(axes, panel, language)
        apart = _("Intervals of the differences stand in their own table.")
        return theme.finish(
            figure,
            title=title or models(result).headline,
            below=footer(result, apart),
            alt=_("R² with intervals. {values}.", values=spoken(said, result)),
        )
