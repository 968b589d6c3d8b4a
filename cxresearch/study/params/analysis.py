"""Section ``analysis``: level, draws, bases and what each analysis is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from cxresearch.study.fields import (
    ByLabel,
    Column,
    Day,
    FilePath,
    Key,
    Label,
    Labels,
    Language,
    Number,
    Section,
    Share,
    Text,
    UniqueLabels,
    Whole,
    wrong,
)
from cxresearch.study.params.operations import Operations
from cxresearch.study.params.quality import Quality

MissingAnswers = Literal["listwise", "pairwise", "impute"]
DriverMissing = Literal["listwise", "pairwise", "impute", "indicator"]
Model = Literal["auto", "linear", "logit", "ordered"]
Method = Literal["shapley", "relative_weights", "last", "first", "beta_squared", "pratt"]
Contrast = Literal["previous", "baseline", "year_ago"]
LevelKind = Literal["level", "trend", "auto"]
Positive = Annotated[Number, Field(gt=0)]


class MinN(Section):
    """Bases below which figures are withheld or marked."""

    show: Annotated[Whole, Field(ge=1)] = 10
    """Respondents below which a figure is withheld."""
    test: Annotated[Whole, Field(ge=1)] = 30
    """Respondents below which a figure is marked as a low base; never fewer than show."""

    @model_validator(mode="before")
    @classmethod
    def _test_follows(cls, value: Any) -> Any:
        """Without a test of its own, a show above the usual test takes it along."""
        if not isinstance(value, Mapping) or value.get("test") is not None:
            return value
        show = value.get("show")
        usual = cls.model_fields["test"].default
        above = isinstance(show, int) and not isinstance(show, bool) and show > usual
        return {**value, "test": show} if above else value

    @model_validator(mode="after")
    def _shown_before_tested(self) -> Self:
        if self.show > self.test:
            what = f"show is {self.show}, test is {self.test}: what is withheld cannot be marked"
            raise wrong(what, f"write {{show: {self.test}, test: {self.show}}}")
        return self


class Servqual(Section):
    """What the gap scores are told."""

    weights: Literal["importance_points"] | None = "importance_points"
    """What weighs the dimensions: importance_points, where the codebook has them, or null."""
    min_pairs: Annotated[Whole, Field(ge=1)] | None = None
    """Answered pairs a dimension score needs; by default half of the dimension's items."""
    renormalise: bool = False
    """Whether a respondent without one dimension still gets an overall score."""


class Drivers(Section):
    """What the driver analysis is told."""

    outcome: Key | None = None
    """Measure to explain, by default the first; or measure:promoters, :detractors, :top_box."""
    blocks: Annotated[Mapping[Label, UniqueLabels], ByLabel] = Field(default_factory=dict)
    """Blocks of drivers: keys of dimensions, items, measures or attributes."""
    model: Model = "auto"
    """auto is linear, logit for an outcome of two values; ordered only on request."""
    method: Method = "shapley"
    """How the explained variance is shared out."""
    covariates: UniqueLabels = ()
    """Keys or segment columns that are held constant and get no share."""
    stated_importance: Annotated[Mapping[Key, Column], ByLabel] = Field(default_factory=dict)
    """Driver: the column in which respondents rated its importance."""
    missing: DriverMissing | None = None
    """Blank answers: listwise, pairwise, impute or indicator; by default analysis.missing."""
    not_applicable: Literal["indicator", "listwise"] = "indicator"
    """Answers declared not applicable: indicator (mean and a flag, one player) or listwise."""

    @model_validator(mode="after")
    def _one_block_each(self) -> Self:
        of: dict[str, str] = {}
        for block, keys in self.blocks.items():
            if not keys:
                raise wrong(f'block "{block}" is empty', "name its drivers, or leave it out")
            for key in keys:
                if key in of:
                    what = f'"{key}" stands in two blocks, "{of[key]}" and "{block}"'
                    raise wrong(what, "keep one of the two")
                of[key] = block
        own = (self.outcome or "").partition(":")[0]
        if own in of:
            what = f'the outcome "{own}" is among its own drivers'
            raise wrong(what, f'take it out of block "{of[own]}"')
        return self


