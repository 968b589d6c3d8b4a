"""The cases of a driver analysis as sums: who counts, and how answers go together, group by group.

The rules are those for answers in memory: a case has the outcome and every driver; "did not
use" is an indicator beside the mean of those who did; drivers that nobody rated or that never
vary are left out, by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import ibis
import numpy as np

from cxresearch.stats.moments import Sums
from cxresearch.study.study import Cell
from cxresearch.study.warehouse import names
from cxresearch.study.warehouse.absent import not_in_memory
from cxresearch.study.warehouse.expressions import measure_value, score, score_columns
from cxresearch.study.warehouse.grouping import grouping
from cxresearch.study.warehouse.numbers import number, one_if
from cxresearch.study.warehouse.sampled import stratum
from cxresearch.study.warehouse.sums import sums

if TYPE_CHECKING:
    from cxresearch.study.warehouse.stored import StoredStudy

GROUPS = 1000
FEWEST_GROUPS = 40
OUTCOME = "(outcome)"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CountedCases:
    """Complete cases of one group, counted in a database.

    Attributes
    ----------
    rows : ibis Table
        The cases, their columns called ``x0, x1, …``; the outcome is the last.
    columns : tuple of str
        What these columns are.
    players : dict
        Driver → its columns: itself, and its indicator of "did not use" where there is one.
    covariates : list of str
    left_out : dict
        Driver → "empty" or "constant".
    n_total : int
        Respondents who answered the outcome or any driver.
    unused : dict
        Driver → cases that did not use it.
    same : list of (driver, driver)
        Drivers that the very same respondents did not use or left blank.
    levels : ndarray
        Distinct values of the outcome.
    sums : Sums
        Of the columns, by random group of respondents (whole clusters).
    strata : ndarray or None
        Stratum of each random group, where there are several.
    """

    rows: Any
    columns: tuple[str, ...]
    players: dict[str, list[str]]
    covariates: list[str]
    left_out: dict[str, str]
    n_total: int
    unused: dict[str, int]
    same: list[tuple[str, str]]
    levels: np.ndarray
    sums: Sums
    strata: np.ndarray | None


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


def counted_cases(
    study: StoredStudy,
    cell: Cell,
    asked: str,
    drivers: Sequence[str],
    covariates: Sequence[str],
    *,
    missing: str,
    few: tuple[float, float],
    not_used: str,
) -> CountedCases:
    """Return the cases of one group.

    Parameters
    ----------
    asked, drivers, covariates
        Outcome, driver keys, and what is held constant.
    missing : str
        What becomes of blank answers: listwise or indicator.
    few : (float, float)
        Blanks that drivers must share to be named: so many, and such a share of the group.
    not_used : str
        What indicator columns are called before the driver's key.

    Raises
    ------
    AnalysisError
        For a treatment of blank answers that needs them row by row.
    """
    if missing not in ("listwise", "indicator"):
        raise not_in_memory(f"missing: {missing}")
    table = study.of_cell(cell).rows()
    book = study.codebook
    columns: dict[str, Any] = {f"d{i}": score(table, book, key) for i, key in enumerate(drivers)}
    marks = {}
    for i, key in enumerate(drivers):
        unused: Any = ibis.literal(False)
        if study.params.analysis.drivers.not_applicable == "indicator":
            unused = ibis.and_(*[table[names.unused(name)] for name in score_columns(book, key)])
        if missing == "indicator":
            unused = columns[f"d{i}"].isnull()
        marks[f"u{i}"] = unused
    held = _covariates(table, study, covariates)
    extra = {
        "y": outcome(table, study, asked),
        **{f"c{j}": one for j, one in enumerate(held.values())},
    }
    kept: dict[str, Any] = {"w": table[names.WEIGHT], "id": table[names.ID]}
    kept["stratum"] = stratum(table, study.params.data)
    if study.kept.clusters is not None:
        kept["cluster"] = table[names.CLUSTER]
    rows = table.select(**kept, **columns, **marks, **extra)
    facts = _facts(rows, drivers)
    left_out: dict[str, str] = {}
    marked = []
    known = rows["y"].notnull()
    for i, key in enumerate(drivers):
        if not facts[f"answered{i}"]:
            left_out[key] = "empty"
            continue
        there = rows[f"d{i}"].notnull()
        if facts[f"unused{i}"]:
            marked.append(i)
            there = there | rows[f"u{i}"]
        known = known & there
    for j in range(len(held)):
        known = known & rows[f"c{j}"].notnull()
    same = [] if missing == "indicator" else _same(rows, drivers, left_out, marked, few)
    cases = rows.filter(known)
    told = _spread(cases, drivers, marked, held)
    same = _same_marks(cases, drivers, marked) + same
    final: dict[str, Any] = {}
    players: dict[str, list[str]] = {}
    counts: dict[str, int] = {}
    n = int(told["n"])
    for i, key in enumerate(drivers):
        if key in left_out:
            continue
        value = cases[f"d{i}"]
        low, high = told[f"low{i}"], told[f"high{i}"]
        marks_here = int(told.get(f"unused{i}") or 0)
        own = [key]
        indicator = None
        if 0 < marks_here < n and told[f"used{i}"]:
            mean = float(told[f"sum{i}"]) / float(told[f"used{i}"])
            value = ibis.ifelse(cases[f"u{i}"], number(mean), value)
            indicator = one_if(cases[f"u{i}"])
            own = [key, not_used + key]
            counts[key] = marks_here
            low, high = min(low, mean), max(high, mean)
        if n == 0 or low is None or not high > low or marks_here == n:
            left_out[key] = "constant"
            continue
        final[key] = value
        players[key] = own
        if indicator is not None:
            final[not_used + key] = indicator
    kept_covariates = []
    for j, name in enumerate(held):
        if n and told[f"chigh{j}"] > told[f"clow{j}"]:
            final[name] = cases[f"c{j}"]
            kept_covariates.append(name)
    final[OUTCOME] = cases["y"]
    labels = tuple(final)
    xs = {f"x{i}": one.cast("float64") for i, one in enumerate(final.values())}
    base = {name: cases[name] for name in kept}
    whole = cases.select(**base, **xs)
    levels = whole.select(y=whole[f"x{len(labels) - 1}"]).distinct().limit(1000).execute()
    found, strata = _by_groups(study, whole, labels, told)
    return CountedCases(
        rows=whole,
        columns=labels,
        players=players,
        covariates=kept_covariates,
        left_out=left_out,
        n_total=int(facts["n_total"]),
        unused=counts,
        same=same,
        levels=np.sort(levels["y"].to_numpy(dtype=float)),
        sums=found,
        strata=strata,
    )


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


def _facts(rows: Any, drivers: Sequence[str]) -> Mapping[str, Any]:
    """Count who answered what, in the whole group."""
    anything = rows["y"].notnull()
    asked: dict[str, Any] = {}
    for i in range(len(drivers)):
        answered = rows[f"d{i}"].notnull()
        anything = anything | answered
        asked[f"answered{i}"] = answered.sum().fill_null(0)
        asked[f"unused{i}"] = rows[f"u{i}"].sum().fill_null(0)
    asked["n_total"] = anything.sum().fill_null(0)
    return dict(rows.aggregate(**asked).execute().iloc[0])


def _spread(
    cases: Any, drivers: Sequence[str], marked: list[int], held: Mapping[str, Any]
) -> dict[str, Any]:
    """Return how the cases' answers are spread, and what those who used a thing said of it."""
    asked: dict[str, Any] = {"n": cases.count()}
    w = cases["w"]
    for i in range(len(drivers)):
        x = cases[f"d{i}"]
        if i in marked:
            used = x.notnull() & ~cases[f"u{i}"]
            asked[f"unused{i}"] = cases[f"u{i}"].sum().fill_null(0)
            asked[f"used{i}"] = w.sum(where=used).fill_null(number(0))
            asked[f"sum{i}"] = (w * x).sum(where=used).fill_null(number(0))
            asked |= {f"low{i}": x.min(where=used), f"high{i}": x.max(where=used)}
        else:
            asked |= {f"low{i}": x.min(), f"high{i}": x.max()}
    for j in range(len(held)):
        asked |= {f"clow{j}": cases[f"c{j}"].min(), f"chigh{j}": cases[f"c{j}"].max()}
    asked |= {"ylow": cases["y"].min(), "yhigh": cases["y"].max()}
    return dict(cases.aggregate(**asked).execute().iloc[0])


