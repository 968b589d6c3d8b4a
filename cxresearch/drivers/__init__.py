"""What goes along with satisfaction: quality, cost and delivery.

`importance` shares out R², `priorities` sets it against performance, `asymmetry` tells what
delights from what only hurts, `simulate` asks what-if, `kano` reads a Kano questionnaire.
Everything here is association in answers given at the same time; no sentence made from it may
claim that one thing makes another.
"""

from cxresearch.drivers.asymmetry import DriverAsymmetry, asymmetry
from cxresearch.drivers.importance import DriverImportance, importance
from cxresearch.drivers.kano import KanoTable, kano
from cxresearch.drivers.priorities import DriverPriorities, moves, priorities
from cxresearch.drivers.simulate import WhatIf, simulate

__all__ = [
    "DriverAsymmetry",
    "DriverImportance",
    "DriverPriorities",
    "KanoTable",
    "WhatIf",
    "asymmetry",
    "importance",
    "kano",
    "moves",
    "priorities",
    "simulate",
]
