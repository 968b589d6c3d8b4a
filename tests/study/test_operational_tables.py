"""Operational tables: read, renamed, checked; every fault at once; logs to one row each."""

import pandas as pd
import pytest

from cxresearch.errors import CxError
from cxresearch.study.loading import load_study
from cxresearch.study.study import Study

PEOPLE = pd.DataFrame({"q": [1, 2, 3]})
PARAMS = """
study: {{name: acme}}
data: {{responses: answers.csv}}
codebook: {{measures: {{sat: {{kind: csat, columns: q, scale: [1, 5]}}}}}}
tables:
{tables}
"""


def written(tmp_path, tables, **files):
    (tmp_path / "answers.csv").write_text("q\n1\n2\n", "utf-8")
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    path = tmp_path / "acme.yml"
    path.write_text(PARAMS.format(tables=tables), "utf-8")
    return path


def test_columns_are_renamed_and_typed(tmp_path):
    path = written(
        tmp_path,
        "  tickets: {path: t.csv, columns: {ticket_id: no, opened_at: created}, cut: 2024-03-01}",
        t="no,created,is_complaint,level\n7,2024-01-01,yes,1\n8,2024-01-02,0,2\n",
    )
    study = load_study(path)
    table = study.tables["tickets"]
    assert table["ticket_id"].tolist() == ["7", "8"]
    assert table["opened_at"].dtype.kind == "M"
    assert table["is_complaint"].tolist() == [1, 0]
    assert table["level"].tolist() == ["1", "2"]
    assert study.has("table:tickets")
    assert not study.has("table:orders")


def test_a_table_is_handed_out_as_a_copy(tmp_path):
    path = written(tmp_path, "  cash: c.csv", c="period,receipts,payments\n2024-01,5,3\n")
    study = load_study(path)
    table = study.tables["cash"]
    table["receipts"] = 0
    assert study.tables["cash"]["receipts"].tolist() == [5]


def test_every_fault_is_told_at_once(tmp_path):
    path = written(
        tmp_path,
        "  tickets: {path: t.csv, cut: 2024-03-01}\n  customers: c.csv",
        t="ticket_id,customer_id,opened_at,resolved_at\n"
        "1,A,2024-01-05 10:00,2024-01-04 10:00\n"
        "1,B,2024-01-05 10:00,2024-04-01 10:00\n",
        c="customer_id,start_date,end_date\nA,2020-01-01,2019-01-01\n",
    )
    with pytest.raises(CxError) as error:
        load_study(path)
    told = str(error.value)
    for text in (
        "keys that stand in several rows",
        '"resolved_at" lies before "opened_at"',
        "times after the cut of 2024-03-01",
        "clock times without a time zone",
        '"end_date" lies before "start_date"',
    ):
        assert text in told
    assert "t.csv" in told
    assert "line 2" in told


def test_rows_that_point_nowhere_are_a_fault(tmp_path):
    path = written(
        tmp_path,
        "  tickets: {path: t.csv, cut: 2024-03-01}\n  customers: c.csv",
        t="ticket_id,customer_id,opened_at\n1,A,2024-01-05\n2,Z,2024-01-05\n",
        c="customer_id,start_date\nA,2020-01-01\n",
    )
    with pytest.raises(CxError, match='"customer_id" that the table customers does not have'):
        load_study(path)


def test_cells_that_are_no_dates_are_a_fault(tmp_path):
    path = written(
        tmp_path,
        "  tickets: {path: t.csv, cut: 2024-03-01}",
        t="ticket_id,opened_at\n1,5/1/2024\n2,?\n",
    )
    with pytest.raises(CxError, match="cells that are no dates"):
        load_study(path)
    good = '  tickets: {path: t.csv, cut: 2024-03-01, date_format: "%d/%m/%Y", missing: ["?"]}'
    text = "ticket_id,opened_at,resolved_at\n1,5/1/2024,?\n2,6/1/2024,7/1/2024\n"
    study = load_study(written(tmp_path, good, t=text))
    assert study.tables["tickets"]["opened_at"].dt.day.tolist() == [5, 6]
    assert study.tables["tickets"]["resolved_at"].isna().tolist() == [True, False]


def test_the_fingerprint_covers_the_tables(tmp_path):
    tables = "  cash: c.csv"
    first = load_study(written(tmp_path, tables, c="period,receipts,payments\n2024-01,5,3\n"))
    second = load_study(written(tmp_path, tables, c="period,receipts,payments\n2024-01,6,3\n"))
    assert first.fingerprint != second.fingerprint


def test_a_log_of_updates_becomes_one_row_each(tmp_path):
    tables = """  tickets:
    path: t.csv
    columns: {ticket_id: number, level: priority}
    cut: 2024-03-01
    events:
      time: at
      order: step
      reached:
        resolved_at: {column: state, in: [Resolved]}
        escalated_at: {column: moves, above: 0}
"""
    log = (
        "number,opened_at,at,step,state,moves,priority\n"
        "A,2024-01-01,2024-01-01,0,New,0,3\n"
        "B,2024-01-02,2024-01-02,0,New,0,2\n"
        "A,2024-01-01,2024-01-05,2,Resolved,1,1\n"
        "A,2024-01-01,2024-01-03,1,Active,1,2\n"
    )
    study = load_study(written(tmp_path, tables, t=log))
    table = study.tables["tickets"]
    assert table["ticket_id"].tolist() == ["A", "B"]
    assert table["level"].tolist() == ["1", "2"]
    assert table["resolved_at"].isna().tolist() == [False, True]
    assert table["resolved_at"][0] == pd.Timestamp("2024-01-05")
    assert table["escalated_at"][0] == pd.Timestamp("2024-01-03")
    assert table["escalated_at"].isna().tolist() == [False, True]
    assert [one.code for one in study.tables.notes] == ["events_collapsed"]


