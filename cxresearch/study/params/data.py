"""Section ``data``: the answers, how they were sampled and which codes are no answers."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
    ValidationInfo,
    model_validator,
)

from cxresearch.errors import first
from cxresearch.study.fields import (
    ByLabel,
    Code,
    CodeList,
    CodesField,
    CodesValue,
    Column,
    Columns,
    Day,
    FilePath,
    Label,
    Number,
    Section,
    UniqueLabels,
    Whole,
    as_label,
    codes_of,
    wrong,
)

Format = Literal[
    "auto",
    "csv",
    "excel",
    "parquet",
    "spss",
    "stata",
    "qualtrics",
    "surveymonkey",
    "limesurvey",
    "sql",
]
Period = Literal["year", "half_year", "quarter", "month", "week", "day"]
LonelyPsu = Literal["error", "certainty", "adjust"]
MissingWeight = Literal["error", "drop"]
OutOfRange = Literal["error", "missing"]
Engine = Literal["memory", "database"]
QualityRule = Literal[
    "out_of_range",
    "mostly_blank",
    "partial",
    "not_applicable",
    "straight_perception",
    "straight_expectation",
    "same_answers",
    "speeder",
    "fast",
    "speed_index",
    "mean_run",
    "irv",
    "mahalanobis",
    "even_odd",
    "synonyms",
    "reversed_items",
    "points",
    "order_breach",
]


def _sheet(value: Any) -> str | int:
    return value if isinstance(value, int) and not isinstance(value, bool) else as_label(value)


class Reading(Section):
    """One file (or query) to be read, and how."""

    path: FilePath | None = None
    """The file, relative to the params file."""
    url: Annotated[str, Field(min_length=1)] | None = Field(default=None, repr=False)
    """A database: duckdb:///answers.duckdb, sqlite:///…, postgresql://…; asked with `query`."""
    query: Annotated[str, Field(min_length=1)] | None = None
    """What to ask the database at `url`."""
    format: Format | None = None
    """Format of the file; by default what stands in the file decides."""
    sheet: Annotated[str | int, PlainValidator(_sheet, json_schema_input_type=str | int)] | None = (
        None
    )
    """Sheet of a workbook: its name, or its number from 1; by default the one with the answers."""
    encoding: str | None = None
    """Character encoding of a text file, such as utf-8 or cp1250; by default it is found out."""
    delimiter: Annotated[str, Field(min_length=1)] | None = None
    """What separates the columns of a text file; by default it is found out."""
    decimal: Literal[".", ","] | None = None
    """Decimal mark of a text file; by default it is found out."""
    skip_rows: Annotated[Whole, Field(ge=0)] = 0
    """Lines above the header that are no data; titles in a workbook are skipped by themselves."""

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if self.path is None and self.url is None:
            raise wrong("it names no file", "write path: answers.csv, or url: and query:")
        if self.path is not None and self.url is not None:
            raise wrong("it names both a path and a url", "keep one of the two")
        if self.url is not None and self.query is None:
            raise wrong("a url needs a query", "write query: SELECT …")
        if self.query is not None and self.url is None:
            raise wrong("a query needs a url", "write url: duckdb:///answers.duckdb")
        return self


class Source(Reading):
    """Answers out of one file, one wave's perhaps."""

    wave: Label | None = None
    """The wave that every row of this file belongs to."""
    columns: Annotated[Mapping[Column, Column], ByLabel] = Field(default_factory=dict)
    """The study's name of a column: the file's name of it (or its question text, or its id)."""
    recode: Annotated[Mapping[Column, Annotated[Mapping[Label, Code], ByLabel]], ByLabel] = Field(
        default_factory=dict
    )
    """Codes of this file that mean something else: column, then the file's code: the study's."""
    missing: CodesField = ()
    """Codes for no answer in this file, beside data.missing."""
    not_applicable: CodesField = ()
    """Codes for "did not use this" in this file, beside data.not_applicable."""
    dont_know: CodesField = ()
    """Codes for "do not know" in this file, beside data.dont_know."""
    refused: CodesField = ()
    """Codes for refusals in this file, beside data.refused."""


def _some(sources: tuple[Source, ...], info: ValidationInfo) -> tuple[Source, ...]:
    if not sources and not (info.context or {}).get("in_memory"):
        raise wrong("no file of answers is named", "write responses: ../data/answers.csv")
    return sources


