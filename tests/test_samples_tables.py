"""The tables of the example keep the contract and hold what is planted in them."""

from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from cxresearch import samples
from cxresearch.samples import (
    aims,
    comments,
    company,
    planted,
    posts,
    process,
    rivals,
    service,
    tolerance,
    visits,
)
from cxresearch.samples.periods import CUT, bounds
from cxresearch.study.params.tables import TABLE_COLUMNS

Tables = dict[str, pd.DataFrame]
TRUTH = samples.COMPANY_TRUTH
WAVES = process.WAVES
BEFORE, FULL, LAST = "2022 H2", "2023 H1", "2024 H2"
KEYS = {
    "customers": ["customer_id"],
    "revenue": ["customer_id", "period"],
    "contacts": ["contact_id"],
    "tickets": ["ticket_id"],
    "orders": ["order_id"],
    "returns": ["return_id"],
    "staff": ["staff_id"],
    "staff_time": ["staff_id", "period"],
    "qa": ["evaluation_id", "criterion_id"],
    "mystery": ["visit_id", "criterion_id"],
    "brand": ["respondent_id", "brand", "attribute"],
    "brand_intended": ["attribute"],
    "documents": ["doc_id"],
    "codes": ["text_id", "coder"],
    "sessions": ["session_id"],
    "cash": ["period"],
    "indicators": ["kpi", "period"],
    "actions": ["action_id"],
    "branches": ["branch_id"],
    "qualitative": ["event_id"],
    "posts": ["post_id"],
    "targets": ["kpi", "period"],
}
#: Canonical columns that the example does without.
LEFT_OUT = {
    "targets": {"by"},
    "actions": {"respondent_id"},
    "tickets": {"met_standard"},
    "qualitative": {"status"},
}
TIMES = {
    "customers": ["start_date", "end_date"],
    "contacts": ["ts", "converted_at"],
    "tickets": ["opened_at", "first_response_at", "resolved_at", "reopened_at", "escalated_at"],
    "orders": [
        "ordered_at",
        "planned_dispatch",
        "dispatched_at",
        "promised_at",
        "delivered_at",
    ],
    "returns": ["returned_at"],
    "staff": ["start_date", "end_date"],
    "mystery": ["visit_date"],
    "documents": ["ts"],
    "sessions": ["ts"],
    "actions": ["opened_at", "due_at", "closed_at"],
    "qualitative": ["date"],
    "posts": ["ts"],
}
#: Plans may lie after the cut; what happened may not.
PLANS = {"planned_dispatch", "promised_at", "due_at"}


