"""Section ``tables``: operational tables, each a file and a map of its columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from cxresearch.study.fields import (
    ByLabel,
    CodeList,
    Column,
    Day,
    Label,
    Labels,
    Number,
    Section,
    wrong,
)
from cxresearch.study.params.data import Reading

TableName = Literal[
    "sample",
    "customers",
    "revenue",
    "contacts",
    "tickets",
    "orders",
    "returns",
    "staff",
    "staff_time",
    "qa",
    "mystery",
    "brand",
    "brand_intended",
    "competitor",
    "verbatims",
    "codes",
    "posts",
    "documents",
    "sessions",
    "cash",
    "targets",
    "indicators",
    "actions",
    "branches",
    "qualitative",
]

_CRITERIA = ("criterion_id", "score", "max_score", "critical_fail")

TABLE_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "sample": ("case_id", "wave", "disposition", "touchpoint", "flagged", "contacted"),
    "customers": (
        "customer_id",
        "account_id",
        "branch_id",
        "segment",
        "start_date",
        "end_date",
        "source",
    ),
    "revenue": ("customer_id", "period", "revenue", "margin", "cost_to_serve"),
    "contacts": (
        "contact_id",
        "customer_id",
        "ts",
        "channel",
        "agent_id",
        "branch_id",
        "converted",
        "converted_at",
    ),
    "tickets": (
        "ticket_id",
        "customer_id",
        "opened_at",
        "first_response_at",
        "resolved_at",
        "reopened_at",
        "is_complaint",
        "escalated_at",
        "level",
        "channel",
        "agent_id",
        "branch_id",
        "met_standard",
    ),
    "orders": (
        "order_id",
        "customer_id",
        "ordered_at",
        "planned_dispatch",
        "dispatched_at",
        "promised_at",
        "delivered_at",
        "status",
        "complete",
        "undamaged",
        "value",
        "cost_of_goods",
        "selling_cost",
        "lines",
        "lines_available",
    ),
    "returns": ("return_id", "order_id", "returned_at", "reason", "value", "cost"),
    "staff": ("staff_id", "start_date", "end_date", "separation_type", "fte"),
    "staff_time": ("staff_id", "period", "hours", "resolved"),
    "qa": ("evaluation_id", "contact_id", "agent_id", "evaluator_id", *_CRITERIA),
    "mystery": ("visit_id", "branch_id", "visit_date", "evaluator_id", *_CRITERIA),
    "brand": ("respondent_id", "brand", "attribute", "selected"),
    "brand_intended": ("attribute", "intended", "weight"),
    "competitor": ("respondent_id", "brand", "item", "score"),
    "verbatims": ("text_id", "source", "respondent_id", "ts", "lang", "text"),
    "codes": ("text_id", "coder", "theme", "sentiment"),
    "posts": ("post_id", "ts", "channel", "author_key", "text", "followers", "sentiment"),
    "documents": ("doc_id", "ts", "type", "text", "is_complaint"),
    "sessions": (
        "session_id",
        "customer_id",
        "ts",
        "pages",
        "exit_page",
        "cart_started",
        "purchased",
    ),
    "cash": ("period", "receipts", "payments"),
    "targets": ("kpi", "value", "by", "baseline", "period"),
    "indicators": ("kpi", "period", "value", "n"),
    "actions": (
        *("action_id", "source", "opened_at", "due_at", "closed_at", "kpi_id"),
        *("branch_id", "respondent_id"),
    ),
    "branches": ("branch_id", "region", "opened"),
    "qualitative": ("event_id", "type", "date", "participants", "topic", "status"),
}
"""Canonical columns of every operational table."""


class Reached(Section):
    """The update at which one row of a table reached a state: the first that fits."""

    column: Column
    """The file's column to look at."""
    values: Labels = Field(default=(), alias="in")
    """Values that mean the state."""
    above: Number | None = None
    """Or: the number that must be exceeded."""

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if bool(self.values) == (self.above is not None):
            raise wrong("a state is told by values or by a number", "write in: [...] or above: 0")
        return self


class Events(Section):
    """How a log with one row an update becomes a table with one row a ticket (order, customer)."""

    time: Column
    """The file's column with the time of the update."""
    order: Column | None = None
    """The file's column that numbers the updates; by default their time. The last one counts."""
    reached: Annotated[Mapping[Label, Reached], ByLabel] = Field(default_factory=dict)
    """Canonical column of a time: the state whose first update sets it."""


class Table(Reading):
    """One operational table."""

    columns: Annotated[Mapping[Label, Column], ByLabel] = Field(default_factory=dict)
    """Canonical column: the file's name of it."""
    cut: Day | None = None
    """Day on which the table was cut: what is open then is censored."""
    time_zone: str | None = None
    """Time zone of the table's clock times, such as Europe/Ljubljana."""
    date_format: Annotated[str, Field(min_length=2)] | None = None
    """How dates are written, such as %d/%m/%Y %H:%M; by default year-month-day."""
    missing: CodeList = ()
    """Cells that mean nothing is known, such as "?"."""
    events: Events | None = None
    """The file is a log with one row an update: how it becomes one row a ticket."""


def table_form(value: Any) -> Any:
    """Return the long form of a table: a path alone is a mapping with this path."""
    return {"path": value} if isinstance(value, str) else value
