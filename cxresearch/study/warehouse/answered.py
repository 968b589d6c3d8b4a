"""Who answered what of a driver analysis: one scan tells it of every group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import ibis
import numpy as np
import pandas as pd

from cxresearch.stats.layout import Floats
from cxresearch.study.warehouse import names
from cxresearch.study.warehouse.expressions import measure_value, score, score_columns
from cxresearch.study.warehouse.numbers import one_if
from cxresearch.study.warehouse.sampled import stratum

if TYPE_CHECKING:
    from cxresearch.study.warehouse.stored import StoredStudy

Labels = tuple[str, ...]  # of a group, one for each grouping column


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked:
    """The answers of a driver analysis, row by row, as expressions.

    Attributes
    ----------
    rows : ibis Table
        Groups ``g0, g1, …``, drivers ``d0, d1, …``, whether each was not used ``u0, u1, …``,
        covariates ``c0, c1, …``, the outcome ``y``; weight, id, stratum and cluster.
    drivers : tuple of str
    covariates : tuple of str
        Labels, one for each category where a covariate is a group.
    keys : tuple of str
        ``g0, g1, …``.
    """

    rows: Any
    drivers: tuple[str, ...]
    covariates: tuple[str, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answered:
    """How many answered what, group by group (m groups, p drivers, q covariates).

    Attributes
    ----------
    n_total : ndarray of int, shape (m,)
        Respondents who answered the outcome or any driver.
    known : ndarray of int, shape (m,)
        Respondents with the outcome.
    answered, unused : ndarray of int, shape (m, p)
    weight, total : ndarray, shape (m, p)
        Σw and Σ w x of those who answered.
    holes : ndarray of int, shape (m, p, p)
        Of those with the outcome, how many left both drivers blank.
    centre : ndarray, shape (p + q + 1,)
        Means of drivers, covariates and outcome in all groups: what sums are taken from.
    """

    n_total: np.ndarray
    known: np.ndarray
    answered: np.ndarray
    unused: np.ndarray
    weight: Floats
    total: Floats
    holes: np.ndarray
    centre: Floats

    def of(self, groups: Sequence[int]) -> Answered:
        """Return the counts of some of the groups."""
        at = list(groups)
        return replace(
            self,
            n_total=self.n_total[at],
            known=self.known[at],
            answered=self.answered[at],
            unused=self.unused[at],
            weight=self.weight[at],
            total=self.total[at],
            holes=self.holes[at],
        )

    def same(self, group: int, drivers: Sequence[int], few: tuple[float, float]) -> list[Any]:
        """Return pairs of drivers that the very same respondents left blank."""
        most = max(few[0], few[1] * self.known[group])
        return alike(self.holes[group], drivers, most)


def alike(both: np.ndarray, places: Sequence[int], least: float) -> list[tuple[int, int]]:
    """Return pairs that go together in all of at least so many rows, from their counts (p, p)."""
    return [
        (i, j)
        for i, j in combinations(places, 2)
        if both[i, i] >= least and both[i, i] == both[j, j] == both[i, j]
    ]


def outcome(table: Any, study: StoredStudy, asked: str) -> Any:
    """Return the outcome: a score, or 0 and 1 for a form such as ``recommend:promoters``."""
    key, _, form = asked.partition(":")
    if not form:
        return score(table, study.codebook, key)
    measure = study.codebook.measures[key]
    value = measure_value(table, measure)
    if form == "promoters":
        told = value >= measure.promoters_from
    elif form == "detractors":
        told = value <= measure.detractors_to
    else:
        told = value >= measure.scale.max - (measure.top_box or 1) + 1
    return ibis.ifelse(value.isnull(), ibis.null(), one_if(told))


def asked_of(
    study: StoredStudy,
    groups: Sequence[str],
    asked: str,
    drivers: Sequence[str],
    covariates: Sequence[str],
    *,
    missing: str,
) -> Asked:
    """Return the answers that an analysis asks for, of this study's respondents.

    Parameters
    ----------
    groups : sequence of str
        Grouping columns; rows without a label of theirs are left out.
    asked, drivers, covariates
        Outcome, driver keys, and what is held constant.
    missing : str
        What becomes of blank answers: listwise or indicator.
    """
    table = study.rows()
    book = study.codebook
    columns: dict[str, Any] = {f"g{i}": table[names.group(one)] for i, one in enumerate(groups)}
    columns |= {"w": table[names.WEIGHT], "id": table[names.ID]}
    columns["stratum"] = stratum(table, study.params.data)
    if study.kept.clusters is not None:
        columns["cluster"] = table[names.CLUSTER]
    for i, key in enumerate(drivers):
        value = score(table, book, key).cast("float64")
        unused: Any = ibis.literal(False)
        if study.params.analysis.drivers.not_applicable == "indicator":
            unused = ibis.and_(*[table[names.unused(name)] for name in score_columns(book, key)])
        if missing == "indicator":
            unused = value.isnull()
        columns |= {f"d{i}": value, f"u{i}": unused}
    held = _covariates(table, study, covariates)
    columns |= {f"c{j}": one.cast("float64") for j, one in enumerate(held.values())}
    columns["y"] = outcome(table, study, asked).cast("float64")
    rows = table.select(**columns)
    keys = tuple(f"g{i}" for i in range(len(groups)))
    if keys:
        rows = rows.filter(ibis.and_(*[rows[key].notnull() for key in keys]))
    return Asked(rows=rows, drivers=tuple(drivers), covariates=tuple(held), keys=keys)


def _covariates(table: Any, study: StoredStudy, wanted: Sequence[str]) -> dict[str, Any]:
    held: dict[str, Any] = {}
    for name in wanted:
        if name in study.segments or name == study.wave_column:
            label = table[names.group(name)]
            for one in study.kept.categories[name][1:]:
                held[f"{name} = {one}"] = ibis.ifelse(
                    label.isnull(), ibis.null(), one_if(label == one)
                )
        else:
            held[f"covariate: {name}"] = score(table, study.codebook, name)
    return held


def answered(asked: Asked, groups: Sequence[Labels], *, weighted: bool) -> Answered:
    """Count who answered what, in every group at once."""
    rows, p = asked.rows, len(asked.drivers)
    known = rows["y"].notnull()
    blank = [rows[f"d{i}"].isnull() for i in range(p)]
    marked = rows.select(
        *(rows[name] for name in (*asked.keys, "w", "y")),
        *(rows[name] for i in range(p) for name in (f"d{i}", f"u{i}")),
        *(rows[f"c{j}"] for j in range(len(asked.covariates))),
        known=known,
        some=~ibis.and_(~known, *blank),
        **{f"h{i}": known & one & ~rows[f"u{i}"] for i, one in enumerate(blank)},
    )
    wanted: dict[str, Any] = {
        "n_total": marked["some"].sum().fill_null(0),
        "known": marked["known"].sum().fill_null(0),
        "ysum": marked["y"].sum(),
    }
    for i in range(p):
        x, w = marked[f"d{i}"], marked["w"]
        wanted |= {f"n{i}": x.count(), f"unused{i}": marked[f"u{i}"].sum().fill_null(0)}
        wanted[f"x{i}"] = (w * x).sum() if weighted else x.sum()
        if weighted:
            wanted |= {f"w{i}": w.sum(where=x.notnull()), f"plain{i}": x.sum()}
        for j in range(i, p):
            both = marked[f"h{i}"] & marked[f"h{j}"] if i != j else marked[f"h{i}"]
            wanted[f"h{i}_{j}"] = both.sum().fill_null(0)
    for j in range(len(asked.covariates)):
        one = marked[f"c{j}"]
        wanted |= {f"cn{j}": one.count(), f"csum{j}": one.sum()}
    frame = by_cell(marked, wanted, asked.keys, groups)

    def table(*letters: str) -> np.ndarray:
        return np.column_stack([frame[f"{letter}{i}"] for i in range(p) for letter in letters])

    n, x = table("n"), table("x")
    holes = np.zeros((len(groups), p, p), dtype=np.int64)
    for i in range(p):
        for j in range(i, p):
            holes[:, i, j] = holes[:, j, i] = frame[f"h{i}_{j}"]
    sums = [*(table("plain") if weighted else x).sum(axis=0)]
    counts = [*n.sum(axis=0)]
    for j in range(len(asked.covariates)):
        sums.append(frame[f"csum{j}"].sum())
        counts.append(frame[f"cn{j}"].sum())
    sums.append(frame["ysum"].sum())
    counts.append(frame["known"].sum())
    return Answered(
        n_total=frame["n_total"].to_numpy(dtype=np.int64),
        known=frame["known"].to_numpy(dtype=np.int64),
        answered=n.astype(np.int64),
        unused=table("unused").astype(np.int64),
        weight=table("w") if weighted else n,
        total=x,
        holes=holes,
        centre=np.array(sums) / np.maximum(counts, 1),
    )


def by_cell(
    table: Any, wanted: Mapping[str, Any], keys: Sequence[str], groups: Sequence[Labels]
) -> pd.DataFrame:
    """Return aggregates with one row per group, in the order of the groups; zeros for nobody."""
    held = table.group_by(list(keys)).aggregate(**wanted) if keys else table.aggregate(**wanted)
    frame = held.execute()
    places = places_of(frame, keys, groups)
    found = pd.DataFrame(0.0, index=range(len(groups)), columns=list(wanted))
    inside = places >= 0
    found.loc[places[inside]] = frame.loc[inside, list(wanted)].fillna(0).to_numpy(dtype=float)
    return found


def places_of(frame: pd.DataFrame, keys: Sequence[str], groups: Sequence[Labels]) -> np.ndarray:
    """Return the place of each row's group among the groups, −1 where it is none of them."""
    if not keys:
        return np.zeros(len(frame), dtype=np.intp)
    labels = pd.MultiIndex.from_frame(frame[list(keys)].astype(str))
    wanted = pd.MultiIndex.from_tuples(list(groups))
    return np.asarray(wanted.get_indexer(labels), dtype=np.intp)
