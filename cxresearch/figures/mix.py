"""Figure of the mix: what a change was as observed, and what is left at a fixed mix."""

from __future__ import annotations

from typing import Any

import numpy as np

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
from cxresearch.findings import waves as findings
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import label


@or_notice
def mix_dumbbell(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw each change as observed (open diamond) and at the fixed mix (dot with its interval).

    Parameters
    ----------
    result : MixAdjusted
        From ``trends.mix_adjusted``; the first contrast is drawn.
    title : str, optional
        By default the finding.
    """
    table = result.table
    table = table[
        table["estimate"].notna() & (table["contrast"] == table["contrast"].iloc[:1].squeeze())
    ]
    need_rows(table)
    _ = tell(result)
    language = result.about.language
    panels = [rows.reset_index(drop=True) for _k, rows in table.groupby("unit", sort=False)]
    names = [[_row_name(row, result) for row in rows.to_dict("records")] for rows in panels]
    step = theme.row_height([name for some in names for name in some], 0.42)
    heights = [step * len(rows) + 0.75 for rows in panels]
    said: list[str] = []
    with theme.look(result.about) as style:
        figure, all_axes = theme.canvas(
            result.about, rows=len(panels), height=sum(heights), height_ratios=heights
        )
        for axes, rows, row_names in zip(all_axes, panels, names, strict=True):
            unit = str(rows["unit"].iloc[0])
            dots(axes, rows, [Marker(style.accent)] * len(rows), unit=unit)
            scale = 100 if unit == "share" else 1
            axes.plot(
                rows["raw"].to_numpy(float) * scale,
                np.arange(len(rows)),
                marker="D",
                markersize=10,
                markerfacecolor="none",
                markeredgecolor=theme.INK,
                linestyle="none",
                zorder=5,
            )
            axes.axvline(0, color=theme.INK, linewidth=1)
            rows_axis(axes, row_names)
            axes.margins(x=0.06)
            number_axis(axes, unit, language, change=True)
            theme.clean(axes)
            axes.set_xlabel(_(CHANGE_AXES[unit]) if unit in CHANGE_AXES else _("difference"))
            values = [
                beside_estimate(row, unit, language, change=True) for row in rows.to_dict("records")
            ]
            beside(axes, values, interval_title(result))
            said += [
                f"{name}: {amounts.change(raw, unit, language)}, {value}".replace("\n", " ")
                for name, raw, value in zip(row_names, rows["raw"], values, strict=True)
            ]
        return theme.finish(
            figure,
            title=title or findings.mix_adjusted(result).headline,
            below=footer(
                result,
                _("Open diamonds: change as observed; dots: change with the mix held."),
            ),
            alt=_(
                "Changes as observed, and with the mix held. {values}.",
                values=spoken(said, result),
            ),
        )


def _row_name(row: dict[Any, Any], result: Result) -> str:
    mix = " × ".join(label(one, result.about) for one in str(row["mix"]).split(" × "))
    name = "\n".join(theme.labels([label(row["measure"], result.about)], 28))
    return f"{name}\n{mix}, {row['wave_from']} → {row['wave_to']}"
