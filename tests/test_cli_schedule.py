"""What schedules rely on: a report for each group, alerts that end with 3, lines for machines."""

import json
import re
import subprocess
import sys

import pytest
import yaml
from desk import Desk

from cxresearch.report.talk import Talk

REGIONS = ("Northland", "Southland")
CODEBOOK = {
    "measures": {
        "recommend": {"kind": "nps", "columns": ["nps"]},
        "satisfaction": {"kind": "csat", "columns": ["sat"], "scale": [1, 5]},
    }
}


class Office:
    """A working folder with real studies, read from files, and the command itself."""

    def __init__(self, folder):
        self.desk = Desk(folder)
        self.folder = folder
        self.out = folder / "reports"
        self.answers(200)
        (folder / "cash.csv").write_text("period,receipts,payments\n2023,100,60\n2024,90,95\n")

    def answers(self, n):
        rows = (f"{i},{2023 + i % 2},{REGIONS[i % 3 == 0]},{i % 11},{1 + i % 5}" for i in range(n))
        text = "\n".join(["id,wave,region,nps,sat", *rows])
        (self.folder / "answers.csv").write_text(text)

    def study(self, name="acme", **more):
        said = {
            "study": {"name": name, "title": f"Study of {name.title()}", "client": name.title()},
            "data": {
                "responses": "answers.csv",
                "id": "id",
                "wave": {"column": "wave", "period": "year"},
                "segments": ["region"],
            },
            "codebook": CODEBOOK,
            "report": {"notebooks": ["12_study"]},
            **more,
        }
        path = self.folder / f"{name}.yml"
        path.write_text(yaml.safe_dump(said, sort_keys=False))
        return path.name

    def call(self, *arguments):
        return subprocess.run(
            [sys.executable, "-m", "cxresearch", *arguments],
            cwd=self.folder,
            env=self.desk.environment,
            capture_output=True,
            text=True,
            timeout=180,
        )


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """Two studies were run, one of which makes a report for each region."""
    made = Office(tmp_path_factory.mktemp("office"))
    made.study("acme", **{"for": {"region": list(REGIONS)}})
    made.study("globex")
    made.first = made.call("run", "acme.yml", "globex.yml", "--log", "json")
    return made


def events(done):
    return [json.loads(line) for line in done.stderr.splitlines()]


def pages_of(office):
    return {path: path.stat().st_mtime_ns for path in office.out.rglob("12_study.html")}


# one report for each group ---------------------------------------------------------------------


def test_each_group_has_a_report_of_its_own(office):
    assert office.first.returncode == 0, office.first.stderr
    folders = {path.parent.name for path in pages_of(office)}
    assert folders == {"acme_Northland", "acme_Southland", "globex"}
    bases = {}
    for folder in folders:
        page = (office.out / folder / "12_study.html").read_text()
        bases[folder] = int(re.search(r"Respondents</dt>\s*<dd[^>]*>(\d+)", page)[1])
    assert bases == {"acme_Northland": 133, "acme_Southland": 67, "globex": 200}


@pytest.mark.parametrize(("own", "other"), [REGIONS, REGIONS[::-1]])
def test_what_a_group_is_handed_names_no_other_group_and_no_other_client(office, own, other):
    folder = office.out / f"acme_{own}"
    handed = [path for path in folder.rglob("*") if path.suffix in (".html", ".csv")]
    assert {path.name for path in handed} >= {"index.html", "12_study.html"}
    for path in handed:
        text = path.read_text("utf-8-sig")
        assert other not in text, path.name
        assert "globex" not in text.lower(), path.name
        assert 'href="../' not in text, path.name
    index = (folder / "index.html").read_text()
    assert f"Study of Acme · {own}" in index


def test_the_list_and_the_index_over_all_name_every_report(office):
    listed = office.call("list").stdout
    whole = (office.out / "index.html").read_text()
    for name in ("acme_Northland", "acme_Southland", "globex"):
        assert re.search(rf"^{name} .* exit 0  1 pages$", listed, re.MULTILINE)
        assert f'href="{name}/index.html"' in whole


