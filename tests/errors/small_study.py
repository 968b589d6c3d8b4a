"""A small study that loads, and ways to spoil it: one change a case."""

from __future__ import annotations

import copy
import io
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

import cxresearch as cx
from cxresearch.errors import CxError

WAVES = ("2023", "2024")
PARAMS: dict[str, Any] = {
    "study": {"name": "acme", "title": "Acme", "language": "en"},
    "data": {
        "responses": "answers.csv",
        "id": "id",
        "wave": {"column": "wave", "order": list(WAVES)},
        "weight": "w",
        "strata": "stratum",
        "cluster": "branch",
        "segments": ["region"],
        "missing": [9],
    },
    "codebook": "book.yml",
    "analysis": {"n_resamples": 50, "seed": 1},
}
BOOK: dict[str, Any] = {
    "scales": {
        "five": {"min": 1, "max": 5},
        "seven": {"min": 1, "max": 7},
        "recommend": {"min": 0, "max": 10},
    },
    "dimensions": {
        "care": {
            "scale": "seven",
            "expectation": ["E1", "E2", "E3"],
            "perception": ["P1", "P2", "P3"],
        }
    },
    "measures": {
        "satisfaction": {"kind": "csat", "columns": "sat", "scale": "five"},
        "recommend": {"kind": "nps", "columns": "nps", "scale": "recommend"},
    },
    "verbatims": {"comment": {"column": "comment"}},
}
_SEVEN = ("E1", "E2", "E3", "P1", "P2", "P3")
N = 24


def answers() -> pd.DataFrame:
    """Two waves of twelve respondents in two strata of three branches each."""
    rows = range(N)
    frame = pd.DataFrame(
        {
            "id": [100 + row for row in rows],
            "wave": [WAVES[row // 12] for row in rows],
            "w": [1.0 + (row % 3) / 2 for row in rows],
            "stratum": ["A" if row % 2 else "B" for row in rows],
            "branch": [f"b{row % 6}" for row in rows],
            "region": ["North" if row % 2 else "South" for row in rows],
            **{
                name: [1 + (row * (3 + at) + at) % 7 for row in rows]
                for at, name in enumerate(_SEVEN)
            },
            "sat": [1 + row % 5 for row in rows],
            "nps": [row % 11 for row in rows],
            "comment": ["slow" if row % 3 else "" for row in rows],
        }
    )
    return frame


def csv(frame: pd.DataFrame | None = None, **changed: Any) -> str:
    """Return the answers as CSV, whole columns changed."""
    given = answers() if frame is None else frame
    return given.assign(**changed).to_csv(index=False)


def cell(column: str, value: object, row: int = 0) -> str:
    """Return the answers as CSV with one cell changed."""
    frame = answers().astype(object)
    frame.loc[row, column] = value
    return csv(frame)


def excel(frame: pd.DataFrame | None = None) -> bytes:
    """Return the answers as a workbook."""
    taken = io.BytesIO()
    (answers() if frame is None else frame).to_excel(taken, index=False)
    return taken.getvalue()


def parquet(frame: pd.DataFrame | None = None) -> bytes:
    """Return the answers as Parquet."""
    taken = io.BytesIO()
    (answers() if frame is None else frame).to_parquet(taken, index=False)
    return taken.getvalue()


def changed(content: Mapping[str, Any], dotted: Mapping[str, Any]) -> dict[str, Any]:
    """Return nested content with dotted keys set; None stays, `...` takes a key out."""
    made = copy.deepcopy(dict(content))
    for path, value in dotted.items():
        *above, last = path.split(".")
        place = made
        for key in above:
            if not isinstance(place.get(key), dict):
                place[key] = {}
            place = place[key]
        if value is ...:
            place.pop(last, None)
        else:
            place[last] = value
    return made


def lay(
    folder: Path,
    *,
    params: Mapping[str, Any] | str | bytes | None = None,
    book: Mapping[str, Any] | str | bytes | None = None,
    answered: str | bytes | None = None,
    file: str = "answers.csv",
    more: Mapping[str, str | bytes] | None = None,
) -> Path:
    """Write the study into a folder; give its params file.

    Mappings are dotted changes of the good one; texts and bytes stand as they are.
    """
    if isinstance(params, Mapping) or params is None:
        dotted = {} if file == "answers.csv" else {"data.responses": file}
        params = yaml.safe_dump(changed(PARAMS, {**dotted, **(params or {})}), sort_keys=False)
    if isinstance(book, Mapping) or book is None:
        book = yaml.safe_dump(changed(BOOK, book or {}), sort_keys=False)
    given = {"acme.yml": params, "book.yml": book, file: csv() if answered is None else answered}
    for name, content in {**given, **(more or {})}.items():
        body = content.encode() if isinstance(content, str) else content
        (folder / name).write_bytes(body)
    return folder / "acme.yml"


def refused(path: Path, overrides: Mapping[Any, Any] | None = None) -> str:
    """Load what must not load; give its error, which came soon and is fit to be read."""
    begun = time.monotonic()
    with pytest.raises(CxError) as raised:
        cx.load_study(path, overrides)
    assert time.monotonic() - begun < 20
    for fault in raised.value.faults:
        assert fault.what
        assert fault.where or fault.hint
        assert "\n" not in fault.what
        assert "Traceback" not in str(fault)
        assert len(str(fault)) < 2000, str(fault)[:300]
    return str(raised.value)


def loads_or_is_refused(path: Path, overrides: Mapping[str, Any] | None = None) -> None:
    """Load what may load; anything but a study or a `CxError` fails."""
    with suppress(CxError):
        assert cx.load_study(path, overrides).n > 0
