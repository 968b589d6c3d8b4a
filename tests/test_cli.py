"""The command line as schedules use it: real processes, exit codes, what lies there afterwards."""

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from desk import HERE, Desk, kernels_of, wait_for

from cxresearch import cli


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """A run in which one notebook fails, one is killed and two succeed."""
    desk = Desk(tmp_path_factory.mktemp("mixed"))
    desk.params(notebooks=["10_ok", "20_error", "30_killed", "80_handover"])
    return desk, desk.run("run", "acme.yml", "--out", "out", "--jobs", "2")


def test_failed_notebook_exits_with_1_and_leaves_the_others_complete(mixed):
    desk, done = mixed
    assert done.returncode == 1, done.stderr
    assert desk.files() == {
        ".acme.lock",
        "index.html",
        "acme/index.html",
        "acme/run.json",
        "acme/10_ok.html",
        "acme/10_ok.ipynb",
        "acme/20_error.error.html",
        "acme/30_killed.error.html",
        "acme/80_handover.html",
        "acme/80_handover.ipynb",
        "acme/tables/80_handover-01-gaps.csv",
    }


def test_paths_go_to_stdout_and_talk_to_stderr(mixed):
    desk, done = mixed
    made = done.stdout.splitlines()
    assert str(desk.out / "acme" / "10_ok.html") in made
    assert all(Path(line).is_file() for line in made)
    assert "20_error: error" in done.stderr
    assert "no answers in wave 2024" in done.stderr
    assert "Traceback" not in done.stderr


def test_error_page_has_the_failing_cell_on_top_and_no_folder_of_this_computer(mixed):
    desk, _ = mixed
    page = (desk.out / "acme" / "20_error.error.html").read_text()
    main = page[page.index("<main") :]
    assert main.index("raise ValueError") < main.index("The notebook up to there")
    assert "cxresearch run acme.yml --only 20_error" in main
    assert str(desk.folder) not in page
    assert sys.prefix not in page
    assert str(Path.home()) + "/" not in page


def test_killed_kernel_is_never_a_page(mixed):
    desk, _ = mixed
    assert not (desk.out / "acme" / "30_killed.html").exists()
    assert desk.record()["pages"]["30_killed"]["status"] == "killed"


def test_index_names_what_failed_and_no_other_study(mixed):
    desk, _ = mixed
    index = (desk.out / "acme" / "index.html").read_text()
    assert 'href="10_ok.html"' in index
    assert 'href="20_error.error.html"' in index
    assert "Delivery falls short by half a point." in index
    assert "../" not in index


def test_tables_reach_the_reader_with_formulas_disarmed(mixed):
    desk, _ = mixed
    table = (desk.out / "acme" / "tables" / "80_handover-01-gaps.csv").read_text("utf-8-sig")
    assert table.splitlines() == ["region,estimate", "'=cmd(),-0.5", "North,1.25", "'-,3.0"]
    page = (desk.out / "acme" / "80_handover.html").read_text()
    assert 'download="80_handover-01-gaps.csv"' in page


def test_no_page_asks_for_anything_outside(mixed):
    desk, _ = mixed
    outside = re.compile(
        r"""(?:src|srcset|poster|action)\s*=\s*["'](?!data:)|url\(\s*["']?(?!\#|data:)|@import
        |<script|<link|<iframe|<object""",
        re.IGNORECASE | re.VERBOSE,
    )
    for page in desk.out.rglob("*.html"):
        text = page.read_text()
        assert not outside.search(text), page.name
        assert "default-src 'none'" in text
        assert '<html lang="en">' in text


def test_published_notebook_says_no_time_and_no_absolute_path(mixed):
    desk, _ = mixed
    text = (desk.out / "acme" / "10_ok.ipynb").read_text()
    assert "papermill" not in text
    assert str(desk.folder) not in text
    notebook = json.loads(text)
    injected = [
        "".join(cell["source"])
        for cell in notebook["cells"]
        if "injected-parameters" in cell["metadata"].get("tags", ())
    ]
    assert injected == ["params_file = '../../acme.yml'\noverrides = {}"]


def test_list_says_how_studies_ended(mixed):
    desk, _ = mixed
    listed = desk.run("list", "--out", "out")
    assert listed.returncode == 0
    assert re.search(r"^acme .* exit 1 .*failed: 20_error, 30_killed", listed.stdout)


