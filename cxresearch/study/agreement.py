"""Whether params and codebook speak of the same things."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from cxresearch.errors import Fault, did_you_mean
from cxresearch.study.codebook import Codebook
from cxresearch.study.kpi_ids import KPIS
from cxresearch.study.params import Params

Place = tuple[str | int, ...]
OUTCOME_FORMS = ("promoters", "detractors", "top_box")


def check_params_against_codebook(
    params: Params, codebook: Codebook, *, kpis: Collection[str] = tuple(KPIS)
) -> list[Fault]:
    """Return a fault for every key in the params that the codebook does not have.

    Parameters
    ----------
    params : Params
    codebook : Codebook
        Of a codebook with faults of its own nothing is said to be missing.
    kpis : collection of str
        Operational indicators that scorecard rows and alerts may name beside codebook keys. With
        a table of `indicators` they may name any, since its names lie in the data.
    """
    if codebook.partial:
        return []
    check = _Check(params, codebook)
    check.drivers()
    check.trends()
    check.quality()
    check.servqual()
    check.scorecard(kpis)
    check.codes()
    return check.faults


class _Check:
    def __init__(self, params: Params, codebook: Codebook) -> None:
        self.params = params
        self.codebook = codebook
        self.keys = list(codebook.keys())
        self.faults: list[Fault] = []

    def fault(self, what: str, place: Place, found: str, hint: str) -> None:
        where = self.params.where(*place)
        self.faults.append(Fault(kind="params", what=what, where=where, found=found, hint=hint))

    def known(self, key: str, place: Place, words: Sequence[str], what: str) -> None:
        """Tell of a key that is not among the words it may be."""
        if key in words:
            return
        kind = self.codebook.keys().get(key)
        if kind is None:
            self.fault(f'the codebook has no {what} "{key}"', place, key, did_you_mean(key, words))
        else:
            hint = f"one of: {', '.join(words)}" if words else f"add {_a(what)} to the codebook"
            self.fault(f'"{key}" is {_a(kind)}, not {_a(what)}', place, key, hint)

    def each(self, keys: Iterable[str], place: Place, words: Sequence[str], what: str) -> None:
        for number, key in enumerate(keys):
            self.known(key, (*place, number), words, what)

    def drivers(self) -> None:
        drivers = self.params.analysis.drivers
        place: Place = ("analysis", "drivers")
        measures = list(self.codebook.measures)
        if drivers.outcome is not None:
            key, _, form = drivers.outcome.partition(":")
            self.known(key, (*place, "outcome"), measures, "measure")
            if form and form not in OUTCOME_FORMS:
                what = f'an outcome has no form "{form}"'
                hint = did_you_mean(form, OUTCOME_FORMS)
                self.fault(what, (*place, "outcome"), drivers.outcome, hint)
        if (outcome := self.params.analysis.verbatims.outcome) is not None:
            self.known(outcome, ("analysis", "verbatims", "outcome"), measures, "measure")
        for block, keys in drivers.blocks.items():
            self.each(keys, (*place, "blocks", block), self.keys, "key")
        for key in drivers.stated_importance:
            self.known(key, (*place, "stated_importance", key), self.keys, "key")
        columns = [*self.keys, *self.params.data.segments]
        self.each(drivers.covariates, (*place, "covariates"), columns, "key")

    def trends(self) -> None:
        trends = self.params.analysis.trends
        place: Place = ("analysis", "trends")
        self.each(trends.measures, (*place, "measures"), self.keys, "key")
        for name in ("threshold", "targets", "extra_variance"):
            for key in getattr(trends, name):
                self.known(key, (*place, name, key), self.keys, "key")
        for number, bridge in enumerate(trends.bridges):
            at = (*place, "bridges", number, "measures")
            self.each(bridge.measures, at, self.keys, "key")

    def quality(self) -> None:
        words = [*self.keys, *self.codebook.columns()]
        place: Place = ("analysis", "quality", "core")
        self.each(self.params.analysis.quality.core, place, words, "key or column")

    def servqual(self) -> None:
        servqual, place = self.params.analysis.servqual, ("analysis", "servqual")
        written = "weights" in servqual.model_fields_set and servqual.weights is not None
        if written and not any(one.importance for one in self.codebook.dimensions.values()):
            self.fault(
                "no dimension of the codebook has importance points",
                (*place, "weights"),
                str(servqual.weights),
                "add importance: COLUMN to the dimensions, or write weights: null",
            )
        longest = max((len(one.items) for one in self.codebook.dimensions.values()), default=0)
        if servqual.min_pairs is not None and longest and servqual.min_pairs > longest:
            self.fault(
                "min_pairs is more than any dimension has items",
                (*place, "min_pairs"),
                str(servqual.min_pairs),
                f"at most {longest}",
            )

    def scorecard(self, kpis: Collection[str]) -> None:
        if "indicators" in self.params.tables:
            return
        words = [*self.keys, *kpis]
        place: Place = ("analysis", "scorecard", "rows")
        rows = self.params.analysis.scorecard.rows
        for number, row in enumerate(rows):
            self.known(row.measure, (*place, number, "measure"), words, "measure or indicator")
            self.each(row.links, (*place, number, "links"), words, "measure or indicator")
        for number, alert in enumerate(self.params.alerts):
            at: Place = ("alerts", number, "measure")
            self.known(alert.measure, at, words, "measure or indicator")

    def codes(self) -> None:
        """Codes given by column or scale must name a column or scale of the codebook."""
        columns = self.codebook.columns()
        scales = [use.scale.key for use in columns.values() if use.scale is not None]
        words = list(dict.fromkeys((*columns, *self.codebook.scales, *scales)))
        data = self.params.data
        for meaning in ("missing", "not_applicable", "dont_know", "refused"):
            places: list[tuple[Place, object]] = [(("data", meaning), getattr(data, meaning))]
            places += [
                (("data", "responses", number, meaning), getattr(source, meaning))
                for number, source in enumerate(data.responses)
            ]
            for place, listed in places:
                for name in listed if isinstance(listed, dict) else ():
                    self.known(name, (*place, name), words, "column or scale")


def _a(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"
