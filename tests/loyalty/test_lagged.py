"""Satisfaction and the money of a later period: recovered, refused, and never of one period."""

import numpy as np
import pandas as pd
import pytest

import cxresearch as cx
from cxresearch.errors import AnalysisError
from cxresearch.results import NotAsked
from cxresearch.study.study import Study

approx = pytest.approx
BOOK = {
    "measures": {"satisfaction": {"kind": "csat", "columns": "S", "scale": [1, 5], "top_box": 2}}
}


def study(n=24, link=0.0, *, noise=1.0, trend=0.0, cash=True):
    """Months whose cash flow follows the satisfaction of the month before."""
    rng = np.random.default_rng(8)
    months = pd.period_range("2021-01", periods=n, freq="M").astype(str)
    share = np.clip(0.5 + 0.1 * rng.standard_normal(n), 0.1, 0.9)
    parts = [
        pd.DataFrame({"wave": month, "S": np.where(np.arange(200) < round(200 * p), 5, 2)})
        for month, p in zip(months, share, strict=True)
    ]
    flow = 1000 + trend * np.arange(n) + 50 * noise * rng.standard_normal(n)
    flow[1:] += link * 100 * (share[:-1] - 0.5)
    ledger = pd.DataFrame({"period": months, "receipts": flow, "payments": 0})
    return Study.from_frame(
        pd.concat(parts, ignore_index=True),
        BOOK,
        wave={"column": "wave", "period": "month"},
        tables={"cash": ledger} if cash else {},
    )


def effect(result, name):
    return result.table[result.table["effect"] == name].iloc[0]


def test_a_planted_link_is_found():
    result = cx.loyalty.lagged(study(link=30, noise=0.5))
    money = effect(result, "money_change")
    assert money["conf_low"] < 30 < money["conf_high"]
    r = effect(result, "correlation")
    assert (r["verdict"], r["n_periods"]) == ("detectable", 23)
    assert 0 < r["conf_low"] < r["estimate"] < r["conf_high"] < 1
    assert r["n_eff"] <= r["n_periods"]


def test_noise_is_not_told_as_a_link():
    assert effect(cx.loyalty.lagged(study()), "correlation")["verdict"] == "cannot_tell"


def test_a_trend_alone_makes_no_link():
    flat = effect(cx.loyalty.lagged(study(link=30)), "correlation")["estimate"]
    steep = effect(cx.loyalty.lagged(study(link=30, trend=500)), "correlation")["estimate"]
    assert steep == approx(flat)


def test_fewer_than_twelve_periods_are_shown_and_not_linked():
    result = cx.loyalty.lagged(study(n=12, link=30))
    assert result.table["reason"].tolist() == ["few_periods"] * 2
    assert result.table["estimate"].isna().all()
    assert len(result.series) == 11
    assert "too few" in cx.findings.read(result).headline
    assert cx.figures.plot(result).alt


def test_the_same_period_is_refused_and_no_money_is_not_asked():
    with pytest.raises(AnalysisError, match="same period"):
        cx.loyalty.lagged(study(), gap=0)
    with pytest.raises(AnalysisError, match="no measure"):
        cx.loyalty.lagged(study(), measure="joy")
    assert isinstance(cx.loyalty.lagged(study(cash=False)), NotAsked)


def test_accounts_stand_in_where_no_customer_answered_twice():
    rng = np.random.default_rng(4)
    rows, base, paid = [], [], []
    for account in range(60):
        level = rng.normal(6, 1)
        for year in range(2020, 2024):
            customer = f"{account}-{year}"
            score = int(rng.integers(1, 6))
            rows.append((str(year), customer, score))
            base.append((customer, f"A{account}", "2019-01-01", None))
            amount = np.exp(level + 0.1 * score + 0.05 * rng.standard_normal())
            paid.append((customer, str(year + 1), amount))
    names = ["customer_id", "account_id", "start_date", "end_date"]
    one = Study.from_frame(
        pd.DataFrame(rows, columns=["wave", "customer", "S"]),
        BOOK,
        wave={"column": "wave", "period": "year"},
        customer="customer",
        tables={
            "customers": {"frame": pd.DataFrame(base, columns=names), "cut": "2025-01-01"},
            "revenue": pd.DataFrame(paid, columns=["customer_id", "period", "revenue"]),
        },
        analysis={"n_resamples": 50},
    )
    told = effect(cx.loyalty.link(one), "revenue_change")
    assert told["model"] == "account_effects"
    assert told["conf_low"] < np.expm1(0.1) < told["conf_high"]


@pytest.mark.parametrize("language", ["en", "es", "sl", "ru"])
def test_cohorts_and_series_are_shown_in_every_language(language):
    orders = pd.DataFrame(
        {
            "order_id": range(60),
            "customer_id": [*range(40), *range(20)],
            "ordered_at": ["2024-01-05"] * 25 + ["2024-02-05"] * 15 + ["2024-03-05"] * 20,
        }
    )
    buyers = Study.from_frame(
        pd.DataFrame({"S": [1, 2]}), BOOK, tables={"orders": {"frame": orders, "cut": "2024-04-01"}}
    )
    for result in (cx.loyalty.cohorts(buyers), cx.loyalty.lagged(study())):
        told = result.in_language(language)
        texts = [*cx.findings.read(told), cx.tables.show(told).html, cx.figures.plot(told).alt]
        assert not [text for text in texts if "{" in text.split("</style>")[-1]]


def test_the_trend_that_was_taken_out_costs_a_period():
    """Fisher's interval of a partial correlation: 1/(n - 4), at the periods that are left."""
    r = effect(cx.loyalty.lagged(study(link=30, noise=0.5)), "correlation")
    reach = (np.arctanh(r["conf_high"]) - np.arctanh(r["conf_low"])) / 2
    assert reach == approx(1.959964 / np.sqrt(r["n_eff"] - 4), rel=1e-6)