class Target(Section):
    """A value to be reached, or a band to stay in, by some wave or day."""

    value: Number | None = None
    """Value to be reached, in the units of the measure (NPS in points, shares 0 to 1)."""
    low: Number | None = None
    """Lower end of a band."""
    high: Number | None = None
    """Upper end of a band."""
    by: Label | None = None
    """Wave, period or day by which."""

    @model_validator(mode="after")
    def _value_or_band(self) -> Self:
        band = (self.low, self.high)
        if self.value is None and None in band:
            raise wrong("a target needs a value, or low and high", "write {value: 40}")
        if self.value is not None and band != (None, None):
            raise wrong("a target is a value or a band, not both", "keep value, or low and high")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise wrong("the band's low is not below its high", "exchange the two")
        return self


def _target(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {"value": value}
    if isinstance(value, list | tuple) and len(value) == 2:
        return {"low": value[0], "high": value[1]}
    return value


TargetField = Annotated[
    Target, BeforeValidator(_target, json_schema_input_type=float | list[float] | Target)
]


class Bridge(Section):
    """How waves before and after a change of the questionnaire may be compared."""

    wave: Label
    """First wave with the changed question."""
    kind: Literal["identical", "linear", "step"]
    """identical (no change in meaning), linear (old values mapped), step (a level of its own)."""
    measures: UniqueLabels = ()
    """Measures concerned; by default all."""
    slope: Number = 1.0
    """Of a linear map: new = intercept + slope × old."""
    intercept: Number = 0.0
    """Of a linear map."""


class Trends(Section):
    """What the trends over waves are told."""

    measures: UniqueLabels = ()
    """Measures to follow; by default all."""
    contrasts: tuple[Contrast, ...] = ("previous", "baseline", "year_ago")
    """With which waves each wave is compared."""
    threshold: Annotated[Mapping[Key, Positive], ByLabel] = Field(default_factory=dict)
    """Smallest change that matters in practice, in the units of the measure."""
    targets: Annotated[Mapping[Key, TargetField], ByLabel] = Field(default_factory=dict)
    """What is to be reached, and by when."""
    horizon: Annotated[Whole, Field(ge=1, le=12)] = 2
    """Waves to forecast."""
    model: LevelKind = "level"
    """level (it walks), trend (it has a slope that may change), auto (whichever is better)."""
    season: Annotated[Whole, Field(ge=2, le=24)] | None = None
    """Waves in a cycle that repeats, such as 4 for quarters; two full cycles are needed."""
    extra_variance: Annotated[Mapping[Key, Annotated[Number, Field(ge=0)]], ByLabel] = Field(
        default_factory=dict
    )
    """Variance beyond sampling error, by measure, in squared units."""
    bridges: tuple[Bridge, ...] = ()
    """Changes of the questionnaire across which waves may be compared."""


class Baseline(Section):
    """Where a scorecard row started."""

    value: Number
    """Value at the start, in the units of the measure."""
    date: Day | None = None
    """Day of it."""
    std_error: Annotated[Number, Field(ge=0)] | None = None
    """Its standard error, where it was estimated."""


def _baseline(value: Any) -> Any:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return {"value": value} if number else value


class ScorecardRow(Section):
    """One row of the balanced scorecard."""

    measure: Key
    """Key of the codebook, or an operational KPI."""
    perspective: Label = "customer"
    """Perspective of the balanced scorecard."""
    level: Literal["strategic", "tactical", "operational"] = "strategic"
    """strategic, tactical or operational."""
    objective: Text | None = None
    """What is to be achieved, in words."""
    indicator: Literal["lead", "lag"] | None = None
    """Whether the measure runs ahead of success (lead) or follows it (lag)."""
    direction: Literal["up", "down", "band"] | None = None
    """Which way is better; by default that of the measure."""
    baseline: Annotated[
        Baseline | None,
        BeforeValidator(_baseline, json_schema_input_type=float | Baseline | None),
    ] = None
    """Where it started: a value, or {value, date, std_error}."""
    target: Annotated[
        Target | None,
        BeforeValidator(_target, json_schema_input_type=float | list[float] | Target | None),
    ] = None
    """What is to be reached: a value, a band [low, high], or {value, by}."""
    stretch: Number | None = None
    """A value beyond the target."""
    owner: Text | None = None
    """Who answers for it."""
    frequency: Text | None = None
    """How often it is measured."""
    initiative: Text | None = None
    """What is being done for it."""
    links: Labels = ()
    """Measures that this one is meant to move."""
    weight: Share | None = None
    """Weight in the composite; declared weights sum to 1."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        target = self.target
        if self.direction == "band" and target is not None and target.value is not None:
            raise wrong("a row with a band needs low and high", "write target: [78, 85]")
        if self.baseline is not None and target is not None and self.baseline.date and target.by:
            day = self.baseline.date.isoformat()
            if target.by < day[: len(target.by)]:
                raise wrong(
                    "the target's date lies before the baseline's", "correct one of the two"
                )
        return self


def _rows(value: Any) -> Any:
    return {"rows": value} if isinstance(value, list | tuple) else value


class Scorecard(Section):
    """The balanced scorecard's rows and its lights."""

    rows: tuple[ScorecardRow, ...] = ()
    """What is on the scorecard; without rows every measure with a target is."""
    green: Annotated[Number, Field(gt=0.5, lt=1)] = 0.9
    """Probability that the target is met from which the light is green."""
    red: Annotated[Number, Field(gt=0, lt=0.5)] = 0.1
    """Probability up to which it is red."""

    @model_validator(mode="after")
    def _weights_sum(self) -> Self:
        weights = [row.weight for row in self.rows if row.weight is not None]
        if weights and abs(sum(weights) - 1) > 1e-6:
            raise wrong(
                f"the weights of the rows sum to {sum(weights):g}, not to 1", "correct them"
            )
        return self


class Benchmark(Section):
    """What the comparison with rivals is told."""

    quality: Annotated[Mapping[Key, Annotated[Number, Field(gt=0)]], ByLabel] = Field(
        default_factory=dict
    )
    """Ratings that make up quality, with their weights, for the value for money."""
    price: tuple[Key, ...] = ()
    """Ratings of the price; where more is better (fair, low) they are turned over."""


class Posts(Section):
    """Posts that may not be customers' own words: always counted, left out only when told."""

    own: Labels = ()
    """Authors who are the company itself."""
    most_a_day: Annotated[Whole, Field(ge=1)] = 20
    """Posts of one author on one day above which the author is taken for a machine."""
    same_text: Annotated[Whole, Field(ge=2)] = 3
    """How often the same words must come before all but the first are taken for copies."""
    exclude: tuple[Literal["own_posts", "posting_rate", "same_text"], ...] = ()
    """Rules whose posts are left out; by default none is."""


class Verbatims(Section):
    """What the analysis of open answers is told."""

    codeframe: FilePath | None = None
    """File of themes and the words they are found by; by default the frame of the package."""
    outcome: Key | None = None
    """Measure that themes are set against; by default that of the drivers, else the first."""
    language: Language | None = None
    """Language of posts and letters whose table has no column lang."""
    coder: Label | None = None
    """Coder of the table codes whose themes stand in place of those found by words."""
    posts: Posts = Posts()
    """Which posts are looked at twice, and which are left out."""


class AnalysisSection(Section):
    """Level, draws, bases and what each analysis is told."""

    conf_level: Annotated[Number, Field(gt=0, lt=1)] = 0.95
    """Confidence level of every interval."""
    n_resamples: Annotated[Whole, Field(ge=1, le=1_000_000)] = 2000
    """Bootstrap draws."""
    seed: Annotated[Whole, Field(ge=0)] = 20250331
    """The seed from which every analysis takes its own stream."""
    missing: MissingAnswers = "listwise"
    """Blank answers in models: listwise, pairwise or impute; never filled silently."""
    multiplicity: Literal["bh", "holm", "none"] = "bh"
    """How p-values of one family are adjusted."""
    min_n: MinN = MinN()
    """Bases below which figures are withheld (show) or marked (test)."""
    quality: Quality = Quality()
    """From where the rules of data quality look twice."""
    servqual: Servqual = Servqual()
    """What the gap scores are told."""
    drivers: Drivers = Drivers()
    """What the driver analysis is told."""
    trends: Trends = Trends()
    """What the trends over waves are told."""
    scorecard: Annotated[
        Scorecard, BeforeValidator(_rows, json_schema_input_type=Scorecard | list[ScorecardRow])
    ] = Scorecard()
    """Rows of the balanced scorecard."""
    benchmark: Benchmark = Benchmark()
    """What the comparison with rivals is told."""
    verbatims: Verbatims = Verbatims()
    """What the analysis of open answers is told."""
    operations: Operations = Operations()
    """Periods, windows and clocks of the operational indicators."""
