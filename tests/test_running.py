"""docs/running.md: recipes that schedulers take as they stand, and the lines that a run says."""

import ast
import configparser
import inspect
import json
import re
import shlex
import shutil
import subprocess
import sys
from types import ModuleType

import pytest
import yaml
from test_docs import ROOT, blocks, text_of

from cxresearch import cli
from cxresearch.report.alerts import Alert

PAGE = ROOT / "docs" / "running.md"
FIELD = r"(?:\*|\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*)(?:/\d+)?"
CRON = re.compile(rf"{FIELD}(?: {FIELD}){{4}}")


def only(language):
    found = blocks(PAGE, language)
    assert len(found) == 1
    return found[0][1]


def asked(line):
    """Return what the command in a line of a shell script asks for, as the command reads it."""
    words = shlex.split(line, comments=True)
    start = next(i for i, word in enumerate(words) if word.rpartition("/")[2] == "cxresearch")
    own = []
    for word in words[start + 1 :]:
        if re.match(r"\d?>>?|&&|\|", word):
            break
        own.append(word)
    try:
        return cli._parser().parse_args(own)
    except SystemExit:
        pytest.fail(f"not a command: {line}")


def test_cron_line_has_five_fields_and_a_command():
    (line,) = only("crontab").splitlines()
    fields = CRON.match(line)
    assert fields, line
    assert "%" not in line  # cron takes it for the end of the line
    wish = asked(line[fields.end() :])
    assert wish.keep_going
    assert wish.log == "json"


@pytest.mark.parametrize("bad", ["0 6 * *", "0 6 * * Mon-x", "a 6 * * 1"])
def test_a_wrong_cron_line_would_be_noticed(bad):
    assert not CRON.fullmatch(bad)


def units():
    found = {}
    for _, body in blocks(PAGE, "ini"):
        unit = configparser.ConfigParser(interpolation=None)
        unit.optionxform = str
        unit.read_string(body)
        found[frozenset(unit.sections())] = unit
    return found


def test_systemd_has_a_service_and_a_timer():
    found = units()
    service = found[frozenset({"Unit", "Service"})]["Service"]
    assert service["Type"] == "oneshot"
    assert service["WorkingDirectory"].startswith("/")
    shell, option, script = shlex.split(service["ExecStart"])
    assert (shell, option) == ("/bin/sh", "-c")
    assert asked(script).keep_going
    timer = found[frozenset({"Unit", "Timer", "Install"})]
    assert timer["Install"]["WantedBy"] == "timers.target"
    calendar = timer["Timer"]["OnCalendar"]
    assert re.fullmatch(r"\w{3} \*-\*-\* \d\d:\d\d:\d\d", calendar)
    told = shutil.which("systemd-analyze")
    if told:
        done = subprocess.run([told, "calendar", calendar], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr


def test_units_keep_to_words_that_systemd_knows(tmp_path):
    told = shutil.which("systemd-analyze")
    if not told:
        pytest.skip("needs systemd-analyze")
    for name, (_, body) in zip(("service", "timer"), blocks(PAGE, "ini"), strict=True):
        (tmp_path / f"cxresearch.{name}").write_text(body)
    files = [str(tmp_path / f"cxresearch.{name}") for name in ("service", "timer")]
    done = subprocess.run([told, "verify", *files], capture_output=True, text=True, check=False)
    own = [line for line in done.stderr.splitlines() if "cxresearch." in line]
    assert not [line for line in own if "Unknown" in line or "Failed to parse" in line], own


def workflow():
    texts = [body for _, body in blocks(PAGE, "yaml") if "runs-on" in body]
    assert len(texts) == 1
    return yaml.safe_load(texts[0])


def test_workflow_of_github_says_when_and_what():
    said = workflow()
    (when,) = said["on"]["schedule"]
    assert CRON.fullmatch(when["cron"])
    assert said["concurrency"]["cancel-in-progress"] is False
    (job,) = said["jobs"].values()
    for step in job["steps"]:
        assert ("uses" in step) != ("run" in step)
        assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step.get("uses", "actions/none@v1"))
    runs = next(step for step in job["steps"] if step.get("id") == "run")["run"]
    assert asked(next(line for line in runs.splitlines() if "cxresearch" in line)).keep_going
    warned = next(step for step in job["steps"] if "warning" in step.get("run", ""))
    assert warned["if"] == "steps.run.outputs.code == '3'"


