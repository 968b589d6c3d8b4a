"""What each indicator is about, in the order in which a page tells it."""

from __future__ import annotations

from collections.abc import Mapping

SUBJECTS: Mapping[str, tuple[str, ...]] = {
    "matters": (
        *("resolution_time", "first_response_time", "active_issues", "resolved_issues"),
        *("resolution_satisfaction", "fcr", "escalation_rate"),
    ),
    "complaints": (
        *("complaint_rate", "complaint_growth_gap", "social_volume", "social_sentiment"),
        "qualitative_coverage",
    ),
    "orders": (
        *("order_compliance", "delivery_success", "delivery_time", "dispatch_time"),
        *("availability", "return_rate", "product_quality"),
    ),
    "people": (
        *("productivity", "employee_turnover", "employee_retention", "callcentre_qa"),
        *("mystery_score", "standard_conformance", "action_closure"),
    ),
    "customers": (
        *("retention", "churn", "customer_gain", "referrals", "tenure", "repeat_purchase"),
        *("conversion", "exit_rate", "abandonment"),
    ),
    "money": (
        *("revenue_per_customer", "revenue_churn", "nrr", "clv", "cost_to_serve"),
        *("cost_of_sale", "cash_flow"),
    ),
}
OWN = "own_indicators"
ORDER = (*SUBJECTS, OWN)
_OF = {measure: subject for subject, measures in SUBJECTS.items() for measure in measures}


def subject(measure: str) -> str:
    """Return what an indicator is about; those that the company counts itself are a subject too.

    Examples
    --------
    >>> subject("delivery_time"), subject("calls_in_20s")
    ('orders', 'own_indicators')
    """
    return _OF.get(measure, OWN)