def test_unchanged_rerun_runs_nothing_and_ends_the_same(desk):
    desk.params(notebooks=["10_ok", "20_error"])
    assert desk.run("run", "acme.yml", "--out", "out").returncode == 1
    before = {path: path.stat().st_mtime_ns for path in desk.out.rglob("*.html")}
    again = desk.run("run", "acme.yml", "--out", "out")
    assert again.returncode == 1
    assert again.stdout == ""
    assert "nothing has changed" in again.stderr
    assert before == {path: path.stat().st_mtime_ns for path in desk.out.rglob("*.html")}


def test_same_inputs_give_the_same_bytes(desk):
    desk.params(notebooks=["80_handover"])
    assert desk.run("run", "acme.yml", "--out", "out").returncode == 0
    published = [p for p in desk.out.rglob("80_*") if p.is_file()]
    first = {path: path.read_bytes() for path in published}
    assert len(first) == 3
    assert desk.run("run", "acme.yml", "--out", "out", "--force").returncode == 0
    assert first == {path: path.read_bytes() for path in published}


def test_last_good_page_is_kept_and_marked_as_older(desk):
    desk.params(notebooks=["10_ok"])
    assert desk.run("run", "acme.yml", "--out", "out").returncode == 0
    good = (desk.out / "acme" / "10_ok.html").read_bytes()
    broken = (desk.folder / "notebooks" / "20_error.ipynb").read_text()
    (desk.folder / "notebooks" / "10_ok.ipynb").write_text(broken)
    assert desk.run("run", "acme.yml", "--out", "out").returncode == 1
    assert (desk.out / "acme" / "10_ok.html").read_bytes() == good
    assert (desk.out / "acme" / "10_ok.error.html").exists()
    index = (desk.out / "acme" / "index.html").read_text()
    assert "Older page." in index
    shutil.copy(HERE / "notebooks" / "10_ok.ipynb", desk.folder / "notebooks")
    assert desk.run("run", "acme.yml", "--out", "out").returncode == 0
    assert not (desk.out / "acme" / "10_ok.error.html").exists()
    assert "Older page." not in (desk.out / "acme" / "index.html").read_text()


@pytest.mark.parametrize(
    ("notebook", "said"),
    [
        ("50_no_parameters", "has no parameters cell"),
        ("60_other_parameters", 'has no parameter "params_file"'),
        ("10_okay", 'did you mean "10_ok"?'),
    ],
)
def test_wrong_notebook_is_refused_before_anything_starts(desk, notebook, said):
    desk.params(notebooks=["10_ok", notebook])
    refused = desk.run("run", "acme.yml", "--out", "out")
    assert refused.returncode == 2
    assert said in refused.stderr
    assert refused.stdout == ""
    assert not desk.out.exists()


def test_one_bad_params_file_stops_all_and_keep_going_runs_the_good_ones(desk):
    desk.params()
    (desk.folder / "bad.yml").write_text("report: {}")
    stopped = desk.run("run", "acme.yml", "bad.yml", "--out", "out")
    assert stopped.returncode == 2
    assert "study.name is missing" in stopped.stderr
    assert not desk.out.exists()
    went = desk.run("run", "bad.yml", "acme.yml", "--out", "out", "--keep-going")
    assert went.returncode == 2
    assert (desk.out / "acme" / "10_ok.html").exists()


def test_two_params_files_of_one_name_are_refused(desk):
    desk.params(file="a.yml")
    desk.params(file="b.yml")
    refused = desk.run("check", "a.yml", "b.yml")
    assert refused.returncode == 2
    assert "two params files name their study" in refused.stderr


@pytest.mark.parametrize("verb", ["run", "check"])
def test_output_folder_that_cannot_be_written(desk, verb):
    desk.params()
    desk.out.write_text("a file stands here")
    refused = desk.run(verb, "acme.yml", "--out", "out/reports")
    assert refused.returncode == 2
    assert "cannot be written" in refused.stderr
    assert desk.out.read_text() == "a file stands here"


def test_missing_params_file(desk):
    refused = desk.run("run", "nothing.yml")
    assert refused.returncode == 2
    assert 'there is no params file "nothing.yml"' in refused.stderr


def test_check_runs_nothing(desk):
    desk.params(notebooks=["10_ok", "20_error"])
    checked = desk.run("check", "acme.yml", "--out", "out")
    assert checked.returncode == 0
    assert "2 notebooks would run" in checked.stderr
    assert not desk.out.exists()


