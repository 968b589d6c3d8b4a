"""Section ``alerts``: what makes a scheduled run end with code 3."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from cxresearch.study.fields import Key, Label, Number, Section, wrong


class Alert(Section):
    """Fires when a measure lies beyond a value with at least this probability."""

    measure: Key
    """Key of the codebook, or an operational KPI."""
    below: Number | None = None
    """Fires when the true value lies below this."""
    above: Number | None = None
    """Fires when the true value lies above this."""
    probability: Annotated[Number, Field(gt=0, lt=1)] = 0.9
    """How probable that must be."""
    wave: Label | None = None
    """Wave to look at; by default the last."""

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        if (self.below is None) == (self.above is None):
            raise wrong("an alert needs below or above, one of the two", "write below: 30")
        return self
