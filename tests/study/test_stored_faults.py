"""Answers in a database are checked as answers in memory are: the same words for the same slips."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from cxresearch.errors import CxError
from cxresearch.study.loading import load_study
from cxresearch.study.study import Study

BOOK = {"measures": {"happy": {"kind": "csat", "columns": "q", "scale": [1, 5]}}}


def answers() -> pd.DataFrame:
    """Eighty respondents in two zones of four accounts each."""
    return pd.DataFrame(
        {
            "id": range(80),
            "q": np.tile([1.0, 2.0, 4.0, 5.0], 20),
            "zone": np.repeat(["north", "south"], 40),
            "account": np.repeat(np.arange(8), 10),
        }
    )


def stored(folder: Path, frame: pd.DataFrame, **data: Any) -> Study:
    frame.to_parquet(folder / "a.parquet")
    params = {
        "study": {"name": "a"},
        "data": {"responses": "a.parquet", "engine": "database", "id": "id", **data},
        "codebook": BOOK,
    }
    (folder / "a.yml").write_text(yaml.safe_dump(params), encoding="utf-8")
    return load_study(folder / "a.yml")


def test_rows_without_a_stratum_are_refused(tmp_path: Path) -> None:
    frame = answers()
    frame.loc[3:6, "zone"] = None
    design = {"strata": "zone", "cluster": "account"}
    with pytest.raises(CxError, match="respondents without a stratum") as there:
        stored(tmp_path, frame, **design)
    with pytest.raises(CxError, match="respondents without a stratum") as here:
        Study.from_frame(frame, BOOK, id="id", **design)
    assert there.value.faults[0].where == 'column "zone", 4 rows'
    assert here.value.faults[0].where.startswith('frame, column "zone", 4 of 80 rows')


def test_answers_between_the_points_are_counted_there(tmp_path: Path) -> None:
    frame = answers()
    frame.loc[::8, "q"] = 2.5
    one = stored(tmp_path, frame)
    told = [dict(note.values) for note in one.notes if note.code == "between_points"]
    assert told == [{"column": "q", "n": 10, "values": "2.5"}]
