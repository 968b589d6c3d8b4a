"""Who writes a comment, and which comments may be quoted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.bases import Bases
from cxresearch.study.scores import Scored
from cxresearch.study.study import Study
from cxresearch.verbatims.codeframe import CodeFrame
from cxresearch.verbatims.comments import Comments

MOST_POINTS = 11
QUOTES_EACH = 2
SHORTEST, LONGEST = 15, 280
_MASKED = re.compile(r"\[\w+\]")


def bias(
    study: Study, comments: Comments, score: Scored, level: float, bases: Bases
) -> pd.DataFrame:
    """Return who comments: the share at every score, and how commenters' mean score differs.

    ``statistic`` share_commenting: by ``answer`` (the score), a share of those with this score;
    a score that too few gave is counted with its neighbour ("1–2"), so that the share of nobody
    can be worked out from the others.
    ``score_difference``: mean score of commenters minus that of the others, with its test.
    """
    design, mask = comments.design, comments.mask
    flag = comments.written.astype(float)
    key = score.measure.key
    rows: list[dict[str, Any]] = []
    points = score.measure.scale.points
    counts = {one: int(design.members(mask & (score.values == one)).sum()) for one in points}
    for some in pooled(counts, study.min_n.show) if len(points) <= MOST_POINTS else ():
        here = mask & np.isin(score.values, some)
        n = int(design.members(here).sum())
        ends = dict.fromkeys(f"{one:g}" for one in (some[0], some[-1]))
        row = _row(comments.source, key, "share_commenting", "share", n)
        row |= {"answer": some[0] if len(some) == 1 else "–".join(ends)}
        row["reason"] = bases.withheld(f"{key} = {row['answer']}", n)
        row["suppressed"] = row["reason"] is not None
        if row["reason"] is None:
            found = design.proportion(flag, here, level)
            row |= {"estimate": found.estimate, "conf_low": found.conf_low}
            row |= {"conf_high": found.conf_high, "std_error": found.std_error}
        rows.append(row)
    silent = mask & ~comments.written
    found = design.difference(score.values, mask & comments.written, silent, level)
    n = int(design.members(mask, score.values).sum())
    row = _row(comments.source, key, "score_difference", "points", n) | {"answer": np.nan}
    if min(_base(comments, score, side) for side in (silent, comments.written)) >= study.min_n.show:
        names = ("estimate", "std_error", "conf_low", "conf_high", "p_value")
        row |= {name: getattr(found, name) for name in names}
    else:
        row |= {"suppressed": True, "reason": "small_base"}
    return pd.DataFrame([*rows, row])


def pooled(counts: Mapping[float, int], least: int) -> list[tuple[float, ...]]:
    """Return points of a scale, neighbours together until each group has `least` answers.

    Examples
    --------
    >>> pooled({1: 6, 2: 53, 3: 166, 4: 4}, 10)
    [(1, 2), (3, 4)]
    """
    groups: list[tuple[float, ...]] = []
    held: tuple[float, ...] = ()
    for point in counts:
        held = (*held, point)
        if sum(counts[one] for one in held) >= least:
            groups.append(held)
            held = ()
    if not held:
        return groups
    return [*groups[:-1], (*groups[-1], *held)] if groups else [held]


def _base(comments: Comments, score: Scored, side: np.ndarray) -> int:
    return int(comments.design.members(comments.mask & side, score.values).sum())


def _row(source: str, measure: str, statistic: str, unit: str, n: int) -> dict[str, Any]:
    row: dict[str, Any] = {"source": source, "measure": measure, "statistic": statistic}
    row |= dict.fromkeys(["estimate", "std_error", "conf_low", "conf_high", "p_value"], np.nan)
    return row | {"unit": unit, "n": n, "suppressed": False, "reason": None}


def quotes(
    comments: Comments, frame: CodeFrame, waves: np.ndarray, rng: np.random.Generator, least: int
) -> pd.DataFrame:
    """Return quotations drawn by lot: two a theme, masked, in the language they were written in.

    Only themes with at least `least` comments (never fewer than ten) are quoted, from comments
    of 15 to 280 characters that held no personal data, whose writers agreed to be quoted where
    they were asked; no id goes with them.
    """
    rows: list[dict[str, Any]] = []
    fit = np.array(
        [SHORTEST <= len(one) <= LONGEST and not _MASKED.search(one) for one in comments.texts],
        dtype=bool,
    )
    if comments.quotable is not None:
        fit &= comments.quotable
    for place, theme in enumerate(frame.themes):
        about = comments.mask & comments.coded[:, place]
        n = int(about.sum())
        if n < max(least, 10):
            continue
        at = np.flatnonzero(about & fit)
        for row in np.sort(rng.choice(at, size=min(QUOTES_EACH, len(at)), replace=False)):
            told = {"source": comments.source, "theme": theme.key}
            told |= {"wave": str(waves[row])} if len(waves) else {}
            told |= {"lang": comments.languages[row], "quote": comments.texts[row]}
            rows.append({**told, "n": n})
    return pd.DataFrame(rows)
