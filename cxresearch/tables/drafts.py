"""A draft as a table: what each column was taken for, why, and how sure that is."""

from __future__ import annotations

from html import escape
from typing import Any

_NAMES = {"column": "Column", "role": "Role", "key": "Key", "confidence": "Sure", "reason": "Why"}
_STYLE = (
    ".cx-draft{border-collapse:collapse;font-size:13px}"
    ".cx-draft caption{text-align:left;padding:4px 0}"
    ".cx-draft th,.cx-draft td{text-align:left;padding:3px 10px 3px 0;vertical-align:top}"
    ".cx-draft tbody tr{border-top:1px solid #ddd}"
    ".cx-draft .cx-low{color:#a33}.cx-draft .cx-medium{color:#8a6100}"
)
_MOST = 200


def draft_html(draft: Any) -> str:
    """Return a draft as HTML: its guesses, the unsure ones first seen, and what was not found."""
    guesses = draft.guesses
    unsure = len(draft.to_confirm)
    caption = (
        f"<strong>Draft</strong>: {draft.n_rows} rows, {len(guesses)} columns, "
        f"{len(draft.in_use)} in use, {unsure} of them to confirm"
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in _NAMES.values())
    rows = "".join(
        "<tr>"
        + "".join(
            f'<td class="cx-{escape(str(row["confidence"]))}">{escape(str(row[name]))}</td>'
            if name == "confidence"
            else f"<td>{escape(str(row[name]))}</td>"
            for name in _NAMES
        )
        + "</tr>"
        for row in guesses.head(_MOST).to_dict("records")
    )
    more = f"<p>… {len(guesses) - _MOST} more columns</p>" if len(guesses) > _MOST else ""
    lacking = "".join(f"<li>{escape(one)}</li>" for one in draft.lacking)
    return (
        f'<style>{_STYLE}</style><table class="cx-draft"><caption>{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{more}"
        + (f"<p>Not found:</p><ul>{lacking}</ul>" if lacking else "")
    )
