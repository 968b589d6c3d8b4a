"""Data quality: who answered, what is missing, and which answers call for a second look.

Rules flag; nobody is dropped in silence. What a flag means stands with its threshold, and
headline figures can be compared with and without the flagged respondents.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from cxresearch.notes import Note, distinct, note
from cxresearch.quality.flow import flow, flow_by_group
from cxresearch.quality.groups import exclusion_by_group, missing_by_group, uneven_blanks
from cxresearch.quality.pace import pace_curve
from cxresearch.quality.sensitivity import with_and_without
from cxresearch.results import Result
from cxresearch.shared import by_run
from cxresearch.study.answers import State
from cxresearch.study.flags import RULES
from cxresearch.study.study import Study


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class QualityCheck(Result):
    """What the data-quality rules found: one row per rule.

    Attributes
    ----------
    flow : DataFrame
        From received to analysed: ``stage, n`` (per wave where there are waves).
    flow_groups : DataFrame
        The same per wave and group: how many came, were screened out, are incomplete or
        careless, were left out, and are analysed.
    pace : DataFrame
        Curve of the durations over the usual one: ``pace, density``.
    items : DataFrame
        Per rating column: answers, blanks, codes that are no answer, not applicable.
    flags : DataFrame
        Per respondent and rule: value and threshold.
    missing : DataFrame
        Per item and group (waves and segments): blanks, "not applicable", and whether blanks
        differ between groups.
    uneven : DataFrame
        The items whose blanks differ between waves or groups, with the group that leaves most.
    coverage : DataFrame
        Per item and wave: whether it was asked, and how many answered (empty without waves).
    exclusion : DataFrame
        Per group: how many are left out by ``data.exclude``, or are flagged where nobody is;
        whether groups differ.
    sensitivity : DataFrame
        Headline figures with and without those flagged: ``estimate, without, difference``, each
        with its interval.
    """

    personal: ClassVar[bool] = True

    flow: pd.DataFrame
    flow_groups: pd.DataFrame
    pace: pd.DataFrame
    coverage: pd.DataFrame
    items: pd.DataFrame
    flags: pd.DataFrame
    missing: pd.DataFrame
    uneven: pd.DataFrame
    exclusion: pd.DataFrame
    sensitivity: pd.DataFrame


@by_run
def check(study: Study, /) -> QualityCheck:
    """Tell how far the answers can be trusted: flow, missing answers and flagged respondents.

    Parameters
    ----------
    study : Study
        Respondents whom ``data.exclude`` left out are counted here too.

    Returns
    -------
    QualityCheck
        ``rule, n_flagged, share, severity, threshold, n``: every rule that finds something to
        look at in this study, with the number and share (0 to 1) of its respondents. Severity:
        ``flag`` (careless answers are likely), ``warning`` (look), ``info``.

    Notes
    -----
    Thresholds are working rules, not derived facts: Curran (2016),
    doi:10.1016/j.jesp.2015.07.006. An expectation battery answered at the top throughout is a
    ceiling, not carelessness, and is not flagged.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"a": [1, 2, None, 4]})
    >>> book = {"attributes": {"price": {"columns": "a", "scale": [1, 5]}}}
    >>> check(Study.from_frame(frame, book)).items[["item", "n_missing"]].values.tolist()
    [['a', 1]]
    """
    base = study.candidates
    n = int(base.sum())
    flagged = study.flags[base[study.flags["row"].to_numpy(dtype=int)]]
    limits = study.params.analysis.quality
    rules = []
    for rule in study.rules:
        count = int((flagged["rule"] == rule).sum())
        rules.append(
            {
                "rule": rule,
                "n_flagged": count,
                "share": count / n if n else np.nan,
                "severity": RULES[rule].severity,
                "threshold": RULES[rule].threshold(limits),
                "n": n,
            }
        )
    items = _items(study, base)
    notes: list[Note] = [*study.notes]
    if len(items):
        high = items[items["share_missing"] > limits.missing_above]
        pairs = zip(high["item"], high["share_missing"], strict=True)
        notes.extend(note("high_missing", item=name, share=float(share)) for name, share in pairs)
    careless = np.zeros(len(base), dtype=bool)
    careless[flagged.loc[flagged["severity"] == "flag", "row"].to_numpy(dtype=int)] = True
    left = base & ~study.mask
    missing = missing_by_group(study, base, _all_asked(study, base))
    return QualityCheck(
        missing=missing,
        uneven=uneven_blanks(missing, study.conf_level),
        exclusion=exclusion_by_group(
            study, base, left if left.any() else careless, notes, study.conf_level
        ),
        sensitivity=with_and_without(study, base, careless, study.conf_level),
        table=pd.DataFrame(
            rules, columns=["rule", "n_flagged", "share", "severity", "threshold", "n"]
        ),
        flow=flow(study),
        flow_groups=flow_by_group(study, flagged),
        pace=pace_curve(study, base),
        items=items,
        coverage=_coverage(study, base),
        flags=_flags(study, flagged),
        n=n,
        n_eff=study.n_eff,
        conf_level=study.conf_level,
        method="rules",
        notes=distinct(notes),
        about=study.about,
    )


def _items(study: Study, base: np.ndarray) -> pd.DataFrame:
    """Count, per rating column, what its cells hold among those whose wave was asked it."""
    waves = np.zeros(len(base), dtype=int)
    if study.wave_column:
        waves = study.full[study.wave_column].cat.codes.to_numpy()
    uses = study.codebook.columns()
    rows = []
    for column in study.states:
        states = study.states[column].to_numpy()
        asked = base & _asked(states, waves)
        n = int(asked.sum())
        count = {state: int((states[asked] == state).sum()) for state in State}
        missing = count[State.BLANK] + count[State.MISSING]
        rows.append(
            {
                "item": column,
                "role": uses[str(column)].role,
                "n_total": n,
                "n": count[State.ANSWERED],
                "n_missing": missing,
                "n_dont_know": count[State.DONT_KNOW],
                "n_refused": count[State.REFUSED],
                "n_not_applicable": count[State.NOT_APPLICABLE],
                "n_out_of_range": count[State.OUT_OF_RANGE],
                "share_missing": missing / n if n else np.nan,
                "threshold": study.params.analysis.quality.missing_above,
            }
        )
    return pd.DataFrame(rows)


def _all_asked(study: Study, base: np.ndarray) -> dict[str, np.ndarray]:
    """Return, per rating column, the rows whose wave was asked it."""
    waves = np.zeros(len(base), dtype=int)
    if study.wave_column:
        waves = study.full[study.wave_column].cat.codes.to_numpy()
    return {
        str(column): _asked(states.to_numpy(), waves) for column, states in study.states.items()
    }


def _asked(states: np.ndarray, waves: np.ndarray) -> np.ndarray:
    """Return the rows whose wave was asked: one in which the column holds anything at all."""
    asked = np.zeros(len(states), dtype=bool)
    for wave in np.unique(waves):
        rows = waves == wave
        asked[rows] = (states[rows] != State.BLANK).any()
    return asked


def _coverage(study: Study, base: np.ndarray) -> pd.DataFrame:
    """Count the answers of every rating column in every wave; zero where it was not asked."""
    columns = ["item", "role", "wave", "asked", "n", "n_total"]
    if study.wave_column is None or study.states.empty:
        return pd.DataFrame(columns=columns)
    uses = study.codebook.columns()
    waves = study.full[study.wave_column].astype(str).to_numpy()
    rows = []
    for wave in study.waves:
        inside = base & (waves == wave)
        for column in study.states:
            states = study.states[column].to_numpy()[inside]
            asked = bool((states != State.BLANK).any())
            n = int((states == State.ANSWERED).sum())
            rows.append((str(column), uses[str(column)].role, wave, asked, n, len(states)))
    return pd.DataFrame(rows, columns=columns)


def _flags(study: Study, flagged: pd.DataFrame) -> pd.DataFrame:
    rows = flagged["row"].to_numpy(dtype=int)
    data = study.params.data
    ids = study.full[data.id].to_numpy()[rows] if data.id else (rows + 1).astype(str)
    table = flagged.drop(columns="row").reset_index(drop=True)
    table.insert(0, "respondent", ids)
    if study.wave_column:
        table.insert(1, "wave", study.full[study.wave_column].astype(str).to_numpy()[rows])
    return table
