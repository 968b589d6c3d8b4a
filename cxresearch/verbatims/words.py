"""Words of the comments: which mark detractors against promoters, and which go together."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import yaml

from cxresearch.stats.keywords import log_odds, tf_idf, topics
from cxresearch.verbatims.comments import Comments

FAMILY = "keyness"
FEWEST_TEXTS = 5
FEWEST_FOR_TOPICS = 30
MOST_TOPICS = 8
TERMS_SHOWN = 6
_SHOWN_EACH_SIDE = 15
_TEXTS_PER_TOPIC = 25
_WORD = re.compile(r"[^\W\d_]{3,}")
_PLACEHOLDER = re.compile(r"\[(?:email|iban|card|phone|order|user|name)\]")


@cache
def stop_words(language: str) -> frozenset[str]:
    """Return the words of a language that say nothing; none for a language without a list.

    Examples
    --------
    >>> "the" in stop_words("en"), "и" in stop_words("ru"), len(stop_words("xx"))
    (True, True, 0)
    """
    told = yaml.safe_load((files(__package__) / "stopwords.yml").read_text(encoding="utf-8"))
    return frozenset(str(told.get(language, "")).casefold().split())


def keyness(
    comments: Comments, first: np.ndarray, second: np.ndarray, names: tuple[str, str]
) -> pd.DataFrame:
    """Return the words that mark the first group against the second, language by language.

    A word counts once a comment, in at least five comments. ``estimate`` is the log-odds ratio
    with informative Dirichlet prior (the words' own counts), ``group`` the side it marks.
    """
    rows: list[dict[str, Any]] = []
    for language in _languages(comments):
        here = comments.mask & comments.written & (comments.languages == language)
        sides = [_counted(comments, here & side, language) for side in (first, second)]
        both = sides[0] + sides[1]
        terms = sorted(term for term, n in both.items() if n >= FEWEST_TEXTS)
        if len(terms) < 2 or not all(sides):
            continue
        counts = [np.array([side[term] for term in terms], dtype=float) for side in sides]
        found = log_odds(counts[0], counts[1], terms=terms)
        found["n_first"], found["n_second"] = counts
        spelled = _spellings(comments, here)
        order = found["statistic"].sort_values()
        kept = [*order.index[::-1][:_SHOWN_EACH_SIDE], *order.index[:_SHOWN_EACH_SIDE]]
        for term in dict.fromkeys(kept):
            one = found.loc[term]
            rows.append(
                {
                    "source": comments.source,
                    "lang": language,
                    "group": names[0] if one["estimate"] > 0 else names[1],
                    "term": spelled.get(term, term),
                    **{key: float(one[key]) for key in found.columns[:5]},
                    "n_first": int(one["n_first"]),
                    "n_second": int(one["n_second"]),
                    "family": f"{FAMILY}:{language}",
                    "family_size": len(terms),
                }
            )
    return pd.DataFrame(rows)


def suggested(comments: Comments) -> pd.DataFrame:
    """Return groups of words that go together in the comments of a language: themes to look at.

    TF-IDF weights taken apart by NMF; ``n`` comments have the group as their largest, of which
    ``n_uncoded`` have no theme of the frame.
    """
    rows: list[dict[str, Any]] = []
    for language in _languages(comments):
        here = comments.mask & comments.written & (comments.languages == language)
        at = np.flatnonzero(here)
        if len(at) < FEWEST_FOR_TOPICS:
            continue
        texts = [_PLACEHOLDER.sub(" ", str(comments.folded[row])) for row in at]
        weights = tf_idf(
            texts,
            stop_words=sorted(stop_words(language)),
            min_texts=FEWEST_TEXTS,
            token=_WORD.pattern,
        )
        if weights.shape[1] < 2:
            continue
        k = max(2, min(MOST_TOPICS, len(at) // _TEXTS_PER_TOPIC, weights.shape[1]))
        of_texts, of_words = topics(weights, k)
        spelled = _spellings(comments, here)
        strength = of_texts.to_numpy()
        largest = np.where(strength.max(axis=1) > 0, strength.argmax(axis=1), -1)
        uncoded = ~comments.coded[at].any(axis=1)
        sizes = [int((largest == topic).sum()) for topic in range(k)]
        for place, topic in enumerate(np.argsort(sizes)[::-1], start=1):
            inside = largest == topic
            told = of_words.loc[topic].sort_values(ascending=False)
            some = [str(one) for one in told.index[:TERMS_SHOWN] if told[one] > 0]
            terms = [spelled.get(one, one) for one in some]
            rows.append(
                {
                    "source": comments.source,
                    "lang": language,
                    "topic": place,
                    "terms": ", ".join(terms),
                    "share": float(inside.mean()),
                    "n": int(inside.sum()),
                    "n_uncoded": int((inside & uncoded).sum()),
                }
            )
    return pd.DataFrame(rows)


def _languages(comments: Comments) -> list[str]:
    counted = Counter(comments.languages[comments.mask & comments.written])
    return [one for one, _n in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))]


def _spellings(comments: Comments, rows: np.ndarray) -> dict[str, str]:
    """How each word is most often written in these comments, before letters were made alike."""
    ways: dict[str, Counter[str]] = {}
    for text, plain in zip(comments.texts[rows], comments.folded[rows], strict=True):
        written = _WORD.findall(unicodedata.normalize("NFC", str(text)).casefold())
        bare = _WORD.findall(str(plain))
        if len(written) == len(bare):
            for word, way in zip(bare, written, strict=True):
                ways.setdefault(word, Counter())[way] += 1
    return {word: min(of, key=lambda way: (-of[way], way)) for word, of in ways.items()}


def _counted(comments: Comments, rows: np.ndarray, language: str) -> Counter[str]:
    """In how many comments each word occurs."""
    silent = stop_words(language)
    counts: Counter[str] = Counter()
    for text in comments.folded[rows]:
        words = set(_WORD.findall(_PLACEHOLDER.sub(" ", str(text))))
        counts.update(words - silent)
    return counts
