"""Figures of the answers themselves: from received to analysed, and what was left blank."""

from __future__ import annotations

import numpy as np
import pandas as pd
import seaborn as sns

from cxresearch import theme
from cxresearch.figures.parts import (
    beside,
    footer,
    need_rows,
    notice,
    number_axis,
    or_notice,
    rows_axis,
    spoken,
    tell,
)
from cxresearch.findings.quality import quality
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import question
from cxresearch.text.words import word

MOST_ITEMS = 15
_FEW = 4  # questions that were asked in the same waves, each in a row of its own


@or_notice
def flow(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw how many answers came and how many are left at each stage, by wave."""
    frame: pd.DataFrame = result.frames().get("flow", pd.DataFrame())
    need_rows(frame)
    _ = tell(result)
    language = result.about.language
    stages = list(dict.fromkeys(frame["stage"]))
    waves = list(dict.fromkeys(frame["wave"].astype(str))) if "wave" in frame else [""]
    names = theme.labels([word(stage, language, "stage") for stage in stages], 22)
    across = min(len(waves), 3)
    down = -(-len(waves) // across)
    height = theme.row_height(names) * len(stages) + 0.55
    said: list[str] = []
    with theme.look(result.about) as style:
        figure, all_axes = theme.canvas(
            result.about, rows=down, columns=across, height=height * down, sharex=True, sharey=True
        )
        for place, axes in enumerate(all_axes):
            if place >= len(waves):
                axes.set_visible(False)
                continue
            wave = waves[place]
            rows = frame[frame["wave"].astype(str) == wave] if wave else frame
            counts = rows.groupby("stage")["n"].sum().reindex(stages)
            texts = [amounts.number(float(n), 0, language) for n in counts]
            sns.barplot(
                x=counts.to_numpy(float),
                y=names,
                color=style.accent,
                width=0.62,
                ax=axes,
                orient="h",
            )
            rows_axis(axes, names)
            for row, (n, text) in enumerate(zip(counts, texts, strict=True)):
                if pd.notna(n):
                    axes.annotate(
                        text,
                        (float(n), row),
                        xytext=(4, 0),
                        textcoords="offset points",
                        va="center",
                        fontsize=9,
                    )
            axes.margins(x=0.22)
            axes.set_xlim(left=0)
            axes.set_title(wave)
            theme.clean(axes)
            axes.xaxis.set_visible(False)
            axes.grid(visible=False)
            spoken_row = ", ".join(
                f"{word(stage, language, 'stage')} {text}"
                for stage, text in zip(stages, texts, strict=True)
            )
            said.append(f"{wave}: {spoken_row}" if wave else spoken_row)
        return theme.finish(
            figure,
            title=title or quality(result).headline,
            subtitle=_("Number of interviews at each stage"),
            below=footer(result, intervals=False),
            alt=_("Bars of interviews by stage. {values}.", values=spoken(said, result)),
        )


@or_notice
def missing(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw which questions were left blank most often, by wave where there are several."""
    frame: pd.DataFrame = result.frames().get("items", pd.DataFrame())
    need_rows(frame)
    _ = tell(result)
    language = result.about.language
    key = next((name for name in ("item", "column") if name in frame), str(frame.columns[0]))
    columns = "wave" if "wave" in frame and frame["wave"].nunique() > 1 else None
    shares = frame.groupby(key, sort=False)["share_missing"].max()
    blank = shares[shares > 0] if (shares > 0).any() else shares
    order = list(blank.sort_values(ascending=False, kind="stable").index[:MOST_ITEMS])
    names = theme.labels([question(one, result.about) for one in order], 40)
    more = len(shares) - len(order)
    note = ""
    if more > 0:
        note = _.plural(
            "{n} question with fewer blanks is not shown.",
            "{n} questions with fewer blanks are not shown.",
            more,
            n=amounts.number(more, 0, language),
        )
    with theme.look(result.about) as style:
        step = theme.row_height(names, 0.27)
        figure, (axes,) = theme.canvas(result.about, height=step * len(order) + 0.7)
        if columns:
            grid = frame.pivot_table(index=key, columns=columns, values="share_missing", sort=False)
            grid = grid.reindex(order) * 100
            texts = grid.map(lambda value: amounts.number(value, 0, language))
            sns.heatmap(
                grid,
                ax=axes,
                cmap=sns.light_palette(style.accent, as_cmap=True),
                vmin=0,
                vmax=max(20.0, float(grid.max().max())),
                annot=texts,
                fmt="",
                linewidths=1,
                cbar=False,
                yticklabels=names,
            )
            axes.set(xlabel="", ylabel="")
            axes.tick_params(length=0)
            axes.tick_params(axis="y", labelrotation=0)
        else:
            values = shares.reindex(order) * 100
            sns.barplot(x=values.to_numpy(), y=names, color=style.accent, width=0.62, ax=axes)
            rows_axis(axes, names)
            axes.set_xlim(0, min(100.0, max(10.0, float(values.max()) * 1.05)))
            number_axis(axes, "share", language)
            theme.clean(axes)
            beside(axes, [amounts.percent(value / 100, 1, language) for value in values])
        said = [
            f"{question(one, result.about)} {amounts.percent(float(shares[one]), 1, language)}"
            for one in order
        ]
        return theme.finish(
            figure,
            title=title or _("Questions most often left blank"),
            subtitle=_("Percent of respondents asked, without an answer"),
            below=footer(result, note, intervals=False),
            alt=_("Share without an answer by question. {values}.", values=spoken(said, result)),
        )


@or_notice
def coverage(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw in which waves each question was asked, where not all were asked in every wave."""
    frame: pd.DataFrame = result.frames().get("coverage", pd.DataFrame())
    need_rows(frame)
    _ = tell(result)
    asked = frame.pivot(index="item", columns="wave", values="asked")
    asked = asked.loc[list(dict.fromkeys(frame["item"])), list(dict.fromkeys(frame["wave"]))]
    partly = asked[~asked.all(axis=1)]
    if partly.empty:
        return notice(result, _("Every question was asked in every wave."))
    rows = _alike(frame, partly, result)
    language = result.about.language
    names = theme.labels([name for name, _least, _most in rows], 40)
    grid = pd.DataFrame([most for _name, _least, most in rows], index=names)
    texts = [
        [_between(low, high, language) for low, high in zip(least, most, strict=True)]
        for _name, least, most in rows
    ]
    with theme.look(result.about) as style:
        step = theme.row_height(names, 0.3)
        figure, (axes,) = theme.canvas(result.about, height=step * len(rows) + 0.9)
        sns.heatmap(
            grid > 0,
            ax=axes,
            cmap=sns.light_palette(style.accent, as_cmap=True),
            vmin=0,
            vmax=3,
            annot=texts,
            fmt="",
            linewidths=1,
            cbar=False,
            yticklabels=names,
        )
        axes.set(xlabel="", ylabel="")
        axes.tick_params(length=0)
        axes.tick_params(axis="y", labelrotation=0)
        told = [f"{name}: {', '.join(grid.columns[most > 0])}" for name, _least, most in rows]
        return theme.finish(
            figure,
            title=title or _("Questions that were not asked in every wave"),
            subtitle=_("Answers by wave; – not asked"),
            below=footer(result, intervals=False),
            alt=_("Waves in which each question was asked. {values}.", values=spoken(told, result)),
        )


def _alike(
    frame: pd.DataFrame, asked: pd.DataFrame, result: Result
) -> list[tuple[str, pd.Series, pd.Series]]:
    """Return rows of questions by their fewest and most answers in every wave.

    Many questions of one role that were asked in the same waves make one row.
    """
    answers = frame.pivot(index="item", columns="wave", values="n").reindex_like(asked)
    roles = frame.drop_duplicates("item").set_index("item")["role"].reindex(asked.index)
    keys = [roles, *(asked[wave] for wave in asked)]
    rows = []
    for _key, some in answers.groupby(keys, sort=False):
        if len(some) <= _FEW:
            rows += [(question(str(one), result.about), n, n) for one, n in some.iterrows()]
            continue
        name = word(str(roles[some.index[0]]), result.about.language, "role")
        count = tell(result).plural(
            "{n} question",
            "{n} questions",
            len(some),
            n=amounts.number(len(some), 0, result.about.language),
        )
        rows.append((f"{name} ({count})", some.min(), some.max()))
    return rows


def _between(low: float, high: float, language: str) -> str:
    """Return how many answered, or from how few to how many; a dash where nobody was asked."""
    if not high:
        return amounts.DASH
    ends = [amounts.number(float(n), 0, language) for n in dict.fromkeys((low, high))]
    return amounts.DASH.join(ends)


@or_notice
def rules(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw how many respondents each rule of data quality flags."""
    need_rows(result.table)
    _ = tell(result)
    language = result.about.language
    rows = result.table.sort_values("n_flagged", ascending=False, kind="stable")
    only = (rows["severity"] == "info").to_numpy()
    rows = pd.concat([rows[~only], rows[only]])
    only = np.sort(only)
    names = theme.labels([word(rule, language, "rule") for rule in rows["rule"]], 34)
    texts = [
        f"{amounts.number(float(row['n_flagged']), 0, language)}"
        f" ({amounts.percent(float(row['share']), 1, language)})"
        for row in rows.to_dict("records")
    ]
    with theme.look(result.about) as style:
        figure, (axes,) = theme.canvas(
            result.about, height=theme.row_height(names, 0.3) * len(names) + 0.6
        )
        counts = rows["n_flagged"].to_numpy(float)
        sns.barplot(x=counts, y=names, color=style.accent, width=0.62, ax=axes, orient="h")
        for bar, looking in zip(axes.patches, only, strict=True):
            if looking:
                bar.set_facecolor("#c9ced3")
        rows_axis(axes, names)
        axes.set_xlim(0, max(counts.max() * 1.05, 1.0))
        number_axis(axes, "count", language)
        theme.clean(axes)
        axes.set_xlabel(_("respondents flagged"))
        beside(axes, texts)
        said = [
            f"{word(rule, language, 'rule')} {text}"
            for rule, text in zip(rows["rule"], texts, strict=True)
        ]
        return theme.finish(
            figure,
            title=title or _("Whom the rules of data quality flag"),
            below=footer(
                result, _("Grey: for looking only.") if only.any() else "", intervals=False
            ),
            alt=_("Bars of flagged respondents by rule. {values}.", values=spoken(said, result)),
        )
