"""Who chose which word for which brand: a table of choices with the people behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.benchmark.ratings import company, rows_of
from cxresearch.errors import AnalysisError, DataError, Fault
from cxresearch.notes import Note, note
from cxresearch.stats import draws
from cxresearch.stats.correspondence import (
    Correspondence,
    adjusted_residuals,
    correspondence,
    projected,
)
from cxresearch.stats.resample import percentile_interval, stream
from cxresearch.study import scores
from cxresearch.study.codebook import BrandAttribute
from cxresearch.study.gather import as_labels
from cxresearch.study.study import Study

FEW_CHOICES = 10
ENOUGH_INERTIA = 0.7
TABLE = "brand"
_COLUMNS = ("respondent_id", "brand", "attribute", "selected")


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """Which attributes each respondent sees in each brand.

    Attributes
    ----------
    chosen : mapping
        Brand → attribute → 1, 0 or NaN for every row of the design (who was not asked about a
        brand has NaN throughout).
    """

    chosen: Mapping[str, Mapping[str, np.ndarray]]

    @property
    def brands(self) -> list[str]:
        """Brands in their order, ours first."""
        return list(self.chosen)


def own_choices(study: Study) -> dict[str, np.ndarray]:
    """Return what respondents see in our brand: 1, 0 or NaN by attribute of the codebook.

    On a scale of 0 and 1 the answer itself; on a longer one, an answer above its middle.
    """
    found = {}
    for key, one in study.codebook.brand.items():
        values = scores.answers(study.ratings, [one.column])[:, 0]
        found[key] = np.where(np.isfinite(values), _sees(values, one), np.nan)
    return found


def _sees(values: np.ndarray, one: BrandAttribute) -> np.ndarray:
    return np.asarray((values > one.scale.mid).astype(float))


def choices(study: Study, associations: pd.DataFrame | None, notes: list[Note]) -> Choices | None:
    """Return who sees what in which brand; None where only one brand is rated.

    From the frame given (``respondent_id, brand, attribute, selected``), else the table ``brand``
    of the params, else the rows of ``data.entity`` that rate rivals.
    """
    ours = company(study)
    if associations is None and study.params.data.entity is not None:
        return _in_rows(study, ours)
    if associations is None:
        if TABLE not in study.tables:
            return None
        associations = study.tables[TABLE]
    found = _in_long_form(study, associations, ours, notes)
    return found if len(found.chosen) > 1 else None


def _in_rows(study: Study, ours: str) -> Choices | None:
    """Return choices of rows that each rate one brand, where brand attributes were asked there."""
    entity = study.params.data.entity
    assert entity is not None
    labels = study.full[entity.column].astype(object).to_numpy()
    said = own_choices(study)
    names = [str(one) for one in study.full[entity.column].cat.categories]
    names = [ours, *(one for one in names if one != ours)]
    chosen = {
        name: {
            key: np.where(study.raters & (labels == name), values, np.nan)
            for key, values in said.items()
        }
        for name in names
    }
    held = {name: one for name, one in chosen.items() if _asked(one)}
    return Choices(held) if len(held) > 1 else None


def _asked(one: Mapping[str, np.ndarray]) -> bool:
    return any(np.isfinite(values).any() for values in one.values())


def _in_long_form(study: Study, frame: pd.DataFrame, ours: str, notes: list[Note]) -> Choices:
    missing = [name for name in _COLUMNS if name not in frame]
    if missing or not study.params.data.id:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what=f'associations have no column "{missing[0]}"'
                if missing
                else "associations need respondents' ids",
                where="brand associations" if missing else "params: data.id",
                hint="one row per respondent, brand and attribute; ids as under data.id",
            )
        )
    selected = pd.to_numeric(frame["selected"], errors="coerce")
    if not selected.dropna().isin([0, 1]).all():
        raise DataError(
            Fault(
                kind="data",
                what="associations hold something else than chosen or not",
                where='column "selected"',
                hint="write 1 for chosen and 0 for not chosen",
            )
        )
    place = rows_of(study)
    at = place.reindex(as_labels(frame["respondent_id"])).to_numpy()
    known = np.isfinite(at)
    if n := len(set(frame.loc[~known, "respondent_id"])):
        notes.append(note("associations_unmatched", n=n))
    brands = [str(one) for one in frame["brand"].dropna().unique()]
    order = [ours, *(one for one in brands if one != ours)] if ours in brands else brands
    attributes = [key for key in study.codebook.brand if (frame["attribute"] == key).any()]
    attributes += [
        str(one) for one in frame["attribute"].dropna().unique() if one not in attributes
    ]
    chosen: dict[str, dict[str, np.ndarray]] = {
        brand: {key: np.full(len(study.full), np.nan) for key in attributes} for brand in order
    }
    parts = frame.assign(_at=at, _selected=selected.to_numpy())[known]
    for (brand, attribute), some in parts.groupby(["brand", "attribute"], sort=False):
        target = chosen[str(brand)][str(attribute)]
        target[some["_at"].to_numpy(dtype=int)] = some["_selected"].to_numpy(dtype=float)
    return Choices({brand: one for brand, one in chosen.items() if _asked(one)})


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """The table of brands and attributes, taken apart.

    Attributes
    ----------
    table, places, inertia : DataFrame
        Cells with residuals; coordinates of brands and attributes; axes.
    """

    table: pd.DataFrame
    places: pd.DataFrame
    inertia: pd.DataFrame


def grid(
    study: Study,
    asked: Choices,
    n_resamples: int,
    seed: int,
    level: float,
    notes: list[Note],
) -> Grid:
    """Return counts, shares, adjusted residuals and the map of brands and attributes.

    Counts are weighted and scaled to the number of choices; residuals and places on the map get
    percentile intervals by resampling respondents, who stand in many cells at once.
    """
    design, mask = study.design, study.raters
    brands = asked.brands
    attributes = list(asked.chosen[brands[0]])
    flags = np.column_stack([asked.chosen[b][a] for b in brands for a in attributes])
    member = design.members(mask)
    answered = np.isfinite(flags) & member[:, None]
    plain = np.where(answered, flags, 0.0)
    people = plain.sum(axis=0).reshape(len(brands), -1)
    few = people.sum(axis=0) < FEW_CHOICES
    if few.any():
        names = tuple(a for a, one in zip(attributes, few, strict=True) if one)
        notes.append(note("few_choices", attributes=names, n=FEW_CHOICES))
    weights = design.weights_of(member)
    weighted = (weights @ plain).reshape(people.shape)
    scale = people.sum() / weighted.sum() if weighted.sum() > 0 else 1.0
    keep = np.flatnonzero(~few & (weighted.sum(axis=0) > 0))
    rng = stream(seed, "benchmark.brand_profile:grid")
    drawn = draws.sums(design, mask, plain, n_resamples, rng).reshape(-1, *people.shape)
    rows = _cells(study, asked, people, level)
    if len(keep) < 2 or (weighted[:, keep].sum(axis=1) <= 0).any():
        return Grid(pd.DataFrame(rows), pd.DataFrame(), pd.DataFrame())
    counts = pd.DataFrame(
        weighted[:, keep] * scale, index=brands, columns=[attributes[i] for i in keep]
    )
    found = correspondence(counts)
    tables = drawn[:, :, keep] * scale
    low, high = percentile_interval(adjusted_residuals(tables), level)
    expected, residuals = found.expected.to_numpy(float), found.residuals.to_numpy(float)
    for row in rows:
        if row["attribute"] not in counts.columns:
            continue
        i, j = brands.index(row["entity"]), list(counts.columns).index(row["attribute"])
        row |= {"expected": expected[i, j], "residual": residuals[i, j]}
        row |= {"residual_low": float(low[i, j]), "residual_high": float(high[i, j])}
        row |= {"suppressed": False, "reason": None}
    if float(found.shares[:2].sum()) < ENOUGH_INERTIA:
        notes.append(note("map_poor", share=float(found.shares[:2].sum())))
    return Grid(pd.DataFrame(rows), _map(found, tables), _inertia(found))


def _cells(study: Study, asked: Choices, people: np.ndarray, level: float) -> list[dict[str, Any]]:
    rows = []
    for i, (brand, chosen) in enumerate(asked.chosen.items()):
        for j, (attribute, values) in enumerate(chosen.items()):
            share = study.design.proportion(values, study.raters, level)
            row: dict[str, Any] = {"entity": brand, "attribute": attribute}
            row |= {"n_chosen": int(people[i, j]), "n": int(share.n), "estimate": share.estimate}
            row |= {"conf_low": share.conf_low, "conf_high": share.conf_high}
            row |= dict.fromkeys(["expected", "residual", "residual_low", "residual_high"], np.nan)
            rows.append(row | {"suppressed": False, "reason": "few_choices"})
    return rows


def _map(found: Correspondence, tables: np.ndarray) -> pd.DataFrame:
    """Places of brands and attributes on two axes; ellipses of the brands by their draws."""
    axes = min(2, len(found.inertias))
    places = projected(found, tables)[:, :, :axes]
    rows = []
    for kind, coordinates in (("brand", found.rows), ("attribute", found.columns)):
        for i, name in enumerate(coordinates.index):
            at = coordinates.iloc[i].to_numpy()
            row: dict[str, Any] = {"kind": kind, "point": str(name), "x": float(at[0])}
            row |= {"y": float(at[1]) if axes > 1 else 0.0}
            row |= dict.fromkeys(["x_se", "y_se", "xy_r"], np.nan)
            if kind == "brand":
                spread = places[:, i]
                row["x_se"] = float(np.nanstd(spread[:, 0], ddof=1))
                if axes > 1:
                    row["y_se"] = float(np.nanstd(spread[:, 1], ddof=1))
                    known = spread[np.isfinite(spread).all(axis=1)]
                    row["xy_r"] = float(np.asarray(np.corrcoef(known.T))[0, 1])
            rows.append(row)
    return pd.DataFrame(rows)


def _inertia(found: Correspondence) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "axis": np.arange(1, len(found.inertias) + 1),
            "inertia": found.inertias,
            "share": found.shares,
        }
    )
