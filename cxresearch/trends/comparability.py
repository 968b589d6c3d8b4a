"""The gate before any trend: which waves asked the same thing and may be compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.notes import Note, distinct, note
from cxresearch.results import Result
from cxresearch.study.scores import Scored
from cxresearch.study.study import Study
from cxresearch.trends.bridges import gate
from cxresearch.trends.waves import measures, timeline

EXPECTED_TO_SEE = 10  # answers at an end of the scale whose absence is no chance

COLUMNS = ["measure", "span", "wave_from", "wave_to", "n_waves", "verdict", "n"]
WAVE_COLUMNS = [
    "measure",
    "wave",
    "verdict",
    "span",
    "n_asked",
    "n_columns",
    "seen_min",
    "seen_max",
    "n_at_min",
    "n_at_max",
    "n",
    "reason",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparability(Result):
    """Which waves of each measure may be compared; one row per measure and span of waves.

    Attributes
    ----------
    waves : DataFrame
        Per wave: what is known of the question, and what was answered.
    """

    waves: pd.DataFrame


def comparability(study: Study, /, *, measure: str | Sequence[str] | None = None) -> Comparability:
    """Tell which waves asked customers the same thing, so that their answers may be compared.

    Parameters
    ----------
    study : Study
    measure : str or sequence of str, optional
        By default ``analysis.trends.measures``, else all.

    Returns
    -------
    Comparability
        Waves of one ``span``, from ``wave_from`` to ``wave_to``, may be compared as they are;
        ``verdict`` says how the span began. In ``waves`` it is that of each wave against the wave
        before in which the measure was asked: first; same (no change is known); identical,
        linear, step (a change declared in ``analysis.trends.bridges``); no_map (a linear bridge,
        which says nothing of a share or an NPS); parts_differ (asked with other columns than
        before, and no bridge declared); not_asked. There ``n_asked`` of ``n_columns`` columns
        were asked; ``seen_min`` and ``seen_max`` are the lowest and highest answer, in scale
        points, ``n_at_min`` and ``n_at_max`` the answers at the ends of the scale.

    Raises
    ------
    AnalysisError
        If the study has no waves or no such measure.

    Notes
    -----
    The codebook holds one wording and one scale per measure, so a change of wording, anchors,
    mode or screening can be known only where it is declared. A scale whose end nobody used in a
    wave, though by the other waves ten or more should have, is remarked upon.
    """
    notes: list[Note] = []
    rows: list[dict[str, Any]] = []
    spans: list[dict[str, Any]] = []
    for key in measures(study, measure):
        found = _rows(study, study.measure(key), notes)
        rows += found
        spans += _spans(found)
    return Comparability(
        table=pd.DataFrame(spans, columns=COLUMNS),
        waves=pd.DataFrame(rows, columns=WAVE_COLUMNS),
        n=study.n,
        n_eff=study.n_eff,
        conf_level=study.conf_level,
        method="declared_bridges",
        notes=distinct([*study.base_notes(), *notes]),
        about=study.about,
    )


def _rows(study: Study, score: Scored, notes: list[Note]) -> list[dict[str, Any]]:
    assert study.wave_column is not None
    waves, key = timeline(study), score.measure.key
    door = gate(study, score, waves)
    notes += door.notes(key)
    labels, scale = study.full[study.wave_column], score.measure.scale
    rows: list[dict[str, Any]] = []
    for wave in waves:
        asked = wave in door.parts
        held = study.mask & (labels == wave).to_numpy() & np.isfinite(score.values)
        values = score.values[held]
        verdict = "not_asked"
        if asked:
            verdict = "first" if wave == door.waves[0] else door.changes.get(wave, "same")
        rows.append(
            {
                "measure": key,
                "wave": wave,
                "verdict": verdict,
                "span": door.spans[wave] if asked else np.nan,
                "n_asked": len(door.parts.get(wave, ())),
                "n_columns": len(score.measure.columns),
                "seen_min": values.min() if asked else np.nan,
                "seen_max": values.max() if asked else np.nan,
                "n": len(values),
                "n_at_min": int((values == scale.min).sum()),
                "n_at_max": int((values == scale.max).sum()),
                "reason": None if asked else "not_asked",
            }
        )
    _note_ends(score, rows, notes)
    return rows


def _spans(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    asked = [row for row in rows if row["verdict"] != "not_asked"]
    found = []
    for span in dict.fromkeys(row["span"] for row in asked):
        held = [row for row in asked if row["span"] == span]
        found.append(
            {
                "measure": held[0]["measure"],
                "span": span,
                "wave_from": held[0]["wave"],
                "wave_to": held[-1]["wave"],
                "n_waves": len(held),
                "verdict": held[0]["verdict"],
                "n": sum(row["n"] for row in held),
            }
        )
    return found


def _note_ends(score: Scored, rows: list[dict[str, Any]], notes: list[Note]) -> None:
    """Remark on waves in which nobody used an end of the scale, though many should have."""
    scale = score.measure.scale
    if scale.continuous or len(score.measure.columns) > 1:
        return
    for name, end in (("n_at_min", scale.min), ("n_at_max", scale.max)):
        used, asked = sum(row[name] for row in rows), sum(row["n"] for row in rows)
        for row in rows:
            others = asked - row["n"]
            expected = row["n"] * (used - row[name]) / others if others else 0.0
            if row[name] == 0 and expected >= EXPECTED_TO_SEE:
                notes.append(
                    note(
                        "scale_end_unused", wave=row["wave"], measure=row["measure"], end=f"{end:g}"
                    )
                )