def _sources(value: Any) -> Any:
    listed = value if isinstance(value, list | tuple) else [value]
    return tuple(
        one if isinstance(one, Mapping | Source) or one is None else {"path": one} for one in listed
    )


class Wave(Section):
    """Which wave a row belongs to, and what is known of the waves."""

    column: Column = "wave"
    """Column that holds the wave."""
    order: UniqueLabels = ()
    """Waves from first to last; by default in the order of their labels."""
    dates: Annotated[Mapping[Label, Day], ByLabel] = Field(default_factory=dict)
    """Day of each wave, for distances in time."""
    baseline: Label | None = None
    """Wave that contrasts with the baseline compare with; by default the first."""
    period: Period | None = None
    """How far apart waves are: year, half_year, quarter, month, week or day."""

    @model_validator(mode="after")
    def _one_set_of_waves(self) -> Self:
        if not self.order:
            return self
        stray = [wave for wave in self.dates if wave not in self.order]
        if stray:
            raise wrong(
                f"dates names waves that order does not: {first(stray)}",
                "add them to order, or correct their names",
            )
        if self.baseline is not None and self.baseline not in self.order:
            raise wrong(
                f'the baseline "{self.baseline}" is no wave of order',
                f"one of: {first(self.order, 12)}",
            )
        if any(
            self.dates[early] >= self.dates[late]
            for early, late in pairwise(wave for wave in self.order if wave in self.dates)
        ):
            raise wrong("dates run against the order of the waves", "correct order or dates")
        return self


def _wave(value: Any) -> Any:
    return value if value is None or isinstance(value, Mapping | Wave) else {"column": value}


class Entity(Section):
    """Who is rated, where a row rates one of several competitors."""

    column: Column
    """Column that holds who is rated."""
    own: Label
    """The label that means us."""


class Eligible(Section):
    """Who may answer: by the values of a column, by limits, or by how long ago something was."""

    column: Column
    """Column that decides."""
    allowed: CodeList = Field(default=(), alias="in")
    """Values that may answer."""
    min: Number | None = None
    """Smallest value that may answer."""
    max: Number | None = None
    """Largest value that may answer."""
    within_months: Annotated[Whole, Field(ge=1)] | None = None
    """Months that the day in the column may lie back."""
    until: Column | None = None
    """Column of the day from which they are counted back; by default the day of the wave."""

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        limits = self.min is not None or self.max is not None
        if self.until is not None and self.within_months is None:
            raise wrong("until says from when, but not how far back", "add within_months: 12")
        kinds = (bool(self.allowed), limits, self.within_months is not None)
        if not any(kinds):
            raise wrong("the rule lets nobody in", "write in: [1], min: 2, or within_months: 12")
        if sum(kinds) > 1:
            raise wrong("the rule has both values and limits", "write two rules, one for each")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise wrong("min is above max", "exchange the two")
        return self


