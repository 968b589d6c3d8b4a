"""Names of the indicators that a scorecard or an alert may ask for beside codebook keys.

Each name with the direction that is better, from the registry. What they mean is told there;
here they are only known, so that a misspelt name is found before anything runs.
"""

from __future__ import annotations

from collections.abc import Mapping

from cxresearch.registry import OPERATIONAL, SURVEY, Better

SURVEY_KPIS: Mapping[str, Better] = {one.kpi_id: one.direction for one in SURVEY}
"""Indicators counted from the answers."""

OPERATIONAL_KPIS: Mapping[str, Better] = {one.kpi_id: one.direction for one in OPERATIONAL}
"""Indicators counted from operational tables."""

KPIS: Mapping[str, Better] = {**SURVEY_KPIS, **OPERATIONAL_KPIS}
