"""Adjusted p values against R p.adjust."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxresearch.errors import StatisticsError
from cxresearch.stats.multiplicity import adjust

P = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205]
Q = [0.008, 0.032, 0.0672, 0.0672, 0.0672, 0.08, 0.0845714, 0.205]


def test_benjamini_hochberg():
    assert adjust(P) == pytest.approx(Q, abs=1e-6)


def test_missing_tests_do_not_count():
    found = adjust([*P, float("nan")])
    assert found[:-1] == pytest.approx(Q, abs=1e-6)
    assert np.isnan(found[-1])


def test_index_is_kept():
    series = pd.Series(P, index=list("abcdefgh"))
    assert adjust(series, "holm").index.tolist() == list("abcdefgh")


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.randoms())
def test_order_does_not_matter(p, random):
    order = list(range(len(p)))
    random.shuffle(order)
    for method in ("bh", "by", "holm", "bonferroni"):
        adjusted = adjust(p, method)
        assert adjust([p[i] for i in order], method) == pytest.approx(adjusted[order])
        assert (adjusted >= np.array(p) - 1e-12).all()
        assert (adjusted <= 1).all()


def test_unknown_method_is_refused():
    with pytest.raises(StatisticsError, match='did you mean "holm"'):
        adjust(P, "hollm")


def test_what_is_no_probability_is_refused():
    with pytest.raises(StatisticsError, match="between 0 and 1"):
        adjust([0.1, 2.3])


@pytest.mark.reference
def test_reference(reference):
    cases = json.loads((reference / "oracles" / "tests.json").read_text())
    families = [case["expected"].get("pairwise_welch") for case in cases]
    families = [family for family in families if family]
    assert families
    for family in families:
        raw = list(family["raw"].values())
        for method, theirs in (("bh", "BH"), ("by", "BY"), ("holm", "holm")):
            assert adjust(raw, method) == pytest.approx(list(family[theirs].values()), rel=1e-9)
