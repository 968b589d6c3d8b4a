"""What earlier runs of a study reported, and which of it a later run tells otherwise.

Every report run puts its figures of each wave on record (``history.jsonl`` in the study's folder
of reports). When data arrive late, weights change or a rule is declared anew, figures of waves
that clients have seen change too; this says so instead of rewriting history in silence.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from cxresearch import handover, kpis, servqual
from cxresearch.results import Result
from cxresearch.study.study import Study

#: Name of the record in a study's folder of reports.
FILE = handover.HISTORY_FILE
#: Of a gap among the figures of measures.
GAP = "gap"
_KEY = ("wave", "measure", "statistic")
_FIGURE = ("estimate", "conf_low", "conf_high", "n", "unit")
_SAME = 1e-9  # relative difference below which two figures are the same


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Revisions(Result):
    """Figures that an earlier run reported otherwise; one row per wave, measure and statistic."""


def reported(study: Study, /) -> pd.DataFrame:
    """Return the figures that a run puts on record: headlines and gaps of every wave.

    Parameters
    ----------
    study : Study

    Returns
    -------
    DataFrame
        ``wave, measure, statistic, estimate, conf_low, conf_high, n, unit``; of a dimension
        the statistic is "gap". What is withheld is not on record.
    """
    by = "wave" if study.waves else None
    parts = []
    if study.has("measures"):
        headlines = kpis.measure(study, by=by).table
        keys = [*(["wave"] if by else []), "measure"]
        parts.append(headlines.drop_duplicates(keys))
    if study.has("expectations"):
        gaps = servqual.gaps(study, by=by).table
        told = gaps.rename(columns={"dimension": "measure"})
        parts.append(told.assign(statistic=GAP, unit="points"))
    if not parts:
        return pd.DataFrame(columns=[*_KEY, *_FIGURE])
    rows = pd.concat([part.assign(**({} if by else {"wave": ""})) for part in parts])
    return rows[rows["estimate"].notna()][[*_KEY, *_FIGURE]].reset_index(drop=True)


def revisions(study: Study, /, *, record: Path | None = None) -> Revisions:
    """Tell which figures of the waves were reported otherwise by an earlier run.

    Parameters
    ----------
    study : Study
    record : Path, optional
        The history to compare with; by default that of the study's reports.

    Returns
    -------
    Revisions
        ``wave, measure, statistic, reported`` (day of the run), ``value_from`` (as it was
        reported), ``estimate`` (as it is now; missing where it is no longer told), ``change,
        unit, n``. Empty where nothing that was reported has changed, or nothing was reported.

    Examples
    --------
    >>> frame = pd.DataFrame({"satisfaction": [5, 4, 2, 5, 4, 3, 5, 5, 4, 1]})
    >>> asked = {"kind": "csat", "columns": "satisfaction", "scale": [1, 5]}
    >>> study = Study.from_frame(frame, {"measures": {"satisfaction": asked}})
    >>> len(revisions(study, record=Path("never-run")).table)
    0
    """
    now = dict(_figures(reported(study)))
    rows: dict[tuple[str, ...], dict[str, Any]] = {}
    for run in read(place(study) if record is None else record):
        for key, before in run.figures.items():
            if not _same(before, now.get(key)):
                rows[key] = _row(key, before, now.get(key), run.day)  # the last one told counts
    names = [*_KEY, "reported", "value_from", "estimate", "change", "unit", "n"]
    table = pd.DataFrame(list(rows.values()), columns=names)
    order = {wave: number for number, wave in enumerate(study.waves)}
    table = table.sort_values("wave", key=lambda waves: waves.map(order), kind="stable")
    return Revisions(
        table=table.reset_index(drop=True),
        n=study.n,
        n_eff=study.n_eff,
        conf_level=study.conf_level,
        method="revisions",
        about=study.about,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run put on record.

    Attributes
    ----------
    day : str
        When it ended, as an ISO date.
    figures : mapping
        By wave, measure and statistic.
    """

    day: str
    figures: Mapping[tuple[str, ...], Mapping[str, Any]]


def read(record: Path) -> list[Run]:
    """Return the runs on record, the earliest first; lines that cannot be read are passed over."""
    if not record.is_file():
        return []
    found = (_run(line) for line in record.read_text(encoding="utf-8").splitlines())
    return [run for run in found if run is not None]


def line(study: Study, finished: str, /) -> str:
    """Return the line that a run adds: its time, the data's fingerprint and the figures."""
    rows = json.loads(reported(study).to_json(orient="values", double_precision=15))
    told = {"finished": finished, "fingerprint": study.fingerprint, "reported": rows}
    return json.dumps(told, ensure_ascii=False)


def same_figures(first: str, second: str, /) -> bool:
    """Tell whether two lines report the same figures."""
    runs = (_run(first), _run(second))
    if None in runs:
        return False
    one, other = (run.figures for run in runs if run is not None)
    return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)


def place(study: Study, /) -> Path:
    """Return where the study's history lies: where the runner says, else beside its reports."""
    told = handover.history()
    if told is not None:
        return told
    folder = getattr(study.params.report, "folder", None) or Path("reports")
    return Path(folder) / study.about.study / FILE


def _run(line: str) -> Run | None:
    try:
        told = json.loads(line)
        rows = pd.DataFrame(told["reported"], columns=[*_KEY, *_FIGURE])
        return Run(day=str(told["finished"])[:10], figures=dict(_figures(rows)))
    except (ValueError, KeyError, TypeError):
        return None  # a line of another version, or one that someone edited


def _figures(rows: pd.DataFrame) -> Iterable[tuple[tuple[str, ...], dict[str, Any]]]:
    for row in rows.to_dict("records"):
        yield tuple(str(row[name]) for name in _KEY), {name: row[name] for name in _FIGURE}


def _same(before: Mapping[str, Any], now: Mapping[str, Any] | None) -> bool:
    return now is not None and math.isclose(
        before["estimate"], now["estimate"], rel_tol=_SAME, abs_tol=_SAME
    )


def _row(
    key: tuple[str, ...], before: Mapping[str, Any], now: Mapping[str, Any] | None, day: str
) -> dict[str, Any]:
    estimate = math.nan if now is None else float(now["estimate"])
    return {
        **dict(zip(_KEY, key, strict=True)),
        "reported": day,
        "value_from": float(before["estimate"]),
        "estimate": estimate,
        "change": estimate - float(before["estimate"]),
        "unit": before["unit"],
        "n": math.nan if now is None else now["n"],
    }
