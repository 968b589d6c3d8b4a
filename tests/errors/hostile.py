"""A study that means harm: markup, formulas and personal data in every field that takes a text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import small_study

import cxresearch as cx

PERSON = "MARKER-PERSON-123"
OUTSIDE = "evil.example"
MARKUP = (
    "<script>document.title='ran'</script>"
    '"><img src=x onerror=alert(1)> '
    f"[read](https://{OUTSIDE}/a) ![pic](https://{OUTSIDE}/p.png) <https://{OUTSIDE}/b> "
    f"[run](javascript:alert(2)) <a href='//{OUTSIDE}'>x</a> "
    "{{ 7 * 191 }} {% raw %} $\\frac{a}{b}$ | a | b | `code` **bold** &lt;b&gt; "
)
LONG = "w" * 300
TURNED = "\u202ednuora\u202c"
FORMULA = f'=HYPERLINK("https://{OUTSIDE}","x")'
REGIONS = ("+North" + MARKUP, "@South", FORMULA)
WAVES = ("=1+1", '2024 <b onmouseover="alert(3)">')
FILE = "an<b>sw&ers [x](y) 'q'.csv"
N = 360
PERSONAL = ["name", "mail", "phone", "id", "branch", "customer"]


def said(row: int) -> str:
    """Return what somebody wrote: a complaint, markup, and a name that is nobody's business."""
    opening = ("The", "=cmd|' /C calc'!A0 The", "=1+1 the")
    told = "delivery was late and the staff did not answer the telephone when I called them"
    harm = "<script>alert(4)</script>" if row % 2 else MARKUP + LONG
    signed = f", says {name(row)}" if row % 4 < 2 else ""
    return f"{opening[row % 3]} {told}{signed}. {harm}"


def name(row: int) -> str:
    return f"{PERSON}-{row}"


def answers() -> pd.DataFrame:
    """Answers whose every label, id and comment is hostile or personal."""
    many = pd.concat([small_study.answers()] * (N // small_study.N), ignore_index=True)
    rows = range(N)
    return many.assign(
        id=[name(row // 2) for row in rows],
        wave=[WAVES[row % 2] for row in rows],
        stratum=[f"<i>{row % 2}</i>" for row in rows],
        branch=[f"{PERSON}-branch-{row % 40}" for row in rows],
        customer=[f"{PERSON}-customer-{row}" for row in rows],
        name=[f"{PERSON} Ana{row}" for row in rows],
        mail=[f"{PERSON}{row}@example.com" for row in rows],
        phone=[f"{PERSON} +386 40 {row:06}" for row in rows],
        region=[REGIONS[row % 3] for row in rows],
        comment=[said(row) for row in rows],
        seconds=[30 if row % 40 == 0 else 300 + row % 60 for row in rows],
    )


def lay(folder: Path) -> Path:
    """Write the hostile study; give its params file."""
    label = MARKUP + TURNED
    return small_study.lay(
        folder,
        file=FILE,
        answered=small_study.csv(answers()),
        params={
            "study.title": f"Title {label}",
            "study.client": f"Client {label}",
            "data.wave": {"column": "wave", "order": list(WAVES)},
            "data.personal": PERSONAL,
            "data.customer": "customer",
            "data.same_people": True,
            "data.duration": "seconds",
            "report": {
                "brand": {"footer": f"Footer {label}"},
                "formats": ["html", "xlsx"],
                "hide_code": False,
            },
        },
        book={
            "scales.five": {
                "min": 1,
                "max": 5,
                "labels": {1: f"worst {label}", 5: f"best {label}"},
            },
            "dimensions.care.label": f"Care {label}",
            "measures.satisfaction.label": f"={label}",
            "measures.recommend.label": f"Recommend {label}{LONG}",
            "attributes": {
                "fast": {"columns": "P1", "scale": "seven", "label": label},
            },
            "verbatims.comment.label": f"Comment {label}",
            "verbatims.comment.language": "en",
        },
    )


def in_memory(answered: pd.DataFrame, **choices: Any) -> cx.Study:
    """Return the study of these answers with ids and customers declared personal."""
    asked = {"id": "id", "wave": "wave", "weight": "w", "strata": "stratum", "customer": "customer"}
    given = {"segments": ["region"], "personal": PERSONAL, "missing": [9], **asked, **choices}
    return cx.Study.from_frame(answered, small_study.BOOK, **given)
