"""Whether blanks and flags fall on some groups of customers more than on others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from cxresearch.notes import Note, note
from cxresearch.stats.crosstabs import crosstab
from cxresearch.stats.multiplicity import adjust
from cxresearch.study.answers import State
from cxresearch.study.study import Study

MISSING_COLUMNS = (
    *("item", "segment", "group", "n_total", "n_missing", "share_missing"),
    *("n_not_applicable", "share_not_applicable", "n_dont_know", "share_dont_know"),
    *("p_value", "q_value"),
)
UNEVEN_COLUMNS = (
    *("item", "segment", "group", "n_total", "n_missing", "share_missing", "share_rest"),
    *("p_value", "q_value"),
)
FEWEST_UNEVEN = 5
EXCLUSION_COLUMNS = (
    *("segment", "group", "n_total", "n_flagged", "share"),
    *("statistic", "df", "p_value", "q_value"),
)


def groupings(study: Study) -> tuple[str, ...]:
    """Return the columns by which groups are told apart: waves first, then segments."""
    waves = (study.wave_column,) if study.wave_column and len(study.waves) > 1 else ()
    return (*waves, *study.segments)


def missing_by_group(study: Study, base: np.ndarray, asked: dict[str, np.ndarray]) -> pd.DataFrame:
    """Return the share of blanks and of "not applicable" per item and group, with tests.

    Parameters
    ----------
    study : Study
    base : ndarray of bool
        Rows that count.
    asked : mapping
        Per item the rows whose wave was asked it.

    Returns
    -------
    DataFrame
        One row per item, column and group. ``p_value``: whether blanks differ between the
        groups of the column (Rao-Scott; plain chi-square for simple designs), adjusted over all
        items of the column (family ``missing``).
    """
    parts = []
    for column in groupings(study):
        rows: list[dict[str, Any]] = []
        names, codes = labels_of(study, column), _codes(large_enough(study, column, base))
        members = {group: base & (names == group) for group in study.groups(column)}
        for item in map(str, study.states):
            states = study.states[item].to_numpy()
            inside = base & asked[item]
            blank = np.isin(states, (State.BLANK, State.MISSING))
            unused = states == State.NOT_APPLICABLE
            unknown = states == State.DONT_KNOW
            p = _test(study, codes, blank, inside & (codes >= 0))[2]
            for group, member in members.items():
                here = member & asked[item]
                n = int(here.sum())
                blanks, others = int(blank[here].sum()), int(unused[here].sum())
                row = {"item": item, "segment": column, "group": group, "n_total": n}
                row |= {"n_missing": blanks, "share_missing": blanks / n if n else np.nan}
                dont_know = int(unknown[here].sum())
                row |= {"n_not_applicable": others, "n_dont_know": dont_know, "p_value": p}
                row |= {"share_not_applicable": others / n if n else np.nan}
                rows.append(row | {"share_dont_know": dont_know / n if n else np.nan})
        table = pd.DataFrame(rows)
        if len(table):
            by_item = table.drop_duplicates("item").set_index("item")["p_value"]
            q = pd.Series(
                adjust(by_item.to_numpy(float), study.params.analysis.multiplicity), by_item.index
            )
            table["q_value"] = table["item"].map(q)
            parts.append(table)
    if not parts:
        return pd.DataFrame(columns=list(MISSING_COLUMNS))
    return pd.concat(parts, ignore_index=True)[list(MISSING_COLUMNS)]


def uneven_blanks(missing: pd.DataFrame, level: float) -> pd.DataFrame:
    """Return the items whose blanks differ most between groups, with the group that leaves most.

    One row per item and column, the surest first: every one with q at or below 1 minus the
    level, and five at least where so many could be tested. ``share_rest`` is the share of
    blanks in all the other groups.
    """
    rows: list[dict[str, Any]] = []
    tested = missing[missing["p_value"].notna()]
    order = ["q_value", "p_value"]
    surest = tested.drop_duplicates(["segment", "item"]).sort_values(order, kind="stable")
    kept = surest.head(max(int((surest["q_value"] <= 1 - level).sum()), FEWEST_UNEVEN))
    for column, item in zip(kept["segment"], kept["item"], strict=True):
        groups = tested[(tested["segment"] == column) & (tested["item"] == item)]
        most = groups.sort_values("share_missing", ascending=False, kind="stable").iloc[0]
        others = groups[groups["group"] != most["group"]]
        asked = others["n_total"].sum()
        row = {name: most[name] for name in ("group", "n_total", "n_missing", "share_missing")}
        row["share_rest"] = others["n_missing"].sum() / asked if asked else np.nan
        rows.append({"item": item, "segment": column, **row, **dict(most[["p_value", "q_value"]])})
    return pd.DataFrame(rows, columns=list(UNEVEN_COLUMNS))


def exclusion_by_group(
    study: Study, base: np.ndarray, flagged: np.ndarray, notes: list[Note], level: float
) -> pd.DataFrame:
    """Return how many of each group are flagged (or left out), and whether groups differ.

    One test per column over the groups of ``min_n.test`` respondents and more, adjusted together
    (family ``exclusion``).
    """
    rows: list[dict[str, Any]] = []
    for column in groupings(study):
        names, codes = labels_of(study, column), _codes(large_enough(study, column, base, notes))
        statistic, df, p = _test(study, codes, flagged, base & (codes >= 0))
        for group in study.groups(column):
            here = base & (names == group)
            n, out = int(here.sum()), int(flagged[here].sum())
            row = {"segment": column, "group": group, "n_total": n, "n_flagged": out}
            row |= {"share": out / n if n else np.nan, "statistic": statistic, "df": df}
            rows.append(row | {"p_value": p})
    table = pd.DataFrame(rows, columns=list(EXCLUSION_COLUMNS))
    if len(table):
        by_column = table.drop_duplicates("segment").set_index("segment")["p_value"]
        q = pd.Series(
            adjust(by_column.to_numpy(float), study.params.analysis.multiplicity), by_column.index
        )
        table["q_value"] = table["segment"].map(q)
        uneven = q[q <= 1 - level]
        notes.extend(
            note("exclusion_changes_mix", column=str(column), q=float(value))
            for column, value in uneven.items()
        )
    return table


def large_enough(
    study: Study, column: str, base: np.ndarray, notes: list[Note] | None = None
) -> np.ndarray:
    """Return the labels of groups large enough to be tested (``min_n.test``); else empty.

    Of a group of one, all or nobody is flagged: it says nothing of an even spread.
    """
    labels, least = labels_of(study, column), study.min_n.test
    names, counts = np.unique(labels[base & (labels != "")], return_counts=True)
    small = names[counts < least]
    if len(small) and notes is not None:
        notes.append(note("groups_not_tested", column=column, n=len(small), min_n=least))
    return np.where(np.isin(labels, small), "", labels)


def labels_of(study: Study, column: str) -> np.ndarray:
    """Return the label of every row in a grouping column; empty where it has none."""
    return study.full[column].astype(object).where(study.full[column].notna(), "").to_numpy(str)


def _codes(labels: np.ndarray) -> np.ndarray:
    """Return the place of every label among the sorted ones; -1 where it is empty."""
    named = labels != ""
    return np.where(named, np.searchsorted(np.unique(labels[named]), labels), -1)


def _test(
    study: Study, codes: np.ndarray, flag: np.ndarray, inside: np.ndarray
) -> tuple[float, float, float]:
    """Return statistic, df and p of the cross-table; nothing where one side never varies."""
    if not inside.any() or np.ptp(codes[inside]) == 0 or np.ptp(flag[inside].astype(int)) == 0:
        return np.nan, np.nan, np.nan
    found = crosstab(codes, flag.astype(int), design=study.design, domain=inside)
    return found.statistic, found.df, found.p_value
