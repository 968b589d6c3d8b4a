"""Our rating and the rivals', side by side for each person who gave them.

Rivals are rated in columns of their own (codebook: competitors), or in rows of their own (params:
data.entity). Either way a person is one unit: what the same person said of us and of a rival
stands in one place, so that differences are paired wherever they can be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from cxresearch.about import in_language
from cxresearch.errors import AnalysisError, Fault, did_you_mean
from cxresearch.stats.survey import Design
from cxresearch.study import scores
from cxresearch.study.codebook import Attribute, Dimension, Measure
from cxresearch.study.gather import as_labels
from cxresearch.study.study import By, Cell, Study
from cxresearch.study.survey_design import survey_design

Statistic = Literal["mean", "headline"]
OURS = "own"
TABLE = "competitor"


@dataclass(frozen=True, slots=True, eq=False)
class Rated:
    """One question, as it was answered of us and of every rival.

    Attributes
    ----------
    key : str
        Codebook key of a measure, attribute, item or dimension.
    unit, direction, statistic : str
        Of the figure that is compared.
    threshold : float
        Smallest difference that matters; NaN where none is declared.
    own : ndarray, shape (people,)
        What each person said of us, in the unit; NaN for no answer.
    rivals : mapping of str to ndarray
        The same of each rival.
    """

    key: str
    unit: str
    direction: str
    statistic: str
    threshold: float
    own: np.ndarray
    rivals: Mapping[str, np.ndarray]


@dataclass(frozen=True, slots=True, eq=False)
class Contest:
    """Everybody who rated us or a rival, with the design by which they were sampled.

    Attributes
    ----------
    study : Study
    design : Design
        Over people.
    person : ndarray of int, or None
        Which person gave each row of the study; None where every row is a person.
    company : str
        Our own name.
    rivals : tuple of str
    rated : tuple of Rated
    """

    study: Study
    design: Design
    person: np.ndarray | None
    company: str
    rivals: tuple[str, ...]
    rated: tuple[Rated, ...]

    def cells(self, by: By) -> Iterator[Cell]:
        """Yield the groups of people, rivals' raters among them."""
        for cell in replace(self.study, mask=self.study.raters).cells(by):
            yield Cell(cell.keys, self.people(cell.mask))

    def people(self, rows: np.ndarray) -> np.ndarray:
        """Return which people gave at least one of these rows."""
        if self.person is None:
            return rows
        found: np.ndarray = np.bincount(self.person[rows], minlength=self.design.n) > 0
        return found


def contest(
    study: Study, measure: str | Sequence[str] | None = None, statistic: Statistic = "mean"
) -> Contest:
    """Return what people said of us and of every rival.

    Raises
    ------
    AnalysisError
        If nobody rates a rival, or the key asked for is not rated of one.
    """
    if study.codebook.competitors:
        return _beside(study, company(study), measure, statistic)
    if study.params.data.entity is not None:
        return _in_rows(study, measure, statistic)
    if study.tables.has(TABLE, "respondent_id", "brand", "item", "score"):
        return _in_table(study, company(study), measure, statistic)
    raise AnalysisError(
        Fault(
            kind="analysis",
            what="nobody rates a rival in this study",
            where="codebook: competitors; params: data.entity, tables.competitor",
            hint="name the rivals' columns under competitors, the column that says who is "
            "rated under data.entity, or a table of ratings under tables.competitor",
        )
    )


def company(study: Study) -> str:
    """Return what we are called in tables: the entity's own label, else the client's name."""
    entity = study.params.data.entity
    named = entity.own if entity else in_language(study.about.client, study.about.language)
    return named or OURS


def _beside(
    study: Study, name: str, measure: str | Sequence[str] | None, statistic: Statistic
) -> Contest:
    rivals = study.codebook.competitors
    known = list(dict.fromkeys(key for rated in rivals.values() for key in rated))
    rated = [
        _rated(
            study,
            key,
            statistic,
            own=study.values(key),
            rivals={
                rival: _rival_values(study, key, columns[key])
                for rival, columns in rivals.items()
                if key in columns
            },
        )
        for key in _asked(measure, known)
    ]
    return Contest(study, study.design, None, name, tuple(rivals), tuple(rated))


def _in_rows(study: Study, measure: str | Sequence[str] | None, statistic: Statistic) -> Contest:
    data = study.params.data
    assert data.entity is not None
    entity = study.full[data.entity.column]
    labels = entity.astype(object).to_numpy()
    held = [str(one) for one in entity.cat.categories if (labels[study.raters] == one).any()]
    names = [one for one in held if one != data.entity.own]
    if not names:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what="no row rates a rival",
                where=f'column "{data.entity.column}"',
                found=", ".join(held),
                hint="look whether the file holds the rivals' ratings, too",
            )
        )
    design, person = _people(study, labels == data.entity.own)
    n = design.n

    def by_person(values: np.ndarray, name: str) -> np.ndarray:
        rows = np.flatnonzero(study.raters & (labels == name))
        told = np.full(n, np.nan)
        told[rows if person is None else person[rows]] = values[rows]
        return told

    book = study.codebook
    known = [*book.measures, *book.attributes]
    known += [key for key, one in book.dimensions.items() if one.columns("perception")]
    asked = _asked(measure, [*known, *book.items])
    asked = asked if measure is not None else known
    rated = [
        _rated(
            study,
            key,
            statistic,
            own=by_person(study.values(key), data.entity.own),
            rivals={name: by_person(study.values(key), name) for name in names},
        )
        for key in asked
    ]
    return Contest(study, design, person, data.entity.own, tuple(names), tuple(rated))