def test_another_run_holds_the_study(desk):
    desk.params(notebooks=["40_slow"])
    first = desk.start("run", "acme.yml", "--out", "out")
    try:
        wait_for(first, "40_slow …")
        second = desk.run("run", "acme.yml", "--out", "out")
        assert second.returncode == 2
        assert "another run writes the reports" in second.stderr
        assert f"process {first.pid}" in second.stderr
    finally:
        first.terminate()
        first.communicate(timeout=30)
    assert desk.run("run", "acme.yml", "--out", "out", "--only", "10_ok").returncode == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_stopped_run_leaves_nothing_half_written(desk, number, code):
    desk.params(notebooks=["10_ok", "40_slow"])
    run = desk.start("run", "acme.yml", "--out", "out", "--jobs", "1")
    wait_for(run, "40_slow …")
    time.sleep(1)
    run.send_signal(number)
    _, said = run.communicate(timeout=60)
    assert run.returncode == code, said
    assert desk.files() == {
        ".acme.lock",
        "index.html",
        "acme/index.html",
        "acme/run.json",
        "acme/10_ok.html",
        "acme/10_ok.ipynb",
    }
    pages = desk.record()["pages"]
    assert pages["10_ok"]["status"] == "done"
    assert pages["40_slow"]["status"] == "interrupted"
    assert not kernels_of(desk.folder)


def test_stopped_at_once(desk):
    desk.params()
    run = desk.start("run", "acme.yml", "--out", "out")
    time.sleep(0.25)
    run.terminate()
    run.communicate(timeout=30)
    assert run.returncode in (143, -signal.SIGTERM)
    assert not list(desk.out.glob("acme/[0-9]*"))  # neither a page nor half of one


def test_json_log(desk):
    desk.params()
    run = desk.run("run", "acme.yml", "--out", "out", "--log", "json")
    events = [json.loads(line)["event"] for line in run.stderr.splitlines()]
    assert events == ["begin", "started", "ended"]


def test_help_is_quick_and_brings_nothing_heavy():
    code = (
        "import sys, cxresearch, cxresearch.cli\n"
        "heavy = {'numpy', 'pandas', 'nbformat', 'papermill', 'pydantic', 'yaml', 'jinja2'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_names_every_command():
    done = subprocess.run(
        [sys.executable, "-m", "cxresearch", "--help"], capture_output=True, text=True, check=True
    )
    for verb in ("run", "check", "list", "schema"):
        assert re.search(rf"^\s+{verb}\s", done.stdout, re.MULTILINE)


def test_real_study_with_an_alert_that_fires(desk):
    """The command itself, with a study read from a file: 3, and 3 again when unchanged."""
    rows = [f"{i},{2023 + i % 2},{i % 7},{1 + i % 7}" for i in range(200)]
    (desk.folder / "answers.csv").write_text("\n".join(["id,wave,nps,sat", *rows]))
    (desk.folder / "acme.yml").write_text(
        """
        study: {name: acme, title: {en: Acme 2024, es: Acme en 2024}, client: Acme, language: es}
        data: {responses: answers.csv, id: id, wave: {column: wave, order: [2023, 2024]}}
        codebook:
          measures:
            recommend: {kind: nps, columns: [nps]}
            satisfaction: {kind: csat, columns: [sat], scale: [1, 7], top_box: 2}
        alerts: [{measure: recommend, below: 0, probability: 0.9}]
        """
    )
    command = [sys.executable, "-m", "cxresearch", "run", "acme.yml", "--only", "12_study"]
    for said in ("alert recommend below 0 in wave 2024: fired", "nothing has changed"):
        done = subprocess.run(command, cwd=desk.folder, capture_output=True, text=True, timeout=120)
        assert done.returncode == 3, done.stderr
        assert said in done.stderr
    page = (desk.folder / "reports" / "acme" / "12_study.html").read_text()
    assert '<html lang="es">' in page
    assert "Acme en 2024" in page
    assert "answers.csv (n = 200)" in page
    assert len(list((desk.folder / "reports" / "acme" / "tables").glob("12_study-01-*.csv"))) == 1
    with (desk.folder / "answers.csv").open("a") as file:
        file.write("\n201,2024,77,3")
    wrong = subprocess.run(command, cwd=desk.folder, capture_output=True, text=True, timeout=120)
    assert wrong.returncode == 2
    assert "77" in wrong.stderr
    assert "Traceback" not in wrong.stderr


def test_ctrl_c_is_no_fault_of_ours(monkeypatch, capsys):
    def interrupted(asked):
        raise KeyboardInterrupt

    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(cli, "_schema", interrupted)
    assert cli.main(["schema"]) == 130
    assert capsys.readouterr().err == "cxresearch: interrupted\n"
