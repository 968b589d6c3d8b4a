"""What operational tables must hold: keys, times in their order, rows that others point to."""

from __future__ import annotations

from collections.abc import Mapping

KEYS: Mapping[str, tuple[str, ...]] = {
    "sample": ("case_id", "wave"),
    "customers": ("customer_id",),
    "revenue": ("customer_id", "period"),
    "contacts": ("contact_id",),
    "tickets": ("ticket_id",),
    "orders": ("order_id",),
    "returns": ("return_id",),
    "staff": ("staff_id",),
    "staff_time": ("staff_id", "period"),
    "qa": ("evaluation_id", "criterion_id"),
    "mystery": ("visit_id", "criterion_id"),
    "brand": ("respondent_id", "brand", "attribute"),
    "brand_intended": ("attribute",),
    "competitor": ("respondent_id", "brand", "item"),
    "verbatims": ("text_id",),
    "codes": ("text_id", "coder", "theme"),
    "posts": ("post_id",),
    "documents": ("doc_id",),
    "sessions": ("session_id",),
    "cash": ("period",),
    "targets": ("kpi", "period"),
    "indicators": ("kpi", "period"),
    "actions": ("action_id",),
    "branches": ("branch_id",),
    "qualitative": ("event_id",),
}
"""Columns that together name a row; those a table does not have are left out of the key."""

NEEDED: Mapping[str, tuple[str, ...]] = {
    "sample": ("case_id", "disposition"),
    "customers": ("customer_id", "start_date"),
    "revenue": ("customer_id", "period", "revenue"),
    "contacts": ("contact_id", "ts"),
    "tickets": ("ticket_id", "opened_at"),
    "orders": ("order_id", "ordered_at"),
    "returns": ("order_id", "returned_at"),
    "staff": ("staff_id", "start_date"),
    "staff_time": ("staff_id", "hours", "resolved"),
    "qa": ("evaluation_id", "score", "max_score"),
    "mystery": ("visit_id", "branch_id", "visit_date", "score", "max_score"),
    "brand": ("respondent_id", "brand", "attribute", "selected"),
    "brand_intended": ("attribute",),
    "competitor": ("respondent_id", "brand", "item", "score"),
    "verbatims": ("text_id", "text"),
    "codes": ("text_id", "theme"),
    "posts": ("post_id", "ts"),
    "documents": ("doc_id", "ts"),
    "sessions": ("session_id", "ts"),
    "cash": ("period", "receipts", "payments"),
    "targets": ("kpi", "value"),
    "indicators": ("kpi", "period", "value"),
    "actions": ("action_id", "due_at"),
    "branches": ("branch_id",),
    "qualitative": ("event_id", "type", "date"),
}
"""Columns without which a table says nothing."""

TIMES: Mapping[str, tuple[str, ...]] = {
    "customers": ("start_date", "end_date"),
    "contacts": ("ts", "converted_at"),
    "tickets": ("opened_at", "first_response_at", "resolved_at", "reopened_at", "escalated_at"),
    "orders": ("ordered_at", "planned_dispatch", "dispatched_at", "promised_at", "delivered_at"),
    "returns": ("returned_at",),
    "staff": ("start_date", "end_date"),
    "mystery": ("visit_date",),
    "verbatims": ("ts",),
    "posts": ("ts",),
    "documents": ("ts",),
    "sessions": ("ts",),
    "actions": ("opened_at", "due_at", "closed_at"),
    "branches": ("opened",),
    "qualitative": ("date",),
}
"""Columns of days and times."""

PLANS = frozenset(["planned_dispatch", "promised_at", "due_at", "end_date"])
"""Times that may lie after the cut: plans, promises and the announced end of a contract."""

ORDERED: Mapping[str, tuple[tuple[str, str], ...]] = {
    "customers": (("start_date", "end_date"),),
    "contacts": (("ts", "converted_at"),),
    "tickets": (
        ("opened_at", "first_response_at"),
        ("opened_at", "resolved_at"),
        ("opened_at", "escalated_at"),
        ("opened_at", "reopened_at"),
    ),
    "orders": (("ordered_at", "dispatched_at"), ("ordered_at", "delivered_at")),
    "staff": (("start_date", "end_date"),),
    "actions": (("opened_at", "closed_at"),),
}
"""Pairs of times of which the second cannot come before the first."""

FLAGS: Mapping[str, tuple[str, ...]] = {
    "sample": ("flagged", "contacted"),
    "contacts": ("converted",),
    "tickets": ("is_complaint", "met_standard"),
    "orders": ("complete", "undamaged"),
    "qa": ("critical_fail",),
    "mystery": ("critical_fail",),
    "brand": ("selected",),
    "documents": ("is_complaint",),
    "sessions": ("cart_started", "purchased"),
}
"""Columns of yes and no."""

NUMBERS: Mapping[str, tuple[str, ...]] = {
    "revenue": ("revenue", "margin", "cost_to_serve"),
    "orders": ("value", "cost_of_goods", "selling_cost", "lines", "lines_available"),
    "returns": ("value", "cost"),
    "staff": ("fte",),
    "staff_time": ("hours", "resolved"),
    "qa": ("score", "max_score"),
    "mystery": ("score", "max_score"),
    "brand_intended": ("weight",),
    "competitor": ("score",),
    "posts": ("followers",),
    "sessions": ("pages",),
    "cash": ("receipts", "payments"),
    "targets": ("value", "baseline"),
    "indicators": ("value", "n"),
    "qualitative": ("participants",),
}
"""Columns of numbers."""

FOREIGN: Mapping[tuple[str, str], str] = {
    ("revenue", "customer_id"): "customers",
    ("contacts", "customer_id"): "customers",
    ("tickets", "customer_id"): "customers",
    ("orders", "customer_id"): "customers",
    ("sessions", "customer_id"): "customers",
    ("returns", "order_id"): "orders",
    ("staff_time", "staff_id"): "staff",
    ("qa", "contact_id"): "contacts",
    ("customers", "branch_id"): "branches",
    ("contacts", "branch_id"): "branches",
    ("tickets", "branch_id"): "branches",
    ("mystery", "branch_id"): "branches",
    ("actions", "branch_id"): "branches",
}
"""Columns that point to the rows of another table."""

LABELS = frozenset(
    (
        *("customer_id", "account_id", "branch_id", "segment", "source", "agent_id", "staff_id"),
        *("contact_id", "ticket_id", "order_id", "return_id", "evaluation_id", "evaluator_id"),
        *(
            "criterion_id",
            "visit_id",
            "respondent_id",
            "text_id",
            "doc_id",
            "session_id",
            "case_id",
        ),
        *("action_id", "event_id", "period", "kpi", "kpi_id", "level", "channel", "status", "type"),
        *("reason", "coder", "theme", "post_id", "author_key", "brand", "attribute", "wave"),
        *("separation_type", "region"),
    )
)
"""Columns of names, which are texts whatever they look like."""