def test_changed_data_run_again_and_unchanged_do_not(tmp_path):
    office = Office(tmp_path)
    office.study("acme", **{"for": {"region": [REGIONS[0]]}})
    assert office.call("run", "acme.yml").returncode == 0
    before = pages_of(office)
    again = office.call("run", "acme.yml", "--log", "json")
    assert again.returncode == 0
    assert again.stdout == ""
    told = {one["study"] for one in events(again) if one["event"] == "unchanged"}
    assert told == {"acme_Northland"}
    assert pages_of(office) == before
    office.answers(240)
    renewed = office.call("run", "acme.yml", "--log", "json")
    assert renewed.returncode == 0, renewed.stderr
    said = events(renewed)
    assert [one["parts"] for one in said if one["event"] == "changed"] == [["data"]]
    ended = [one for one in said if one["event"] == "ended"]
    assert [one["status"] for one in ended] == ["done"]
    assert all(one["changed"] for one in ended)
    after = pages_of(office)
    assert after.keys() == before.keys()
    assert all(after[path] > before[path] for path in before)


def test_one_group_alone_by_set(office):
    done = office.call("check", "acme.yml", "--set", "for.region=Southland", "--log", "json")
    assert done.returncode == 0, done.stderr
    assert [(one["event"], one["study"]) for one in events(done)] == [("checked", "acme_Southland")]


def test_a_group_that_is_not_there_stops_all_and_keep_going_runs_the_others(tmp_path):
    office = Office(tmp_path)
    office.study("acme", **{"for": {"region": ["Northland", "Westland"]}})
    stopped = office.call("run", "acme.yml")
    assert stopped.returncode == 2
    assert "Westland" in stopped.stderr
    assert not office.out.exists()
    went = office.call("run", "acme.yml", "--keep-going")
    assert went.returncode == 2
    assert {path.parent.name for path in pages_of(office)} == {"acme_Northland"}


# alerts ------------------------------------------------------------------------------------------


ALERTS = {
    "survey_fires": ({"measure": "recommend", "below": 30}, 3, "in wave 2024: fired"),
    "survey_quiet": ({"measure": "recommend", "below": -90}, 0, "in wave 2024: quiet"),
    "cash_fires": ({"measure": "cash_flow", "below": 0}, 3, "in period 2024: fired"),
    "cash_quiet": ({"measure": "cash_flow", "below": -50}, 0, "in period 2024: quiet"),
}


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """Studies with an alert each, on answers or on an operational indicator."""
    made = Office(tmp_path_factory.mktemp("watched"))
    for name, (alert, _, _) in ALERTS.items():
        made.study(name, tables={"cash": "cash.csv"}, alerts=[alert])
    made.first = made.call("run", *(f"{name}.yml" for name in ALERTS), "--log", "json")
    return made


@pytest.mark.parametrize("name", list(ALERTS))
def test_alerts_on_answers_and_on_operations_decide_the_exit_code(watched, name):
    assert watched.first.returncode == 3, watched.first.stderr
    _, code, said = ALERTS[name]
    told = next(
        one for one in events(watched.first) if one["event"] == "alert" and one["study"] == name
    )
    assert said in told["text"]
    source = "survey" if name.startswith("survey") else "operations"
    assert (told["fired"], told["source"]) == (code == 3, source)
    record = json.loads((watched.out / name / "run.json").read_text())
    assert record["exit"] == code
    again = watched.call("run", f"{name}.yml")
    assert "nothing has changed" in again.stderr
    assert again.returncode == code  # nothing has changed, nor that


def test_a_failure_is_more_urgent_than_an_alert(tmp_path):
    office = Office(tmp_path)
    report = {"notebooks": ["20_error"]}
    office.study("acme", alerts=[{"measure": "recommend", "below": 30}], report=report)
    done = office.call("run", "acme.yml")
    assert done.returncode == 1
    assert "alert recommend below 30 in wave 2024: fired" in done.stderr


# lines for machines --------------------------------------------------------------------------


def test_every_line_of_the_json_log_is_an_object_with_event_and_text(office):
    said = events(office.first)
    assert said[0]["event"] == "begin"
    assert all(one["text"] for one in said)
    ended = [one for one in said if one["event"] == "ended"]
    assert {(one["study"], one["notebook"], one["status"]) for one in ended} == {
        (name, "12_study", "done") for name in ("acme_Northland", "acme_Southland", "globex")
    }
    assert all(one["seconds"] > 0 for one in ended)


@pytest.mark.parametrize("verb", ["run", "check"])
def test_what_is_wrong_is_told_as_json_too(office, verb):
    refused = office.call(verb, "nothing.yml", "--log", "json")
    assert refused.returncode == 2
    (told,) = events(refused)
    assert told["event"] == "wrong"
    assert 'there is no params file "nothing.yml"' in told["text"]


def test_text_for_people_has_no_json(capsys):
    Talk().say("begin", "acme: 2 notebooks", jobs=2)
    assert capsys.readouterr().err == "acme: 2 notebooks\n"
