"""Users of a rival and others who rate it: the one knows it, the other has heard of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.bases import Bases
from cxresearch.benchmark.ratings import Contest, Rated
from cxresearch.errors import AnalysisError, Fault, did_you_mean
from cxresearch.notes import Note, note
from cxresearch.study.gather import as_labels
from cxresearch.study.study import By, Cell

USERS, OTHERS = "users", "non_users"
_YES = frozenset(["1", "1.0", "yes", "true", "si", "sí", "da", "да"])
_NO = frozenset(["0", "0.0", "no", "false", "ne", "нет"])


def by_use(asked: Contest, by: By, level: float, bases: Bases, notes: list[Note]) -> pd.DataFrame:
    """Return our lead over each rival among its users and among others, in rows apart.

    Columns: ``measure, entity, raters`` (users, non_users), ``own, rival`` (means of those who
    rate both), ``estimate`` = own minus rival with interval. Empty where
    ``data.users`` names no column.

    Raises
    ------
    AnalysisError
        If a rival that is named there is not known.
    """
    uses = dict(_uses(asked))
    for rival, use in uses.items():
        said = np.zeros(asked.design.n, dtype=bool)
        for rated in asked.rated:
            if rival in rated.rivals:
                said |= np.isfinite(rated.rivals[rival])
        if n := int((said & (use == 0)).sum()):
            notes.append(note("rated_by_non_users", rival=rival, n=n))
    rows = [
        _row(asked, cell, rated, rival, kind, uses[rival] == state, level, bases)
        for cell in asked.cells(by)
        for rated in asked.rated
        for rival in rated.rivals
        if rival in uses
        for kind, state in ((USERS, 1), (OTHERS, 0))
    ]
    return pd.DataFrame(rows)


def _uses(asked: Contest) -> Iterator[tuple[str, np.ndarray]]:
    study = asked.study
    for rival, column in study.params.data.users.items():
        if rival not in asked.rivals or column not in study.full:
            known = (
                asked.rivals if rival not in asked.rivals else list(map(str, study.full.columns))
            )
            named = rival if rival not in asked.rivals else column
            raise AnalysisError(
                Fault(
                    kind="analysis",
                    what=f'"{named}" is no {"rival" if named == rival else "column"} of this study',
                    where="params: data.users",
                    found=named,
                    hint=did_you_mean(named, list(known)),
                )
            )
        told = as_labels(study.full[column]).astype(object).map(lambda one: str(one).casefold())
        use = np.where(told.isin(_YES), 1.0, np.where(told.isin(_NO), 0.0, np.nan))
        yield rival, _by_person(asked, use, rival)


def _by_person(asked: Contest, use: np.ndarray, rival: str) -> np.ndarray:
    """Return the answer once for each person; in rows of ratings, the row that rates the rival."""
    entity = asked.study.params.data.entity
    if asked.person is None or entity is None:
        return use
    labels = asked.study.full[entity.column].astype(object).to_numpy()
    rows = np.flatnonzero(asked.study.raters & (labels == rival))
    told = np.full(asked.design.n, np.nan)
    told[asked.person[rows]] = use[rows]
    return told


def _row(
    asked: Contest,
    cell: Cell,
    rated: Rated,
    rival: str,
    kind: str,
    among: np.ndarray,
    level: float,
    bases: Bases,
) -> dict[str, Any]:
    design = asked.design
    gap = rated.own - rated.rivals[rival]
    mask = cell.mask & among & np.isfinite(gap)
    n = int(design.members(mask).sum())
    reason = bases.withheld(" · ".join([rated.key, rival, kind, *cell.keys.values()]), n)
    row: dict[str, Any] = {**cell.keys, "measure": rated.key, "entity": rival, "raters": kind}
    row |= dict.fromkeys(["own", "rival", "estimate", "std_error", "conf_low", "conf_high"], np.nan)
    row |= {"unit": rated.unit, "n": n, "low_base": False}
    row |= {"suppressed": reason is not None, "reason": reason}
    if reason is None:
        found = design.mean(gap, mask, level)
        row |= {name: getattr(found, name) for name in ("estimate", "std_error")}
        row |= {"conf_low": found.conf_low, "conf_high": found.conf_high}
        row |= {"own": design.mean(rated.own, mask).estimate}
        row |= {"rival": design.mean(rated.rivals[rival], mask).estimate}
        row["low_base"] = bases.low(f"{rated.key} · {rival} · {kind}", n, found.n_eff)
    return row
