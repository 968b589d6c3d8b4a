"""From the forms of a codebook to its objects: scales resolved, every contradiction told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from cxresearch.errors import Fault, did_you_mean, first
from cxresearch.study.codebook.forms import (
    AttributeForm,
    BrandAttributeForm,
    CodebookForm,
    DimensionForm,
    MeasureForm,
    RatedForm,
    ScaleForm,
    ScaleRef,
    VerbatimForm,
)
from cxresearch.study.codebook.objects import (
    DIRECT,
    SIDES,
    Attribute,
    BrandAttribute,
    Codebook,
    ColumnUse,
    Dimension,
    Direction,
    Groups,
    Instrument,
    Item,
    Measure,
    Role,
    Scale,
    Verbatim,
)
from cxresearch.study.kpi_ids import SURVEY_KPIS
from cxresearch.study.yaml_file import Document

T = TypeVar("T")
Place = tuple[str | int, ...]

RESERVED = ("overall", "overall_weighted", "wave", "reference")
NPS_SCALE = Scale(key="nps", min=0, max=10)
SHARE_SCALE = Scale(key="share", min=0, max=1)
INDEX_SCALE = Scale(key="index10", min=1, max=10)
CES_SCALES = {"1": Scale(key="ces1", min=1, max=5), "2": Scale(key="ces2", min=1, max=7)}
_OWN_COLUMN: tuple[Role, ...] = (*SIDES, "importance", "competitor", "brand", "verbatim")


def build(
    form: CodebookForm, document: Document, lost: Mapping[str, Sequence[str]]
) -> tuple[Codebook, list[Fault]]:
    """Return the codebook of a form, and what contradicts itself in it.

    `lost` names the entries, by section, that had faults of form and are not in it.
    """
    builder = _Builder(document, {key: list(names) for key, names in lost.items()})
    codebook = builder.codebook(form)
    return codebook, builder.faults


@dataclass
class _Builder:
    document: Document
    lost: dict[str, list[str]]
    faults: list[Fault] = field(default_factory=list)
    scales: dict[str, Scale] = field(default_factory=dict)
    claimed: dict[str, str] = field(default_factory=dict)
    used: dict[str, list[tuple[ColumnUse, str]]] = field(default_factory=dict)

    def fault(self, what: str, place: Place, hint: str, found: str | None = None) -> None:
        where = self.document.where(place)
        found = self.document.found(place) if found is None else found
        self.faults.append(Fault(kind="codebook", what=what, where=where, found=found, hint=hint))

    def codebook(self, form: CodebookForm) -> Codebook:
        self.scales = {key: _scale(key, one) for key, one in form.scales.items()}
        dimensions = {key: self.dimension(key, one) for key, one in form.dimensions.items()}
        measures = {key: self.measure(key, one) for key, one in form.measures.items()}
        attributes = {key: self.attribute(key, one) for key, one in form.attributes.items()}
        verbatims = {key: self.verbatim(key, one) for key, one in form.verbatims.items()}
        brand = {key: self.seen(key, one) for key, one in form.brand.attributes.items()}
        book = Codebook(
            instrument=Instrument(**dict(form.instrument)),
            scales=self.scales,
            dimensions=_there(dimensions),
            measures=_there(measures),
            attributes=_there(attributes),
            verbatims=verbatims,
            brand=_there(brand),
            groups={key: Groups(key=key, **dict(one)) for key, one in form.groups.items()},
        )
        competitors = self.competitors(form, book)
        self.contradictions()
        partial = bool(self.faults) or any(self.lost.values())
        return replace(book, competitors=competitors, partial=partial)

    # entries ---------------------------------------------------------------------------------

    def dimension(self, key: str, form: DimensionForm) -> Dimension | None:
        place: Place = ("dimensions", key)
        self.claim(key, "dimension", place)
        scale = self.scale(form.scale, place, "dimension")
        direct = scale if form.direct_scale is None else self.direct_scale(form, place)
        items = []
        for number, one in enumerate(form.items):
            item_key = one.key or f"{key}_{number + 1}"
            self.claim(item_key, "item", (*place, "items", number))
            item = Item(
                key=item_key,
                dimension=key,
                expectation=one.expectation,
                perception=one.perception,
                adequate=one.adequate,
                desired=one.desired,
                direct_msa=one.direct_msa,
                direct_mss=one.direct_mss,
                reversed=one.reversed,
                text=one.text,
                label=one.label,
            )
            items.append(item)
            for side in SIDES:
                if column := item.column(side):
                    use = ColumnUse(
                        role=side,
                        key=item_key,
                        scale=direct if side in DIRECT else scale,
                        reversed=item.reversed,
                        waves=form.waves,
                    )
                    self.use(column, use, self.item_place(key, number, side))
        if form.importance:
            use = ColumnUse(role="importance", key=key, waves=form.waves)
            self.use(form.importance, use, (*place, "importance"))
        if scale is None:
            return None
        return Dimension(
            key=key,
            scale=scale,
            items=tuple(items),
            label=form.label,
            text=form.text,
            direct_scale=None if form.direct_scale is None else direct,
            importance=form.importance,
            min_pairs=form.min_pairs,
            direction=form.direction,
            delta=form.delta,
            waves=form.waves,
        )

    def direct_scale(self, form: DimensionForm, place: Place) -> Scale | None:
        """Return the scale of the direct ratings, where they have one of their own."""
        if not any(one.direct_msa or one.direct_mss for one in form.items):
            self.fault(
                "direct_scale without direct ratings",
                (*place, "direct_scale"),
                "name direct_msa or direct_mss of the items, or leave direct_scale out",
            )
        return self.scale(form.direct_scale, place, "dimension", name="direct_scale")

    def item_place(self, key: str, number: int, side: str) -> Place:
        long = ("dimensions", key, "items", number)
        there = len(self.document.natural(long)[0]) == len(long)
        return (*long, side) if there else ("dimensions", key, side, number)

    def measure(self, key: str, form: MeasureForm) -> Measure | None:
        place: Place = ("measures", key)
        self.claim(key, "measure", place)
        defaults = {"nps": NPS_SCALE, "share": SHARE_SCALE, "index": INDEX_SCALE}
        if form.kind == "ces":
            if form.version not in CES_SCALES:
                self.fault(
                    f'measure "{key}" of kind ces does not say which version was asked'
                    if form.version is None
                    else f'measure "{key}": there is no version {form.version} of ces',
                    (*place, "version"),
                    "write version: 1 (how much effort, lower is better) "
                    "or version: 2 (made it easy, higher is better)",
                )
                default = None if form.scale is None else SHARE_SCALE
            else:
                default = CES_SCALES[form.version]
        else:
            default = defaults.get(form.kind)
        unclear = form.kind == "ces" and default is None
        scale = None if unclear else self.scale(form.scale, place, "measure", default)
        turned = self.rated(key, form, scale, "measure", place)
        if scale is not None:
            self.check_measure(key, form, scale, place)
        direction: Direction = "down" if (form.kind, form.version) == ("ces", "1") else "up"
        if scale is None:
            return None
        return Measure(
            key=key,
            kind=form.kind,
            columns=form.columns,
            scale=scale,
            label=form.label,
            text=form.text,
            top_box=form.top_box,
            version=form.version,
            min_answered=form.min_answered,
            direction=form.direction or direction,
            promoters_from=9.0 if form.promoters_from is None else form.promoters_from,
            detractors_to=6.0 if form.detractors_to is None else form.detractors_to,
            reversed=turned,
            unit=form.unit,
            delta=form.delta,
            waves=form.waves,
            touchpoint=form.touchpoint,
            kpi=form.kpi,
            weights=form.weights,
        )

    def check_measure(self, key: str, form: MeasureForm, scale: Scale, place: Place) -> None:
        n_columns = len(form.columns)
        if form.top_box is not None and form.top_box > scale.max - scale.min:
            self.fault(
                f'measure "{key}": top_box {form.top_box} would count every answer as satisfied',
                (*place, "top_box"),
                f"the scale {_ends(scale)} has {scale.max - scale.min + 1:g} points; "
                "top_box is usually 1 or 2",
            )
        if form.min_answered is not None and form.min_answered > n_columns:
            self.fault(
                f'measure "{key}": min_answered is more than its {n_columns} columns',
                (*place, "min_answered"),
                f"at most {n_columns}",
            )
        named = isinstance(form.weights, str)
        if not named and form.weights and len(form.weights) != n_columns:
            self.fault(
                f'measure "{key}": its weights do not fit its {n_columns} columns',
                (*place, "weights"),
                "one weight a column, in their order",
            )
        if form.kind == "ces" and form.direction is not None:
            wanted = "down" if form.version == "1" else "up"
            if form.version in CES_SCALES and form.direction != wanted:
                self.fault(
                    f'measure "{key}": version {form.version} of ces has the direction {wanted}',
                    (*place, "direction"),
                    "leave direction out, or correct the version",
                )
        if form.kind == "share" and (scale.min, scale.max) != (0, 1) and form.top_box is None:
            self.fault(
                f'measure "{key}" is a share, but its scale is {_ends(scale)}',
                (*place, "scale"),
                "add top_box: how many of the highest points count, or use a column of 0 and 1",
            )
        if form.kind == "nps":
            self.check_nps(key, form, scale, place)
        elif form.promoters_from is not None or form.detractors_to is not None:
            name = "promoters_from" if form.promoters_from is not None else "detractors_to"
            self.fault(
                f'measure "{key}": {name} belongs to kind nps, not {form.kind}',
                (*place, name),
                "leave it out, or correct the kind",
            )

    def check_nps(self, key: str, form: MeasureForm, scale: Scale, place: Place) -> None:
        if len(form.columns) > 1:
            self.fault(
                f'measure "{key}" of kind nps has {len(form.columns)} columns',
                (*place, "columns"),
                "one column answers how likely one recommends; write a measure for each",
            )
        promoters, detractors = form.promoters_from, form.detractors_to
        if (scale.min, scale.max) != (0, 10) and (promoters is None or detractors is None):
            self.fault(
                f'measure "{key}": nps on a scale of {_ends(scale)} needs its own thresholds',
                (*place, "scale"),
                "add promoters_from and detractors_to, or use the scale 0 to 10",
            )
            return
        high = 9.0 if promoters is None else promoters
        low = 6.0 if detractors is None else detractors
        if not scale.min <= low < high <= scale.max:
            name = "detractors_to" if promoters is None else "promoters_from"
            self.fault(
                f'measure "{key}": detractors up to {low:g} and promoters from {high:g} '
                f"do not fit the scale {_ends(scale)}",
                (*place, name),
                "detractors_to must lie below promoters_from, both on the scale",
            )

    def attribute(self, key: str, form: AttributeForm) -> Attribute | None:
        place: Place = ("attributes", key)
        self.claim(key, "attribute", place)
        scale = self.scale(form.scale, place, "attribute")
        turned = self.rated(key, form, scale, "attribute", place)
        if scale is None:
            return None
        return Attribute(
            key=key,
            columns=form.columns,
            scale=scale,
            label=form.label,
            text=form.text,
            block=form.block,
            direction=form.direction or "up",
            reversed=turned,
            unit=form.unit,
            delta=form.delta,
            waves=form.waves,
            kpi=form.kpi,
        )

    def verbatim(self, key: str, form: VerbatimForm) -> Verbatim:
        place: Place = ("verbatims", key)
        self.claim(key, "verbatim", place)
        self.use(form.column, ColumnUse(role="verbatim", key=key), (*place, "column"))
        return Verbatim(key=key, **dict(form))

    def seen(self, key: str, form: BrandAttributeForm) -> BrandAttribute | None:
        place: Place = ("brand", "attributes", key)
        scale = self.scale(form.scale, place, "brand attribute", SHARE_SCALE)
        if scale is None:
            return None
        use = ColumnUse(role="brand", key=key, scale=scale)
        self.use(form.column, use, (*place, "column"))
        return BrandAttribute(key=key, **{**dict(form), "scale": scale})

    def rated(
        self, key: str, form: RatedForm, scale: Scale | None, role: Role, place: Place
    ) -> tuple[str, ...]:
        """Claim the columns of a measure or attribute; return those that are reversed."""
        if isinstance(form.reversed, bool):
            turned = form.columns if form.reversed else ()
        else:
            turned = form.reversed
            for column in [one for one in turned if one not in form.columns]:
                self.fault(
                    f'{role} "{key}": reversed names "{column}", which is none of its columns',
                    (*place, "reversed"),
                    did_you_mean(column, form.columns),
                )
        if form.kpi is not None and form.kpi not in SURVEY_KPIS:
            self.fault(
                f'{role} "{key}": "{form.kpi}" is no survey indicator',
                (*place, "kpi"),
                did_you_mean(form.kpi, list(SURVEY_KPIS)),
            )
        for number, column in enumerate(form.columns):
            use = ColumnUse(
                role=role, key=key, scale=scale, reversed=column in turned, waves=form.waves
            )
            self.use(column, use, (*place, "columns", number))
        return turned

    def competitors(
        self, form: CodebookForm, book: Codebook
    ) -> dict[str, dict[str, tuple[str, ...]]]:
        known = list(book.keys())
        lost = {name for names in self.lost.values() for name in names}
        lost |= set(form.dimensions) | set(form.measures) | set(form.attributes)
        found: dict[str, dict[str, tuple[str, ...]]] = {}
        for rival, rated in form.competitors.items():
            for key, columns in rated.items():
                place = ("competitors", rival, key)
                if key not in known:
                    if key not in lost and not self.lost.get("dimensions"):
                        what = f'competitor "{rival}": there is no key "{key}"'
                        self.fault(what, place, did_you_mean(key, known), found="")
                    continue
                entry = book.resolve(key)
                own = len(entry.columns) if isinstance(entry, Measure | Attribute) else None
                own = 1 if isinstance(entry, Item) else own
                if own is not None and own != len(columns):
                    self.fault(
                        f'competitor "{rival}": "{key}" has {own} columns for us, '
                        f"{len(columns)} for the rival",
                        place,
                        "name the rival's columns in the order of ours",
                    )
                    continue
                found.setdefault(rival, {})[key] = columns
                for column in columns:
                    use = ColumnUse(role="competitor", key=rival, scale=book.scale_of(key))
                    self.use(column, use, place)
        return found

    # what holds for all ----------------------------------------------------------------------

    def claim(self, key: str, kind: str, place: Place) -> None:
        """Take a key; one key must not name two things, nor be a word of the result tables."""
        if key in RESERVED:
            self.fault(
                f'"{key}" is a word of the result tables, no key for {_a(kind)}',
                place,
                f"give the {kind} another key; its label may be any text",
                found="",
            )
        if key in self.claimed:
            self.fault(
                f'the key "{key}" stands for {_a(self.claimed[key])} and for {_a(kind)}'
                if self.claimed[key] != kind
                else f'the key "{key}" stands for two {kind}s',
                place,
                "give one of them another key",
                found="",
            )
        self.claimed.setdefault(key, kind)

    def use(self, column: str, use: ColumnUse, place: Place) -> None:
        self.used.setdefault(column, []).append((use, self.document.where(place)))

    def scale(
        self,
        ref: ScaleRef | None,
        place: Place,
        kind: str,
        default: Scale | None = None,
        *,
        name: str = "scale",
    ) -> Scale | None:
        """Return the scale that an entry means; a fault and None where there is none."""
        if ref is None:
            if default is None:
                hint = f"one of: {first([*self.scales], 12)}; or [1, 7]"
                self.fault(
                    f'{kind} "{place[-1]}" has no scale',
                    place,
                    "add scale: " + (hint if self.scales else "[1, 7]"),
                    found="",
                )
            return default
        if ref.inline is not None:
            return _scale(f"{ref.inline.min:g}-{ref.inline.max:g}", ref.inline)
        if ref.name in self.scales:
            return self.scales[ref.name]
        if ref.name not in self.lost.get("scales", ()):
            known = [*self.scales]
            self.fault(
                f'{kind} "{place[-1]}": there is no scale "{ref.name}"',
                (*place, name),
                did_you_mean(ref.name, known) if known else "write scale: [1, 7]",
            )
        return None

    def contradictions(self) -> None:
        """Tell of columns that are claimed for two things that exclude each other."""
        for column, uses in self.used.items():
            one, where = uses[0]
            for other, elsewhere in uses[1:]:
                problem, hint = _clash(one, other)
                if problem:
                    self.faults.append(
                        Fault(
                            kind="codebook",
                            what=f'the column "{column}" {problem}',
                            where=elsewhere,
                            found=f"first used at {where}",
                            hint=hint,
                        )
                    )
                    break


def _there(entries: Mapping[str, T | None]) -> dict[str, T]:
    return {key: one for key, one in entries.items() if one is not None}


def _clash(one: ColumnUse, other: ColumnUse) -> tuple[str, str]:
    both = (one.role, other.role)
    if all(role in _OWN_COLUMN for role in both) or "competitor" in both:
        what = f'is used twice: {one.role} of "{one.key}" and {other.role} of "{other.key}"'
        return what, "every question has a column of its own: correct one of the two"
    if (one.scale is None) != (other.scale is None) and "verbatim" in both:
        return f"is both a {one.role} and a {other.role}", "keep one of the two"
    if one.scale is not None and other.scale is not None:
        ends = ((one.scale.min, one.scale.max), (other.scale.min, other.scale.max))
        if ends[0] != ends[1]:
            what = f"is rated on two scales, {_ends(one.scale)} and {_ends(other.scale)}"
            return what, "give both uses the same scale"
        if one.reversed != other.reversed:
            what = f'is reversed for "{(one if one.reversed else other).key}" only'
            return what, "declare reversed for both uses, or for none"
    return "", ""


def _scale(key: str, form: ScaleForm) -> Scale:
    return Scale(key=key, **dict(form))


def _a(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def _ends(scale: Scale) -> str:
    return f"{scale.min:g} to {scale.max:g}"
