"""How the company served its customers, from its own tables: tickets, orders, staff, money."""

from cxresearch.operations.measure import OperationsTable, measure
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
    "Backlog",
    "Checklist",
    "OperationsTable",
    "Register",
    "WaitingCurves",
    "backlog",
    "checklist",
    "control_chart",
    "measure",
    "register",
    "waiting_curves",
]
