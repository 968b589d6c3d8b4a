"""Names of the indicators that a scorecard or an alert may ask for beside codebook keys.

Each name with the direction that is better. What they mean and how they are counted is told
where they are computed; here they are only known, so that a misspelt name is found before
anything runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Better = Literal["up", "down", "band", "none"]

SURVEY_KPIS: Mapping[str, Better] = {
    "sat_top_box": "up",
    "csat": "up",
    "sat_improvement": "up",
    "sat_sustained": "up",
    "nps": "up",
    "recommend_share": "up",
    "ces": "up",
    "expectations_met": "up",
    "unmet_expectations": "down",
    "servqual_gap": "up",
    "mss": "up",
    "msa": "up",
    "post_service_rating": "up",
    "followup_rating": "up",
    "in_app_rating": "up",
    "last_mile_csat": "up",
    "last_mile_nps": "up",
    "last_mile_ces": "up",
    "beh_attitude": "up",
    "beh_recognition": "up",
    "beh_name_use": "up",
    "beh_courtesy": "up",
    "beh_teamwork": "up",
    "evaluation_score": "up",
    "quality_rating": "up",
    "cost_rating": "up",
    "delivery_rating": "up",
    "service_level_sat": "up",
    "vs_competitors": "up",
    "brand_fit": "up",
    "brand_awareness": "up",
    "brand_reputation": "up",
    "response_rate": "up",
    "dialogue_rate": "up",
    "cadence": "band",
}
"""Indicators counted from the answers."""

OPERATIONAL_KPIS: Mapping[str, Better] = {
    "retention": "up",
    "churn": "down",
    "customer_gain": "up",
    "revenue_churn": "down",
    "nrr": "up",
    "tenure": "up",
    "clv": "up",
    "revenue_per_customer": "up",
    "exit_rate": "down",
    "conversion": "up",
    "abandonment": "down",
    "referrals": "up",
    "repeat_purchase": "up",
    "cash_flow": "up",
    "cost_of_sale": "down",
    "cost_to_serve": "down",
    "resolution_time": "down",
    "first_response_time": "down",
    "active_issues": "down",
    "resolved_issues": "up",
    "resolution_satisfaction": "up",
    "fcr": "up",
    "complaint_rate": "down",
    "complaint_growth_gap": "down",
    "escalation_rate": "down",
    "productivity": "up",
    "employee_turnover": "down",
    "employee_retention": "up",
    "callcentre_qa": "up",
    "mystery_score": "up",
    "branch_performance": "up",
    "action_closure": "up",
    "qualitative_coverage": "up",
    "order_compliance": "up",
    "delivery_success": "up",
    "delivery_time": "down",
    "dispatch_time": "down",
    "availability": "up",
    "product_quality": "up",
    "standard_conformance": "up",
    "return_rate": "down",
    "social_sentiment": "up",
    "social_volume": "none",
    "document_themes": "none",
    "goal_attainment": "up",
}
"""Indicators counted from operational tables."""

KPIS: Mapping[str, Better] = {**SURVEY_KPIS, **OPERATIONAL_KPIS}