@pytest.mark.parametrize(("code", "ends"), [(0, 0), (1, 1), (2, 1), (3, 0)])
def test_step_of_github_ends_as_the_command_does_but_for_alerts(tmp_path, code, ends):
    bash = shutil.which("bash")
    if not bash:
        pytest.skip("needs bash")
    (job,) = workflow()["jobs"].values()
    runs = next(step for step in job["steps"] if step.get("id") == "run")["run"]
    stub = tmp_path / "bin" / "cxresearch"
    stub.parent.mkdir()
    event = json.dumps({"event": "alert", "text": "look"})
    stub.write_text(f"#!{bash}\necho '{event}' >&2\necho made\nexit {code}\n")
    stub.chmod(0o755)
    output = tmp_path / "output"
    done = subprocess.run(
        [bash, "-e", "-c", runs],
        cwd=tmp_path,
        env={"PATH": f"{stub.parent}:/usr/bin:/bin", "GITHUB_OUTPUT": str(output)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == ends
    assert output.read_text() == f"code={code}\n"
    assert event in done.stdout


class _Operator:
    """Takes what an operator of Airflow is told."""

    made: list = []  # noqa: RUF012 (emptied by the test that uses it)

    def __init__(self, *, task_id, **told):
        self.task_id, self.told = task_id, told
        _Operator.made.append(self)

    def __rshift__(self, other):
        return other


class _Dag:
    def __init__(self, *, dag_id, start_date, schedule, catchup, max_active_runs):
        assert CRON.fullmatch(schedule)
        assert (catchup, max_active_runs) == (False, 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


def test_airflow_dag_calls_commands_and_notebooks_that_exist(monkeypatch):
    for name, words in {
        "airflow": {"DAG": _Dag},
        "airflow.providers": {},
        "airflow.providers.papermill": {},
        "airflow.providers.papermill.operators": {},
        "airflow.providers.papermill.operators.papermill": {"PapermillOperator": _Operator},
        "airflow.providers.standard": {},
        "airflow.providers.standard.operators": {},
        "airflow.providers.standard.operators.bash": {"BashOperator": _Operator},
    }.items():
        module = ModuleType(name)
        vars(module).update(words)
        monkeypatch.setitem(sys.modules, name, module)
    _Operator.made.clear()
    exec(compile(only("python"), "dag.py", "exec"), {})
    tasks = {one.task_id: one.told for one in _Operator.made}
    assert set(tasks) == {"check", "reports", "exploration"}
    assert asked(tasks["check"]["bash_command"]).verb is cli._check
    assert asked(tasks["reports"]["bash_command"]).verb is cli._run
    assert tasks["reports"]["skip_on_exit_code"] == 3
    notebook = tasks["exploration"]
    assert "{{ ds }}" in notebook["output_nb"]
    there = ROOT / "notebooks" / notebook["input_nb"].rpartition("/")[2]
    cells = json.loads(there.read_text(encoding="utf-8"))["cells"]
    cell = next(c for c in cells if "parameters" in c["metadata"].get("tags", ()))
    declared = {line.split(":")[0] for line in "".join(cell["source"]).splitlines()}
    assert set(notebook["parameters"]) == declared


# what a run says ---------------------------------------------------------------------------------


def documented():
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$", text_of(PAGE), re.MULTILINE)
    return {event: set(re.findall(r"`(\w+)`", fields)) for event, fields in rows}


def said_in_code():
    """Return event → fields of every line that the package says."""
    found = {}
    for path in [ROOT / "cxresearch" / "cli.py", *(ROOT / "cxresearch" / "report").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "say"
                and isinstance(node.args[0], ast.Constant)
            ):
                fields = {word.arg for word in node.keywords if word.arg}
                found.setdefault(node.args[0].value, set()).update(fields)
    return found


def test_every_event_is_documented_with_its_fields():
    code, told = said_in_code(), documented()
    assert set(told) == set(code)
    assert {event for event in code if not code[event] <= told[event]} == set()
    alert = set(inspect.signature(Alert).parameters)
    assert told["alert"] == alert | {"study"}
    ended = {"study", "notebook", "status", "seconds", "reason", "changed"}
    assert told["ended"] == ended


def test_every_exit_code_is_documented():
    codes = re.findall(r"^\| ([\d, ]+) \|", text_of(PAGE), re.MULTILINE)
    assert ", ".join(codes) == "0, 1, 2, 3, 130, 143"
