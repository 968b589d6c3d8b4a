"""Mentions in social media: how many, and how many more are kind than unkind."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from cxresearch.notes import note
from cxresearch.operations.asking import Asked, Row
from cxresearch.operations.periods import Period
from cxresearch.stats.estimates import Interval
from cxresearch.stats.resample import multinomial_counts, percentile_interval
from cxresearch.study import suspects

_WORTH = {"positive": 1.0, "negative": -1.0, "neutral": 0.0, "mixed": 0.0}


def mentions(asked: Asked) -> Iterator[Row]:
    """Yield the number of posts, and 100 × (positive − negative) over the coded ones.

    Sentiment comes from the posts' own column, or from the table of codes (text_id is the
    post's id; a post with several codes counts by their mean). Authors are the units, since one
    author may write many posts. Posts that ``analysis.verbatims.posts.exclude`` names are in
    neither figure, as in `verbatims.posts`.
    """
    if not asked.has("posts", "post_id", "ts"):
        return
    posts = asked.table("posts", "social_volume")
    if posts is None:
        return
    out = suspects.left_out(posts, asked.study.params.analysis.verbatims.posts)
    if out.any():
        asked.notes.append(note("posts_excluded", n=int(out.sum())))
    posts = posts.assign(_worth=_sentiment(asked, posts))[~out]
    for keys, period, some in asked.pieces(posts, "ts", "posts"):
        n = len(some)
        yield asked.row(
            "social_volume", "count", period, keys, value=n, n=n, method="count", least=0
        )
        coded = some[some["_worth"].notna()]
        if posts["_worth"].notna().any():
            yield _net(asked, period, keys, coded)


def _net(asked: Asked, period: Period, keys: dict[str, str], coded: pd.DataFrame) -> Row:
    found = None
    sums = coded.groupby(_authors(coded))["_worth"]
    pairs = np.column_stack([sums.sum(), sums.count()])
    if len(pairs) > 1 and np.ptp(pairs[:, 0] / pairs[:, 1]) > 0:
        rng = asked.study.rng(f"operations.social_sentiment.{period.label}")
        counts = multinomial_counts(len(pairs), asked.study.n_resamples, rng)
        drawn = counts @ pairs
        draws = 100 * drawn[:, 0] / drawn[:, 1]
        low, high = percentile_interval(draws, asked.level)
        found = Interval(
            estimate=float(100 * coded["_worth"].mean()),
            std_error=float(np.nanstd(draws, ddof=1)),
            conf_low=float(low),
            conf_high=float(high),
            conf_level=asked.level,
            method="t",
            n=len(coded),
        )
    elif len(coded):  # one author, or authors of one mind: their scatter tells no error
        found = _without_error(coded, asked.level)
    return asked.row(
        "social_sentiment",
        "net_sentiment",
        period,
        keys,
        found,
        n=len(coded),
        method="bootstrap",
    )


def _authors(posts: pd.DataFrame) -> np.ndarray:
    """Return whose posts these are; who is not named is an author alone."""
    if "author_key" not in posts:
        return np.arange(len(posts))
    codes = pd.factorize(posts["author_key"])[0]
    return np.where(codes < 0, codes.max(initial=-1) + 1 + np.arange(len(posts)), codes)


def _without_error(coded: pd.DataFrame, level: float) -> Interval:
    return Interval(
        estimate=float(100 * coded["_worth"].mean()),
        std_error=np.nan,
        conf_low=np.nan,
        conf_high=np.nan,
        conf_level=level,
        method="t",
        n=len(coded),
    )


def _sentiment(asked: Asked, posts: pd.DataFrame) -> pd.Series:
    if "sentiment" in posts:
        return posts["sentiment"].astype(str).str.lower().map(_WORTH)
    if not asked.has("codes", "text_id", "sentiment"):
        return pd.Series(np.nan, index=posts.index)
    codes = asked.tables["codes"]
    worth = codes["sentiment"].astype(str).str.lower().map(_WORTH)
    return posts["post_id"].map(worth.groupby(codes["text_id"]).mean())
