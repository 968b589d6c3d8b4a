"""Figures of comments: themes on two bases, what goes with high and low scores, themes by wave."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

from cxresearch import theme
from cxresearch.figures import maps
from cxresearch.figures.parts import (
    CHANGE_AXES,
    Marker,
    beside,
    dots,
    footer,
    need_rows,
    notice,
    number_axis,
    or_notice,
    rows_axis,
    spoken,
    tell,
)
from cxresearch.findings.verbatims import themes as themes_findings
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import label

_IMPACT = ("impact", "impact_low", "impact_high")


@or_notice
def theme_bars(
    result: Result, *, source: str | None = None, title: str | None = None
) -> theme.Picture:
    """Draw how often each theme is written about: of commenters, and of all respondents.

    Parameters
    ----------
    result : Themes
        From ``verbatims.themes``.
    source : str, optional
        Only this source of texts; by default the first.
    title : str, optional
        By default the finding.
    """
    rows = _of(result, source)
    rows = rows[rows["share"].notna() & (rows["n_theme"] > 0)]
    need_rows(rows)
    rows = rows.sort_values("share", ascending=False, ignore_index=True)
    _ = tell(result)
    language = result.about.language
    names = theme.labels([label(one, result.about) for one in rows["theme"]], 26)
    everybody = rows["share_all"].notna().any()
    with theme.look(result.about) as style:
        step = theme.row_height(names, 0.36)
        figure, (axes,) = theme.canvas(result.about, height=step * len(rows) + 0.7)
        places = np.arange(len(rows))
        offset = 0.19 if everybody else 0.0
        axes.barh(places - offset, 100 * rows["share"], height=0.36, color=style.accent)
        axes.hlines(
            places - offset,
            100 * rows["conf_low"],
            100 * rows["conf_high"],
            color=theme.INK,
            linewidth=1.4,
        )
        handles = [Line2D([], [], marker="s", linestyle="none", markersize=9, color=style.accent)]
        words_ = [_("of commenters")]
        if everybody:
            axes.barh(places + offset, 100 * rows["share_all"], height=0.36, color=theme.GRID)
            axes.hlines(
                places + offset,
                100 * rows["share_all_low"],
                100 * rows["share_all_high"],
                color=theme.INK,
                linewidth=1.4,
            )
            handles.append(
                Line2D([], [], marker="s", linestyle="none", markersize=9, color=theme.GRID)
            )
            words_.append(_("of all respondents"))
        rows_axis(axes, names)
        axes.set_xlim(left=0)
        number_axis(axes, "share", language)
        theme.clean(axes)
        texts = [
            f"{amounts.percent(row['share'], 1, language)} "
            f"{amounts.interval(row['conf_low'], row['conf_high'], 'share', language)}, "
            f"{amounts.number(float(row['n_theme']), 0, language)}"
            for row in _rows(rows)
        ]
        beside(axes, texts, _("of commenters, comments"))
        said = [
            f"{name}: {text}".replace("\n", " ") for name, text in zip(names, texts, strict=True)
        ]
        return theme.finish(
            figure,
            title=title or themes_findings(result).headline,
            below=footer(result, _("A comment may speak of several themes.")),
            alt=_("Themes of the comments. {values}.", values=spoken(said, result)),
            legend=(handles, words_),
        )


@or_notice
def impact(result: Result, *, source: str | None = None, title: str | None = None) -> theme.Picture:
    """Draw how much higher or lower the score is of those who write about a theme.

    Parameters
    ----------
    result : Themes
        From ``verbatims.themes``.
    source : str, optional
        Only this source of texts; by default the first.
    title : str, optional
        By default what is drawn.
    """
    rows = _of(result, source)
    rows = rows[rows["impact"].notna()]
    need_rows(rows)
    rows = rows.sort_values("impact", ignore_index=True)
    _ = tell(result)
    language = result.about.language
    names = theme.labels([label(one, result.about) for one in rows["theme"]], 26)
    alpha = 1 - result.conf_level
    with theme.look(result.about) as style:
        step = theme.row_height(names, 0.34)
        figure, (axes,) = theme.canvas(result.about, height=step * len(rows) + 0.7)
        markers = [Marker(style.accent, bool(q <= alpha)) for q in rows["q_value"]]
        dots(axes, rows, markers, unit="points", names=_IMPACT)
        axes.axvline(0, color=theme.INK, linewidth=1)
        rows_axis(axes, names)
        axes.margins(x=0.06)
        number_axis(axes, "points", language, change=True)
        theme.clean(axes)
        axes.set_xlabel(_(CHANGE_AXES["points"]))
        texts = [
            f"{amounts.change(row['impact'], 'points', language)} "
            f"{amounts.interval(row['impact_low'], row['impact_high'], 'points', language)}, "
            f"{amounts.percent(row['share'], 0, language)}"
            for row in _rows(rows)
        ]
        beside(axes, texts, _("difference, share of commenters"))
        said = [
            f"{name}: {text}".replace("\n", " ") for name, text in zip(names, texts, strict=True)
        ]
        return theme.finish(
            figure,
            title=title or _("How satisfied those are who write about a theme"),
            below=footer(
                result,
                _("Mean score of commenters with the theme minus that of commenters without."),
                _("Filled: clear after adjustment. Themes with too few scores are left out."),
            ),
            alt=_("Impact of themes on the score. {values}.", values=spoken(said, result)),
        )


@or_notice
def theme_waves(
    result: Result, *, source: str | None = None, title: str | None = None
) -> theme.Picture:
    """Draw the share of every theme in every wave as a heat map; changes beyond chance are marked.

    Parameters
    ----------
    result : Themes
        From ``verbatims.themes`` of a study with several waves.
    source : str, optional
        Only this source of texts; by default the first.
    title : str, optional
        By default what is drawn.
    """
    waves = result.frames()["waves"]
    _ = tell(result)
    if waves.empty:
        return notice(result, _("One wave alone cannot tell what became more or less."))
    waves = waves[waves["source"] == (source or waves["source"].iloc[0])]
    waves = waves[waves["share"].notna()]
    need_rows(waves)
    language = result.about.language
    order = waves.groupby("theme")["n_theme"].sum().sort_values(ascending=False).index
    columns = list(dict.fromkeys(waves["wave"]))
    share = waves.pivot(index="theme", columns="wave", values="share").loc[order, columns]
    change = waves.pivot(index="theme", columns="wave", values="difference").loc[order, columns]
    q = waves.pivot(index="theme", columns="wave", values="q_value").loc[order, columns]
    names = theme.labels([label(one, result.about) for one in order], 26)
    alpha = 1 - result.conf_level
    values = 100 * share.to_numpy(float)
    sure = q.to_numpy(float) <= alpha
    marks = np.where(sure, np.where(change.to_numpy(float) > 0, " ▲", " ▼"), "")
    texts = [
        [amounts.percent(one / 100, 0, language) + marks[i, j] for j, one in enumerate(row)]
        for i, row in enumerate(values)
    ]
    said = [
        f"{label(order[i], result.about)}, {columns[j]}: {texts[i][j]}"
        for i, j in np.argwhere(sure)
    ]
    cells = maps.Cells(
        values=values,
        texts=texts,
        bold=sure,
        rows=names,
        columns=theme.labels([str(one) for one in columns], 9),
    )
    with theme.look(result.about):
        figure, (axes,) = theme.canvas(result.about, height=0.36 * len(order) + 0.7)
        maps.grid(axes, cells, colours="Blues", ends=(0.0, float(np.nanmax(values)) or 1.0))
        first, last = columns[0], columns[-1]
        spans = [
            f"{label(key, result.about)}: {amounts.percent(share.loc[key, first], 0, language)} – "
            f"{amounts.percent(share.loc[key, last], 0, language)}"
            for key in order
        ]
        return theme.finish(
            figure,
            title=title or _("Themes by wave, share of commenters"),
            below=footer(
                result,
                _("▲ ▼: more or less than in the wave before, clear after adjustment."),
                intervals=False,
            ),
            alt=_("Themes by wave. {values}.", values=spoken([*said, *spans], result)),
        )


def _of(result: Result, source: str | None) -> pd.DataFrame:
    table = result.table
    return table[table["source"] == (source or table["source"].iloc[0])] if len(table) else table


def _rows(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]
