"""What is explained: a rating, or who is a promoter, a detractor or among the top answers.

An outcome is named by its measure, ``"satisfaction"``, or by measure and form:
``"recommend:promoters"``, ``"recommend:detractors"``, ``"satisfaction:top_box"``.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from cxresearch.errors import AnalysisError, Fault, did_you_mean
from cxresearch.notes import Note, note
from cxresearch.stats.importance import MOST_PLAYERS
from cxresearch.study.study import Study

Model = Literal["auto", "linear", "logit", "ordered"]
MODELS = ("auto", "linear", "logit", "ordered")
FORMS = {"promoters": ("nps",), "detractors": ("nps",), "top_box": ("csat", "ces", "score", "nps")}


def outcome_key(outcome: str) -> str:
    """Return the codebook key of an outcome.

    Examples
    --------
    >>> outcome_key("recommend:promoters")
    'recommend'
    """
    return outcome.partition(":")[0]


def check_outcome(study: Study, outcome: str) -> list[Fault]:
    """Return the faults of an outcome's name: an unknown key, or a form that it does not have."""
    key, _, form = outcome.partition(":")
    book = study.codebook
    known = [*book.measures, *book.attributes, *book.dimensions, *book.items]
    if key not in known:
        return [
            Fault(
                kind="analysis",
                what=f'the codebook has no "{key}"',
                where="outcome",
                hint=did_you_mean(key, known),
            )
        ]
    if not form:
        return []
    kind = book.measures[key].kind if key in book.measures else ""
    offered = [name for name, kinds in FORMS.items() if kind in kinds]
    if form in offered:
        return []
    hint = did_you_mean(form, offered) if offered else f'write outcome: "{key}"'
    what = f'"{key}" cannot be explained as "{form}"'
    return [Fault(kind="analysis", what=what, where="outcome", found=outcome, hint=hint)]


def outcome_values(study: Study, outcome: str) -> np.ndarray:
    """Return the outcome of every row: scale points, or 0 and 1 for a form; NaN for no answer."""
    key, _, form = outcome.partition(":")
    if not form:
        return study.values(key)
    score = study.measure(key)
    if form == "promoters":
        return score.promoter
    if form == "detractors":
        return score.detractor
    return score.top(score.measure.top_box or 1)


def _levels(study: Study, outcome: str) -> int:
    """Count the values that the outcome takes."""
    values = outcome_values(study, outcome)
    return len(np.unique(values[study.mask & np.isfinite(values)]))


def choose_model(
    study: Study, asked: str | None, method: str, outcome: str, n_players: int, notes: list[Note]
) -> Model:
    """Return the model: as asked; by itself linear, and logit for an outcome of two values.

    Raises
    ------
    AnalysisError
        A model or a combination with a method that does not exist.
    """
    wanted = asked or study.params.analysis.drivers.model
    if wanted not in MODELS:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what=f'there is no model "{wanted}" of the outcome',
                where="model",
                hint=did_you_mean(wanted, MODELS),
            )
        )
    levels = study.distinct(outcome) if study.in_database else _levels(study, outcome)
    if wanted == "auto":
        if levels != 2:
            return "linear"
        if method != "shapley" or n_players > MOST_PLAYERS["logit"]:
            notes.append(note("two_values_linear", outcome=outcome))
            return "linear"
        return "logit"
    if wanted == "linear":
        return "linear"
    faults = []
    if method != "shapley":
        what = f'the model "{wanted}" has no importance by "{method}"'
        faults.append(Fault(kind="analysis", what=what, where="method", hint="shapley"))
    if wanted == "logit" and levels > 2:
        faults.append(
            Fault(
                kind="analysis",
                what="a logit explains an outcome of two values",
                where="model",
                found=f"{levels} values of {outcome}",
                hint=f'outcome "{outcome}:top_box" or "{outcome}:promoters", or model: ordered',
            )
        )
    if n_players > MOST_PLAYERS[wanted]:  # type: ignore[index]
        faults.append(
            Fault(
                kind="analysis",
                what=f'too many drivers for the model "{wanted}": every set of them is fitted',
                where="blocks",
                found=f"{n_players} drivers",
                hint=f"at most {MOST_PLAYERS[wanted]}, or model: linear",  # type: ignore[index]
            )
        )
    if faults:
        raise AnalysisError(*faults)
    return wanted  # type: ignore[return-value]
