"""Letters, e-mails and records of the inbox, and the hand coding of survey comments."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxresearch.samples import comments, process
from cxresearch.samples.periods import office_times, written
from cxresearch.samples.phrases import CLOSINGS, SALUTATIONS, SENTENCES

PER_HALF_YEAR = 30
TYPES = {"e-mail": 0.60, "letter": 0.25, "record": 0.15}
#: Share of complaints in the inbox before the disruption and since.
COMPLAINTS, COMPLAINTS_LATER = 0.35, 0.55
WITH_EMAIL, WITH_PHONE = 0.20, 0.15
CODED = 240
#: Cohen's kappa of the two coders: the second copies with this probability, else draws a theme.
AGREEMENT = 0.85


def documents(rng: np.random.Generator) -> pd.DataFrame:
    """Return the inbox; the language stands beside the canonical columns."""
    bad = [name for name, one in comments.THEMES.items() if one.sentiment == "negative"]
    good = [name for name in comments.THEMES if name not in bad]
    rows = []
    for wave in process.WAVES:
        share = COMPLAINTS if process.DISRUPTION[wave] == 0 else COMPLAINTS_LATER
        for moment in office_times(wave, PER_HALF_YEAR, rng):
            lang = str(rng.choice(list(comments.LANGUAGES), p=list(comments.LANGUAGES.values())))
            kind = str(rng.choice(list(TYPES), p=list(TYPES.values())))
            complaint = rng.random() < share
            about = rng.permutation(bad if complaint else good)[:2]
            parts = [str(rng.choice(SENTENCES[lang][str(theme)])) for theme in about]
            parts += comments.personal(
                lang, rng.random(), int(rng.integers(0, 1000)), WITH_EMAIL, WITH_PHONE
            )
            if kind != "record":
                parts = [SALUTATIONS[lang], *parts, CLOSINGS[lang][-1]]
            rows.append(
                {
                    "ts": moment,
                    "type": kind,
                    "lang": lang,
                    "text": " ".join(parts),
                    "is_complaint": int(complaint),
                }
            )
    table = pd.DataFrame(rows).sort_values("ts", kind="stable", ignore_index=True)
    table.insert(0, "doc_id", [f"D{number:04d}" for number in range(1, len(table) + 1)])
    written(table, minutes=("ts",))
    return table


def codes(themes: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the main theme of some comments as two coders saw it; coder A sees the true one.

    Parameters
    ----------
    themes : DataFrame
        ``respondent`` and ``first`` of everyone who commented.
    rng : Generator
        Source of randomness.
    """
    drawn = themes.iloc[np.sort(rng.permutation(len(themes))[:CODED])]
    first = drawn["first"].to_numpy()
    second = np.where(rng.random(len(first)) < AGREEMENT, first, rng.choice(first, len(first)))
    parts = [
        pd.DataFrame(
            {
                "text_id": drawn["respondent"].to_numpy(),
                "coder": coder,
                "theme": seen,
                "sentiment": [comments.THEMES[name].sentiment for name in seen],
            }
        )
        for coder, seen in (("A", first), ("B", second))
    ]
    return pd.concat(parts, ignore_index=True)
