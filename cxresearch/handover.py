"""How a notebook that runs for a report hands tables and facts to the runner.

The runner gives each kernel a private folder and names it in the environment variable
`CXRESEARCH_OUTPUT` (and the notebook in `CXRESEARCH_NOTEBOOK`). What is written there is
published with the page, or thrown away if the notebook fails. In JupyterLab there is no such
folder and nothing is written.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

FOLDER = "CXRESEARCH_OUTPUT"
NOTEBOOK = "CXRESEARCH_NOTEBOOK"
#: Environment variable that names the file of what earlier runs of the study reported.
HISTORY = "CXRESEARCH_HISTORY"
#: Its name in a study's folder of reports.
HISTORY_FILE = "history.jsonl"
#: Folder within the handed-over tables that holds them as JSON.
RESULTS = "results"

# also in the width of East Asian letters, and after signs that nobody sees
_FORMULA = re.compile(
    r"^[\s\x00\ufeff\u200b-\u200f\u202a-\u202e]*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r]"
)
_NUMBER = re.compile(r"^\s*[+-]?(\d+([.,]\d*)*|[.,]\d+)([eE][+-]?\d+)?\s*%?\s*$")


def history() -> Path | None:
    """Return where the study's history lies, or None outside of a report run."""
    named = os.environ.get(HISTORY)
    return Path(named) if named else None


def folder() -> Path | None:
    """Return the folder that the runner gave this kernel, or None outside of a report run."""
    named = os.environ.get(FOLDER)
    return Path(named) if named else None


def table(name: str, frame: pd.DataFrame, sheet: Mapping[str, Any] | None = None) -> str | None:
    """Hand a table over to be published beside the page; give the file's name, or None.

    The file is called ``<notebook>-<nn>-<name>.csv``, counted in the order in which tables are
    handed over. Numbers keep their full precision; texts that a spreadsheet would run as a
    formula get a leading apostrophe (see `harmless`). What `sheet` tells (the table as it is
    read: title, base, headers) goes with all numbers into ``results/`` beside it, as JSON under
    the same name.

    An HTML table that carries the returned name as ``data-file="…"`` gets a download link on
    the page.
    """
    place = folder()
    if place is None:
        return None
    place.mkdir(parents=True, exist_ok=True)
    notebook = os.environ.get(NOTEBOOK, "table")
    number = len(list(place.glob("*.csv"))) + 1
    word = re.sub(r"[^\w-]+", "-", name).strip("-_").lower() or "table"
    file = f"{notebook}-{number:02d}-{word}.csv"
    safe = frame.rename(columns=harmless)
    for column in safe.columns:
        if safe[column].dtype.kind not in "biufcmM":
            safe[column] = safe[column].map(harmless)
    # the byte order mark tells spreadsheets that labels are UTF-8
    safe.to_csv(place / file, index=False, encoding="utf-8-sig", lineterminator="\n")
    if sheet is not None:
        told = {"columns": [str(column) for column in frame.columns], "rows": _rows(frame)}
        text = json.dumps({**told, **sheet}, ensure_ascii=False, indent=None, default=str)
        (place / RESULTS).mkdir(exist_ok=True)
        (place / RESULTS / file).with_suffix(".json").write_text(text + "\n", encoding="utf-8")
    return file


def _rows(frame: pd.DataFrame) -> list[list[Any]]:
    """Return the cells as JSON knows them: numbers in full precision, null where there is none."""
    filled = frame.astype(object).where(frame.notna(), None)
    return [[_plain(value) for value in row] for row in filled.to_numpy().tolist()]


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return str(value)
    return value.item() if hasattr(value, "item") else value


def facts(values: Mapping[str, Any]) -> None:
    """Tell the runner facts for the page's head and the index: `headline`, `base`, `waves`, ….

    `headline` is one sentence, in the report's language. Later calls add to earlier ones.
    Outside of a report run nothing happens.
    """
    place = folder()
    if place is None:
        return
    place.mkdir(parents=True, exist_ok=True)
    told = {**read_facts(place), **values}
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, indent=1)
    (place / "facts.json").write_text(text, encoding="utf-8")


def read_facts(place: Path) -> dict[str, Any]:
    """Return what was told by `facts` in this folder."""
    file = place / "facts.json"
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else {}


def harmless(value: Any) -> Any:
    """Return a text that no spreadsheet takes for a formula; anything else unchanged.

    Texts beginning with ``= + - @``, a tab or a line break get a leading apostrophe, unless
    they are numbers (OWASP, "CSV injection").

    Examples
    --------
    >>> [harmless(text) for text in ("=1+1", "-0.5", "- none", "Ljubljana", 3)]
    ["'=1+1", '-0.5', "'- none", 'Ljubljana', 3]
    """
    if isinstance(value, str) and _FORMULA.match(value) and not _NUMBER.match(value):
        return "'" + value
    return value
