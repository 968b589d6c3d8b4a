"""What an indicator is made of: returns by their reason, visits by the page they ended on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.errors import AnalysisError, Fault, did_you_mean
from cxresearch.notes import distinct
from cxresearch.operations.asking import Asked, proportion
from cxresearch.operations.deliveries import delivered
from cxresearch.operations.exits import known_customers
from cxresearch.operations.measure import about
from cxresearch.operations.periods import ALL, grid
from cxresearch.results import NotAsked, Result
from cxresearch.study.study import Study

COLUMNS = ["measure", "component", "estimate", "std_error", "conf_low", "conf_high", "unit"]
COLUMNS += ["numerator", "n", "suppressed", "reason"]
NEEDS = {"return_rate": "table:returns", "exit_rate": "table:sessions"}

Piece = tuple[str, np.ndarray, pd.Series | None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Breakdown(Result):
    """An indicator by its reasons or steps; one row per part."""


def breakdown(
    study: Study, /, *, of: str = "return_rate", conf_level: float | None = None
) -> Breakdown | NotAsked:
    """Tell why orders come back, or on which page visits end.

    Parameters
    ----------
    study : Study
        With the tables ``orders`` and ``returns``, or ``sessions`` with ``exit_page``.
    of : {"return_rate", "exit_rate"}
        Returns by reason: of orders delivered with the whole window observed. Exits by page: of
        the visits that reached the page. Along declared ``exit_steps`` a visit that ended later
        has reached the earlier ones; of other pages only the visits' last page is known, so they
        count over all visits.
    conf_level : float, optional

    Returns
    -------
    Breakdown
        ``component`` (reason or page), ``estimate`` with Wilson's interval (at the effective n
        where customers come back), ``numerator``, ``n``. `NotAsked` without the tables.

    Raises
    ------
    AnalysisError
        For any other indicator.
    """
    if of not in NEEDS:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what=f'"{of}" has no parts',
                found=of,
                hint=did_you_mean(of, list(NEEDS)),
            )
        )
    level = study.conf_level if conf_level is None else conf_level
    asked = Asked(study, grid(study.tables, ALL), (), level)
    makers = {"return_rate": _reasons, "exit_rate": _pages}
    pieces = list(makers[of](asked)) if asked.periods else []
    if not pieces:
        return NotAsked(
            table=pd.DataFrame(),
            n=0,
            n_eff=0.0,
            conf_level=level,
            need=NEEDS[of],
            about=about(study),
        )
    rows = [_row(of, part, flags, who, study.min_n.show, level) for part, flags, who in pieces]
    return Breakdown(
        table=pd.DataFrame(rows).reindex(columns=COLUMNS),
        n=0,
        n_eff=0.0,
        conf_level=level,
        method="by_indicator",
        notes=distinct([*study.tables.notes, *asked.notes]),
        about=about(study),
    )


def _reasons(asked: Asked) -> Iterator[Piece]:
    found = delivered(asked, "return_rate")
    if found is None or "_why" not in found[0]:
        return
    seen = found[0][found[0]["_seen"]]
    asked.window("return_rate", int((~found[0]["_seen"]).sum()))
    why = seen["_why"].where(seen["_back"]).dropna().astype(str)
    for reason in why.value_counts().index:
        flags = (seen["_back"] & (seen["_why"].astype(str) == reason)).to_numpy(float)
        yield str(reason), flags, known_customers(seen)


def _pages(asked: Asked) -> Iterator[Piece]:
    if not asked.has("sessions", "exit_page"):
        return
    sessions = asked.tables["sessions"].dropna(subset=["exit_page"])
    last = sessions["exit_page"].astype(str)
    steps = asked.told.exit_steps
    for place, page in enumerate(steps[:-1]):
        reached = sessions[last.isin(steps[place:])]
        ended = (last[reached.index] == page).to_numpy(float)
        yield page, ended, known_customers(reached)
    for page in last[~last.isin(steps)].value_counts().index:
        yield str(page), (last == page).to_numpy(float), known_customers(sessions)


def _row(
    measure: str, part: str, flags: np.ndarray, who: pd.Series | None, show: int, level: float
) -> dict[str, Any]:
    n = len(flags)
    row: dict[str, Any] = {"measure": measure, "component": part, "unit": "share", "n": n}
    if n < show:
        return row | {"suppressed": True, "reason": "small_base" if n else "empty"}
    found = proportion(flags, who, level)
    return row | {
        "estimate": found.estimate,
        "std_error": found.std_error,
        "conf_low": found.conf_low,
        "conf_high": found.conf_high,
        "numerator": int(flags.sum()),
        "suppressed": False,
    }
