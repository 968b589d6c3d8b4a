"""The balanced scorecard, what every figure reads now, and goals by period."""

from cxresearch.scorecard.build import Scorecard, build
from cxresearch.scorecard.goals import GoalAttainment, goals
from cxresearch.scorecard.now import read

__all__ = ["GoalAttainment", "Scorecard", "build", "goals", "read"]
