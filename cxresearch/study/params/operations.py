"""Section ``analysis.operations``: periods, windows and clocks of operational indicators."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from cxresearch.study.fields import (
    ByLabel,
    Day,
    Key,
    Number,
    Section,
    Text,
    UniqueLabels,
    Whole,
    several,
    wrong,
)

Span = Literal["month", "quarter", "half_year", "year", "all"]
Positive = Annotated[Number, Field(gt=0)]
_CLOCK = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")

WINDOWS: Mapping[str, float] = {
    "fcr": 7,
    "resolved_issues": 7,
    "conversion": 30,
    "return_rate": 30,
    "repeat_purchase": 180,
    "exit_rate": 90,
    "resolution_satisfaction": 180,
    "action_closure": 180,
}
"""Days within which something must follow, where the params do not say so."""


def _clock(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):  # YAML reads 17:00 as 1020
        value = f"{value // 60:02d}:{value % 60:02d}"
    if not isinstance(value, str) or not _CLOCK.fullmatch(value) or value > "24:00":
        raise wrong("a time of day is wanted", 'write hours and minutes, such as "08:30"')
    return value


Clock = Annotated[str, BeforeValidator(_clock, json_schema_input_type=str)]


class BusinessHours(Section):
    """The hours that count where waiting is counted in business hours."""

    days: Annotated[
        tuple[Annotated[Whole, Field(ge=1, le=7)], ...],
        BeforeValidator(several, json_schema_input_type=list[int]),
        Field(min_length=1),
    ] = (1, 2, 3, 4, 5)
    """Days of the week that count, Monday is 1."""
    start: Clock = "08:00"
    """When the day begins."""
    end: Clock = "17:00"
    """When it ends."""
    holidays: Annotated[
        tuple[Day, ...], BeforeValidator(several, json_schema_input_type=list[str])
    ] = ()
    """Days that do not count."""
    measures: UniqueLabels = ("resolution_time", "first_response_time")
    """Indicators counted so; all others are counted by the calendar."""

    @model_validator(mode="after")
    def _open_at_all(self) -> Self:
        if self.start >= self.end:
            raise wrong("the day ends before it begins", "exchange start and end")
        return self


class Operations(Section):
    """What the operational indicators are told."""

    period: Span | None = None
    """month, quarter, half_year, year or all; by default the period of the waves, else quarter."""
    windows: Annotated[Mapping[Key, Positive], ByLabel] = Field(default_factory=dict)
    """Days within which something must follow, by indicator."""
    clock: Literal["first", "final"] = "first"
    """Reopened tickets: their time runs to the first resolution, or is not over (final)."""
    promise: Literal["time", "day"] = "time"
    """Whether a promise is kept until its time, or until the end of its day."""
    business_hours: BusinessHours | None = None
    """Hours that count; by default every hour of the calendar counts."""
    interest: Annotated[Number, Field(gt=-1)] = 0.1
    """Yearly interest of customer lifetime value."""
    horizon: Annotated[Number, Field(gt=0)] = 5
    """Years that customer lifetime value looks ahead."""
    margin: Literal["after", "immediate"] = "after"
    """When the first margin comes: after one period (after), or at once (immediate)."""
    labels: Annotated[Mapping[Key, Text], ByLabel] = Field(default_factory=dict)
    """Names of the indicators of the table indicators: a text, or one per language."""
    exit_steps: UniqueLabels = ()
    """Pages of a visit in their order, the goal last; exit rates are counted along them."""
    resolution_measure: Key | None = None
    """Measure that asks how a matter was settled; by default resolution_satisfaction."""
    standard: Annotated[Number, Field(gt=0, le=1)] = 0.8
    """Part of the points from which a check meets the standard; yes and no are not touched."""
    staff_names: bool = False
    """Whether agents are shown by their ids; otherwise they are numbered."""

    def window(self, measure: str) -> float:
        """Return the days within which something must follow."""
        return float(self.windows.get(measure, WINDOWS.get(measure, 0)))

    @model_validator(mode="after")
    def _known_windows(self) -> Self:
        for name in self.windows:
            if name not in WINDOWS:
                known = ", ".join(WINDOWS)
                raise wrong(f'"{name}" is no indicator with a window', f"one of: {known}")
        return self
