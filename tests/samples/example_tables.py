"""What tests of the example's tables know: keys, times, and how planted numbers are counted."""

import numpy as np
import pandas as pd

from cxresearch import samples
from cxresearch.samples import (
    process,
    service,
)
from cxresearch.samples.periods import CUT, bounds

Tables = dict[str, pd.DataFrame]
TRUTH = samples.COMPANY_TRUTH
WAVES = process.WAVES
BEFORE, FULL, LAST = "2022 H2", "2023 H1", "2024 H2"
KEYS = {
    "customers": ["customer_id"],
    "revenue": ["customer_id", "period"],
    "contacts": ["contact_id"],
    "tickets": ["ticket_id"],
    "orders": ["order_id"],
    "returns": ["return_id"],
    "staff": ["staff_id"],
    "staff_time": ["staff_id", "period"],
    "qa": ["evaluation_id", "criterion_id"],
    "mystery": ["visit_id", "criterion_id"],
    "brand": ["respondent_id", "brand", "attribute"],
    "brand_intended": ["attribute"],
    "documents": ["doc_id"],
    "codes": ["text_id", "coder"],
    "sessions": ["session_id"],
    "cash": ["period"],
    "indicators": ["kpi", "period"],
    "actions": ["action_id"],
    "branches": ["branch_id"],
    "qualitative": ["event_id"],
    "posts": ["post_id"],
    "targets": ["kpi", "period"],
}
#: Canonical columns that the example does without.
LEFT_OUT = {
    "targets": {"by"},
    "actions": {"respondent_id"},
    "tickets": {"met_standard"},
    "qualitative": {"status"},
}
TIMES = {
    "customers": ["start_date", "end_date"],
    "contacts": ["ts", "converted_at"],
    "tickets": ["opened_at", "first_response_at", "resolved_at", "reopened_at", "escalated_at"],
    "orders": [
        "ordered_at",
        "planned_dispatch",
        "dispatched_at",
        "promised_at",
        "delivered_at",
    ],
    "returns": ["returned_at"],
    "staff": ["start_date", "end_date"],
    "mystery": ["visit_date"],
    "documents": ["ts"],
    "sessions": ["ts"],
    "actions": ["opened_at", "due_at", "closed_at"],
    "qualitative": ["date"],
    "posts": ["ts"],
}
#: Plans may lie after the cut; what happened may not.
PLANS = {"planned_dispatch", "promised_at", "due_at"}


def half(times: pd.Series) -> pd.Series:
    return times.dt.strftime("%Y ") + np.where(times.dt.month < 7, "H1", "H2")


def here(table: pd.DataFrame, wave: str) -> pd.DataFrame:
    """Those present at the start of a half-year."""
    start, _ = bounds(wave)
    open_end = table["end_date"].isna() | (table["end_date"] >= start)
    return table[(table["start_date"] < start) & open_end]


def survival(issues: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Product-limit curve of the time to resolution: hours and share still open after them."""
    end = issues["resolved_at"].fillna(CUT)
    hours = ((end - issues["opened_at"]).dt.total_seconds() / 3600).to_numpy()
    order = np.argsort(hours)
    event = issues["resolved_at"].notna().to_numpy()[order]
    at_risk = np.arange(len(hours), 0, -1)
    return hours[order], np.cumprod(1 - event / at_risk)


def kaplan_meier(issues: pd.DataFrame, share: float) -> float:
    hours, still_open = survival(issues)
    return float(hours[np.argmax(still_open <= 1 - share + 1e-12)])


def count(tables: Tables, wave: str) -> dict[str, tuple[float, float]]:
    """What the files hold in a half-year: estimate and base of every planted number."""
    issues = tables["tickets"][half(tables["tickets"]["opened_at"]) == wave]
    settled = issues[issues["resolved_at"] < CUT - pd.Timedelta(days=service.WINDOW)]
    plain = settled["escalated_at"].isna()
    known = here(tables["customers"], wave)
    staff = here(tables["staff"], wave)
    after = bounds(wave)[1]
    orders = tables["orders"]
    sold = orders[(half(orders["ordered_at"]) == wave) & (orders["status"] == "delivered")]
    in_time = sold["delivered_at"] <= sold["promised_at"]
    sound = (sold["complete"] == 1) & (sold["undamaged"] == 1)
    seen = sold[sold["delivered_at"] <= CUT - pd.Timedelta(days=30)]
    time = tables["staff_time"][tables["staff_time"]["period"] == wave]
    paid = tables["revenue"][tables["revenue"]["period"] == wave]["revenue"]
    carts = tables["sessions"]
    carts = carts[(half(carts["ts"]) == wave) & (carts["cart_started"] == 1)]
    documents = tables["documents"][half(tables["documents"]["ts"]) == wave]
    return {
        "resolution_median": (kaplan_meier(issues, 0.5), len(issues)),
        "resolution_p90": (kaplan_meier(issues, 0.9), len(issues)),
        "complaint_rate": (1000 * issues["is_complaint"].sum() / len(known), len(known)),
        "escalation_rate": (issues["escalated_at"].notna().mean(), len(issues)),
        "fcr": ((plain & settled["reopened_at"].isna()).mean(), len(settled)),
        "reopened_rate": (settled["reopened_at"].notna().mean(), len(settled)),
        "churn": ((known["end_date"] < after).mean(), len(known)),
        "revenue_per_customer": (paid.mean(), len(paid)),
        "staff_leaving": ((staff["end_date"] < after).mean(), len(staff)),
        "productivity": (time["resolved"].sum() / time["hours"].sum(), len(time)),
        "on_time": (in_time.mean(), len(sold)),
        "order_compliance": (
            (sold["dispatched_at"] <= sold["planned_dispatch"]).mean(),
            len(sold),
        ),
        "delivery_success": ((in_time & sound).mean(), len(sold)),
        "availability": (sold["lines_available"].sum() / sold["lines"].sum(), sold["lines"].sum()),
        "return_rate": (seen["order_id"].isin(tables["returns"]["order_id"]).mean(), len(seen)),
        "abandonment": (1 - carts["purchased"].mean(), len(carts)),
        "inbox_complaints": (documents["is_complaint"].mean(), len(documents)),
    }
