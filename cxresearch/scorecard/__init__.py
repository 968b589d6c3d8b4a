"""The balanced scorecard: goals, figures, probability that they are met, and what moves what."""

from cxresearch.scorecard.build import Scorecard, build

__all__ = ["Scorecard", "build"]
