"""The forms in which a codebook is written: long, short, and with every optional key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PlainValidator, model_validator

from cxresearch.study.fields import (
    ByLabel,
    CodeList,
    Column,
    Columns,
    Key,
    Label,
    Language,
    Number,
    Section,
    Share,
    Text,
    UniqueLabels,
    Whole,
    as_label,
    several,
    wrong,
)

SHORT_SIDES = ("expectation", "perception", "adequate", "desired", "direct_msa", "direct_mss")
Positive = Annotated[Number, Field(gt=0)]
Direction = Literal["up", "down"]


def _scale_code(value: Any) -> float:
    """Return a code as a number; keys of a JSON mapping are texts."""
    try:
        number = float(value) if not isinstance(value, bool) else None
    except (TypeError, ValueError, OverflowError):
        number = None
    if number is None or number != number or abs(number) == float("inf"):
        raise wrong("labels are given by code", "write labels: {1: very bad, 5: very good}")
    return number


class ScaleForm(Section):
    """A scale: its ends, its labels and the codes that are no answers."""

    min: Number
    """Lowest point."""
    max: Number
    """Highest point."""
    labels: Mapping[Annotated[float, PlainValidator(_scale_code)], Text] = Field(
        default_factory=dict
    )
    """Label by code: a text, or one per language."""
    missing: CodeList = ()
    """Codes for no answer on this scale."""
    not_applicable: CodeList = ()
    """Codes for "did not use this"."""
    dont_know: CodeList = ()
    """Codes for "do not know"."""
    refused: CodeList = ()
    """Codes for refusals."""
    continuous: bool = False
    """Whether values between whole numbers are answers (a slider)."""

    @model_validator(mode="after")
    def _points_and_codes(self) -> Self:
        if self.min >= self.max:
            raise wrong("min is not below max", "write the lower end first: [1, 7]")
        if self.max - self.min > 10_000:
            raise wrong("a scale of more than 10,000 points", "check min and max")
        outside = [code for code in self.labels if not self.min <= code <= self.max]
        kinds = ("missing", "not_applicable", "dont_know", "refused")
        declared = [code for kind in kinds for code in getattr(self, kind)]
        stray = [code for code in outside if code not in declared]
        if stray:
            raise wrong(
                f"a label for {stray[0]:g}, which is no point of {self.min:g} to {self.max:g}",
                "correct the code, or declare it under missing or not_applicable",
            )
        inside = [
            code for code in declared if not isinstance(code, str) and self.min <= code <= self.max
        ]
        if inside:
            raise wrong(
                f"{inside[0]:g} is a point of the scale and a code for no answer",
                "keep one meaning",
            )
        twice = next((code for code in declared if declared.count(code) > 1), None)
        if twice is not None:
            raise wrong(f"the code {twice} has two meanings", "keep one")
        return self


def scale_form(value: Any) -> Any:
    """Return the long form of a scale: ``[1, 7]`` is a mapping with min and max."""
    if isinstance(value, list | tuple):
        if len(value) != 2:
            raise wrong("a scale in brackets has two ends", "write [1, 7]")
        return {"min": value[0], "max": value[1]}
    return value


_LongScale = Annotated[
    ScaleForm, BeforeValidator(scale_form, json_schema_input_type=list[float] | ScaleForm)
]


class ScaleRef(Section):
    """A scale by its name, or written in place."""

    name: Label | None = None
    inline: _LongScale | None = None


def _scale_ref(value: Any) -> Any:
    if value is None or isinstance(value, ScaleRef):
        return value
    if isinstance(value, list | tuple | Mapping):
        return {"inline": value}
    return {"name": value}


ScaleField = Annotated[
    ScaleRef | None,
    BeforeValidator(_scale_ref, json_schema_input_type=str | list[float] | ScaleForm | None),
]


class ItemForm(Section):
    """One item of a dimension."""

    key: Key | None = None
    """Its key; by default the dimension's key and its number: reliability_1."""
    expectation: Column | None = None
    """Column of the expectation."""
    perception: Column | None = None
    """Column of the perception."""
    adequate: Column | None = None
    """Column of the adequate level (zone of tolerance)."""
    desired: Column | None = None
    """Column of the desired level (zone of tolerance)."""
    direct_msa: Column | None = None
    """Column in which service was rated directly against the adequate level."""
    direct_mss: Column | None = None
    """Column in which service was rated directly against the desired level."""
    reversed: bool = False
    """Whether a high answer is a bad one; every side is turned: min + max - x."""
    label: Text = ""
    """Short name."""
    text: Text = ""
    """Wording of the statement."""

    @model_validator(mode="after")
    def _some_side(self) -> Self:
        direct = self.direct_msa is not None or self.direct_mss is not None
        if self.perception is None and self.expectation is None and not direct:
            raise wrong(
                "an item without perception and without expectation", "write perception: P1"
            )
        return self


