"""How respondents in a database were sampled: weights checked, strata and clusters counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis
import numpy as np
import pandas as pd

from cxresearch.errors import Fault, StatisticsError
from cxresearch.notes import Note, note
from cxresearch.stats.condensed import Plan
from cxresearch.study.params import DataSection
from cxresearch.study.warehouse import names
from cxresearch.study.warehouse.numbers import number

ONE = "all"


def weighing(
    table: Any, data: DataSection, waves: Sequence[str] | None
) -> tuple[Any, list[Note], list[Fault]]:
    """Add the weight of every row: as given, zero where it may be missing, one without weights.

    A wave in which nobody has a weight counts everybody alike, at the mean weight of the others.
    """
    if not data.weight:
        return table.mutate(**{names.WEIGHT: number(1)}), [], []
    w = table[names.RAW_WEIGHT]
    bad = (w < 0) | w.isinf()
    facts = {
        "n": table.count(),
        "known": w.count(),
        "bad": bad.sum().fill_null(0),
        "zero": (w == 0).sum().fill_null(0),
        "above": (w > 0).sum().fill_null(0),
        "total": w.sum(where=w > 0).fill_null(0.0),
    }
    if waves is None or data.wave is None:
        found = table.aggregate(**facts).execute()
        found.insert(0, "wave", "")
    else:
        label = table[names.group(data.wave.column)]
        found = table.group_by(wave=label).aggregate(**facts).execute()
    faults, notes = [], []
    where = f'column "{data.weight}"'

    def fault(what: str, rows: int, hint: str = "") -> None:
        faults.append(
            Fault(
                kind="data",
                what=what,
                where=f"{where}, {rows} of {int(found['n'].sum())} rows",
                hint=hint
                or "correct the weights, or set data.weight to null for an unweighted study",
            )
        )

    if rows := int(found["bad"].sum()):
        fault("weights below zero or infinite", rows)
    missing = found["n"] - found["known"]
    without = found.loc[found["known"] == 0, "wave"].tolist()
    weight = w
    if without and (found["known"] > 0).any() and data.wave is not None:
        above = int(found["above"].sum())
        mean = float(found["total"].sum()) / above if above else 1.0
        label = table[names.group(data.wave.column)]
        weight = ibis.ifelse(label.isin(without), number(mean), w)
        missing = missing.where(~found["wave"].isin(without), 0)
        order = list(waves or without)
        told = sorted(without, key=order.index)
        notes.append(note("waves_unweighted", waves=", ".join(told)))
    if rows := int(missing.sum()):
        if data.missing_weight == "drop":
            notes.append(note("weights_missing", n=rows))
        else:
            hint = "fill the weights in, or declare data.missing_weight: drop"
            fault("respondents without a weight", rows, hint)
    if not faults and not int(found["above"].sum()) and not without:
        fault("no weight is above zero", int(found["n"].sum()))
    if n := int(found["zero"].sum()):
        notes.append(note("weights_zero", n=n))
    return table.mutate(**{names.WEIGHT: weight.fill_null(number(0))}), notes, faults


def stratum(table: Any, data: DataSection) -> Any:
    """Return the expression of a row's stratum: waves are independent samples."""
    if not (data.weight or data.strata or data.cluster):
        return ibis.literal(ONE)
    named = [data.wave.column if data.wave else None, data.strata]
    parts = [
        table[names.group(name)].fill_null("") for name in dict.fromkeys(named) if name is not None
    ]
    if not parts:
        return ibis.literal(ONE)
    found = parts[0]
    for part in parts[1:]:
        found = found + " · " + part
    return found


def sampling_plan(
    table: Any, data: DataSection
) -> tuple[Plan, dict[str, int], pd.DataFrame | None]:
    """Return the plan of all rows, the places of strata, and the clusters with theirs.

    Raises
    ------
    StatisticsError
        Rows without a stratum or cluster, strata with one cluster, population sizes that cannot be.
    """
    if data.strata:
        blank = table[names.group(data.strata)].isnull()
        if lost := int(table.filter(blank).count().execute()):
            hint = "give such rows a stratum of their own, or set data.strata to null"
            where = f'column "{data.strata}", {lost} rows'
            raise _fault("respondents without a stratum", where, hint)
    label = stratum(table, data)
    counts: dict[str, Any] = {"n": table.count()}
    if data.fpc:
        population = table[names.POPULATION]
        counts |= {"low": population.min(), "high": population.max()}
        counts["without"] = (population.isnull()).sum()
    held = table.group_by(stratum=label).aggregate(**counts).execute()
    held = held.sort_values("stratum").reset_index(drop=True)
    if data.fpc and ((held["low"] != held["high"]) | (held["without"] > 0)).any():
        wrong = held.loc[(held["low"] != held["high"]) | (held["without"] > 0), "stratum"].iloc[0]
        raise _fault(
            "the population size must be the same in all rows of a stratum",
            f'column "{data.fpc}", stratum {wrong}',
            "give the number of clusters in the stratum's population",
        )
    strata = {str(one): i for i, one in enumerate(held["stratum"])}
    divided = set(strata) != {ONE} or bool(data.strata)
    sizes = held["n"].to_numpy(dtype=np.int64)
    clusters = None
    if data.cluster:
        cluster = table[names.CLUSTER]
        clusters = table.select(stratum=label, cluster=cluster).distinct().execute()
        clusters = clusters.sort_values(["stratum", "cluster"]).reset_index(drop=True)
        if clusters["cluster"].isna().any():
            hint = "give such rows a label of their own, or leave them out and say so"
            where = f'column "{data.cluster}"'
            raise _fault("clusters must be known for every row", where, hint)
        clusters["psu"] = np.arange(len(clusters))
        of_psu = clusters["stratum"].map(strata).to_numpy(dtype=np.intp)
        sizes = np.bincount(of_psu, minlength=len(strata)).astype(np.int64)
    plan = Plan(
        weighted=data.weight is not None,
        strata=tuple(strata) if divided else (),
        psus=sizes,
        clustered=clusters is not None,
        stratum_of_psu=None if clusters is None else of_psu,
        population=held["low"].to_numpy(dtype=float) if data.fpc else None,
        lonely_psu=data.lonely_psu if data.strata or data.cluster else "certainty",
    )
    return plan, strata, clusters


def _fault(what: str, where: str, hint: str) -> StatisticsError:
    return StatisticsError(Fault(kind="statistics", what=what, where=where, hint=hint))
