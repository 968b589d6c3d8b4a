"""What customers write in their own words: who comments, about what, and in which language.

Themes come first and the words after them, so that every comment has its true themes. The least
and the most satisfied comment most; complaints go with low satisfaction, praise with high.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxresearch.samples.phrases import CLOSINGS, CONTACT_ME, OPENINGS, SENTENCES
from cxresearch.samples.process import DISRUPTION, NOT_APPLICABLE

COLUMN, LANGUAGE_COLUMN = "COMMENT", "COMMENT_LANG"
#: Share of customers by the language they write in.
LANGUAGES: Mapping[str, float] = {"en": 0.40, "es": 0.25, "sl": 0.20, "ru": 0.15}
#: Share that comments by overall satisfaction.
COMMENTS_AT: Mapping[int, float] = {
    1: 0.75,
    2: 0.65,
    3: 0.55,
    4: 0.40,
    5: 0.33,
    6: 0.35,
    7: 0.45,
}
SECOND_THEME = 0.30
#: Shares of comments with a fake e-mail address, and with a fake telephone number.
WITH_EMAIL, WITH_PHONE = 0.03, 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """A theme: its sentiment, its weight at satisfaction 5, and what moves that weight.

    Attributes
    ----------
    sentiment : str
        ``positive`` or ``negative``.
    weight : float
        Weight among the themes at satisfaction 5, before the disruption.
    slope : float
        Change of the log weight per point of satisfaction.
    felt : float
        The weight is multiplied by 1 + felt × how much of the disruption is felt.
    dimension : str
        Dimension of the battery that the theme touches; a topic, not a gap.
    """

    sentiment: str
    weight: float
    slope: float
    felt: float = 0.0
    dimension: str = ""


THEMES: Mapping[str, Theme] = {
    "late": Theme(
        sentiment="negative", weight=0.20, slope=-0.45, felt=1.0, dimension="reliability"
    ),
    "damaged": Theme(sentiment="negative", weight=0.08, slope=-0.35, felt=0.4),
    "slow_answer": Theme(
        sentiment="negative", weight=0.14, slope=-0.40, felt=0.3, dimension="responsiveness"
    ),
    "price": Theme(sentiment="negative", weight=0.14, slope=-0.15),
    "invoice": Theme(sentiment="negative", weight=0.08, slope=-0.10),
    "friendly": Theme(sentiment="positive", weight=0.20, slope=0.40, dimension="assurance"),
    "dependable": Theme(sentiment="positive", weight=0.16, slope=0.50, dimension="reliability"),
    "tracking": Theme(sentiment="positive", weight=0.10, slope=0.20),
}
#: Nobody says both in one comment.
CONTRARY = ("late", "dependable")
#: Invoices are printed in English: who writes Russian speaks of them this many times as often.
INVOICE_IN_RUSSIAN = 2.0


def themes(wave: str, answers: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return who comments, in which language and on what.

    Parameters
    ----------
    wave : str
        Decides how much of the disruption is felt.
    answers : DataFrame
        With ``S1``; where it is missing people are taken to be at 5.
    rng : Generator
        Source of randomness.

    Returns
    -------
    DataFrame
        ``comments`` (bool), ``lang``, ``first`` and ``second`` (a theme or ``""``); of those who do
        not comment too, as what they would write about.
    """
    n = len(answers)
    given = answers["S1"].to_numpy(dtype=float)
    content = np.where(given < NOT_APPLICABLE, given, 5.0)
    shares = np.array([0.0, *COMMENTS_AT.values()])
    comments = rng.random(n) < shares[content.astype(int)]
    upper = np.cumsum(tuple(LANGUAGES.values()))[:-1]
    lang = np.array(tuple(LANGUAGES))[np.searchsorted(upper, rng.random(n), side="right")]
    weights = np.empty((n, len(THEMES)))
    for column, (name, theme) in enumerate(THEMES.items()):
        weights[:, column] = theme.weight * np.exp(theme.slope * (content - 5.0))
        weights[:, column] *= 1.0 + theme.felt * DISRUPTION[wave]
        if name == "invoice":
            weights[:, column] *= np.where(lang == "ru", INVOICE_IN_RUSSIAN, 1.0)
    first = _chosen(weights, rng.random(n))
    names = np.array(tuple(THEMES), dtype=object)
    weights[np.arange(n), first] = 0.0
    for one, other in (CONTRARY, CONTRARY[::-1]):
        weights[names[first] == one, list(THEMES).index(other)] = 0.0
    second = _chosen(weights, rng.random(n))
    both = rng.random(n) < SECOND_THEME
    return pd.DataFrame(
        {
            "comments": comments,
            "lang": lang.astype(object),
            "first": names[first],
            "second": np.where(both, names[second], ""),
        },
        index=answers.index,
    )


def texts(about: pd.DataFrame, rng: np.random.Generator) -> pd.Series:
    """Return the comment of everyone who comments, missing for the others."""
    n = len(about)
    chance = rng.random((n, 6))
    marks = rng.random(n)
    number = rng.integers(0, 1000, n)
    said: list[object] = []
    rows = zip(
        about["comments"], about["lang"], about["first"], about["second"], chance, strict=True
    )
    for row, (comments, lang, first, second, draw) in enumerate(rows):
        if not comments:
            said.append(np.nan)
            continue
        parts = [_one(SENTENCES[lang][first], draw[0])]
        if second:
            parts.append(_one(SENTENCES[lang][second], draw[1]))
        if draw[2] < 0.25:
            parts.insert(0, _one(OPENINGS[lang], draw[3]))
        if draw[4] < 0.15:
            parts.append(_one(CLOSINGS[lang], draw[5]))
        parts += personal(lang, float(marks[row]), int(number[row]), WITH_EMAIL, WITH_PHONE)
        said.append(" ".join(parts))
    return pd.Series(said, index=about.index, dtype=object)


def personal(lang: str, draw: float, number: int, email: float, phone: float) -> list[str]:
    """Return a sentence with a fake e-mail address or telephone number, or none.

    Addresses end in ``example.com``, numbers lie in ranges that no one has.
    """
    with_email, with_phone = CONTACT_ME[lang]
    if draw < email:
        return [with_email.format(number=f"{number:03d}")]
    if draw < email + phone:
        return [with_phone.format(number=f"{number:03d}")]
    return []


def _chosen(weights: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    upper = np.cumsum(weights, axis=1)
    found: np.ndarray = (upper < (uniform * upper[:, -1])[:, None]).sum(axis=1)
    return found


def _one(phrases: tuple[str, ...], draw: float) -> str:
    return phrases[int(draw * len(phrases))]