def _items(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple({"perception": one} if isinstance(one, str | int) else one for one in value)
    return value


class DimensionForm(Section):
    """A dimension: its scale and its items, in long or short form."""

    label: Text = ""
    """Name: a text, or one per language."""
    text: Text = ""
    """What the dimension is about."""
    scale: ScaleField = None
    """Name of a scale, or [min, max]."""
    direct_scale: ScaleField = None
    """Scale of direct_msa and direct_mss, its middle "just at that level"; by default scale."""
    importance: Column | None = None
    """Column of the importance points."""
    min_pairs: Annotated[Whole, Field(ge=1)] | None = None
    """Answered pairs that a respondent's score needs; by default half of the items."""
    direction: Direction = "up"
    """Which way is better."""
    delta: Positive | None = None
    """Smallest difference that matters in practice, in scale points."""
    waves: UniqueLabels = ()
    """Waves in which it was asked; by default every wave."""
    items: Annotated[
        tuple[ItemForm, ...],
        BeforeValidator(_items, json_schema_input_type=list[str | ItemForm]),
    ] = ()
    """The items; a text alone is a perception column."""

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        """Write out ``expectation: [E5, E6], perception: [P5, P6]``: items in order."""
        if not isinstance(value, Mapping):
            return value
        sides = {side: several(value[side]) for side in SHORT_SIDES if value.get(side) is not None}
        rest = {key: one for key, one in value.items() if key not in (*SHORT_SIDES, "reversed")}
        if not sides:
            return value if "reversed" not in value else {**rest, "reversed": value["reversed"]}
        if value.get("items"):
            raise wrong(
                "items in long and short form at once", f"keep items, or {', '.join(sides)}"
            )
        lengths = {side: len(columns) for side, columns in sides.items()}
        if len(set(lengths.values())) > 1:
            counted = ", ".join(f"{count} {side}" for side, count in lengths.items())
            raise wrong(
                f"the sides of the short form differ in length: {counted}",
                "name the columns in one order, or write items: one by one",
            )
        turned = {"reversed": value["reversed"]} if "reversed" in value else {}
        items = [
            {side: columns[i] for side, columns in sides.items()} | turned
            for i in range(next(iter(lengths.values())))
        ]
        return {**rest, "items": items}

    @model_validator(mode="after")
    def _some_items(self) -> Self:
        if not self.items:
            raise wrong("a dimension without items", "write items:, or perception: [P1, P2]")
        if self.min_pairs is not None and self.min_pairs > len(self.items):
            raise wrong(
                f"min_pairs is {self.min_pairs}, but there are {len(self.items)} items",
                "ask for fewer pairs",
            )
        return self


class RatedForm(Section):
    """What measures and attributes have in common."""

    columns: Columns = Field(min_length=1)
    """Column or columns of the question."""
    scale: ScaleField = None
    """Name of a scale, or [min, max]."""
    label: Text = ""
    """Name: a text, or one per language."""
    text: Text = ""
    """Wording of the question."""
    direction: Direction | None = None
    """Which way is better; by default up."""
    reversed: Annotated[
        UniqueLabels | bool,
        PlainValidator(
            lambda value: (
                value if isinstance(value, bool) else tuple(as_label(one) for one in several(value))
            ),
            json_schema_input_type=bool | list[str],
        ),
    ] = False
    """Columns whose high answers are bad ones (true: all of them); turned as min + max - x."""
    unit: Label | None = None
    """Unit of the values, where they are no scale points."""
    delta: Positive | None = None
    """Smallest change that matters in practice, in the units of the headline."""
    waves: UniqueLabels = ()
    """Waves in which it was asked; by default every wave."""
    kpi: Label | None = None
    """Which survey indicator this is, such as brand_awareness."""


class MeasureForm(RatedForm):
    """An outcome."""

    kind: Literal["csat", "nps", "ces", "score", "share", "index"]
    """csat, nps, ces, score (mean of columns), share (0 and 1) or index (mean as 0 to 100)."""
    top_box: Annotated[Whole, Field(ge=1)] | None = None
    """How many of the highest points count as satisfied."""
    version: Label | None = None
    """Version of the question; ces needs it: 1 (effort, lower is better) or 2 (ease)."""
    min_answered: Annotated[Whole, Field(ge=1)] | None = None
    """Columns that must be answered; by default half of them."""
    promoters_from: Number | None = None
    """nps: lowest answer of promoters; by default 9."""
    detractors_to: Number | None = None
    """nps: highest answer of detractors; by default 6."""
    weights: Annotated[
        tuple[Positive, ...] | Literal["first_component"],
        BeforeValidator(lambda value: tuple(value) if isinstance(value, list) else value),
    ] = ()
    """Weights of the columns (they need not sum to 1), or first_component; by default equal."""
    touchpoint: Label | None = None
    """Where on the journey it is asked: post_service, follow_up, in_app, last_mile."""


class AttributeForm(RatedForm):
    """A single rating with no expectation."""

    block: Label | None = None
    """Block of drivers it belongs to: quality, cost, delivery, or any text."""


class VerbatimForm(Section):
    """An open question."""

    column: Column
    """Column of the answers."""
    language: Language | None = None
    """Language of the answers."""
    language_column: Column | None = None
    """Column that holds each answer's language."""
    consent: Column | None = None
    """Column that says whether the answer may be quoted (1); without it all may be."""
    label: Text = ""
    """Name: a text, or one per language."""
    text: Text = ""
    """Wording of the question."""


class BrandAttributeForm(Section):
    """An attribute that people may see in the brand."""

    column: Column
    """Column of the answers."""
    intended: Share | None = None
    """Weight in which the attribute is intended, 0 to 1."""
    scale: ScaleField = None
    """Name of a scale, or [min, max]; by default chosen or not, [0, 1]."""
    label: Text = ""
    """Name: a text, or one per language."""
    text: Text = ""
    """Wording of the question."""


class BrandForm(Section):
    """The brand: what it means to be and how it is seen."""

    attributes: Annotated[
        Mapping[
            Key,
            Annotated[
                BrandAttributeForm,
                BeforeValidator(
                    lambda value: {"column": value} if isinstance(value, str) else value,
                    json_schema_input_type=str | BrandAttributeForm,
                ),
            ],
        ],
        ByLabel,
    ] = Field(default_factory=dict)
    """Brand attributes by key."""


class InstrumentForm(Section):
    """The questionnaire."""

    name: Label = ""
    """Its name, such as SERVQUAL."""
    version: Label = ""
    """Its version, such as "1991", in quotes."""
    source: Text = ""
    """Where it comes from."""


class GroupsForm(Section):
    """A column that divides the respondents, as readers shall see it."""

    label: Text = ""
    """Name: a text, or one per language."""
    labels: Annotated[Mapping[Label, Text], ByLabel] = Field(default_factory=dict)
    """Name by group, as the data or their value labels write it: a text, or one per language."""


class CodebookForm(Section):
    """A codebook file."""

    instrument: InstrumentForm = InstrumentForm()
    """The questionnaire and its version."""
    scales: Annotated[Mapping[Key, _LongScale], ByLabel] = Field(default_factory=dict)
    """Scales by name: {min, max, labels, …}, or [min, max]."""
    dimensions: Annotated[Mapping[Key, DimensionForm], ByLabel] = Field(default_factory=dict)
    """Dimensions of service quality and their items."""
    measures: Annotated[Mapping[Key, MeasureForm], ByLabel] = Field(default_factory=dict)
    """Outcomes: satisfaction, recommendation, effort, scores, shares."""
    attributes: Annotated[Mapping[Key, AttributeForm], ByLabel] = Field(default_factory=dict)
    """Single ratings with no expectation: drivers, criteria."""
    verbatims: Annotated[
        Mapping[
            Key,
            Annotated[
                VerbatimForm,
                BeforeValidator(
                    lambda value: {"column": value} if isinstance(value, str) else value,
                    json_schema_input_type=str | VerbatimForm,
                ),
            ],
        ],
        ByLabel,
    ] = Field(default_factory=dict)
    """Open questions."""
    competitors: Annotated[
        Mapping[
            Label,
            Annotated[
                Mapping[Key, Annotated[Columns, Field(min_length=1)]],
                ByLabel,
            ],
        ],
        ByLabel,
    ] = Field(default_factory=dict)
    """Rivals rated beside us: measure, attribute, item or dimension, and its columns."""
    brand: BrandForm = BrandForm()
    """The brand: what it means to be and how it is seen."""
    groups: Annotated[Mapping[Key, GroupsForm], ByLabel] = Field(default_factory=dict)
    """Names of segments, service points and their groups, by column."""
