"""Figure of gaps by group: a grid of groups and dimensions, darker where more falls short."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxresearch import theme
from cxresearch.figures import maps
from cxresearch.figures.dimensions import MOST_ROWS, sure_of
from cxresearch.figures.parts import flat, footer, need_rows, or_notice, records, spoken, tell
from cxresearch.findings.phrases import group_name
from cxresearch.findings.servqual import largest_of_groups
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import label

_LEAST_END = 0.5  # scale points: gaps smaller than this are never drawn dark
_TOTAL = "overall"


@or_notice
def gap_grid(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw the gap of every group in every dimension; bold where it differs from zero for sure.

    Parameters
    ----------
    result : GapScores
        From ``servqual.gaps`` with groups.
    title : str, optional
        By default the finding.
    """
    table = result.table[result.table["estimate"].notna()]
    need_rows(table if result.by else table.head(0))
    _ = tell(result)
    language = result.about.language
    names = [group_name(row, result.by, result.about) for row in records(table)]
    table = table.assign(_group=names, _sure=sure_of(table, result))
    order = [key for key in dict.fromkeys(table["dimension"]) if not str(key).startswith(_TOTAL)]
    order += [_TOTAL] if _TOTAL in set(table["dimension"]) else []
    groups = list(dict.fromkeys(names))[:MOST_ROWS]
    values = _wide(table, "estimate", groups, order).to_numpy(float)
    sure = _wide(table, "_sure", groups, order).eq(True).to_numpy()
    bases = table.groupby("_group")["n"].max()
    rows = [_("{group} (n = {n})", group=one, n=amounts.number(bases[one], 0, language))
            for one in groups]  # fmt: skip
    texts = [
        [amounts.signed(one, 2, language) if np.isfinite(one) else "" for one in some]
        for some in values
    ]
    said = [
        f"{group}: " + ", ".join(f"{label(key, result.about)} {text}" for key, text in pairs)
        for group, pairs in zip(groups, (zip(order, some, strict=True) for some in texts),
                                strict=True)
    ]  # fmt: skip
    columns = theme.labels([label(key, result.about) for key in order], 14)
    cells = maps.Cells(values=values, texts=texts, bold=sure, rows=rows, columns=columns)
    reach = max(_LEAST_END, float(np.nanmax(np.abs(values))))
    with theme.look(result.about):
        figure, (axes,) = theme.canvas(result.about, height=0.34 * len(groups) + 0.6)
        maps.grid(axes, cells, colours="PuOr", ends=(-reach, reach))
        axes.xaxis.tick_top()
        axes.tick_params(axis="x", labelsize=9)
        return theme.finish(
            figure,
            title=title or largest_of_groups(result),
            subtitle=_("Perception minus expectation, scale points"),
            below=footer(
                result,
                _("Bold: cannot be put down to chance. Intervals stand in the table."),
                intervals=False,
            ),
            alt=_("Grid of gaps. {values}.", values=flat(spoken(said, result))),
        )


def _wide(table: pd.DataFrame, column: str, groups: list[str], order: list[str]) -> pd.DataFrame:
    wide = table.pivot_table(index="_group", columns="dimension", values=column, aggfunc="first")
    return wide.reindex(index=groups, columns=order)
