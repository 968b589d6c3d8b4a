"""Cohorts of buyers: who comes back, counted by hand."""

import pandas as pd
import pytest

import cxresearch as cx
from cxresearch.errors import AnalysisError
from cxresearch.study.study import Study

approx = pytest.approx

BOOK = {"measures": {"satisfaction": {"kind": "csat", "columns": "S", "scale": [1, 7]}}}


def study(orders, cut="2024-04-01"):
    return Study.from_frame(
        pd.DataFrame({"S": [1, 2]}),
        BOOK,
        tables={"orders": {"frame": orders, "cut": cut}},
        analysis={"min_n": {"show": 1, "test": 1}},
    )


ORDERS = pd.DataFrame(
    [
        ("o1", "a", "2024-01-05", 10.0),
        ("o2", "a", "2024-01-20", 5.0),
        ("o3", "a", "2024-02-01", 20.0),
        ("o4", "b", "2024-01-31", 30.0),
        ("o5", "b", "2024-03-02", 40.0),
        ("o6", "c", "2024-02-10", 50.0),
    ],
    columns=["order_id", "customer_id", "ordered_at", "value"],
)


def test_shares_are_those_counted_by_hand():
    table = cx.loyalty.cohorts(study(ORDERS)).table.set_index(["cohort", "periods_later"])
    assert table["estimate"].to_dict() == approx(
        {
            ("2024-01", 0): 1.0,
            ("2024-01", 1): 0.5,
            ("2024-01", 2): 0.5,
            ("2024-02", 0): 1.0,
            ("2024-02", 1): 0.0,
        }
    )
    assert table.loc[("2024-01", 0), "value_per_customer"] == approx(22.5)
    assert table.loc[("2024-02", 1), "value_per_customer"] == 0


def test_a_period_that_is_not_over_has_no_row():
    table = cx.loyalty.cohorts(study(ORDERS, cut="2024-03-15")).table
    assert table["periods_later"].max() == 1


def test_cohorts_of_quarters_have_their_names():
    table = cx.loyalty.cohorts(study(ORDERS), period="quarter").table
    assert table["cohort"].unique().tolist() == ["2024 Q1"]


def test_without_orders_nothing_is_asked_and_an_odd_period_is_refused():
    with pytest.raises(AnalysisError, match="no period of cohorts"):
        cx.loyalty.cohorts(study(ORDERS), period="week")
    plain = Study.from_frame(pd.DataFrame({"S": [1, 2]}), BOOK)
    assert cx.loyalty.cohorts(plain).need == "table:orders"


def test_without_amounts_nothing_is_told_of_what_was_spent():
    table = cx.loyalty.cohorts(study(ORDERS.drop(columns="value"))).table
    assert table["value_per_customer"].isna().all()
