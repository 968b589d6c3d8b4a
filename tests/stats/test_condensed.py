"""Patterns of answers stand for the respondents behind them: every estimate is the same."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxresearch.errors import StatisticsError
from cxresearch.stats.condensed import Condensed, Plan
from cxresearch.stats.design import Design
from cxresearch.stats.intervals import Interval
from cxresearch.stats.moments import Sums, means_of

FIELDS = ("estimate", "std_error", "conf_low", "conf_high", "n", "n_eff", "deff", "df")


def both(
    rng: np.random.Generator, n: int, *, weighted: bool, strata: bool, clusters: bool
) -> tuple[pd.DataFrame, Design, pd.DataFrame, Condensed]:
    rows = pd.DataFrame(
        {
            "y": rng.choice([1.0, 2, 3, 4, 5, np.nan], n),
            "x": rng.integers(1, 4, n).astype(float),
            "inside": rng.random(n) < 0.6,
            "h": rng.integers(0, 3, n) if strata else 0,
            "c": rng.integers(0, 9, n) if clusters else 0,
            "w": rng.choice([0.5, 1, 2.5], n) if weighted else 1.0,
        }
    )
    design = Design.build(
        n,
        weights=rows["w"] if weighted else None,
        strata=rows["h"] if strata else None,
        clusters=rows["c"] if clusters else None,
        lonely_psu="adjust",
    )
    keys = ["y", "x", "inside", "h", "c"]
    held = rows.assign(q=rows["w"] ** 2).groupby(keys, dropna=False, as_index=False)
    patterns = held.agg(counts=("w", "size"), sums=("w", "sum"), squares=("q", "sum"))
    labels = tuple(np.unique(rows["h"])) if strata else ()
    units = rows[["h", "c"]].drop_duplicates().sort_values(["h", "c"]).reset_index(drop=True)
    place = {label: i for i, label in enumerate(np.unique(rows["h"]))}
    of_unit = units["h"].map(place).to_numpy()
    sizes = np.bincount(of_unit) if clusters else rows.groupby("h").size().to_numpy()
    plan = Plan(
        weighted=weighted,
        strata=labels,
        psus=sizes,
        clustered=clusters,
        stratum_of_psu=of_unit if clusters else None,
        lonely_psu="adjust",
    )
    units["psu"] = np.arange(len(units))
    condensed = plan.design(
        counts=patterns["counts"],
        sums=patterns["sums"],
        squares=patterns["squares"],
        strata=patterns["h"].map(place).to_numpy(),
        psus=patterns.merge(units, on=["h", "c"], how="left")["psu"].to_numpy(),
    )
    return rows, design, patterns, condensed


def agree(one: Interval, other: Interval) -> None:
    for name in FIELDS:
        assert getattr(other, name) == pytest.approx(
            getattr(one, name), rel=1e-9, abs=1e-9, nan_ok=True
        ), name


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(2, 150),
    weighted=st.booleans(),
    strata=st.booleans(),
    clusters=st.booleans(),
)
def test_every_estimate_is_that_of_the_rows(
    seed: int, n: int, weighted: bool, strata: bool, clusters: bool
) -> None:
    rng = np.random.default_rng(seed)
    rows, design, patterns, condensed = both(
        rng, n, weighted=weighted, strata=strata, clusters=clusters
    )
    y, x, d = (rows[name].to_numpy() for name in ("y", "x", "inside"))
    Y, X, D = (patterns[name].to_numpy() for name in ("y", "x", "inside"))
    agree(design.mean(y, d), condensed.mean(Y, D))
    agree(design.difference(y, d, ~d), condensed.difference(Y, D, ~D))
    agree(design.ratio(y, x, d), condensed.ratio(Y, X, D))

    def flags(values: np.ndarray, top: bool) -> np.ndarray:
        hit = values >= 4 if top else values <= 2
        return np.where(np.isfinite(values), hit.astype(float), np.nan)

    agree(design.proportion(flags(y, True), d), condensed.proportion(flags(Y, True), D))
    agree(
        design.net_promoter(flags(y, True), flags(y, False), d),
        condensed.net_promoter(flags(Y, True), flags(Y, False), D),
    )
    means = design.means(np.column_stack([y, x]), d)
    found = condensed.means(np.column_stack([Y, X]), D)
    np.testing.assert_allclose(found.covariance, means.covariance, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.df, means.df)
    assert condensed.kish(D) == pytest.approx(design.kish(d), nan_ok=True)
    assert condensed.base(D) == pytest.approx(design.base(d))


@pytest.mark.parametrize("clusters", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_bootstrap_draws_vary_as_the_design_says(weighted: bool, clusters: bool) -> None:
    rng = np.random.default_rng(5)
    _, _, patterns, condensed = both(rng, 900, weighted=weighted, strata=False, clusters=clusters)
    y = patterns["y"].to_numpy()
    known = np.isfinite(y)
    drawn = condensed.bootstrap_weights(3000, rng)
    means = (drawn @ np.nan_to_num(y)) / (drawn @ known)
    assert means.std() == pytest.approx(condensed.mean(y).std_error, rel=0.1)


def test_a_lonely_cluster_is_refused_as_in_memory() -> None:
    with pytest.raises(StatisticsError, match="single cluster"):
        Plan(weighted=True, strata=("a", "b"), psus=np.array([3, 1]))


@pytest.mark.parametrize("clusters", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_means_from_sums_are_those_of_the_rows(weighted: bool, clusters: bool) -> None:
    rng = np.random.default_rng(3)
    rows, design, _, condensed = both(rng, 200, weighted=weighted, strata=True, clusters=clusters)
    X = rows[["y", "x"]].to_numpy()
    inside = rows["inside"].to_numpy() & np.isfinite(X).all(axis=1)
    complete = np.where(np.isfinite(X).all(axis=1)[:, None], X, np.nan)
    wanted = design.means(complete, rows["inside"].to_numpy())
    units = rows.loc[inside, ["h", "c"] if clusters else ["h"]]
    group = units.groupby(list(units.columns)).ngroup().to_numpy()
    held = units.drop_duplicates().sort_values(list(units.columns))
    weights = rows.loc[inside, "w"].to_numpy() if weighted else None
    sums = Sums.of_rows(X[inside], weights, ["y", "x"], group)
    plan = Plan(
        weighted=weighted,
        strata=tuple(np.unique(rows["h"])),
        psus=condensed.psus,
        clustered=clusters,
        stratum_of_psu=condensed.stratum_of_psu,
        lonely_psu="adjust",
    )
    psus = None
    if clusters:
        every = rows[["h", "c"]].drop_duplicates().sort_values(["h", "c"]).reset_index(drop=True)
        psus = held.merge(every.reset_index(), on=["h", "c"])["index"].to_numpy()
    found = means_of(plan, sums, held["h"].to_numpy(), psus)
    np.testing.assert_allclose(found.estimates, wanted.estimates, rtol=1e-12)
    np.testing.assert_allclose(found.covariance, wanted.covariance, rtol=1e-9)
    np.testing.assert_allclose(found.df, wanted.df)
