"""What is posted about Varlund in social networks: customers' posts, its own, copies, a machine.

Posts rise while the disruption is new (February to April 2023) and turn to complaint with it.
Customers' posts begin with a place and a day, so that none is word for word another's.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cxresearch.samples import comments, process
from cxresearch.samples.periods import CUT, written
from cxresearch.samples.phrases import POSTED, REPEATED, SENTENCES, WEEKDAYS

#: Posts of customers a month, and in the months of the rise.
USUAL, RISE = 14.0, 42.0
RISE_MONTHS = ("2023-02", "2023-03", "2023-04")
#: Share of complaints among customers' posts: before, during and after the first half of 2023.
COMPLAINTS: Mapping[str, float] = {
    wave: 0.80 if felt == 1.0 else 0.65 if felt else 0.45
    for wave, felt in process.DISRUPTION.items()
}
#: Share of posts with a second theme of the same kind.
SECOND_THEME = 0.25
AUTHORS, CHANNELS = 420, {"forum": 0.25, "network": 0.55, "reviews": 0.20}
#: Its own posts, one a quarter or more; one complaint that others copied; one machine, one day.
OWN_AUTHOR, OWN_POSTS = "varlund", 24
COPIES, COPIED_ON = 12, "2023-03-14"
MACHINE, MACHINE_POSTS, MACHINE_ON = "parcel_deals", 30, "2024-06-11"


def posts(rng: np.random.Generator) -> pd.DataFrame:
    """Return every post, in the order of time, as it is written to the file."""
    table = pd.concat([_customers(rng), _own(rng), _copies(rng), _machine(rng)])
    table = table.sort_values("ts", kind="stable", ignore_index=True)
    table.insert(0, "post_id", [f"S{number:04d}" for number in range(1, len(table) + 1)])
    written(table, minutes=("ts",))
    return table


def _customers(rng: np.random.Generator) -> pd.DataFrame:
    bad = [name for name, one in comments.THEMES.items() if one.sentiment == "negative"]
    good = [name for name in comments.THEMES if name not in bad]
    # some write often: one author in ten has about a third of the posts
    weight = rng.random(AUTHORS) ** -0.5
    writes = np.cumsum(weight) / weight.sum()
    languages = tuple(comments.LANGUAGES)
    author_lang = rng.choice(languages, AUTHORS, p=tuple(comments.LANGUAGES.values()))
    followers = np.rint(20 + 30 * rng.random(AUTHORS) ** -1.0).astype(int)
    branches = [branch for points in process.BRANCHES.values() for branch in points]
    rows = []
    for month in pd.period_range("2021-01", "2024-12", freq="M"):
        rate = RISE if str(month) in RISE_MONTHS else USUAL
        wave = f"{month.year} H{1 if month.month < 7 else 2}"
        for _ in range(int(rng.poisson(rate))):
            moment = _moment(month, rng)
            author = int(np.searchsorted(writes, rng.random(), side="right"))
            lang = str(author_lang[author])
            complaint = bool(rng.random() < COMPLAINTS[wave])
            about = rng.permutation(bad if complaint else good)[:2]
            themes = about[: 2 if rng.random() < SECOND_THEME else 1]
            lead = str(rng.choice(POSTED[lang]))
            lead = lead.format(
                branch=str(rng.choice(branches)), day=WEEKDAYS[lang][moment.day_of_week]
            )
            said = [str(rng.choice(SENTENCES[lang][str(theme)])) for theme in themes]
            rows.append(
                {
                    "ts": moment,
                    "channel": str(rng.choice(tuple(CHANNELS), p=tuple(CHANNELS.values()))),
                    "author_key": f"u{author + 1:03d}",
                    "lang": lang,
                    "text": " ".join([lead, *said]),
                    "followers": int(followers[author]),
                    "sentiment": "negative" if complaint else "positive",
                }
            )
    return pd.DataFrame(rows)


def _moment(month: pd.Period, rng: np.random.Generator) -> pd.Timestamp:
    days = min(month.days_in_month, (CUT - month.start_time).days)
    minutes = int(rng.integers(0, days)) * 1440 + int(rng.integers(7 * 60, 23 * 60))
    return month.start_time + pd.Timedelta(minutes=minutes)


def _own(rng: np.random.Generator) -> pd.DataFrame:
    months = pd.period_range("2021-01", "2024-12", freq="2M")
    languages = rng.choice(tuple(comments.LANGUAGES), OWN_POSTS)
    return pd.DataFrame(
        {
            "ts": [_moment(month, rng) for month in months],
            "channel": "network",
            "author_key": OWN_AUTHOR,
            "lang": languages,
            "text": [
                REPEATED[str(lang)][0].format(number=number + 1)
                for number, lang in enumerate(languages)
            ],
            "followers": 5_200,
            "sentiment": "positive",
        }
    )


def _copies(rng: np.random.Generator) -> pd.DataFrame:
    first = pd.Timestamp(COPIED_ON) + pd.Timedelta(hours=9)
    minutes = np.sort(rng.integers(0, 3 * 1440, COPIES))
    return pd.DataFrame(
        {
            "ts": [first + pd.Timedelta(minutes=int(one)) for one in minutes],
            "channel": "network",
            "author_key": [f"c{number:02d}" for number in range(1, COPIES + 1)],
            "lang": "en",
            "text": REPEATED["en"][1],
            "followers": rng.integers(20, 400, COPIES),
            "sentiment": "negative",
        }
    )


def _machine(rng: np.random.Generator) -> pd.DataFrame:
    minutes = np.sort(rng.permutation(16 * 60)[:MACHINE_POSTS]) + 6 * 60
    first = pd.Timestamp(MACHINE_ON)
    return pd.DataFrame(
        {
            "ts": [first + pd.Timedelta(minutes=int(one)) for one in minutes],
            "channel": "network",
            "author_key": MACHINE,
            "lang": "en",
            "text": [REPEATED["en"][2].format(number=one) for one in range(1, MACHINE_POSTS + 1)],
            "followers": 3,
            "sentiment": "positive",
        }
    )
