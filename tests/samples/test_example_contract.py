"""The tables of the example keep the contract."""

from pathlib import Path

import pandas as pd
from example_tables import KEYS, LEFT_OUT, PLANS, TIMES, Tables

from cxresearch import samples
from cxresearch.samples import (
    company,
    rivals,
    service,
    tolerance,
)
from cxresearch.samples.periods import CUT
from cxresearch.study.params.tables import TABLE_COLUMNS


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
