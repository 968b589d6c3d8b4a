"""What the columns of checked answers in a database are called."""

from __future__ import annotations

ID = "id"
WEIGHT = "weight"
RAW_WEIGHT = "weight as given"
STRATUM = "stratum"
CLUSTER = "cluster"
POPULATION = "population"
ELIGIBLE = "eligible"
IN = "analysed"


def answer(column: str) -> str:
    """Return the column of an answer on its scale."""
    return f"answer {column}"


def unused(column: str) -> str:
    """Return the column that says whether the question was not applicable."""
    return f"unused {column}"


def group(column: str) -> str:
    """Return the column of a group's label."""
    return f"group {column}"


def rule(number: int) -> str:
    """Return the column that says whether a rule of eligibility was passed."""
    return f"rule {number}"
