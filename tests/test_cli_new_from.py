"""`cxresearch new NAME --from FILE`: what is written, what is said, what is never overwritten."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

import cxresearch as cx
from cxresearch import cli
from cxresearch.study.draft import drafting


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def answers(seed: int = 1, n: int = 60) -> pd.DataFrame:
    """Return a small survey with a headed column of each kind."""
    draws = np.random.default_rng(seed)
    kind = draws.normal(0, 1, n)
    rated = {
        name: np.clip(np.rint(3.4 + kind + draws.normal(0, 0.6, n)), 1, 5).astype(int)
        for name in ("Overall satisfaction", "Staff", "Price: fair?", "Delivery speed")
    }
    return pd.DataFrame(
        {
            "respondent": np.arange(1, n + 1),
            "Gender": np.resize(["f", "m"], n),
            **rated,
            "NPS": np.clip(np.rint(7 + 1.5 * kind), 0, 10).astype(int),
        }
    )


def test_a_draft_passes_the_check_and_tells_every_guess(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / "data").mkdir()
    answers().to_csv("data/acme.csv", index=False)
    assert cli.main(["new", "acme", "--from", "data/acme.csv"]) == 0
    out, err = capsys.readouterr()
    assert [
        Path(line).resolve().relative_to(desk.resolve()).as_posix() for line in out.split()
    ] == [
        "params/acme.yml",
        "params/codebooks/acme.yml",
        "params/schema.json",
        "params/codebooks/schema.json",
    ]
    assert "7 columns: 7 in use" in err
    assert err.rstrip().endswith("cxresearch check params/acme.yml")
    text = Path("params/acme.yml").read_text("utf-8")
    assert "responses: ../data/acme.csv" in text
    assert "id: respondent                   # high: an id by its name" in text
    book = yaml.safe_load(Path("params/codebooks/acme.yml").read_text("utf-8"))
    assert book["measures"]["recommend"]["kind"] == "nps"
    assert book["attributes"]["price_fair"]["columns"] == "Price: fair?"
    assert cli.main(["check", "params/acme.yml"]) == 0
    assert cx.load_study("params/acme.yml").n == 60


def test_nothing_is_overwritten_and_all_files_in_the_way_are_named(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers().to_csv("acme.csv", index=False)
    assert cli.main(["new", "acme", "--from", "acme.csv"]) == 0
    before = {path: path.read_bytes() for path in desk.rglob("*.yml")}
    capsys.readouterr()
    assert cli.main(["new", "acme", "--from", "acme.csv"]) == 2
    err = capsys.readouterr().err
    assert "params/acme.yml is there already" in err
    assert "params/codebooks/acme.yml is there already" in err
    assert {path: path.read_bytes() for path in desk.rglob("*.yml")} == before


def test_a_file_per_wave_with_columns_called_otherwise(desk: Path) -> None:
    first = answers(1).rename(columns={"NPS": "nps", "Staff": "staff"})
    first.to_csv("acme_2023.csv", index=False)
    answers(2).to_csv("acme_2024.csv", index=False)
    assert cli.main(["new", "acme", "--from", "acme_2023.csv", "acme_2024.csv"]) == 0
    written = yaml.safe_load(Path("params/acme.yml").read_text("utf-8"))["data"]
    assert [one["wave"] for one in written["responses"]] == ["2023", "2024"]
    assert written["responses"][0]["columns"] == {"Staff": "staff", "NPS": "nps"}
    study = cx.load_study("params/acme.yml")
    assert study.waves == ("2023", "2024")
    assert study.wave("2023").frame["NPS"].notna().all()


@pytest.mark.parametrize("folder", [".", "data"])
def test_a_database_is_found_again_from_the_params_file(desk: Path, folder: str) -> None:
    place = Path(folder, "answers.sqlite")
    place.parent.mkdir(exist_ok=True)
    with sqlite3.connect(place) as connection:
        answers().to_sql("answers", connection, index=False)
    connection.close()
    query = "SELECT * FROM answers"
    asked = ["new", "acme", "--from", f"sqlite:///{place.as_posix()}", "--query", query]
    assert cli.main(asked) == 0
    assert cx.load_study("params/acme.yml").n == 60


def test_a_password_is_asked_for_and_not_written(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = drafting._in_memory(answers(), {}, {})
    monkeypatch.setattr(drafting, "read_query", lambda url, query: asked)
    url = "postgresql://ana:geheim@db.example.org/cx"
    assert cli.main(["new", "acme", "--from", url, "--query", "SELECT * FROM answers"]) == 0
    text = Path("params/acme.yml").read_text("utf-8")
    assert "geheim" not in text
    assert "#   export DB_PASSWORD=…" in text
    source = yaml.safe_load(text)["data"]["responses"]
    assert source["url"] == "postgresql://ana:${DB_PASSWORD}@db.example.org/cx"
    told = capsys.readouterr().err
    assert "geheim" not in told
    assert "the environment variable DB_PASSWORD is not set" in told


def test_faults_of_the_call_are_told(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answers().to_csv("acme.csv", index=False)
    assert cli.main(["new", "acme", "--from", "gone.csv"]) == 2
    assert "gone.csv" in capsys.readouterr().err
    assert cli.main(["new", "acme", "--from", "acme.csv", "--like", "b.yml"]) == 2
    assert "not from both" in capsys.readouterr().err
    assert cli.main(["new", "acme", "--query", "SELECT 1"]) == 2
    assert "a query without a database" in capsys.readouterr().err
    assert cli.main(["new", "acme", "--from", "sqlite:///a.sqlite"]) == 2
    assert "not what to ask it" in capsys.readouterr().err
    assert cli.main(["new", "../acme", "--from", "acme.csv"]) == 2
    assert not (desk / "params").exists()


def test_names_and_texts_that_yaml_would_misread(desk: Path) -> None:
    frame = answers()
    frame.columns = ["no", "007", "Overall satisfaction: #1", "it's", '"said"', "a\nb", "NPS"]
    found = cx.draft(frame, texts={"NPS": "How likely {0–10}: would you recommend us? # yes"})
    for path in found.write("strange"):
        if path.suffix == ".yml":
            assert yaml.safe_load(path.read_text("utf-8"))
    book = yaml.safe_load(Path("params/codebooks/strange.yml").read_text("utf-8"))
    assert book["measures"] == found.codebook["measures"]
    assert book.get("attributes", {}) == found.codebook.get("attributes", {})
    assert cx.Study.from_frame(frame, book, **found.data).n == 60


def test_a_file_without_ratings_says_so_and_passes(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pd.DataFrame({"id": range(20), "plan": ["a", "b"] * 10}).to_csv("plain.csv", index=False)
    assert cli.main(["new", "plain", "--from", "plain.csv"]) == 0
    assert "not found: no ratings" in capsys.readouterr().err
    assert cli.main(["check", "params/plain.yml"]) == 0


def test_a_database_per_wave_with_more_than_nine_waves(desk: Path) -> None:
    waves = (1, 2, 10)
    for wave in waves:
        with contextlib.closing(sqlite3.connect(f"acme_w{wave}.sqlite")) as base:
            answers(seed=wave).to_sql("answers", base, index=False)
    urls = [f"sqlite:///acme_w{wave}.sqlite" for wave in waves]
    assert cli.main(["new", "acme", "--from", *urls, "--query", "SELECT * FROM answers"]) == 0
    study = cx.load_study(desk / "params/acme.yml")
    assert study.waves == ("w1", "w2", "w10")
