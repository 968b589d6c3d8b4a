"""A guess: what a column is taken for, why, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Confidence = Literal["high", "medium", "low"]
Role = Literal[
    "id",
    "wave",
    "weight",
    "strata",
    "duration",
    "service_point",
    "segment",
    "expectation",
    "perception",
    "adequate",
    "desired",
    "importance",
    "stated_importance",
    "measure",
    "attribute",
    "competitor",
    "verbatim",
    "date",
    "metadata",
    "personal",
    "left_out",
]
IN_USE: tuple[Role, ...] = (
    "id",
    "wave",
    "weight",
    "duration",
    "service_point",
    "segment",
    "expectation",
    "perception",
    "adequate",
    "desired",
    "importance",
    "stated_importance",
    "measure",
    "attribute",
    "competitor",
    "verbatim",
)
"""Roles whose columns the drafted files name; the others are listed as left out."""


def least_sure(*confidences: Confidence) -> Confidence:
    """Return the least of several confidences.

    Examples
    --------
    >>> least_sure("high", "low", "medium")
    'low'
    """
    order: tuple[Confidence, ...] = ("low", "medium", "high")
    return min(confidences, key=order.index)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What a column is taken for.

    Attributes
    ----------
    column : str
    role : Role
    reason : str
        Why, in words.
    confidence : {"high", "medium", "low"}
    key : str
        Its key in the codebook, where it has one.
    """

    column: str
    role: Role
    reason: str
    confidence: Confidence = "high"
    key: str = ""

    @property
    def comment(self) -> str:
        """The guess as a comment in a file."""
        return f"{self.confidence}: {self.reason}"
