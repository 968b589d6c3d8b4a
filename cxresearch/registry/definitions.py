"""The form of an indicator's definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Better = Literal["up", "down", "band", "none"]
Level = Literal["strategic", "tactical", "operational"]
Unit = Literal[
    "share",
    "points",
    "nps",
    "index",
    "count",
    "waves",
    "per_hundred",
    "per_thousand",
    "per_hour",
    "hours",
    "months",
    "money",
    "log_points",
]
IntervalCode = Literal[
    "wilson",
    "design_wilson",
    "adjusted_wald",
    "t",
    "exact_poisson",
    "kaplan_meier",
    "linearised_ratio",
    "bootstrap",
    "newcombe",
    "contrast",
    "control_chart",
    "accounting",
]


@dataclass(frozen=True, slots=True)
class Definition:
    """What an indicator is; a changed formula is a new version.

    Attributes
    ----------
    kpi_id : str
    names : mapping
        Its name by language: en, es, sl, ru.
    definition : str
        What it says of customers, in words.
    numerator, denominator : str
        The formula in words; the denominator is empty where nothing is divided.
    unit : str
        Shares are stored as 0 to 1, NPS in points from -100 to 100.
    direction : {"up", "down", "band", "none"}
        Which way is better.
    interval : str
        Where its uncertainty comes from; ``control_chart`` and ``accounting`` have no
        confidence interval.
    level : {"strategic", "tactical", "operational"}
    sources : str
        Letters of the documents that ask for it: A Spanish guide to measuring satisfaction,
        B Slovenian key indicators, C Spanish questions and answers, D Russian note.
    version : str
    """

    kpi_id: str
    names: Mapping[str, str]
    definition: str
    numerator: str
    denominator: str
    unit: Unit
    direction: Better
    interval: IntervalCode
    level: Level
    sources: str
    version: str = "1"

    @property
    def texts(self) -> tuple[str, str, str]:
        """What it says and its formula, in English: the source of the catalogues."""
        return self.definition, self.numerator, self.denominator


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a survey measure: what is counted over what.

    Attributes
    ----------
    statistic : str
        Its code in result tables.
    numerator, denominator : str
    unit : str
    direction : {"up", "down", "none"}
        Where higher answers are better; turned round where lower ones are.
    interval : str
    version : str
    """

    statistic: str
    numerator: str
    denominator: str
    unit: Unit
    direction: Better
    interval: IntervalCode
    version: str = "1"


def named(en: str, es: str, sl: str, ru: str) -> dict[str, str]:
    """Return a name in four languages.

    Examples
    --------
    >>> named("churn", "bajas", "odhodi", "отток")["sl"]
    'odhodi'
    """
    return {"en": en, "es": es, "sl": sl, "ru": ru}
