"""Figures of loyalty: who stays by what they answered, and the revenue that is at risk."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

from cxresearch import theme
from cxresearch.figures import panels
from cxresearch.figures.parts import (
    Marker,
    beside_estimate,
    footer,
    interval_title,
    need_rows,
    number_axis,
    or_notice,
    records,
    spoken,
    tell,
)
from cxresearch.findings.loyalty import loyalty
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import label
from cxresearch.text.words import word

GROUPS = ("low", "middle", "high")
_LINES = {
    "low": (theme.PALETTE[1], "-"),
    "middle": (theme.MUTED, "--"),
    "high": (theme.PALETTE[0], "-"),
}
_FEWEST = 10  # at risk from which a curve is still drawn


@or_notice
def survival(result: Result, *, measure: str | None = None) -> theme.Picture:
    """Draw the share that is still a customer, by low, middle and high answers, with intervals."""
    curves = _of(result.frames()["survival"], measure)
    need_rows(curves)
    _ = tell(result)
    language = result.about.language
    said: list[str] = []
    keys: list[tuple[Line2D, str]] = []
    with theme.look(result.about):
        figure, (axes,) = theme.canvas(result.about, height=3.6)
        lowest = 1.0
        for group in GROUPS:
            rows = curves[(curves["answer_group"] == group) & (curves["n"] >= _FEWEST)]
            if rows.empty:
                continue
            colour, line = _LINES[group]
            share, low, high = (100 * rows[c].to_numpy(float) for c in _ENDS)
            time = rows["time"].to_numpy(float)
            axes.fill_between(time, low, high, step="post", color=colour, alpha=0.13, linewidth=0)
            name = word(group, language, "answer_group")
            style: dict[str, Any] = {"color": colour, "linestyle": line, "linewidth": 1.9}
            axes.step(time, share, where="post", **style)
            keys.append((Line2D([], [], **style), name))
            lowest = min(lowest, float(np.nanmin(low)) / 100)
            year = rows[rows["time"] <= 12].iloc[-1]
            said.append(
                _(
                    "{group}: {share} still customers after {months} months",
                    group=name,
                    share=amounts.percent(float(year["estimate"]), 1, language),
                    months=amounts.number(min(12.0, float(time[-1])), 0, language),
                )
            )
        axes.set_ylim(max(0.0, 100 * lowest - 4), 101)
        axes.margins(x=0.02)
        number_axis(axes, "share", language, side="y")
        number_axis(axes, "points", language)
        theme.clean(axes, "y")
        if axes.get_ylim()[0] > 0:
            theme.broken(axes, "y")
        axes.set_xlabel(_("months since the period after the answer began"))
        axes.set_xlim(left=0)
        return theme.finish(
            figure,
            title=loyalty(result).headline,
            subtitle=_(
                "Share still a customer, by answer: {measure}", measure=_named(curves, result)
            ),
            below=footer(result, _("The next answer of a customer takes over from the last one.")),
            legend=([key for key, _name in keys], [name for _key, name in keys]),
            alt=spoken(said, result) + ".",
        )


@or_notice
def at_risk(result: Result, *, measure: str | None = None) -> theme.Picture:
    """Draw revenue expected to be lost in the coming period, by group of answers."""
    frame = result.frames()["risk"]
    rows = _of(frame, measure)
    rows = rows[rows["answer_group"].isin(GROUPS)].reset_index(drop=True)
    need_rows(rows)
    _ = tell(result)
    language = result.about.language
    names = [
        _(
            "{group} (n = {n})",
            group=word(row["answer_group"], language, "answer_group"),
            n=amounts.number(row["n"], 0, language),
        )
        for row in records(rows)
    ]
    with theme.look(result.about) as style:
        figure, (axes,) = panels.below_each_other(result.about, [names], least=0.6, room=0.9)
        panel = panels.Dots(
            rows=rows,
            names=theme.labels(names, 28),
            texts=[beside_estimate(row, "money", language) for row in records(rows)],
            markers=[Marker(style.accent)] * len(rows),
            unit="share",
            ends=("share", "share_low", "share_high"),
            limits=(0, None),
            axis=_("revenue at risk, percent of these customers' revenue"),
            heading=_("money: {what}", what=interval_title(result)),
        )
        pieces = panels.draw(axes, panel, language)
        return theme.finish(
            figure,
            title=_headline(result, _of(frame, measure)),
            subtitle=_(
                "Revenue expected to be lost by leaving in the coming period, by answer: {measure}",
                measure=_named(rows, result),
            ),
            below=footer(result),
            alt=spoken(pieces, result) + ".",
        )


_ENDS = ("estimate", "conf_low", "conf_high")


def _of(frame: pd.DataFrame, measure: str | None) -> pd.DataFrame:
    if frame.empty:
        return frame
    return frame[frame["measure"] == (measure or frame["measure"].iloc[0])]


def _named(rows: pd.DataFrame, result: Result) -> str:
    return label(rows["measure"].iloc[0], result.about)


def _headline(result: Result, rows: pd.DataFrame) -> str:
    """Return the finding on revenue at risk."""
    _ = tell(result)
    whole = rows[rows["answer_group"].isin(["all_customers", "all_linked"])].iloc[-1]
    share = amounts.percent(float(whole["share"]), 1, result.about.language)
    ends = amounts.interval(
        float(whole["share_low"]), float(whole["share_high"]), "share", result.about.language
    )
    return _(
        "{share} {interval} of the revenue is at risk in the coming period",
        share=share,
        interval=ends,
    )
