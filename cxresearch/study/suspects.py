"""Posts that may not be customers' own words: our own, machines', copies. Flagged, never lost."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.study.gather import as_labels
from cxresearch.study.params.analysis import Posts as Rules

OWN, RATE, COPY = "own_posts", "posting_rate", "same_text"
RULES = (OWN, RATE, COPY)
FEWEST_WORDS = 4  # "Thank you very much" is said by many without copying
_LINK = re.compile(r"https?://\S+|www\.\S+|[@#]\w+|\brt\b")
_SIGNS = re.compile(r"[^\w]+")


def flagged(table: pd.DataFrame, rules: Rules) -> dict[str, np.ndarray]:
    """Return which posts each rule names.

    ``own_posts``: of authors who are the company. ``posting_rate``: of authors who wrote more
    than ``most_a_day`` posts on some day. ``same_text``: the same words, whatever the links, user
    names, signs and case, ``same_text`` times or more, all but the first of them; texts of fewer
    than four words are never copies.

    Parameters
    ----------
    table : DataFrame
        ``post_id, ts`` and, where known, ``author_key`` and ``text``.
    rules : Posts
        From the params (``analysis.verbatims.posts``).

    Returns
    -------
    dict of str to ndarray of bool, shape (posts,)

    Examples
    --------
    >>> posts = pd.DataFrame({"text": ["Win a new phone now!", "win a new phone now"] * 2,
    ...                       "author_key": list("abcd"), "ts": pd.Timestamp("2024-05-01")})
    >>> flagged(posts, Rules())["same_text"].tolist()
    [False, True, True, True]
    """
    nobody = np.zeros(len(table), dtype=bool)
    found = dict.fromkeys(RULES, nobody)
    if "author_key" in table:
        author = as_labels(table["author_key"])
        found[OWN] = author.isin(list(rules.own)).to_numpy(dtype=bool)
        day = pd.to_datetime(table["ts"]).dt.normalize()
        a_day = author.groupby([author, day]).transform("size").reindex(author.index)
        busy = set(author[a_day.fillna(0) > rules.most_a_day])
        found[RATE] = author.isin(busy).to_numpy(dtype=bool)
    if "text" in table:
        bare = table["text"].map(_bare)
        long = bare.str.count(" ") + 1 >= FEWEST_WORDS
        often = bare.groupby(bare).transform("size") >= rules.same_text
        found[COPY] = (long & often & _repeated(table, bare)).to_numpy(dtype=bool)
    return found


def left_out(table: pd.DataFrame, rules: Rules) -> np.ndarray:
    """Return which posts the params leave out of every base."""
    found = flagged(table, rules)
    out = np.zeros(len(table), dtype=bool)
    for rule in rules.exclude:
        out |= found[rule]
    return out


def counted(
    table: pd.DataFrame, found: Mapping[str, np.ndarray], rules: Rules
) -> list[dict[str, Any]]:
    """Return how many posts and authors each rule names, and whether they were left out."""
    author = as_labels(table["author_key"]) if "author_key" in table else None
    rows: list[dict[str, Any]] = []
    for rule in RULES:
        here = found[rule]
        row: dict[str, Any] = {"rule": rule, "n_flagged": int(here.sum()), "n_total": len(table)}
        row["share"] = float(here.mean()) if len(table) else np.nan
        row["n_authors"] = np.nan if author is None else float(author[here].nunique())
        rows.append(row | {"left_out": rule in rules.exclude})
    return rows


def _repeated(table: pd.DataFrame, bare: pd.Series) -> pd.Series:
    """Return which texts were written before: repeats in the order of time."""
    order = pd.to_datetime(table["ts"]).sort_values(kind="stable").index
    return bare.loc[order].duplicated().reindex(bare.index)


def _bare(text: object) -> str:
    """Return the words of a text: no links, user names, signs or capitals."""
    told = unicodedata.normalize("NFC", "" if pd.isna(text) else str(text)).casefold()  # type: ignore[call-overload]
    return _SIGNS.sub(" ", _LINK.sub(" ", told)).strip()
