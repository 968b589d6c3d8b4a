"""How the company served its customers, from its own tables: tickets, orders, staff, money."""

from cxresearch.operations.branches import BranchPerformance, branch_performance
from cxresearch.operations.effects import ActionEffects, actions
from cxresearch.operations.forecast import forecast
from cxresearch.operations.measure import OperationsTable, measure
from cxresearch.operations.parts import Breakdown, breakdown
from cxresearch.operations.views import (
    Backlog,
    Checklist,
    Register,
    WaitingCurves,
    backlog,
    checklist,
    control_chart,
    register,
    waiting_curves,
)

__all__ = [
    "ActionEffects",
    "Backlog",
    "BranchPerformance",
    "Breakdown",
    "Checklist",
    "OperationsTable",
    "Register",
    "WaitingCurves",
    "actions",
    "backlog",
    "branch_performance",
    "breakdown",
    "checklist",
    "control_chart",
    "forecast",
    "measure",
    "register",
    "waiting_curves",
]
