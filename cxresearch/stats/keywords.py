"""Which words set two groups of texts apart, and which words stand for a text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special
from sklearn.decomposition import NMF
from sklearn.feature_extraction.text import TfidfVectorizer

from cxresearch.errors import Fault, StatisticsError
from cxresearch.stats.multiplicity import adjust

__all__ = ["log_odds", "tf_idf", "topics"]

_PRIOR = 0.1  # of the words of both groups together
_SWEEPS = 300  # of the descent: suggestions need no more


def log_odds(
    first: ArrayLike, second: ArrayLike, prior: ArrayLike | None = None, terms: Sequence[str] = ()
) -> pd.DataFrame:
    """Tell which words mark the first group against the second: log-odds, informative prior.

    For word w with counts y1, y2 of n1, n2 words and prior counts a_w (sum a0):
    delta = log[(y1 + a_w)/(n1 + a0 − y1 − a_w)] − log[(y2 + a_w)/(n2 + a0 − y2 − a_w)],
    variance 1/(y1 + a_w) + 1/(y2 + a_w). The prior pulls rare words, whose odds vary most by
    chance, towards no difference.

    Parameters
    ----------
    first, second : array-like, shape (words,)
        How often each word occurs in either group.
    prior : array-like, shape (words,), optional
        Prior counts; by default a tenth of the words' counts in both groups together.
    terms : sequence of str, optional
        The words, for the index.

    Returns
    -------
    DataFrame
        ``estimate`` (above zero: marks the first), ``std_error, statistic`` (z), ``p_value`` and
        ``q_value`` (Benjamini and Hochberg over all words).

    Raises
    ------
    StatisticsError
        For lists of unequal length, fewer than two words, or counts below zero.

    References
    ----------
    Monroe, Colaresi & Quinn 2008, 10.1093/pan/mpn018.

    Examples
    --------
    >>> log_odds([30, 5, 10], [5, 30, 10])["estimate"].round(2).tolist()
    [2.17, -2.17, 0.0]
    """
    y1, y2 = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    a = _PRIOR * (y1 + y2) if prior is None else np.asarray(prior, dtype=float)
    alike = y1.shape == y2.shape == a.shape and len(y1) > 1
    if not alike or min(y1.min(), y2.min(), a.min()) < 0:
        raise StatisticsError(
            Fault(
                kind="statistics",
                what="two words or more need one count of zero or more in each group",
                found=f"shapes {y1.shape}, {y2.shape}, {a.shape}",
                hint="count both groups over one list of words",
            )
        )
    n1, n2, a0 = y1.sum(), y2.sum(), a.sum()
    odds1 = np.log(y1 + a) - np.log(n1 + a0 - y1 - a)
    odds2 = np.log(y2 + a) - np.log(n2 + a0 - y2 - a)
    error = np.sqrt(1 / (y1 + a) + 1 / (y2 + a))
    delta = odds1 - odds2
    z = delta / error
    p = 2 * special.ndtr(-np.abs(z))
    found = {"estimate": delta, "std_error": error, "statistic": z, "p_value": p}
    index = list(terms) if len(terms) else None
    return pd.DataFrame({**found, "q_value": np.asarray(adjust(p))}, index=index)


def tf_idf(
    texts: Sequence[str],
    *,
    stop_words: Sequence[str] = (),
    min_texts: int = 1,
    token: str = r"(?u)\b[^\W\d_]{2,}\b",
) -> pd.DataFrame:
    """Tell which words stand for each text: often in it, seldom in the others.

    Count times ln((1 + N)/(1 + df)) + 1, each text scaled to unit length.

    Parameters
    ----------
    texts : sequence of str
    stop_words : sequence of str, optional
        Words that say nothing, in lower case.
    min_texts : int
        Texts that a word must occur in.
    token : str
        Regular expression of a word.

    Returns
    -------
    DataFrame
        A row per text, a column per word in alphabetical order; no column where no word is left.

    References
    ----------
    Spärck Jones 1972, 10.1108/eb026526. Computed by scikit-learn.

    Examples
    --------
    >>> found = tf_idf(["slow delivery", "slow support", "friendly support support"])
    >>> found.loc[0, ["delivery", "slow"]].round(7).tolist()
    [0.7959605, 0.6053485]
    """
    maker = TfidfVectorizer(
        lowercase=False,
        token_pattern=token,
        stop_words=list(stop_words) or None,
        min_df=min_texts,
    )
    counted = maker.build_analyzer()
    common: dict[str, int] = {}
    folded = [text.casefold() for text in texts]
    for text in folded:
        for one in set(counted(text)):
            common[one] = common.get(one, 0) + 1
    if not any(n >= min_texts for n in common.values()):
        return pd.DataFrame(index=range(len(texts)))
    weights = maker.fit_transform(folded)
    return pd.DataFrame(weights.toarray(), columns=list(maker.get_feature_names_out()))


def topics(weights: pd.DataFrame, n_topics: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Suggest what texts are about: groups of words that occur together (NMF).

    The weights V of texts and words are taken apart as V ≈ W H with nothing below zero, from a
    start that is the same every time (NNDSVD), in a fixed number of sweeps.

    Parameters
    ----------
    weights : DataFrame, shape (texts, words)
        From `tf_idf`.
    n_topics : int
        At most as many as texts and as words.

    Returns
    -------
    texts, words : DataFrame
        Weight of each topic (columns) in each text, and of each word (columns) in each topic.

    References
    ----------
    Lee & Seung 1999, 10.1038/44565. Computed by scikit-learn.

    Examples
    --------
    >>> found = tf_idf(["slow parcel", "slow parcel late", "kind staff", "kind staff here"])
    >>> _texts, words = topics(found, 2)
    >>> sorted(words.idxmax(axis=1).isin(["kind", "staff"]))
    [False, True]
    """
    if not 1 <= n_topics <= min(weights.shape):
        raise StatisticsError(
            Fault(
                kind="statistics",
                what="there cannot be more topics than texts or words",
                found=f"{n_topics} topics of {weights.shape[0]} texts, {weights.shape[1]} words",
                hint="ask for fewer",
            )
        )
    model = NMF(n_components=n_topics, init="nndsvd", max_iter=_SWEEPS, tol=0)
    of_texts = model.fit_transform(weights.to_numpy())
    return (
        pd.DataFrame(of_texts, index=weights.index),
        pd.DataFrame(model.components_, columns=weights.columns),
    )
