"""Every notebook makes a whole page of poor studies too: it says so, it does not fail."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import audit
import english
import numpy as np
import openpyxl
import pandas as pd
import pytest
import yaml

from cxresearch.report import chromium

ROOT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.slow


def ratings(n: int, seed: int = 4) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    speed, price = rng.integers(1, 6, n), rng.integers(1, 6, n)
    overall = np.clip(np.round(0.6 * speed + 0.3 * price + rng.normal(0, 0.7, n)), 1, 5)
    return pd.DataFrame({"overall": overall, "speed": speed, "price": price})


def without_waves() -> tuple[pd.DataFrame, dict, dict]:
    """A driver that never varies, one that stands there twice, a segment of one respondent."""
    frame = ratings(60).assign(again=lambda t: t["speed"], flat=3, region="North")
    frame.loc[0, "region"] = "South"
    frame["promote"] = np.random.default_rng(5).integers(0, 11, len(frame))
    codebook = {
        "scales": {"five": [1, 5]},
        "measures": {
            "satisfaction": {"kind": "csat", "columns": "overall", "scale": "five", "top_box": 2},
            "recommend": {"kind": "nps", "columns": "promote"},
        },
        "attributes": {
            key: {"columns": key, "scale": "five", "block": block}
            for key, block in {
                "speed": "delivery",
                "again": "delivery",
                "flat": "quality",
                "price": "cost",
            }.items()
        },
    }
    return frame, codebook, {"segments": ["region"]}


def one_wave_all_equal() -> tuple[pd.DataFrame, dict, dict]:
    """Everybody gives every question the same answer, in a single weighted wave."""
    frame = pd.DataFrame({"wave": 2024, "w": 1.0, "S": 4}, index=range(40))
    frame[["E1", "E2", "E3", "E4", "P1", "P2", "P3", "P4"]] = 4
    frame.loc[:3, "w"] = 2.5
    codebook = {
        "scales": {"five": [1, 5]},
        "measures": {"satisfaction": {"kind": "csat", "columns": "S", "scale": "five"}},
        "dimensions": {
            "care": {"scale": "five", "expectation": ["E1", "E2"], "perception": ["P1", "P2"]},
            "speed": {"scale": "five", "expectation": ["E3", "E4"], "perception": ["P3", "P4"]},
        },
    }
    return frame, codebook, {"wave": "wave", "weight": "w"}


def two_waves_of_few() -> tuple[pd.DataFrame, dict, dict]:
    """Two waves, one with fewer respondents than may be shown, blanks everywhere."""
    frame = ratings(48).astype(float)
    frame["wave"] = np.where(np.arange(48) < 42, "first", "second")
    frame.loc[::3, "speed"] = np.nan
    codebook = {
        "measures": {"satisfaction": {"kind": "csat", "columns": "overall", "scale": [1, 5]}},
        "attributes": {
            "speed": {"columns": "speed", "scale": [1, 5], "block": "delivery"},
            "price": {"columns": "price", "scale": [1, 5], "block": "cost"},
        },
    }
    return frame, codebook, {"wave": {"column": "wave", "order": ["first", "second"]}}


POOR = {
    "without_waves": (without_waves, "es", "auto"),
    "one_wave_all_equal": (one_wave_all_equal, "sl", ["00", "10", "20", "25", "40", "90"]),
    "two_waves_of_few": (two_waves_of_few, "ru", "auto"),
}


@pytest.fixture(scope="module", params=POOR)
def report(request, tmp_path_factory):
    """Language and folder of the report of a poor study."""
    study, language, notebooks = POOR[request.param]
    folder = tmp_path_factory.mktemp(request.param)
    frame, codebook, data = study()
    frame.to_csv(folder / "answers.csv", index=False)
    if notebooks != "auto":
        known = sorted((ROOT / "notebooks").glob("*.ipynb"))
        notebooks = [path.stem for path in known if path.stem[:2] in notebooks]
    params = {
        "study": {"name": "poor", "language": language},
        "data": {"responses": "answers.csv", **data},
        "codebook": codebook,
        "analysis": {"n_resamples": 100},
        "report": {"notebooks": notebooks, "formats": ["html", "xlsx"]},
    }
    (folder / "poor.yml").write_text(yaml.safe_dump(params), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "cxresearch", "run", "poor.yml", "--out", "out"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return language, folder / "out" / "poor"


def test_every_page_is_whole(report):
    language, folder = report
    pages = json.loads((folder / "run.json").read_text())["pages"]
    assert pages
    assert {page["status"] for page in pages.values()} == {"done"}
    for name in pages:
        text = (folder / f"{name}.html").read_text(encoding="utf-8")
        assert f'lang="{language}"' in text
        assert "Traceback" not in text


def test_no_english_is_left_in_russian(report):
    language, folder = report
    if language != "ru":
        pytest.skip("Latin letters tell English apart in Russian alone")
    for page in sorted(folder.glob("*.html")):
        assert english.left_in(page.read_text(encoding="utf-8")) == [], page.name


def test_every_table_stands_in_the_workbook(report):
    _language, folder = report
    book = openpyxl.load_workbook(folder / "poor.xlsx", read_only=True)
    told = [json.loads(path.read_text()) for path in (folder / "results").glob("*.json")]
    assert len(book.sheetnames) == 1 + sum(bool(table["head"]) for table in told)


@pytest.mark.browser
def test_pages_are_accessible_fetch_nothing_and_fit_a_phone(report):
    if chromium.program() is None:
        pytest.skip("no Chromium on this computer")
    _language, folder = report
    pages = [*sorted(folder.glob("*.html")), folder.parent / "index.html"]
    found = audit.faults(pages)
    assert not {page: wrong for page, wrong in found.items() if wrong}