@pytest.fixture(scope="module")
def params(root: Path) -> dict:
    return yaml.safe_load((root / "params/example.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def frame(root: Path) -> pd.DataFrame:
    return pd.read_csv(root / "params/data/example/responses.csv")


@pytest.fixture(scope="module")
def tables(root: Path, params: dict) -> Tables:
    """Return the committed files under their canonical columns, times as times."""
    found = {}
    for name, one in params["tables"].items():
        names = {filed: column for column, filed in one.get("columns", {}).items()}
        table = pd.read_csv(root / "params" / one["path"]).rename(columns=names)
        for column in TIMES.get(name, []):
            table[column] = pd.to_datetime(table[column])
        found[name] = table
    return found


def half(times: pd.Series) -> pd.Series:
    return times.dt.strftime("%Y ") + np.where(times.dt.month < 7, "H1", "H2")


def here(table: pd.DataFrame, wave: str) -> pd.DataFrame:
    """Those present at the start of a half-year."""
    start, _ = bounds(wave)
    open_end = table["end_date"].isna() | (table["end_date"] >= start)
    return table[(table["start_date"] < start) & open_end]


def survival(issues: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Product-limit curve of the time to resolution: hours and share still open after them."""
    end = issues["resolved_at"].fillna(CUT)
    hours = ((end - issues["opened_at"]).dt.total_seconds() / 3600).to_numpy()
    order = np.argsort(hours)
    event = issues["resolved_at"].notna().to_numpy()[order]
    at_risk = np.arange(len(hours), 0, -1)
    return hours[order], np.cumprod(1 - event / at_risk)


def kaplan_meier(issues: pd.DataFrame, share: float) -> float:
    hours, still_open = survival(issues)
    return float(hours[np.argmax(still_open <= 1 - share + 1e-12)])


def count(tables: Tables, wave: str) -> dict[str, tuple[float, float]]:
    """What the files hold in a half-year: estimate and base of every planted number."""
    issues = tables["tickets"][half(tables["tickets"]["opened_at"]) == wave]
    settled = issues[issues["resolved_at"] < CUT - pd.Timedelta(days=service.WINDOW)]
    plain = settled["escalated_at"].isna()
    known = here(tables["customers"], wave)
    staff = here(tables["staff"], wave)
    after = bounds(wave)[1]
    orders = tables["orders"]
    sold = orders[(half(orders["ordered_at"]) == wave) & (orders["status"] == "delivered")]
    in_time = sold["delivered_at"] <= sold["promised_at"]
    sound = (sold["complete"] == 1) & (sold["undamaged"] == 1)
    seen = sold[sold["delivered_at"] <= CUT - pd.Timedelta(days=30)]
    time = tables["staff_time"][tables["staff_time"]["period"] == wave]
    paid = tables["revenue"][tables["revenue"]["period"] == wave]["revenue"]
    carts = tables["sessions"]
    carts = carts[(half(carts["ts"]) == wave) & (carts["cart_started"] == 1)]
    documents = tables["documents"][half(tables["documents"]["ts"]) == wave]
    return {
        "resolution_median": (kaplan_meier(issues, 0.5), len(issues)),
        "resolution_p90": (kaplan_meier(issues, 0.9), len(issues)),
        "complaint_rate": (1000 * issues["is_complaint"].sum() / len(known), len(known)),
        "escalation_rate": (issues["escalated_at"].notna().mean(), len(issues)),
        "fcr": ((plain & settled["reopened_at"].isna()).mean(), len(settled)),
        "reopened_rate": (settled["reopened_at"].notna().mean(), len(settled)),
        "churn": ((known["end_date"] < after).mean(), len(known)),
        "revenue_per_customer": (paid.mean(), len(paid)),
        "staff_leaving": ((staff["end_date"] < after).mean(), len(staff)),
        "productivity": (time["resolved"].sum() / time["hours"].sum(), len(time)),
        "on_time": (in_time.mean(), len(sold)),
        "order_compliance": (
            (sold["dispatched_at"] <= sold["planned_dispatch"]).mean(),
            len(sold),
        ),
        "delivery_success": ((in_time & sound).mean(), len(sold)),
        "availability": (sold["lines_available"].sum() / sold["lines"].sum(), sold["lines"].sum()),
        "return_rate": (seen["order_id"].isin(tables["returns"]["order_id"]).mean(), len(seen)),
        "abandonment": (1 - carts["purchased"].mean(), len(carts)),
        "inbox_complaints": (documents["is_complaint"].mean(), len(documents)),
    }


@pytest.fixture(scope="module")
def counted(tables: Tables) -> dict[str, dict[str, tuple[float, float]]]:
    return {wave: count(tables, wave) for wave in WAVES}


# files ----------------------------------------------------------------------------------------


def test_committed_files_are_what_write_tables_makes(root: Path, tmp_path: Path) -> None:
    folder = root / "params/data/example"
    made = samples.write_tables(tmp_path)
    assert {path.name for path in made} | {"responses.csv"} == {p.name for p in folder.iterdir()}
    for path in made:
        assert path.read_bytes() == (folder / path.name).read_bytes(), path.name
    assert sum(path.stat().st_size for path in folder.iterdir()) < 2_200_000


def test_new_columns_stand_after_the_old_ones(frame: pd.DataFrame) -> None:
    old = list(frame).index("L3") + 1
    assert old == 11 + 44 + 5 + 6 + 6
    assert list(frame)[old:] == [
        "customer",
        *(rivals.rival_column(rival, key) for rival in rivals.RIVALS for key in rivals.RATED),
        *(rivals.brand_column(name) for name in rivals.BRAND),
        "COMMENT",
        "COMMENT_LANG",
        *(name for items in tolerance.adequate_columns().values() for name in items),
    ]


def test_params_declare_every_table_with_its_columns(params: dict, tables: Tables) -> None:
    assert set(params["tables"]) == set(KEYS)
    assert {name for name, one in params["tables"].items() if "columns" in one} == set(
        company.RENAMED
    )
    for name, one in params["tables"].items():
        assert one.get("columns", {}) == company.RENAMED.get(name, {}), name
        missing = set(TABLE_COLUMNS[name]) - set(tables[name])
        assert missing <= LEFT_OUT.get(name, set()), name
        assert not tables[name].duplicated(KEYS[name]).any(), name
        assert tables[name][KEYS[name]].notna().all(axis=None), name
        clock = any(
            (tables[name][column].dropna().dt.normalize() != tables[name][column].dropna()).any()
            for column in TIMES.get(name, [])
        )
        assert ("time_zone" in one) == clock, name
        if name in TIMES:
            assert str(one["cut"]) == str(CUT.date()), name


def test_scorecard_speaks_four_languages_and_names_what_is_there(
    params: dict, tables: Tables
) -> None:
    rows = params["analysis"]["scorecard"]
    for row in rows:
        texts = [
            row[name] for name in ("objective", "owner", "frequency", "initiative") if name in row
        ]
        assert all(list(text) == ["en", "es", "sl", "ru"] for text in texts), row["measure"]
    assert "calls_in_20s" in {row["measure"] for row in rows} & set(tables["indicators"]["kpi"])


# contract -------------------------------------------------------------------------------------


def test_nothing_happens_before_its_cause_or_after_the_cut(tables: Tables) -> None:
    for name, columns in TIMES.items():
        for column in columns:
            if column not in PLANS:
                assert (tables[name][column].dropna() < CUT).all(), (name, column)
    for name, earlier, later in (
        ("customers", "start_date", "end_date"),
        ("staff", "start_date", "end_date"),
        ("tickets", "opened_at", "first_response_at"),
        ("tickets", "first_response_at", "resolved_at"),
        ("tickets", "opened_at", "escalated_at"),
        ("tickets", "resolved_at", "reopened_at"),
        ("orders", "ordered_at", "dispatched_at"),
        ("orders", "dispatched_at", "delivered_at"),
        ("contacts", "ts", "converted_at"),
        ("actions", "opened_at", "closed_at"),
    ):
        both = tables[name][[earlier, later]].dropna()
        assert (both[earlier] <= both[later]).all(), (name, later)
    tickets = tables["tickets"][["escalated_at", "resolved_at"]].dropna()
    assert (tickets["escalated_at"] <= tickets["resolved_at"]).all()
    orders = tables["orders"].set_index("order_id")["delivered_at"]
    back = tables["returns"]
    days = (back["returned_at"] - back["order_id"].map(orders)).dt.total_seconds() / 86_400
    assert days.between(0, 30).all()


def test_every_reference_finds_its_row(tables: Tables, frame: pd.DataFrame) -> None:
    for name, column, other, key in (
        ("revenue", "customer_id", "customers", "customer_id"),
        ("tickets", "customer_id", "customers", "customer_id"),
        ("contacts", "customer_id", "customers", "customer_id"),
        ("orders", "customer_id", "customers", "customer_id"),
        ("sessions", "customer_id", "customers", "customer_id"),
        ("customers", "branch_id", "branches", "branch_id"),
        ("tickets", "branch_id", "branches", "branch_id"),
        ("contacts", "branch_id", "branches", "branch_id"),
        ("mystery", "branch_id", "branches", "branch_id"),
        ("returns", "order_id", "orders", "order_id"),
        ("staff_time", "staff_id", "staff", "staff_id"),
        ("tickets", "agent_id", "staff", "staff_id"),
        ("actions", "branch_id", "branches", "branch_id"),
        ("contacts", "agent_id", "staff", "staff_id"),
        ("qa", "contact_id", "contacts", "contact_id"),
        ("qa", "agent_id", "staff", "staff_id"),
    ):
        assert tables[name][column].dropna().isin(tables[other][key]).all(), (name, column)
    assert frame["customer"].dropna().isin(tables["customers"]["customer_id"]).all()
    assert tables["codes"]["text_id"].isin(frame.loc[frame["COMMENT"].notna(), "respondent"]).all()
    assert tables["brand"]["respondent_id"].isin(frame["respondent"]).all()
    assert set(frame["branch"]) == set(tables["branches"]["branch_id"])


def test_agents_work_on_the_day_and_customers_are_customers(tables: Tables) -> None:
    people = {"agent_id": ("staff", "staff_id"), "customer_id": ("customers", "customer_id")}
    for name, column, when in (
        ("tickets", "agent_id", "opened_at"),
        ("contacts", "agent_id", "ts"),
        ("tickets", "customer_id", "opened_at"),
        ("contacts", "customer_id", "ts"),
        ("orders", "customer_id", "ordered_at"),
        ("sessions", "customer_id", "ts"),
    ):
        other, key = people[column]
        rows = tables[name].merge(
            tables[other][[key, "start_date", "end_date"]], left_on=column, right_on=key
        )
        day = rows[when].dt.normalize()
        inside = (rows["start_date"] <= day) & (rows["end_date"].isna() | (rows["end_date"] >= day))
        assert inside.all(), (name, column)


def test_no_time_falls_into_the_change_of_clocks(tables: Tables) -> None:
    for name in ("tickets", "contacts", "orders", "returns", "sessions", "documents"):
        for column in TIMES[name]:
            local = tables[name][column].dropna()
            local.dt.tz_localize("Europe/Ljubljana", ambiguous="raise", nonexistent="raise")


def test_respondents_are_customers_of_their_service_point_and_tier(
    frame: pd.DataFrame, tables: Tables
) -> None:
    linked = frame[frame["customer"].notna()].merge(
        tables["customers"], left_on="customer", right_on="customer_id"
    )
    assert (linked["branch"] == linked["branch_id"]).all()
    assert (linked["tier"] == linked["segment"]).all()
    assert not linked.duplicated(["wave", "customer"]).any()
    day = pd.to_datetime(linked["interview_date"])
    assert (linked["start_date"] < day).all()
    assert (linked["end_date"].isna() | (linked["end_date"] > day)).all()
    assert 0.58 < frame["customer"].notna().sum() / frame["used_service"].sum() < 0.68


def test_a_further_contact_means_the_same_ticket(tables: Tables) -> None:
    issues = tables["tickets"]
    calls = tables["contacts"][tables["contacts"]["converted"].notna()]
    pairs = issues.merge(calls, on="customer_id")
    days = (pairs["ts"] - pairs["opened_at"]).dt.days
    assert not days.between(0, service.QUIET - 1).any()
    gaps = issues.sort_values("opened_at").groupby("customer_id")["opened_at"].diff().dropna()
    assert gaps.min() > pd.Timedelta(days=service.QUIET)


# planted numbers ------------------------------------------------------------------------------

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


# rivals, brand, comments ----------------------------------------------------------------------


def mean_error(values: pd.Series, weights: pd.Series) -> tuple[float, float]:
    w = weights[values.notna()]
    x = values.dropna()
    mean = float(np.average(x, weights=w))
    return mean, float(np.sqrt((w**2 * (x - mean) ** 2).sum()) / w.sum())


def test_rivals_differ_as_planted(frame: pd.DataFrame) -> None:
    used = frame[frame["used_service"] == 1]
    far = 0
    for rival, by_key in TRUTH.rival_difference.items():
        for key, by_wave in by_key.items():
            own, theirs = used[rivals.RATED[key][0]], used[rivals.rival_column(rival, key)]
            pairs = own.where(own <= 7) - theirs.where(theirs <= 7)
            for wave, true in by_wave.items():
                mine = used["wave"] == wave
                found, error = mean_error(pairs[mine], used.loc[mine, "weight"])
                assert abs(found - true) < 4 * error, (rival, key, wave)
                far += abs(found - true) > 2 * error
        known = (used[rivals.rival_column(rival, "satisfaction")] != 98).mean()
        assert known == pytest.approx(TRUTH.rival_known[rival], abs=0.03)
    assert far < 10  # of 64


def test_brand_is_seen_as_planted(frame: pd.DataFrame, tables: Tables) -> None:
    used = frame[frame["used_service"] == 1]
    for name, by_wave in TRUTH.brand_seen.items():
        for wave, true in by_wave.items():
            mine = used[used["wave"] == wave]
            found, error = mean_error(mine[rivals.brand_column(name)], mine["weight"])
            assert abs(found - true) < 4 * error, (name, wave)
    assert sum(rivals.INTENDED.values()) == pytest.approx(1.0)
    seen = tables["brand"].groupby(["brand", "attribute"])["selected"].mean()
    for rival, shares in TRUTH.rival_brand_seen.items():
        for name, true in shares.items():
            assert seen[rival, name] == pytest.approx(true, abs=0.17), (rival, name)
    own = used.loc[used["wave"] == LAST, "B_GREEN"].mean()
    assert seen["Varlund", "green"] == pytest.approx(own)
    weights = tables["brand_intended"].set_index("attribute")["weight"]
    assert weights.sum() == pytest.approx(1.0)


def test_comments_are_as_frequent_as_planted_and_about_what_is_planted() -> None:
    sample = samples.survey()
    used = sample.frame[sample.frame["used_service"] == 1]
    for wave, true in TRUTH.comment_share.items():
        mine = used[used["wave"] == wave]
        found, error = mean_error(mine["COMMENT"].notna().astype(float), mine["weight"])
        assert abs(found - true) < 3.5 * error, wave
    said = sample.themes.merge(used[["respondent", "weight", "S1"]], on="respondent")
    said["S1"] = said["S1"].where(said["S1"] <= 7)
    for name, by_wave in TRUTH.theme_share.items():
        has = (said["first"] == name) | (said["second"] == name)
        for column, true_by in (("wave", by_wave), ("lang", TRUTH.theme_share_by_language[name])):
            for label, true in true_by.items():
                mine = said[column] == label
                found, _ = mean_error(has[mine].astype(float), said.loc[mine, "weight"])
                error = np.sqrt(1.3 * true * (1 - true) / mine.sum())
                assert abs(found - true) < 4 * error, (name, label)
        with_it, e1 = mean_error(said["S1"].where(has), said["weight"])
        without, e0 = mean_error(said["S1"].where(~has), said["weight"])
        impact = with_it - without
        assert abs(impact - TRUTH.theme_impact[name]) < 3.5 * np.hypot(e1, e0), name


def test_every_comment_has_a_language_and_personal_data_is_fake(
    frame: pd.DataFrame, tables: Tables
) -> None:
    text = frame["COMMENT"].dropna()
    assert (frame["COMMENT"].notna() == frame["COMMENT_LANG"].notna()).all()
    assert set(frame["COMMENT_LANG"].dropna()) == set(comments.LANGUAGES)
    russian = frame.loc[text.index, "COMMENT_LANG"] == "ru"
    assert (text.str.contains("[а-я]") == russian).all()
    for texts, at_least in ((text, 15), (tables["documents"]["text"], 25)):
        addresses = texts.str.extract(r"(\S+@\S+?)\.?(?:\s|$)")[0].dropna()
        assert len(addresses) >= at_least
        assert addresses.str.endswith("@example.com").all()
        assert texts.str.contains(r"\+\d\d? ").sum() >= at_least


def test_stored_truth_is_what_a_new_draw_finds() -> None:
    drawn = asdict(planted.recompute_company(n_per_wave=10_000, seed=5))
    stored = asdict(TRUTH)
    assert stored.keys() == drawn.keys()
    near = {"revenue_per_customer": 150.0, "rival_difference": 0.12, "theme_impact": 0.12}
    near |= {"brand_fit": 1.3, "brand_noise": 1.3, "churn": 0.003}
    near |= {"above_adequate": 0.06, "below_adequate": 0.02, "zone_width": 0.03}
    loose = {"theme_share", "theme_share_by_language", "brand_seen", "comment_share"}
    for name, value in stored.items():
        allowed = near.get(name, 0.025 if name in loose else 1e-4)
        flat, again = (pd.json_normalize({name: one}) for one in (value, drawn[name]))
        assert list(flat) == list(again), name
        assert np.allclose(flat, again, rtol=0, atol=allowed), name


def test_posts_rise_and_turn_to_complaint_as_planted(tables: Tables) -> None:
    written = tables["posts"]
    customers = written[written["author_key"].str.fullmatch(r"u\d{3}")]
    months = customers["ts"].dt.strftime("%Y-%m").value_counts()
    assert len(months) == 48
    rise = months[list(posts.RISE_MONTHS)]
    assert rise.mean() == pytest.approx(TRUTH.posts_a_month["rise"], abs=12)
    usual = months.drop(list(posts.RISE_MONTHS))
    assert usual.mean() == pytest.approx(TRUTH.posts_a_month["usual"], abs=2)
    for wave in WAVES:
        some = customers[half(customers["ts"]) == wave]
        mood = 100 * (1 - 2 * (some["sentiment"] == "negative").mean())
        assert mood == pytest.approx(TRUTH.post_mood[wave], abs=300 / np.sqrt(len(some))), wave
    assert set(customers["lang"]) == set(comments.LANGUAGES)
    assert customers["text"].value_counts().max() <= 2
    others = written.drop(customers.index)
    assert (others["author_key"] == posts.OWN_AUTHOR).sum() == posts.OWN_POSTS
    assert (others["author_key"] == posts.MACHINE).sum() == posts.MACHINE_POSTS
    assert others["text"].value_counts().max() == posts.COPIES


def test_actions_in_one_place_name_a_service_point(tables: Tables) -> None:
    done = tables["actions"].set_index("action_id")
    assert {name for name, *_ in (aims.HELPED, aims.IDLE)} <= set(done.index)
    local = done[done["branch_id"].notna()]
    assert 10 <= len(local) <= 30
    assert set(local["kpi_id"]) == set(aims.LOCAL_ON)


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
