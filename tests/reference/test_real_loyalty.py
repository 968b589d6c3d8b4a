"""Customers of two public data sets: the figures that their sources state."""

import numpy as np
import pandas as pd
import pytest

import cxresearch as cx
from cxresearch.stats.hazards import cox
from cxresearch.stats.lifetime import churn
from cxresearch.stats.odds import logit
from cxresearch.stats.survival import kaplan_meier
from cxresearch.study.study import Study

approx = pytest.approx

pytestmark = pytest.mark.reference
BOOK = {"measures": {"satisfaction": {"kind": "csat", "columns": "S", "scale": [1, 7]}}}


@pytest.fixture(scope="module")
def telco(reference):
    return pd.read_csv(reference / "data" / "churn_telco" / "Telco-Customer-Churn.csv")


def test_telco_churn_is_that_of_the_source(telco):
    left = telco["Churn"].eq("Yes")
    assert churn(left.sum(), len(telco)).estimate == approx(0.26537, abs=5e-6)
    shares = {
        name: churn(part.sum(), len(part)).estimate
        for name, part in left.groupby(telco["Contract"])
    }
    assert shares == approx(
        {"Month-to-month": 0.4271, "One year": 0.1127, "Two year": 0.0283}, abs=5e-5
    )
    money = telco["MonthlyCharges"]
    assert money[left].sum() / money.sum() == approx(0.3050, abs=5e-5)


def test_telco_odds_are_those_of_the_table(telco):
    left, monthly = telco["Churn"].eq("Yes"), telco["Contract"].eq("Month-to-month")
    fit = logit(left.astype(float), {"monthly": monthly.astype(float)})
    a, b = (left & monthly).sum(), (~left & monthly).sum()
    c, d = (left & ~monthly).sum(), (~left & ~monthly).sum()
    assert fit.terms["odds_ratio"][1] == approx(a * d / (b * c))


def test_telco_customers_of_longer_contracts_leave_later(telco):
    known = telco[telco["tenure"] > 0]
    left = known["Churn"].eq("Yes")
    curves = {
        name: kaplan_meier(part["tenure"], left[part.index].to_numpy())
        for name, part in known.groupby("Contract")
    }
    assert curves["Month-to-month"].quantile(0.5).estimate == 35
    assert np.isinf(curves["Two year"].quantile(0.5).estimate)
    fit = cox(
        known["tenure"],
        left.astype(float),
        {"monthly": known["Contract"].eq("Month-to-month") * 1.0},
    )
    assert fit.terms["ratio_low"][0] > 10


def test_cdnow_cohorts_are_those_of_the_source(reference):
    log = pd.read_csv(reference / "data" / "retention_cdnow" / "cdnowElog.csv")
    orders = pd.DataFrame(
        {
            "order_id": np.arange(len(log)),
            "customer_id": log["masterid"],
            "ordered_at": pd.to_datetime(log["date"].astype(str)),
            "value": log["sales"],
        }
    )
    study = Study.from_frame(
        pd.DataFrame({"S": [1, 2]}),
        BOOK,
        tables={"orders": {"frame": orders, "cut": "1998-07-01"}},
    )
    result = cx.loyalty.cohorts(study)
    assert result.n == 2357
    table = result.table
    assert table.loc[table["periods_later"] == 0, "n"].tolist() == [781, 857, 719]
    assert table.loc[table["periods_later"] == 1, "n_back"].tolist() == [124, 134, 87]
    assert (table["n"] * table["value_per_customer"]).sum() == approx(244_091.94)