def _same_marks(cases: Any, drivers: Sequence[str], marked: list[int]) -> list[tuple[str, str]]:
    """Return drivers that the very same cases did not use."""
    pairs = list(combinations(marked, 2))
    if not pairs:
        return []
    return _alike(cases, {i: cases[f"u{i}"] for i in marked}, drivers, least=1)


def _same(
    rows: Any,
    drivers: Sequence[str],
    left_out: Mapping[str, str],
    marked: list[int],
    few: tuple[float, float],
) -> list[tuple[str, str]]:
    """Return drivers that the very same respondents left blank, of those with the outcome."""
    inside = rows.filter(rows["y"].notnull())
    holes = {
        i: inside[f"d{i}"].isnull() & ~inside[f"u{i}"] if i in marked else inside[f"d{i}"].isnull()
        for i, key in enumerate(drivers)
        if key not in left_out
    }
    return _alike(inside, holes, drivers, least=few[0], share=few[1])


def _alike(
    rows: Any,
    holes: Mapping[int, Any],
    drivers: Sequence[str],
    *,
    least: float,
    share: float = 0.0,
) -> list[tuple[str, str]]:
    if len(holes) < 2:
        return []
    asked: dict[str, Any] = {"n": rows.count()}
    asked |= {f"n{i}": one.sum().fill_null(0) for i, one in holes.items()}
    for i, j in combinations(holes, 2):
        asked[f"n{i}_{j}"] = (holes[i] & holes[j]).sum().fill_null(0)
    row = rows.aggregate(**asked).execute().iloc[0]
    most = max(least, share * row["n"])
    return [
        (drivers[i], drivers[j])
        for i, j in combinations(holes, 2)
        if row[f"n{i}"] >= most and row[f"n{i}"] == row[f"n{j}"] == row[f"n{i}_{j}"]
    ]


