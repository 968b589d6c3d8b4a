"""Exports as survey platforms write them, made for tests of the readers."""

import csv
import io
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from cxresearch.study.readers import Responses

Rows = list[list[object]]


def export(folder: Path, rows: Rows, kind: str = "csv", name: str = "answers") -> Path:
    """Write rows as a platform would: csv, its kin, or a workbook."""
    path = folder / f"{name}.{'xlsx' if kind == 'xlsx' else 'csv'}"
    if kind == "xlsx":
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append([None if cell == "" else cell for cell in row])
        book.save(path)
        return path
    mark, encoding = {
        "csv": (",", "utf-8"),
        "bom": (",", "utf-8-sig"),
        "semicolon": (";", "utf-8-sig"),
        "tsv": ("\t", "utf-16"),
        "latin": (",", "cp1252"),
    }[kind]
    out = io.StringIO()
    csv.writer(out, delimiter=mark, lineterminator="\r\n").writerows(rows)
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def codes(found: Responses) -> dict[str, object]:
    return {one.code: one for one in found.notes}


def values(found: Responses, column: str) -> list[object]:
    return [None if pd.isna(cell) else cell for cell in found.frame[column]]


EVERY_KIND = pytest.mark.parametrize("kind", ["csv", "bom", "semicolon", "tsv", "xlsx"])


Q_NAMES = [
    "StartDate",
    "EndDate",
    "Status",
    "IPAddress",
    "Progress",
    "Duration (in seconds)",
    "Finished",
    "RecordedDate",
    "ResponseId",
    "RecipientEmail",
    "DistributionChannel",
    "UserLanguage",
]
Q_TEXTS = [
    "Start Date",
    "End Date",
    "Response Type",
    "IP Address",
    "Progress",
    "Duration (in seconds)",
    "Finished",
    "Recorded Date",
    "Response ID",
    "Recipient Email",
    "Distribution Channel",
    "User Language",
]
Q_IDS = [
    "startDate",
    "endDate",
    "status",
    "ipAddress",
    "progress",
    "duration",
    "finished",
    "recordedDate",
    "_recordId",
    "recipientEmail",
    "distributionChannel",
    "userLanguage",
]


def qualtrics(questions: dict[str, tuple[str, str, list[object]]], status: object = None) -> Rows:
    """Rows of an export: name -> (text, ImportId, answers)."""
    n = max(len(answers) for _, _, answers in questions.values())
    rows: Rows = [
        [*Q_NAMES, *questions],
        [*Q_TEXTS, *(text for text, _, _ in questions.values())],
        [f'{{"ImportId":"{one}"}}' for one in (*Q_IDS, *(i for _, i, _ in questions.values()))],
    ]
    for k in range(n):
        day = f"2025-03-0{k % 9 + 1} 10:00:00"
        kind = status[k] if isinstance(status, list) else "IP Address"
        own = [day, day, kind, "192.0.2.1", 100, 60 + k, "True", day, f"R_{k}x", "", "anonymous"]
        rows.append([*own, "EN", *(answers[k] for _, _, answers in questions.values())])
    return rows


BATTERY = {
    "Q1": ("How <b>satisfied</b> are you&nbsp;overall?", "QID1", [5, 4, 3, 5, 1, 2]),
    "Q2_1": ("Please rate - Speed", "QID2_1", [1, 2, 3, 4, 5, -99]),
    "Q2_2": ("Please rate - Care", "QID2_2", [5, 4, 3, 2, 1, 5]),
    "tier": ("tier", "tier", ["gold", "base", "base", "gold", "base", "base"]),
}
