"""The buyers of CDNOW: cohorts, repeat purchase and money, as their source states them."""

import numpy as np
import pandas as pd
import pytest

import cxresearch as cx
from cxresearch.study.study import Study

approx = pytest.approx
pytestmark = pytest.mark.reference
BOOK = {"measures": {"satisfaction": {"kind": "csat", "columns": "S", "scale": [1, 7]}}}


@pytest.fixture(scope="module")
def log(reference):
    return pd.read_csv(reference / "data/retention_cdnow/cdnowElog.csv")


@pytest.fixture(scope="module")
def buyers(log):
    orders = pd.DataFrame(
        {
            "order_id": np.arange(len(log)),
            "customer_id": log["masterid"],
            "ordered_at": log["date"].astype(str),
            "value": log["sales"],
            "lines": log["cds"],
            "lines_available": log["cds"],
        }
    )
    table = {"frame": orders, "cut": "1998-07-01", "date_format": "%Y%m%d"}
    return Study.from_frame(pd.DataFrame({"S": [1, 2]}), BOOK, tables={"orders": table})


def test_the_log_is_that_of_the_source(log, buyers):
    orders = buyers.tables["orders"]
    assert len(orders) == 6_919
    assert orders["value"].sum() == approx(244_091.94)
    assert (orders["value"] == 0).sum() == 8
    assert orders.duplicated(["customer_id", "ordered_at"]).sum() == 223
    lines = cx.operations.measure(buyers, period="all", measures=["availability"]).table.iloc[0]
    assert lines["denominator"] == 16_479


def test_every_second_buyer_buys_again_within_half_a_year(log, buyers):
    table = cx.operations.measure(buyers, period="quarter", measures=["repeat_purchase"]).table
    first = table[table["period"] == "1997 Q1"].iloc[0]
    days = pd.to_datetime(log["date"].astype(str))
    begin = days.groupby(log["masterid"]).transform("min")
    order = log.assign(day=days, begin=begin).sort_values(["masterid", "day"], kind="stable")
    later = order.groupby("masterid").nth(1).set_index("masterid")
    again = (later["day"] - later["begin"]).dt.days <= 180
    assert first["n"] == 2_357
    assert first["numerator"] == again.sum()


def test_cohorts_are_read_and_drawn(buyers):
    result = cx.loyalty.cohorts(buyers)
    head = cx.findings.read(result).headline
    assert "2,357" in head
    assert cx.findings.read(result)[0].count("14.6%") == 1
    assert "1997-01" in cx.figures.plot(result).alt