def _in_table(
    study: Study, name: str, measure: str | Sequence[str] | None, statistic: Statistic
) -> Contest:
    """Lay a table of rivals' ratings (one row a person, rival and item) to the respondents."""
    table = study.tables[TABLE]
    table = table[as_labels(table["brand"]) != name]
    place = rows_of(study)
    at = place.reindex(as_labels(table["respondent_id"])).to_numpy()
    known_keys = study.codebook.keys()
    items, brands = as_labels(table["item"]), as_labels(table["brand"])
    asked = _asked(measure, [one for one in items.dropna().unique() if one in known_keys])
    score = table["score"].to_numpy(float)
    known = np.isfinite(at)
    names = [str(one) for one in brands.dropna().unique()]
    rated = []
    for key in asked:
        rivals = {}
        for rival in names:
            here = known & (items == key).to_numpy(bool) & (brands == rival).to_numpy(bool)
            told = np.full(len(study.full), np.nan)
            told[at[here].astype(int)] = turned(study, key, score[here])
            if np.isfinite(told).any():
                rivals[rival] = told
        rated.append(_rated(study, key, statistic, own=study.values(key), rivals=rivals))
    return Contest(study, study.design, None, name, tuple(names), tuple(rated))


def rows_of(study: Study) -> pd.Series:
    """Return the row of each respondent by id; a table can only be laid to one wave.

    Raises
    ------
    AnalysisError
        If there are no ids, or they return in several waves.
    """
    column = study.params.data.id
    rows = np.flatnonzero(study.mask)
    ids = study.full[column].to_numpy()[rows] if column else np.array([])
    place = pd.Series(rows if column else [], index=ids)
    if not column or not place.index.is_unique:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what="a table cannot be laid to a wave: ids return in several"
                if column
                else "a table of ratings needs respondents' ids",
                where=f'column "{column}"' if column else "params: data.id",
                hint="ask for one wave: study.wave(...) or study.latest()",
            )
        )
    return place


def turned(study: Study, key: str, score: np.ndarray) -> np.ndarray:
    """Return raw scores as ours are keyed: outside the scale is no answer, reversed turned.

    Examples
    --------
    >>> book = {"attributes": {"dear": {"columns": "d", "scale": [1, 5], "reversed": True}}}
    >>> study = Study.from_frame(pd.DataFrame({"d": [1, 2]}), book)
    >>> turned(study, "dear", np.array([1.0, 4.0, 9.0])).tolist()
    [5.0, 2.0, nan]
    """
    entry, scale = study.codebook.resolve(key), study.codebook.scale_of(key)
    inside = (score >= scale.min) & (score <= scale.max)
    told = np.where(inside, score, np.nan)
    return np.asarray(scale.min + scale.max - told if getattr(entry, "reversed", ()) else told)


def _people(study: Study, own: np.ndarray) -> tuple[Design, np.ndarray | None]:
    """Return the design over people and the person of each row; None without ids."""
    data = study.params.data
    if not data.id:
        return study.design, None
    keys = [data.id, *([study.wave_column] if study.wave_column else [])]
    person = study.full[keys].astype(object).groupby(keys, sort=False, dropna=False).ngroup()
    person_of = person.to_numpy()
    # one row stands for the person: the one about us, where there is one
    order = np.lexsort((~own, person_of))
    first = order[np.unique(person_of[order], return_index=True)[1]]
    frame = study.full.iloc[first].reset_index(drop=True)
    weights = None if study.design.weights is None else study.design.weights[first]
    return survey_design(frame, weights, data), person_of


def _asked(measure: str | Sequence[str] | None, known: Sequence[str]) -> list[str]:
    if measure is None:
        return list(known)
    asked = [measure] if isinstance(measure, str) else list(measure)
    unknown = [key for key in asked if key not in known]
    if unknown or not asked:
        name = unknown[0] if unknown else ""
        raise AnalysisError(
            Fault(
                kind="analysis",
                what=f'"{name}" is not rated of any rival',
                where="codebook: competitors",
                found=name,
                hint=did_you_mean(name, list(known)),
            )
        )
    return asked


def _rated(
    study: Study,
    key: str,
    statistic: Statistic,
    *,
    own: np.ndarray,
    rivals: Mapping[str, np.ndarray],
) -> Rated:
    entry = study.codebook.resolve(key)
    unit, name = "points", "mean"
    threshold = getattr(entry, "delta", None)
    headline = isinstance(entry, Measure) and (
        statistic == "headline" or entry.kind in ("nps", "share", "index")
    )
    if isinstance(entry, Measure) and headline:
        kind = study.measure(key).headline
        scored = {who: scores.Scored(entry, said, kind) for who, said in rivals.items()}
        unit, name = study.measure(key).unit, kind
        own = scores.Scored(entry, own, kind).series
        rivals = {who: one.series for who, one in scored.items()}
        threshold = study.params.analysis.trends.threshold.get(key, threshold)
    elif isinstance(entry, Measure) and study.measure(key).headline != "mean":
        threshold = None  # declared for the headline, which is another figure
    return Rated(
        key=key,
        unit=unit,
        direction=study.codebook.direction_of(key),
        statistic=name,
        threshold=np.nan if threshold is None else float(threshold),
        own=own,
        rivals=rivals,
    )


def _rival_values(study: Study, key: str, columns: tuple[str, ...]) -> np.ndarray:
    entry = study.codebook.resolve(key)
    if isinstance(entry, Measure):
        return scores.score_measure(study.ratings, replace(entry, columns=columns)).values
    if isinstance(entry, Attribute):
        return scores.score_attribute(study.ratings, replace(entry, columns=columns))
    if isinstance(entry, Dimension):
        named = Attribute(key=key, columns=columns, scale=entry.scale)
        return scores.score_attribute(study.ratings, named)
    return scores.answers(study.ratings, [columns[0]]).reshape(-1)
