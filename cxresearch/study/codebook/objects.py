"""The codebook as analyses see it: frozen, complete, every scale resolved.

`Codebook` answers which columns the questionnaire claims, in which role and on which scale,
and what each key is called. `load_codebook` makes one from a file or mapping.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from cxresearch.about import Text
from cxresearch.errors import AnalysisError, Fault, did_you_mean
from cxresearch.study.codebook import writing
from cxresearch.study.codebook.forms import CodebookForm

Kind = Literal["csat", "nps", "ces", "score", "share", "index"]
Direction = Literal["up", "down"]
Role = Literal[
    "expectation",
    "perception",
    "adequate",
    "desired",
    "direct_msa",
    "direct_mss",
    "importance",
    "measure",
    "attribute",
    "verbatim",
    "competitor",
    "brand",
]
Entry = Literal["dimension", "item", "measure", "attribute"]
Side = Literal["expectation", "perception", "adequate", "desired", "direct_msa", "direct_mss"]
DIRECT: tuple[Side, ...] = ("direct_msa", "direct_mss")
SIDES: tuple[Side, ...] = ("expectation", "perception", "adequate", "desired", *DIRECT)
CodeTuple = tuple[int | float | str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The points that an answer may have, and the codes that are no answers.

    Attributes
    ----------
    key : str
        Its name in the codebook; for a scale written in place its ends, such as ``1-7``.
    min, max : float
        Theoretical ends.
    labels : mapping
        Label by code (a text, or one per language).
    missing, not_applicable, dont_know, refused : tuple
        Codes that are no answers on this scale.
    continuous : bool
        Whether values between whole numbers are answers (a slider).
    """

    key: str
    min: float
    max: float
    labels: Mapping[float, Text] = field(default_factory=dict)
    missing: CodeTuple = ()
    not_applicable: CodeTuple = ()
    dont_know: CodeTuple = ()
    refused: CodeTuple = ()
    continuous: bool = False

    @property
    def mid(self) -> float:
        """Middle of the scale."""
        return (self.min + self.max) / 2

    @property
    def width(self) -> float:
        """Distance between the ends, in scale points."""
        return self.max - self.min

    @property
    def points(self) -> tuple[float, ...]:
        """Codes of a scale of whole numbers; empty for a continuous one.

        Examples
        --------
        >>> Scale(key="agree", min=1, max=4).points
        (1.0, 2.0, 3.0, 4.0)
        """
        whole = float(self.min).is_integer() and float(self.max).is_integer()
        if self.continuous or not whole:
            return ()
        return tuple(float(code) for code in range(int(self.min), int(self.max) + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One statement of a battery, with the columns in which it was asked."""

    key: str
    dimension: str
    expectation: str | None = None
    perception: str | None = None
    adequate: str | None = None
    desired: str | None = None
    direct_msa: str | None = None
    direct_mss: str | None = None
    reversed: bool = False
    text: Text = ""
    label: Text = ""

    def column(self, side: Side) -> str | None:
        """Return the column of a side: expectation, perception, adequate, desired, direct_…."""
        columns: dict[Side, str | None] = {
            "expectation": self.expectation,
            "perception": self.perception,
            "adequate": self.adequate,
            "desired": self.desired,
            "direct_msa": self.direct_msa,
            "direct_mss": self.direct_mss,
        }
        return columns[side]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """A dimension of service quality and its items."""

    key: str
    scale: Scale
    items: tuple[Item, ...]
    label: Text = ""
    text: Text = ""
    direct_scale: Scale | None = None
    importance: str | None = None
    min_pairs: int | None = None
    direction: Direction = "up"
    delta: float | None = None
    waves: tuple[str, ...] = ()

    def columns(self, side: Side) -> tuple[str, ...]:
        """Return the columns of one side, in the order of the items that have it."""
        return tuple(name for item in self.items if (name := item.column(side)))

    def scale_of(self, side: Side) -> Scale:
        """Return the scale of a side: direct ratings may have one of their own."""
        return self.direct_scale or self.scale if side in DIRECT else self.scale

    @property
    def has_pairs(self) -> bool:
        """Whether an item has both expectation and perception."""
        return any(item.expectation and item.perception for item in self.items)

    @property
    def has_zone(self) -> bool:
        """Whether an item has an adequate level beside its perception, or direct ratings."""
        return any(
            (item.adequate and item.perception) or item.direct_msa or item.direct_mss
            for item in self.items
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """An outcome: satisfaction, recommendation, effort, a score or a share."""

    key: str
    kind: Kind
    columns: tuple[str, ...]
    scale: Scale
    label: Text = ""
    text: Text = ""
    top_box: int | None = None
    version: str | None = None
    min_answered: int | None = None
    direction: Direction = "up"
    promoters_from: float = 9.0
    detractors_to: float = 6.0
    reversed: tuple[str, ...] = ()
    unit: str | None = None
    delta: float | None = None
    waves: tuple[str, ...] = ()
    touchpoint: str | None = None
    kpi: str | None = None
    weights: tuple[float, ...] | Literal["first_component"] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """A rating with no expectation beside it: a driver, a criterion."""

    key: str
    columns: tuple[str, ...]
    scale: Scale
    label: Text = ""
    text: Text = ""
    block: str | None = None
    direction: Direction = "up"
    reversed: tuple[str, ...] = ()
    unit: str | None = None
    delta: float | None = None
    waves: tuple[str, ...] = ()
    kpi: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verbatim:
    """An open question: its column, its language, and who may be quoted."""

    key: str
    column: str
    language: str | None = None
    language_column: str | None = None
    consent: str | None = None
    label: Text = ""
    text: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandAttribute:
    """An attribute that people see in the brand, and the share in which it is intended."""

    key: str
    column: str
    intended: float | None = None
    scale: Scale
    label: Text = ""
    text: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """The questionnaire and its version."""

    name: str = ""
    version: str = ""
    source: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnUse:
    """What the codebook claims a column for."""

    role: Role
    key: str
    scale: Scale | None = None
    reversed: bool = False
    waves: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """What readers see of a column that divides the respondents: its name, its groups' names."""

    key: str
    label: Text = ""
    labels: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Codebook:
    """Which column asks what, on which scale, in which role.

    Attributes
    ----------
    instrument : Instrument
    scales, dimensions, measures, attributes, verbatims : mapping by key
    competitors : mapping
        Rival → key of a measure, attribute, item or dimension → its columns.
    brand : mapping
        Brand attributes by key.
    groups : mapping
        Names of segments and their groups, by column.
    partial : bool
        Whether entries with faults were left out, so that a key not found proves nothing.
    """

    instrument: Instrument = field(default_factory=Instrument)
    scales: Mapping[str, Scale] = field(default_factory=dict)
    dimensions: Mapping[str, Dimension] = field(default_factory=dict)
    measures: Mapping[str, Measure] = field(default_factory=dict)
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    verbatims: Mapping[str, Verbatim] = field(default_factory=dict)
    competitors: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    brand: Mapping[str, BrandAttribute] = field(default_factory=dict)
    groups: Mapping[str, Groups] = field(default_factory=dict)
    partial: bool = field(default=False, repr=False, compare=False)

    @property
    def items(self) -> dict[str, Item]:
        """Every item by its key, in the order of the dimensions."""
        return {item.key: item for one in self.dimensions.values() for item in one.items}

    def item(self, key: str) -> Item:
        """Return an item by its key."""
        items = self.items
        if key not in items:
            raise self._unknown(key, "item", list(items))
        return items[key]

    def resolve(self, key: str) -> Dimension | Item | Measure | Attribute:
        """Return the dimension, item, measure or attribute with this key.

        Raises
        ------
        AnalysisError
            Where there is none; the nearest key is named.
        """
        for entries in (self.measures, self.dimensions, self.items, self.attributes):
            if key in entries:
                return entries[key]  # type: ignore[no-any-return]
        raise self._unknown(key, "key", list(self.keys()))

    def keys(self) -> dict[str, Entry]:
        """Return every key that an analysis may name, and what it is."""
        found: dict[str, Entry] = dict.fromkeys(self.measures, "measure")
        found |= dict.fromkeys(self.dimensions, "dimension")
        found |= dict.fromkeys(self.items, "item")
        return found | dict.fromkeys(self.attributes, "attribute")

    def scale_of(self, key: str) -> Scale:
        """Return the scale on which a dimension, item, measure or attribute is rated."""
        entry = self.resolve(key)
        return self.dimensions[entry.dimension].scale if isinstance(entry, Item) else entry.scale

    def direction_of(self, key: str) -> Direction:
        """Return which way is better for a dimension, item, measure or attribute."""
        entry = self.resolve(key)
        dimension = self.dimensions[entry.dimension] if isinstance(entry, Item) else entry
        return dimension.direction

    def columns(self) -> dict[str, ColumnUse]:
        """Return every data column that the codebook claims, and what for.

        A column with several uses (an overall rating that is a measure and an attribute) has
        its first: batteries, importance, measures, attributes, open questions, rivals, brand.
        """
        uses: dict[str, ColumnUse] = {}
        for column, use in self.uses():
            uses.setdefault(column, use)
        return uses

    def uses(self) -> list[tuple[str, ColumnUse]]:
        """Return every use of every column, in the order of `columns`."""
        found: list[tuple[str, ColumnUse]] = []
        for one in self.dimensions.values():
            for side in SIDES:
                for item in one.items:
                    if column := item.column(side):
                        use = ColumnUse(
                            role=side,
                            key=item.key,
                            scale=one.scale_of(side),
                            reversed=item.reversed,
                            waves=one.waves,
                        )
                        found.append((column, use))
            if one.importance:
                use = ColumnUse(role="importance", key=one.key, waves=one.waves)
                found.append((one.importance, use))
        rated: list[tuple[Role, Measure | Attribute]] = [
            *(("measure", measure) for measure in self.measures.values()),
            *(("attribute", attribute) for attribute in self.attributes.values()),
        ]
        for role, entry in rated:
            for column in entry.columns:
                use = ColumnUse(
                    role=role,
                    key=entry.key,
                    scale=entry.scale,
                    reversed=column in entry.reversed,
                    waves=entry.waves,
                )
                found.append((column, use))
        for verbatim in self.verbatims.values():
            use = ColumnUse(role="verbatim", key=verbatim.key)
            found.append((verbatim.column, use))
            if verbatim.language_column:
                found.append((verbatim.language_column, use))
            if verbatim.consent:
                found.append((verbatim.consent, use))
        for rival, rated_keys in self.competitors.items():
            for key, columns in rated_keys.items():
                turned = self._turned(key)
                for place, column in enumerate(columns):
                    use = ColumnUse(
                        role="competitor",
                        key=rival,
                        scale=self.scale_of(key),
                        reversed=place < len(turned) and turned[place],
                    )
                    found.append((column, use))
        found += [
            (brand.column, ColumnUse(role="brand", key=brand.key, scale=brand.scale))
            for brand in self.brand.values()
        ]
        return found

    def _turned(self, key: str) -> tuple[bool, ...]:
        """Return which of our columns of an entry are reversed; the rival's are, too."""
        entry = self.resolve(key)
        if isinstance(entry, Item):
            return (entry.reversed,)
        if isinstance(entry, Dimension):
            return tuple(one.reversed for one in entry.items if one.perception)
        return tuple(column in entry.reversed for column in entry.columns)

    def labels(self) -> dict[str, Text]:
        """Return the label of every key that has one."""
        return self._words("label")

    def texts(self) -> dict[str, Text]:
        """Return the question text of every key that has one."""
        return self._words("text")

    def _words(self, name: Literal["label", "text"]) -> dict[str, Text]:
        entries: list[Any] = [
            *self.measures.values(),
            *self.dimensions.values(),
            *self.items.values(),
            *self.attributes.values(),
            *self.verbatims.values(),
            *self.brand.values(),
        ]
        words: dict[str, Text] = {}
        for entry in entries:
            if text := getattr(entry, name):
                words.setdefault(entry.key, text)
        return words

    def canonical(self) -> dict[str, Any]:
        """Return the codebook in its long form, as plain values: `load_codebook` reads it again."""
        return writing.written(self)

    @staticmethod
    def json_schema() -> dict[str, Any]:
        """Return the JSON Schema of a codebook file, for editors."""
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            **CodebookForm.model_json_schema(),
            "title": "cxresearch codebook",
        }

    def _unknown(self, key: str, what: str, known: list[str]) -> AnalysisError:
        return AnalysisError(
            Fault(
                kind="analysis",
                what=f'the codebook has no {what} "{key}"',
                found=str(key),
                hint=did_you_mean(key, known),
            )
        )
