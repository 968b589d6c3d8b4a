"""Figures of cohorts of buyers, and of satisfaction beside the money of a later period."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from cxresearch import theme
from cxresearch.figures.parts import (
    AXES,
    footer,
    need_rows,
    number_axis,
    or_notice,
    spoken,
    tell,
)
from cxresearch.findings.cohorts import cohorts as said_of_cohorts
from cxresearch.findings.cohorts import lagged as said_of_lagged
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import label
from cxresearch.text.words import word

_MOST_COHORTS = 24
_MOST_LATER = 12
_DARK = 0.55  # of the darkest cell: from there on text is white


@or_notice
def cohort_map(result: Result) -> theme.Picture:
    """Draw the share of every cohort that bought again, by periods since the first order.

    Parameters
    ----------
    result : Cohorts
        From ``loyalty.cohorts``.
    """
    table = result.table[(result.table["periods_later"] > 0) & result.table["estimate"].notna()]
    table = table[table["periods_later"] <= _MOST_LATER]
    need_rows(table)
    _ = tell(result)
    language = result.about.language
    names = list(dict.fromkeys(table["cohort"]))[-_MOST_COHORTS:]
    later = list(range(1, int(table["periods_later"].max()) + 1))
    table = table[table["cohort"].isin(names)]
    grid = table.pivot_table(index="cohort", columns="periods_later", values="estimate")
    shares = grid.reindex(index=names, columns=later).to_numpy(float)
    bases = table.drop_duplicates("cohort").set_index("cohort")["n"]
    top = float(np.nanmax(shares)) or 1.0
    said = []
    with theme.look(result.about) as style:
        figure, (axes,) = theme.canvas(result.about, height=0.34 * len(names) + 0.8)
        shades = LinearSegmentedColormap.from_list("shares", ["#ffffff", style.accent])
        axes.imshow(shares, aspect="auto", cmap=shades, vmin=0, vmax=top)
        digits = 0 if len(later) > 8 else 1
        for place, name in enumerate(names):
            for at, _later in enumerate(later):
                share = shares[place, at]
                if not np.isfinite(share):
                    continue
                dark = share > _DARK * top
                axes.text(
                    at,
                    place,
                    amounts.percent(float(share), digits, language),
                    ha="center",
                    va="center",
                    fontsize=8.5,
                    color="white" if dark else theme.INK,
                )
            first = amounts.percent(float(shares[place, 0]), 1, language)
            said.append(f"{name}: {first}")
        rows = [f"{name} (n = {amounts.number(bases[name], 0, language)})" for name in names]
        axes.set_yticks(range(len(names)), rows)
        axes.set_xticks(range(len(later)), [str(one) for one in later])
        axes.set_xlabel(_("periods after the first order"))
        axes.tick_params(length=0)
        axes.grid(visible=False)
        return theme.finish(
            figure,
            title=said_of_cohorts(result).headline,
            subtitle=_("Share of a cohort's buyers who bought in a later period."),
            below=footer(result, _("The table has the interval of every share."), intervals=False),
            alt=_(
                "Share that bought again in the first period after. {values}.",
                values=spoken(said, result),
            ),
        )


@or_notice
def two_series(result: Result) -> theme.Picture:
    """Draw satisfaction by wave, and below it the money of the period after.

    Parameters
    ----------
    result : LaggedLink
        From ``loyalty.lagged``.
    """
    series = result.frames()["series"]
    need_rows(series)
    _ = tell(result)
    language = result.about.language
    outcomes = list(dict.fromkeys(series["outcome"]))
    first = series[series["outcome"] == outcomes[0]]
    unit = str(first["score_unit"].iloc[0])
    said = []
    with theme.look(result.about) as style:
        figure, panels = theme.canvas(
            result.about, rows=len(outcomes) + 1, height=1.7 * (len(outcomes) + 1)
        )
        values = first["wave_figure"].to_numpy(float) * (100 if unit == "share" else 1)
        panels[0].plot(range(len(first)), values, marker="o", color=style.accent, linewidth=1.6)
        panels[0].set_xticks(range(len(first)), list(first["wave"]))
        panels[0].set_title(label(first["measure"].iloc[0], result.about))
        panels[0].set_ylabel(_(AXES[unit]) if unit in AXES else "")
        number_axis(panels[0], unit, language, side="y")
        theme.clean(panels[0], "y")
        for axes, outcome in zip(panels[1:], outcomes, strict=True):
            rows = series[series["outcome"] == outcome]
            money = rows["value"].to_numpy(float)
            axes.plot(range(len(rows)), money, marker="o", color=theme.INK, linewidth=1.6)
            axes.set_xticks(range(len(rows)), list(rows["period"]))
            axes.set_title(word(outcome, language, "outcome"))
            number_axis(axes, "money", language, side="y")
            axes.set_ylabel(word("money", language))
            theme.clean(axes, "y")
            told = [
                f"{row['period']} {amounts.amount(float(row['value']), 'money', language)}"
                for row in rows.to_dict("records")
            ]
            said.append(f"{word(outcome, language, 'outcome')}: {', '.join(told)}")
        return theme.finish(
            figure,
            title=said_of_lagged(result).headline,
            subtitle=_("Each wave stands above the period that followed it."),
            below=footer(
                result,
                _("Axes do not begin at zero."),
                _("The lines are shown, not linked, where periods are too few."),
                intervals=False,
            ),
            alt=spoken(said, result) + ".",
        )
