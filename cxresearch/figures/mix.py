"""Figure of the mix: what a change was as observed, and what is left at a fixed mix."""

from __future__ import annotations

from typing import Any

import numpy as np

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
    some = [rows.reset_index(drop=True) for _k, rows in table.groupby("unit", sort=False)]
    names = [[_row_name(row, result) for row in records(rows)] for rows in some]
    said: list[str] = []
    with theme.look(result.about) as style:
        figure, every = panels.below_each_other(result.about, names, least=0.42, room=0.75)
        for axes, rows, row_names in zip(every, some, names, strict=True):
            unit = str(rows["unit"].iloc[0])
            axes.plot(
                rows["raw"].to_numpy(float) * scale_of(unit),
                np.arange(len(rows)),
                marker="D",
                markersize=10,
                markerfacecolor="none",
                markeredgecolor=theme.INK,
                linestyle="none",
                zorder=5,
            )
            texts = [beside_estimate(row, unit, language, change=True) for row in records(rows)]
            panel = panels.Dots(
                rows=rows,
                names=row_names,
                texts=texts,
                markers=[Marker(style.accent)] * len(rows),
                unit=unit,
                change=True,
                axis=axis_words(unit, result, change=True),
                heading=interval_title(result),
                spoken=[
                    f"{amounts.change(raw, unit, language)}, {text}"
                    for raw, text in zip(rows["raw"], texts, strict=True)
                ],
            )
            said += panels.draw(axes, panel, language)
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
