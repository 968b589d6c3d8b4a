"""Many figures in one pass over their patterns: each as from the rows of its respondents."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cxresearch.stats.condensed import Plan
from cxresearch.stats.design import Design
from cxresearch.stats.draws import heap_means
from cxresearch.stats.pattern_means import Heap
from cxresearch.stats.signed_ranks import signed_ranks

K = 4


def heaped(
    rng: np.random.Generator, n: int, *, weighted: bool, strata: bool, clusters: bool, lonely: str
) -> tuple[pd.DataFrame, Design, Heap]:
    rows = pd.DataFrame(
        {
            "y": rng.choice([-2.0, -1, 0, 1, 1.5], n),
            "f": rng.integers(0, K, n),
            "h": rng.integers(0, 3, n) if strata else 0,
            "c": rng.integers(0, 9, n) if clusters else 0,
            "w": rng.choice([0.5, 1, 2.5], n) if weighted else 1.0,
        }
    )
    given = {"weights": "w" if weighted else None, "strata": "h" if strata else None}
    given["clusters"] = "c" if clusters else None
    sampled = {name: rows[column] for name, column in given.items() if column}
    design = Design.build(n, **sampled, lonely_psu=lonely)  # type: ignore[arg-type]
    held = rows.assign(q=rows["w"] ** 2).groupby(["f", "y", "h", "c"], as_index=False)
    held = held.agg(counts=("w", "size"), sums=("w", "sum"), squares=("q", "sum"))
    units = rows[["h", "c"]].drop_duplicates().sort_values(["h", "c"]).reset_index(drop=True)
    labels = np.unique(rows["h"])
    of_unit = np.searchsorted(labels, units["h"])
    sizes = np.bincount(of_unit) if clusters else rows.groupby("h").size().to_numpy()
    units["psu"] = np.arange(len(units))
    plan = Plan(
        weighted=weighted,
        strata=tuple(labels) if strata else (),
        psus=sizes,
        clustered=clusters,
        stratum_of_psu=of_unit if clusters else None,
        lonely_psu=lonely,  # type: ignore[arg-type]
    )
    heap = Heap(
        plan=plan,
        k=K,
        of=held["f"].to_numpy(),
        values=held["y"].to_numpy(),
        counts=held["counts"].to_numpy(dtype=float),
        sums=held["sums"].to_numpy(),
        squares=held["squares"].to_numpy(),
        strata=np.searchsorted(labels, held["h"]) if strata else None,
        psus=held.merge(units, on=["h", "c"], how="left")["psu"].to_numpy() if clusters else None,
    )
    return rows, design, heap


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(2, 120),
    weighted=st.booleans(),
    strata=st.booleans(),
    clusters=st.booleans(),
    lonely=st.sampled_from(["adjust", "certainty"]),
)
def test_every_mean_is_that_of_the_rows(
    seed: int, n: int, weighted: bool, strata: bool, clusters: bool, lonely: str
) -> None:
    rng = np.random.default_rng(seed)
    how = {"weighted": weighted, "strata": strata, "clusters": clusters}
    rows, design, heap = heaped(rng, n, **how, lonely=lonely)
    found = heap.means()
    for f in range(K):
        inside = (rows["f"] == f).to_numpy()
        one = design.mean(rows["y"], inside)
        assert found.n[f] == one.n
        for name, values in (("estimate", found.estimates), ("std_error", found.std_errors)):
            expected = getattr(one, name)
            assert values[f] == pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True)
        if inside.any():
            assert found.df[f] == one.df
            assert found.n_eff[f] == pytest.approx(one.n_eff, rel=1e-6, nan_ok=True)
            below = np.average(rows["y"][inside] < 0, weights=rows["w"][inside])
            share = heap.share((heap.values < 0).astype(float))[f]
            assert share == pytest.approx(below)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 90), ties=st.booleans())
def test_signed_ranks_are_those_of_scipy(seed: int, n: int, ties: bool) -> None:
    rng = np.random.default_rng(seed)
    values = rng.integers(-3, 4, n).astype(float) if ties else rng.normal(size=n)
    of = rng.integers(0, 2, n)
    found = signed_ranks(values, np.ones(n), of, 2)
    for one in range(2):
        own = values[of == one]
        if not (own != 0).any():
            assert np.isnan(found[one])
            continue
        exact = len(own) < 50 and len(np.unique(np.abs(own))) == len(own) and (own != 0).all()
        how = {"method": "exact"} if exact else {"method": "approx", "correction": True}
        expected = stats.wilcoxon(own[own != 0], **how).pvalue
        assert found[one] == pytest.approx(min(expected, 1.0), rel=1e-9)


def test_signed_ranks_count_respondents() -> None:
    values, counts = np.array([-2.0, -1, 0, 1, 2]), np.array([9.0, 14, 5, 6, 3])
    rows = np.repeat(values, counts.astype(int))
    one = signed_ranks(values, counts, np.zeros(5, np.intp), 1)
    every = signed_ranks(rows, np.ones(len(rows)), np.zeros(len(rows), np.intp), 1)
    assert one[0] == pytest.approx(every[0], rel=1e-12)


@pytest.mark.parametrize("clusters", [False, True])
def test_draws_scatter_as_the_standard_error_says(clusters: bool) -> None:
    rng = np.random.default_rng(5)
    how = {"weighted": True, "strata": False, "clusters": clusters}
    _, _, heap = heaped(rng, 800, **how, lonely="adjust")
    found = heap.means()
    drawn = heap_means(heap, 1, 2, 4000, np.random.default_rng(6))
    assert drawn.mean(axis=0) == pytest.approx(found.estimates[1:3], abs=0.02)
    assert drawn.std(axis=0) == pytest.approx(found.std_errors[1:3], rel=0.06)
    nobody = heap_means(heap, 9, 1, 10, rng)
    assert np.isnan(nobody).all()