class DataSection(Section):
    """The answers, how they were sampled and which codes are no answers."""

    responses: Annotated[
        tuple[Source, ...],
        BeforeValidator(_sources, json_schema_input_type=str | Source | list[str | Source]),
        AfterValidator(_some),
    ]
    """File of the answers, such as ../data/answers.csv; or several, one per wave."""
    format: Format = "auto"
    """Format of the files that do not declare their own."""
    engine: Engine = "memory"
    """Where answers are counted: memory, or database (they stay in Parquet, csv or database)."""
    id: Column | None = None
    """Column of the respondents' ids; without it the row number serves."""
    wave: Annotated[
        Wave | None, BeforeValidator(_wave, json_schema_input_type=str | Wave | None)
    ] = None
    """Waves: their column, order, dates, baseline and period."""
    weight: Column | None = None
    """Column of the sampling weights; null is unweighted."""
    missing_weight: MissingWeight = "error"
    """Rows without a weight: error, or drop (left out and counted)."""
    strata: Column | None = None
    """Column of the strata the sample was drawn in."""
    cluster: Column | None = None
    """Column of the clusters that were drawn: account, household, branch."""
    customer: Column | None = None
    """Column of the customer's id in the company's own tables; blank where nobody agreed."""
    order: Column | None = None
    """Column of the id of the order that is rated, as in tables.orders; blank for none."""
    personal: Columns = ()
    """Columns that say who somebody is: not kept, but for ids, which become pseudonyms."""
    fpc: Column | None = None
    """Column with the number of clusters (or people) in the whole stratum."""
    lonely_psu: LonelyPsu = "error"
    """A stratum with one cluster: error, certainty (adds nothing) or adjust (grand mean)."""
    same_people: bool = False
    """Whether one id means one person across waves, so that waves may be paired."""
    segments: Columns = ()
    """Columns by which results are shown."""
    service_point: Column | None = None
    """Column of the branch, shop or team."""
    entity: Entity | None = None
    """Who is rated, where a row rates one of several competitors."""
    users: Annotated[Mapping[Label, Column], ByLabel] = Field(default_factory=dict)
    """By rival, the column that says whether a person uses it (1, 0): users and others apart."""
    population: Literal["customers", "market"] = "customers"
    """Who was sampled: customers, or the whole market, rivals' customers included."""
    missing: CodesField = ()
    """Codes for no answer: a list for every rating column, or by column or scale."""
    not_applicable: CodesField = ()
    """Codes for "did not use this part of the service"."""
    dont_know: CodesField = ()
    """Codes for "do not know", counted apart."""
    refused: CodesField = ()
    """Codes for refusals, counted apart."""
    out_of_range: OutOfRange = "error"
    """Answers outside their scale: error, or missing (set to missing and counted)."""
    exclude: tuple[QualityRule, ...] = ()
    """Rules of quality.check whose flagged respondents leave; by default nobody does."""
    eligible: Annotated[
        tuple[Eligible, ...],
        BeforeValidator(
            lambda value: (value,) if isinstance(value, Mapping) else value,
            json_schema_input_type=Eligible | list[Eligible],
        ),
    ] = ()
    """Who may answer; everyone screened out is counted."""
    duration: Column | None = None
    """Column of the time an interview took, for speeders."""
    page_times: Columns = ()
    """Columns of the time spent on each page; zero and blank are passed over."""
    asked_alike: Columns = ()
    """Columns within which durations are compared, beside the wave: path, language, device."""
    device: Column | None = None
    """Column that tells the device (or its hash): copies come from the same one."""

    @model_validator(mode="before")
    @classmethod
    def _waves_of_files(cls, value: Any) -> Any:
        """Files marked with their wave make a column ``wave`` where none is declared."""
        if isinstance(value, Mapping) and value.get("wave") is None:
            listed = value.get("responses")
            if isinstance(listed, list | tuple) and any(
                isinstance(one, Mapping) and one.get("wave") is not None for one in listed
            ):
                return {**value, "wave": {}}
        return value

    @model_validator(mode="after")
    def _day_to_count_back_from(self) -> Self:
        dated = self.wave is not None and bool(self.wave.dates)
        lacking = [r.column for r in self.eligible if r.within_months and not r.until]
        if lacking and not dated:
            raise wrong(
                f'no day is declared from which months of "{lacking[0]}" are counted back',
                "add until: <column of the interview's day> to the rule, or days to wave.dates",
            )
        return self

    @model_validator(mode="after")
    def _recoded_in_memory(self) -> Self:
        if self.engine == "database" and any(source.recode for source in self.responses):
            raise wrong(
                "recode is not applied to answers that stay where they lie",
                "write it into the query (CASE WHEN …), or take engine: memory",
            )
        return self

    @model_validator(mode="after")
    def _sources_of_one_study(self) -> Self:
        marked = [source.wave for source in self.responses if source.wave is not None]
        if marked and len(marked) < len(self.responses):
            raise wrong(
                "some files of responses have a wave and some have none", "mark all of them"
            )
        if self.wave is not None and self.wave.order:
            stray = [wave for wave in marked if wave not in self.wave.order]
            if stray:
                what = f"responses names waves that wave.order does not: {first(stray)}"
                raise wrong(what, f"wave.order names {first(self.wave.order, 12)}")
        return self

    def codes(self, meaning: str, column: str, scale: str = "") -> tuple[int | float | str, ...]:
        """Return the codes of a meaning (missing, not_applicable, …) for a column and scale."""
        listed: CodesValue = getattr(self, meaning)
        return codes_of(listed, column, scale)