def _by_groups(
    study: StoredStudy, whole: Any, labels: Sequence[str], told: Mapping[str, Any]
) -> tuple[Sums, np.ndarray | None]:
    """Return the sums by random group, whole clusters together, and the strata of the groups."""
    plan = study.kept.plan
    clusters = study.kept.clusters
    strata = max(len(plan.strata), 1)
    if clusters is None:
        group = grouping(whole["id"].cast("string"), max(GROUPS // strata, FEWEST_GROUPS))
    elif len(clusters) <= GROUPS:
        group = whole["cluster"]
    else:
        group = grouping(whole["cluster"], max(GROUPS // strata, FEWEST_GROUPS))
    by = {"group": group}
    if plan.strata:
        by["stratum"] = whole["stratum"]
    values = {label: whole[f"x{i}"] for i, label in enumerate(labels)}
    centre = [0.0] * (len(labels) - 1) + [float(told["ylow"] or 0.0)]
    if told["n"]:
        first = whole.aggregate(**{f"x{i}": whole[f"x{i}"].mean() for i in range(len(labels))})
        centre = first.execute().iloc[0].to_numpy(dtype=float).tolist()
    keyed = whole.mutate(**{names.WEIGHT: whole["w"]})
    frame, found = sums(keyed, values, centre, by, squares=plan.weighted)
    if not plan.weighted:
        found = found.unweighted()
    order = frame.reset_index().sort_values(list(by), key=lambda c: c.astype(str))
    found = found.of(order["index"].to_numpy(dtype=np.intp))
    codes = None
    if plan.strata:
        codes = np.unique(order["stratum"].astype(str), return_inverse=True)[1]
        codes = codes if codes.max(initial=0) > 0 else None
    return found, codes