LOG = """  tickets:
    path: t.csv
    cut: 2024-03-01
    events: {time: at, reached: {resolved_at: {column: state, in: [Resolved]}}}
"""


def test_updates_of_which_the_last_cannot_be_told_are_a_fault(tmp_path):
    log = (
        "ticket_id,opened_at,at,state\n"
        "A,2024-01-01,2024-01-01,New\n"
        "A,2024-01-01,soon,Resolved\n"
        "A,2024-01-01,,Resolved\n"
        ",2024-01-02,2024-01-03,New\n"
    )
    with pytest.raises(CxError) as caught:
        load_study(written(tmp_path, LOG, t=log))
    told = {fault.what: fault for fault in caught.value.faults}
    assert set(told) == {"tickets: updates without a time", "tickets: updates without their key"}
    time = told["tickets: updates without a time"]
    assert time.where == 't.csv, column "at", 2 of 4 rows'
    assert time.found == "soon"


@pytest.mark.parametrize("kind", ["text", "parquet", "format"])
def test_times_with_an_offset_are_turned_into_the_zone_of_the_table(kind):
    opened = ["2024-03-30T10:00:00+01:00", "2024-04-01T10:00:00+02:00", "2024-04-01T10:00:00Z"]
    given = {"cut": "2024-05-01", "time_zone": "Europe/Ljubljana"}
    if kind == "parquet":
        opened = pd.to_datetime(opened, utc=True)
    if kind == "format":
        opened = [one.replace("T", " ") for one in opened]
        given["date_format"] = "%Y-%m-%d %H:%M:%S%z"
    frame = pd.DataFrame({"ticket_id": ["a", "b", "c"], "opened_at": opened})
    study = Study.from_frame(PEOPLE, {}, tables={"tickets": {"frame": frame, **given}})
    hours = study.tables["tickets"]["opened_at"].dt.hour.tolist()
    assert hours == [10, 10, 12]


def test_times_with_an_offset_need_the_zone_of_the_table():
    opened = ["2024-03-30T10:00:00+01:00", "2024-04-01T10:00:00+02:00"]
    frame = pd.DataFrame({"ticket_id": ["a", "b"], "opened_at": opened})
    with pytest.raises(CxError, match="clock times without a time zone"):
        Study.from_frame(PEOPLE, {}, tables={"tickets": frame})


def test_codes_that_mean_nothing_are_blank_where_numbers_are_counted():
    frame = pd.DataFrame(
        {
            "ticket_id": [1, 99, 3],
            "opened_at": "2024-01-01",
            "is_complaint": [1, 99, 0],
            "channel": ["web", "?", "phone"],
        }
    )
    given = {"frame": frame, "cut": "2024-03-01", "missing": ["?", 99]}
    table = Study.from_frame(PEOPLE, {}, tables={"tickets": given}).tables["tickets"]
    assert table["ticket_id"].tolist() == ["1", "99", "3"]
    assert table["is_complaint"].isna().tolist() == [False, True, False]
    assert table["channel"].isna().tolist() == [False, True, False]


def test_frames_in_memory_are_checked_alike():
    cash = pd.DataFrame({"period": ["2024-01"], "receipts": [5], "payments": [3]})
    study = Study.from_frame(PEOPLE, {}, tables={"cash": cash})
    assert study.tables["cash"]["receipts"].tolist() == [5]
    twice = pd.concat([cash, cash])
    with pytest.raises(CxError, match="keys that stand in several rows"):
        Study.from_frame(PEOPLE, {}, tables={"cash": twice})
    with pytest.raises(CxError, match='did you mean "tickets"'):
        Study.from_frame(PEOPLE, {}, tables={"ticket": cash})


def test_a_cut_that_nobody_declared_is_noted():
    tickets = pd.DataFrame({"ticket_id": [1], "opened_at": ["2024-01-05"]})
    study = Study.from_frame(PEOPLE, {}, tables={"tickets": tickets})
    assert [one.code for one in study.tables.notes] == ["cut_assumed"]
    assert str(study.tables.facts("tickets").cut)[:10] == "2024-01-06"


def test_hours_allow_for_the_change_of_clocks():
    tickets = pd.DataFrame({"ticket_id": [1], "opened_at": ["2024-03-30 12:00"]})
    zone = {"frame": tickets, "time_zone": "Europe/Ljubljana", "cut": "2024-05-01"}
    tables = Study.from_frame(PEOPLE, {}, tables={"tickets": zone}).tables
    start = tables["tickets"]["opened_at"]
    assert tables.hours("tickets", start, start + pd.Timedelta(days=1)).tolist() == [23]
