"""What is asked of pairs of perception and expectation, said in SQL.

A row is a respondent with ``p0, e0, p1, …``, the answers to each item that has both sides, its
groups ``g0, …``, its weight ``w``, and stratum and cluster where there are any. ``gaps`` makes of
it the means of every dimension: gap ``d0, …``, perception ``m0, …`` and answered pairs ``k0, …``,
and over all dimensions ``d, m, k`` where enough of them are known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cxresearch.study import scores
from cxresearch.study.codebook import Item
from cxresearch.study.warehouse import names
from cxresearch.study.warehouse.asking import ROWS, added

if TYPE_CHECKING:
    from cxresearch.study.warehouse.stored import StoredStudy

GAPS = "gaps"


@dataclass(frozen=True, slots=True)
class Block:
    """One dimension: its items with both sides, their places, and the pairs that a score needs."""

    key: str
    items: tuple[Item, ...]
    places: tuple[int, ...]
    least: int


def blocks(study: StoredStudy, keys: Sequence[str]) -> list[Block]:
    """Return the dimensions of a study with the places of their items."""
    found: list[Block] = []
    start = 0
    for key in keys:
        one = study.codebook.dimensions[key]
        items = tuple(item for item in one.items if item.expectation and item.perception)
        least = study.params.analysis.servqual.min_pairs or one.min_pairs
        places = tuple(range(start, start + len(items)))
        found.append(Block(key, items, places, scores.needed(len(items), least)))
        start += len(items)
    return found


def rows(study: StoredStudy, parts: Sequence[Block], columns: Sequence[str]) -> Any:
    """Return the respondents with both sides of every item, under names without quotes."""
    table = study.rows()
    wanted: dict[str, Any] = {f"g{i}": table[names.group(c)] for i, c in enumerate(columns)}
    wanted["w"] = table[names.WEIGHT]
    if "stratum" in units(study):
        wanted["stratum"] = study.stratum(table)
    if "cluster" in units(study):
        wanted["cluster"] = table[names.CLUSTER]
    for part in parts:
        for place, item in zip(part.places, part.items, strict=True):
            wanted[f"p{place}"] = table[names.answer(item.perception or "")]
            wanted[f"e{place}"] = table[names.answer(item.expectation or "")]
    return table.select(**wanted)


def units(study: StoredStudy) -> list[str]:
    """Return what patterns are kept apart by, besides groups: strata and clusters."""
    clustered = study.kept.clusters is not None
    found = ["stratum"] if study.kept.plan.strata or clustered else []
    return [*found, "cluster"] if clustered else found


def steps(parts: Sequence[Block], apart: Sequence[str], least: int) -> dict[str, str]:
    """Return the queries from answers to the means of dimensions.

    Parameters
    ----------
    parts : sequence of Block
    apart : sequence of str
        Columns of groups, strata and clusters.
    least : int
        Dimensions that a respondent's overall score needs.
    """
    kept = ", ".join([*apart, "w"])
    d = len(parts)
    sums, counts, means = [], [], []
    for j, part in enumerate(parts):
        sides = [(f"p{i}", f"e{i}") for i in part.places]
        away = added([f"COALESCE({p} - {e}, 0)" for p, e in sides])
        both = added([f"COALESCE({p} + {e}, 0)" for p, e in sides])
        sums.append(f"{away} AS a{j}, {both} AS b{j}")
        sums.append(f"{added([_known(f'{p} - {e}') for p, e in sides])} AS n{j}")
        counts.append(f"a{j}, b{j}, CASE WHEN n{j} >= {part.least} THEN n{j} END AS k{j}")
        means.append(f"a{j} / k{j} AS d{j}, (a{j} + b{j}) / (2 * k{j}) AS m{j}, k{j}")
    known = added([_known(f"k{j}") for j in range(d)])

    def total(letter: str) -> str:
        return added([f"COALESCE({letter}{j}, 0)" for j in range(d)])

    overall = ", ".join(
        f"{total(letter)} / enough AS {letter}"
        if letter != "k"
        else f"CASE WHEN enough > 0 THEN {total('k')} END AS k"
        for letter in "dmk"
    )
    every = ", ".join(f"CASE WHEN known = {d} THEN d{j} END AS x{j}" for j in range(d))
    return {
        "summed": f"SELECT {kept}, {', '.join(sums)} FROM {ROWS}",
        "counted": f"SELECT {kept}, {', '.join(counts)} FROM summed",
        "means": f"SELECT {kept}, {', '.join(means)}, {known} AS known, "
        f"CASE WHEN {known} >= {least} THEN {known} END AS enough FROM counted",
        GAPS: f"SELECT *, {overall}, {every} FROM means",
    }


def _known(term: str) -> str:
    """Return 1 where a term is known, else 0."""
    return f"CAST({term} IS NOT NULL AS INTEGER)"


def of_items(
    parts: Sequence[Block], tops: Mapping[str, float], apart: Sequence[str], *, weighted: bool
) -> list[str]:
    """Return the questions for every item: its gaps, and what stands beside them.

    Their columns: score (place of the item), groups, strata and clusters, ``gap, n`` and, with
    weights, ``w, q``; perceptions summed ``m``, expectations at the top of the scale ``t``.
    """
    w = "w * " if weighted else ""
    found = []
    for part in parts:
        for i in part.places:
            top = f"CAST(e{i} = {tops[part.key]!r} AS INTEGER)"
            found.append(
                f"SELECT {i} AS score, {''.join(f'{c}, ' for c in apart)}p{i} - e{i} AS gap, "
                f"COUNT(*) AS n, {_weights(weighted)}SUM({w}p{i}) AS m, SUM({w}{top}) AS t "
                f"FROM {ROWS} WHERE p{i} IS NOT NULL AND e{i} IS NOT NULL "
                f"GROUP BY {''.join(f'{c}, ' for c in apart)}p{i} - e{i}"
            )
    return found


def of_scores(parts: Sequence[Block], apart: Sequence[str], *, weighted: bool) -> list[str]:
    """Return the questions for every dimension and for all: gaps that agree to nine digits."""
    found = []
    named = [(j, f"d{j}") for j in range(len(parts))] + [(len(parts), "d")]
    for j, d in named:
        key = f"ROUND({d} * 1000000000.0)"
        found.append(
            f"SELECT {j} AS score, {''.join(f'{c}, ' for c in apart)}MIN({d}) AS gap, "
            f"COUNT(*) AS n{_weights(weighted, last=True)} FROM {GAPS} WHERE {d} IS NOT NULL "
            f"GROUP BY {''.join(f'{c}, ' for c in apart)}{key}"
        )
    return found


def of_groups(
    parts: Sequence[Block], apart: Sequence[str], *, weighted: bool, together: bool
) -> str:
    """Return the question for what stands beside the gaps, and how those of dimensions go together.

    Of every dimension and of all: perceptions summed ``m0, …``, pairs ``k0, …``. Of respondents
    with every dimension: ``n`` and with weights ``w, q``, gaps summed ``x0, …``, products
    ``x0_1, …``, with squared weights ``y0, …``, ``y0_1, …``. Those with any and with enough
    dimensions: ``some, enough``. With `together`, sums by which gap and expectation correlate.
    """
    d = len(parts)
    w = "w * " if weighted else ""
    asked = ["SUM(CAST(known > 0 AS INTEGER)) AS some", "COUNT(d) AS enough"]
    for j in [*range(d), ""]:
        last = d if j == "" else j
        asked += [f"SUM({w}m{j}) AS m{last}", f"SUM(k{j}) AS k{last}"]
        if together and j != "":
            e = f"(m{j} - d{j})"
            asked += [f"COUNT(d{j}) AS c{j}", f"SUM(d{j}) AS g{j}_1", f"SUM({e}) AS e{j}_1"]
            asked += [f"SUM(d{j} * d{j}) AS g{j}_2", f"SUM({e} * {e}) AS e{j}_2"]
            asked += [f"SUM(d{j} * {e}) AS ge{j}"]
            asked += [f"MIN(d{j}) AS g{j}_low", f"MAX(d{j}) AS g{j}_high"]
            asked += [f"MIN({e}) AS e{j}_low", f"MAX({e}) AS e{j}_high"]
    asked.append("COUNT(x0) AS n")
    if weighted:
        whole = f"CASE WHEN known = {d} THEN w END"
        asked += [f"SUM({whole}) AS w", f"SUM({whole} * w) AS q"]
    for letter, factor in (("x", w), ("y", "w * w * ")) if weighted else (("x", ""),):
        for i in range(d):
            asked.append(f"SUM({factor}x{i}) AS {letter}{i}")
            asked += [f"SUM({factor}x{i} * x{j}) AS {letter}{i}_{j}" for j in range(i, d)]
    by = ", ".join(apart)
    grouped = f" GROUP BY {by}" if by else ""
    return f"SELECT {by + ', ' if by else ''}{', '.join(asked)} FROM {GAPS}{grouped}"


def _weights(weighted: bool, *, last: bool = False) -> str:
    told = "SUM(w) AS w, SUM(w * w) AS q" if weighted else ""
    if last:
        return f", {told}" if told else ""
    return f"{told}, " if told else ""
