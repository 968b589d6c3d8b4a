"""The files beside the survey: every table of the invented company, from one seed."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from cxresearch.samples import (
    aims,
    comments,
    customers,
    ledgers,
    letters,
    orders,
    posts,
    process,
    rivals,
    service,
    tolerance,
    visits,
)
from cxresearch.samples.fieldwork import KEYS
from cxresearch.samples.periods import STREAMS, stream

#: Columns that the file calls otherwise, canonical name first; params/example.yml maps them back.
RENAMED: Mapping[str, Mapping[str, str]] = {
    "customers": {
        "customer_id": "customer_no",
        "account_id": "account_no",
        "branch_id": "branch",
        "segment": "tier",
        "start_date": "since",
        "end_date": "until",
        "source": "acquired_by",
    },
    "tickets": {
        "ticket_id": "number",
        "opened_at": "created",
        "first_response_at": "first_reply",
        "resolved_at": "solved",
        "reopened_at": "reopened",
        "is_complaint": "complaint",
        "escalated_at": "esc",
        "branch_id": "branch",
    },
    "mystery": {"visit_date": "day", "evaluator_id": "shopper", "criterion_id": "criterion"},
}


def link(frame: pd.DataFrame, seed: int) -> customers.Base:
    """Return the customers of a survey, and which of them each respondent is."""
    return customers.simulate(frame, stream(seed, STREAMS["customers"]))


def appended(
    frame: pd.DataFrame, seed: int, blank_share: float = rivals.BLANK_SHARE
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the columns that stand after the survey's own, and the true themes of the comments.

    Every wave draws from streams of its own. Copied interviews are copies here, too.
    """
    parts, themes = [], []
    asked = frame["used_service"] == 1
    for number, wave in enumerate(process.WAVES):
        rows = frame[asked & (frame["wave"] == wave)]
        added = rivals.ratings(rows, stream(seed, number, 1), blank_share)
        added = added.join(rivals.associations(rows, stream(seed, number, 2)))
        draws = stream(seed, number, 3)
        about = comments.themes(wave, rows, draws)
        added[comments.COLUMN] = comments.texts(about, draws)
        said = added[comments.COLUMN].notna()
        added[comments.LANGUAGE_COLUMN] = about["lang"].where(said).astype(object)
        if wave in tolerance.ASKED:
            added = added.join(tolerance.adequate(rows, stream(seed, number, 4)))
        first = _first_alike(rows)
        parts.append(added.loc[first].set_axis(rows.index))
        themes.append(about.loc[first].set_axis(rows.index))
    about = pd.concat(themes)
    about = about[about["comments"]].drop(columns="comments")
    about.insert(0, "respondent", frame.loc[about.index, "respondent"])
    about.insert(1, "wave", frame.loc[about.index, "wave"])
    return pd.concat(parts).reindex(frame.index), about.sort_index().reset_index(drop=True)


def tables(frame: pd.DataFrame, themes: pd.DataFrame, seed: int) -> dict[str, pd.DataFrame]:
    """Return every table by its canonical name, with canonical columns, times as texts."""
    base = link(frame, seed)
    made = customers.tables(base)
    made |= service.tables(
        base.customers, stream(seed, STREAMS["staff"]), stream(seed, STREAMS["service"])
    )
    made["qa"] = service.evaluations(made["contacts"], stream(seed, STREAMS["qa"]))
    made |= orders.tables(base.customers, stream(seed, STREAMS["orders"]))
    made |= visits.tables(stream(seed, STREAMS["visits"]))
    made |= ledgers.tables(base.customers, base.revenue, stream(seed, STREAMS["ledgers"]))
    last = process.WAVES[-1]
    made["brand"] = rivals.brand_table(frame, last, stream(seed, STREAMS["brand"]))
    made["brand_intended"] = rivals.intended_table()
    inbox = stream(seed, STREAMS["letters"])
    made["documents"] = letters.documents(inbox)
    made["codes"] = letters.codes(themes, inbox)
    made["posts"] = posts.posts(stream(seed, STREAMS["posts"]))
    made["targets"] = aims.targets()
    months = made["cash"]["period"]
    replies = aims.replies(months, stream(seed, STREAMS["replies"]))
    made["indicators"] = pd.concat([made["indicators"], replies], ignore_index=True)
    made["actions"] = aims.placed(made["actions"], stream(seed, STREAMS["places"]))
    return made


def as_filed(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return a table as its file has it: some columns under other names, whole numbers whole."""
    table = table.rename(columns=dict(RENAMED.get(name, {})))
    numbers = table.select_dtypes("number")
    whole = [
        column
        for column in numbers
        if (numbers[column].dropna() % 1 == 0).all() and column != "fte"
    ]
    return table.astype(dict.fromkeys(whole, "Int64"))


def _first_alike(rows: pd.DataFrame) -> pd.Index:
    """Return for every row the first with the same answers: itself, but for copied interviews."""
    own = rows.drop(columns=[name for name in rows if name in KEYS])
    number = own.groupby(list(own.columns), dropna=False, sort=False).ngroup()
    first: list[int] = pd.Series(rows.index).groupby(number.to_numpy()).transform("first").tolist()
    return pd.Index(first)
