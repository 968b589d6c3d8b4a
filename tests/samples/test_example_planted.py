"""The tables of the example hold what is planted in them, and its page says the same."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from example_tables import BEFORE, FULL, LAST, TRUTH, WAVES, Tables, half, survival

from cxresearch.samples import (
    aims,
    rivals,
    tolerance,
    visits,
)
from cxresearch.samples.periods import CUT, bounds

SHARES = (
    "escalation_rate",
    "fcr",
    "reopened_rate",
    "churn",
    "staff_leaving",
    "on_time",
    "order_compliance",
    "delivery_success",
    "availability",
    "return_rate",
    "abandonment",
    "inbox_complaints",
)


@pytest.mark.parametrize("name", SHARES)
def test_shares_lie_near_the_planted(name: str, counted: dict) -> None:
    errors = []
    for wave in WAVES:
        found, n = counted[wave][name]
        true = getattr(TRUTH, name)[wave]
        errors.append((found - true) / np.sqrt(true * (1 - true) / n))
    assert max(map(abs, errors)) < 3.3, errors
    assert np.sqrt(np.mean(np.square(errors))) < 1.7


def test_resolution_times_lie_near_the_planted(tables: Tables) -> None:
    issues = tables["tickets"]
    for wave in WAVES:
        mine = issues[half(issues["opened_at"]) == wave]
        hours, still_open = survival(mine)
        for share, planted_hours in ((0.5, TRUTH.resolution_median), (0.9, TRUTH.resolution_p90)):
            left = still_open[np.searchsorted(hours, planted_hours[wave], side="right") - 1]
            error = np.sqrt(share * (1 - share) / len(mine))
            assert abs(left - (1 - share)) < 3.3 * error, (wave, share)
    still = issues["resolved_at"].isna()
    assert 0.02 < still.mean() < 0.06
    assert (half(issues["opened_at"])[still] == LAST).sum() < still.sum()


def test_rates_and_means_lie_near_the_planted(counted: dict, tables: Tables) -> None:
    for wave in WAVES:
        rate, n = counted[wave]["complaint_rate"]
        true = TRUTH.complaint_rate[wave]
        assert abs(rate - true) < 3 * 1000 * np.sqrt(true / 1000 / n), wave
        paid, n = counted[wave]["revenue_per_customer"]
        values = tables["revenue"].loc[tables["revenue"]["period"] == wave, "revenue"]
        assert abs(paid - TRUTH.revenue_per_customer[wave]) < 3 * values.std() / np.sqrt(n), wave
        pace, _ = counted[wave]["productivity"]
        assert pace == pytest.approx(TRUTH.productivity[wave], abs=0.15), wave


def test_single_numbers_lie_near_the_planted(tables: Tables) -> None:
    orders, revenue, cash = tables["orders"], tables["revenue"], tables["cash"]
    cost = (orders["cost_of_goods"] + orders["selling_cost"]).sum() / orders["value"].sum()
    assert cost == pytest.approx(TRUTH.cost_of_sale, abs=0.01)
    margin = revenue["margin"].sum() / revenue["revenue"].sum()
    assert margin == pytest.approx(TRUTH.margin_share, abs=0.005)
    assert cash["payments"].sum() / cash["receipts"].sum() == pytest.approx(0.91, abs=0.02)
    assert cash["receipts"].sum() == revenue["revenue"].sum()
    offers = tables["contacts"]["converted"].dropna()
    assert offers.mean() == pytest.approx(TRUTH.conversion, abs=0.04)
    calls = tables["indicators"].query("kpi == 'calls_in_20s'")
    assert len(calls) == 48
    late = calls["period"] >= "2023"
    assert calls.loc[~late, "value"].mean() == pytest.approx(0.86, abs=0.006)
    assert calls.loc[late, "value"].mean() == pytest.approx(0.78, abs=0.008)
    due = tables["actions"][tables["actions"]["due_at"] < CUT]
    assert (due["closed_at"] <= due["due_at"]).mean() == pytest.approx(0.72, abs=0.17)
    replies = tables["indicators"].query("kpi == @aims.INDICATOR")
    since = replies["period"] >= aims.SAME_DAY_SINCE
    assert replies.loc[~since, "value"].mean() == pytest.approx(0.62, abs=0.012)
    assert replies.loc[since, "value"].mean() == pytest.approx(0.74, abs=0.012)
    qa = tables["qa"]
    score = qa["score"].sum() / qa["max_score"].sum()
    assert score == pytest.approx(TRUTH.qa_score, abs=0.03)


def kappa(one: pd.Series, other: pd.Series) -> float:
    table = pd.crosstab(one, other, normalize=True)
    table = table.reindex(
        index=table.columns.union(table.index),
        columns=table.columns.union(table.index),
        fill_value=0.0,
    )
    expected = float((table.sum(axis=0) * table.sum(axis=1)).sum())
    return (float(np.trace(table)) - expected) / (1 - expected)


def test_judges_agree_as_planted(tables: Tables) -> None:
    coded = tables["codes"].pivot(index="text_id", columns="coder", values="theme")
    assert kappa(coded["A"], coded["B"]) == pytest.approx(TRUTH.coder_kappa, abs=0.09)
    qa = tables["qa"][tables["qa"]["max_score"] == 1]
    first = qa.drop_duplicates(["contact_id", "criterion_id"])
    second = qa.drop(first.index)
    pairs = first.merge(second, on=["contact_id", "criterion_id"])
    assert (pairs["evaluator_id_x"] != pairs["evaluator_id_y"]).all()
    found = [kappa(one["score_x"], one["score_y"]) for _, one in pairs.groupby("criterion_id")]
    assert np.mean(found) == pytest.approx(TRUTH.qa_kappa, abs=0.15)
    passed = first.groupby("criterion_id")["score"].mean()
    for name, share in TRUTH.qa_passed.items():
        assert passed[name] == pytest.approx(share, abs=0.12), name


def branch_scores(tables: Tables) -> pd.Series:
    each = tables["mystery"].groupby(["branch_id", "visit_id"])[["score", "max_score"]].sum()
    return (each["score"] / each["max_score"]).groupby("branch_id").mean()


def test_service_points_earn_their_mystery_scores(tables: Tables) -> None:
    found = branch_scores(tables)
    for branch, share in TRUTH.mystery.items():
        assert found[branch] == pytest.approx(share, abs=0.04), branch
    assert sum(visits.CRITERIA.values()) == pytest.approx(0.0, abs=1e-9)
    assert tables["mystery"].groupby("branch_id")["evaluator_id"].nunique().min() >= 4


def linked_outcomes(frame: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """Satisfaction of linked respondents, and whether they stayed and what they paid next."""
    following = dict(pairwise(WAVES))
    rows = frame[frame["customer"].notna() & frame["S1"].le(7)].copy()
    rows["period"] = rows["wave"].map(following)
    rows = rows[rows["period"].notna()]
    rows = rows.merge(tables["customers"], left_on="customer", right_on="customer_id")
    after = pd.to_datetime(rows["period"].map(lambda wave: bounds(wave)[1]))
    rows["stays"] = (rows["end_date"].isna() | (rows["end_date"] >= after)).astype(float)
    return rows.merge(tables["revenue"], on=["customer_id", "period"])


def test_satisfaction_decides_on_staying_as_planted(frame: pd.DataFrame, tables: Tables) -> None:
    rows = linked_outcomes(frame, tables)
    X = np.column_stack([np.ones(len(rows)), rows["S1"] - 5])
    beta = np.zeros(2)
    for _ in range(25):
        chance = 1 / (1 + np.exp(-X @ beta))
        information = X.T @ (X * (chance * (1 - chance))[:, None])
        beta += np.linalg.solve(information, X.T @ (rows["stays"] - chance))
    error = np.sqrt(np.linalg.inv(information)[1, 1])
    assert (rows["stays"] == 0).sum() > 60
    assert abs(beta[1] - np.log(TRUTH.stay_odds)) < 2.5 * error
    assert beta[1] > 4 * error


def test_satisfaction_moves_revenue_within_a_customer(frame: pd.DataFrame, tables: Tables) -> None:
    rows = linked_outcomes(frame, tables)
    log = np.log(rows["revenue"]) - np.log(np.where(rows["period"].str[-1] == "2", 1.08, 1.0))
    y = log - log.groupby(rows["customer_id"]).transform("mean")
    x = rows["S1"] - rows["S1"].groupby(rows["customer_id"]).transform("mean")
    slope = (x * y).sum() / (x**2).sum()
    error = (y - slope * x).std() * np.sqrt(1.9 / (x**2).sum())
    assert abs(slope - TRUTH.revenue_slope) < 3 * error
    naive = np.polyfit(rows["S1"], log, 1)[0]
    assert naive > slope + 0.02  # the largest customers are the most satisfied ones


# documentation --------------------------------------------------------------------------------


def documented(counted: dict, tables: Tables) -> list[str]:
    """Return the rows of numbers that docs/example.md gives."""

    def pair(wave: str, name: str, form: str, factor: float = 1.0) -> str:
        true = factor * getattr(TRUTH, name)[wave]
        return f"{format(true, form)} | {format(factor * counted[wave][name][0], form)}"

    rows = []
    for wave in WAVES:
        tickets = int(counted[wave]["escalation_rate"][1])
        cells = [pair(wave, name, ".1f") for name in ("resolution_median", "resolution_p90")]
        cells += [pair(wave, "complaint_rate", ".1f")]
        cells += [pair(wave, name, ".1f", 100) for name in ("escalation_rate", "fcr")]
        rows.append(f"| {wave} | {tickets} | {' | '.join(cells)} |")
    for wave in WAVES:
        cells = [pair(wave, "churn", ".2f", 100), pair(wave, "revenue_per_customer", ",.0f")]
        cells += [pair(wave, "staff_leaving", ".1f", 100), pair(wave, "productivity", ".2f")]
        rows.append(f"| {wave} | {counted[wave]['churn'][1]} | {' | '.join(cells)} |")
    for wave in WAVES:
        names = ("on_time", "delivery_success", "order_compliance", "return_rate")
        cells = [pair(wave, name, ".1f", 100) for name in names]
        rows.append(f"| {wave} | {' | '.join(cells)} |")
    scores = branch_scores(tables)
    for branch, share in TRUTH.mystery.items():
        rows.append(f"| {branch} | {100 * share:.1f} | {100 * scores[branch]:.1f} |")
    for rival, by_key in TRUTH.rival_difference.items():
        for key, by_wave in by_key.items():
            cells = [f"{by_wave[wave]:.2f}" for wave in (BEFORE, FULL, LAST)]
            rows.append(f"| {rival} | `{key}` | {' | '.join(cells)} |")
    for name, by_wave in TRUTH.brand_seen.items():
        meant = f"{100 * rivals.INTENDED[name]:.0f}" if name in rivals.INTENDED else "–"
        cells = [f"{100 * by_wave[wave]:.1f}" for wave in (BEFORE, FULL, LAST)]
        cells += [f"{100 * shares[name]:.0f}" for shares in TRUTH.rival_brand_seen.values()]
        rows.append(f"| `{name}` | {meant} | {' | '.join(cells)} |")
    for name, by_wave in TRUTH.theme_share.items():
        cells = [f"{100 * by_wave[wave]:.1f}" for wave in (BEFORE, FULL, LAST)]
        cells += [f"{100 * share:.1f}" for share in TRUTH.theme_share_by_language[name].values()]
        rows.append(f"| `{name}` | {' | '.join(cells)} | {TRUTH.theme_impact[name]:.2f} |")
    for name, by_wave in TRUTH.above_adequate.items():
        cells = [f"{by_wave[wave]:.2f}" for wave in tolerance.ASKED]
        cells += [f"{100 * TRUTH.below_adequate[name][wave]:.1f}" for wave in tolerance.ASKED]
        rows.append(f"| {name} | {TRUTH.zone_width[name]:.2f} | {' | '.join(cells)} |")
    return rows


def test_documentation_gives_the_planted_numbers(root: Path, counted: dict, tables: Tables) -> None:
    text = (root / "docs/example.md").read_text(encoding="utf-8").replace("−", "-")
    missing = [row for row in documented(counted, tables) if row not in text]
    assert not missing
    for name, table in tables.items():
        assert f"| `{name}.csv` | {len(table):,} |" in text, name
