"""How many of those who were asked answered: response rates as AAPOR defines them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.errors import Fault, StatisticsError, did_you_mean
from cxresearch.notes import Note, distinct, note
from cxresearch.results import Result
from cxresearch.stats import intervals

DISPOSITIONS: Mapping[str, str] = {
    "complete": "I",
    "partial": "P",
    "refusal": "R",
    "noncontact": "NC",
    "other": "O",
    "unknown_household": "UH",
    "unknown_other": "UO",
    "ineligible": "NE",
}
"""Final dispositions and AAPOR's letters for them; either may be used."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResponseRates(Result):
    """Response rates; one row per definition.

    Attributes
    ----------
    dispositions : DataFrame
        ``disposition, n, share``: what became of every case.
    """

    dispositions: pd.DataFrame


def response_rates(
    dispositions: Mapping[str, int] | pd.Series,
    *,
    e: float | None = None,
    conf_level: float = 0.95,
) -> ResponseRates:
    """Tell which share of the customers asked answered, by AAPOR's definitions 1 to 3.

    RR1 = I / (I + P + R + NC + O + UH + UO); RR2 counts partial interviews as answers, too;
    RR3 = I / (I + P + R + NC + O + e (UH + UO)).

    Parameters
    ----------
    dispositions : mapping or Series
        Counts by disposition (`DISPOSITIONS`: complete or I, partial or P, …), or a Series with
        one disposition per case.
    e : float, optional
        Share of eligible customers among the cases of unknown eligibility, 0 to 1. By default
        the share among the known ones where ``ineligible`` cases are counted; else RR3 is
        missing, since nothing is known of it.
    conf_level : float

    Returns
    -------
    ResponseRates
        ``name`` (rr1, rr2, rr3), ``estimate`` with its Wilson interval, ``n`` (cases below the
        line), ``reason``. The interval says how far the rate of a like fieldwork may differ by
        chance; a high rate is no proof of a good sample.

    Raises
    ------
    StatisticsError
        Unknown dispositions, negative counts, nobody asked.

    References
    ----------
    AAPOR (2023), *Standard Definitions*, 10th ed.

    Examples
    --------
    >>> counts = dict(I=300, P=20, R=150, NC=400, O=10, UH=80, UO=40)
    >>> response_rates(counts, e=0.8).table["estimate"].round(7).tolist()
    [0.3, 0.32, 0.307377]
    """
    count = _counted(dispositions)
    asked = sum(count[name] for name in DISPOSITIONS if name != "ineligible")
    unknown = count["unknown_household"] + count["unknown_other"]
    known = asked - unknown
    if not asked:
        raise _fault("nobody was asked", "no case", "count at least the complete interviews")
    if e is not None and not 0 <= e <= 1:
        raise _fault("e is a share of the cases", str(e), "write 0.8 for 80 %")
    notes: list[Note] = []
    if e is None and not unknown:
        e = 1.0
    if e is None and count["ineligible"]:
        e = known / (known + count["ineligible"])
        notes.append(note("eligibility_assumed", share=e))
    below = {"rr1": float(asked), "rr2": float(asked)}
    below["rr3"] = known + e * unknown if e is not None else np.nan
    above = {"rr1": count["complete"], "rr2": count["complete"] + count["partial"]}
    above["rr3"] = count["complete"]
    rows = []
    for name, base in below.items():
        row = {"name": name, "estimate": np.nan, "conf_low": np.nan, "conf_high": np.nan}
        row |= {"unit": "share", "n": base, "reason": "eligibility_unknown"}
        if base == base:
            found = intervals.wilson(above[name], base, conf_level)
            row |= {"estimate": found.estimate, "reason": None}
            row |= {"conf_low": found.conf_low, "conf_high": found.conf_high}
        rows.append(row)
    if e is None:
        notes.append(note("eligibility_unknown", n=unknown))
    cases = sum(count.values())
    table = pd.DataFrame(
        [
            {"disposition": name, "n": n, "share": n / cases}
            for name, n in count.items()
            if n or name != "ineligible"
        ]
    )
    return ResponseRates(
        table=pd.DataFrame(rows),
        dispositions=table,
        n=cases,
        n_eff=float(cases),
        conf_level=conf_level,
        method="wilson",
        notes=distinct(notes),
    )


def _counted(dispositions: Mapping[str, int] | pd.Series) -> dict[str, int]:
    """Return a whole count for every disposition by its long name."""
    given: Mapping[Any, Any]
    if isinstance(dispositions, pd.Series):
        one_per_case = not pd.api.types.is_numeric_dtype(dispositions)
        given = (dispositions.value_counts() if one_per_case else dispositions).to_dict()
    else:
        given = dispositions
    long = {letter: name for name, letter in DISPOSITIONS.items()}
    count = dict.fromkeys(DISPOSITIONS, 0)
    for key, n in given.items():
        name = long.get(str(key), str(key))
        if name not in count:
            hint = did_you_mean(str(key), [*DISPOSITIONS, *long])
            raise _fault("there is no such disposition", str(key), hint)
        if not (n >= 0 and float(n).is_integer()):
            raise _fault("a disposition counts whole cases", f"{key}: {n}", "give counts >= 0")
        count[name] += int(n)
    return count


def _fault(what: str, found: str, hint: str) -> StatisticsError:
    where = "dispositions"
    return StatisticsError(Fault(kind="statistics", what=what, where=where, found=found, hint=hint))
