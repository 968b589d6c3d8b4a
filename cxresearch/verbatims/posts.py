"""Posts in social networks: how many, by how many people, in which mood, and which are suspect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.bases import FEWEST_CLUSTERS, Bases
from cxresearch.errors import AnalysisError, Fault, did_you_mean
from cxresearch.notes import Note, distinct, note
from cxresearch.operations import periods
from cxresearch.operations.measure import about
from cxresearch.results import NotAsked, Result
from cxresearch.stats.intervals import Interval
from cxresearch.study import suspects
from cxresearch.study.gather import as_labels
from cxresearch.study.study import Study
from cxresearch.trends.chart import ControlChart, chart_series
from cxresearch.verbatims.codeframe import CodeFrame, load_codeframe
from cxresearch.verbatims.comments import POSTS, TABLES, Comments, gather, mood

VOLUMES = {POSTS: "social_volume", "documents": "documents", "verbatims": "verbatims"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SocialPosts(Result):
    """Posts by period: how many, by how many authors, praise minus complaint.

    Attributes
    ----------
    flags : DataFrame
        Posts that may not be customers' own words, by rule: ``n_flagged`` of ``n_total``, their
        ``share`` and ``n_authors``, and whether the params leave them out.
    """

    flags: pd.DataFrame


def posts(
    study: Study,
    /,
    *,
    period: str = "quarter",
    codeframe: str | Path | Mapping[str, Any] | CodeFrame | None = None,
    conf_level: float | None = None,
) -> SocialPosts | NotAsked:
    """Tell how much is posted about us, by how many, and whether it is praise or complaint.

    Parameters
    ----------
    study : Study
        With the table ``posts`` (``post_id, ts``, and ``author_key, text, lang``).
    period : {"month", "quarter", "half_year", "year", "all"}
        Length of the periods.
    codeframe : path, mapping or CodeFrame, optional
        As in `themes`.
    conf_level : float, optional
        By default the study's.

    Returns
    -------
    SocialPosts
        One row a period, and ``all``: ``n`` posts that count, ``n_authors``, ``n_coded`` with a
        theme that is praise or complaint or neither, ``estimate`` = 100 (positive − negative) /
        coded in points with its interval, authors as clusters, and ``deff``, by which the
        variance grows because some write often; withheld where fewer than three wrote.
        ``partial``: a period not wholly observed.
        `NotAsked` where the study has no such table.

    Notes
    -----
    Posts are volume, not satisfaction: who posts is not a sample of the customers. Flagged posts
    are counted, and left out only by the rules of ``analysis.verbatims.posts.exclude``.

    Examples
    --------
    >>> table = pd.DataFrame({"post_id": range(40), "ts": "2024-05-02", "lang": "en",
    ...                       "author_key": [f"a{i % 20}" for i in range(40)],
    ...                       "text": ["My parcel came late", "Such friendly drivers"] * 20})
    >>> study = Study.from_frame(pd.DataFrame({"s": [1]}), {}, tables={"posts": table})
    >>> found = posts(study, period="all")
    >>> found.table[["n", "n_authors", "estimate"]].to_numpy().tolist()
    [[40.0, 20.0, 0.0]]
    """
    level = study.conf_level if conf_level is None else conf_level
    if not study.tables.has(POSTS, "ts"):
        return _absent(study, f"table:{POSTS}")
    rules = study.params.analysis.verbatims
    told = rules.codeframe if codeframe is None else codeframe
    frame = told if isinstance(told, CodeFrame) else load_codeframe(told)
    table = study.tables[POSTS]
    comments = gather(study, POSTS, frame, ())
    bases = Bases(study)
    spans = _spans(study, POSTS, period)
    times = pd.to_datetime(table["ts"])
    rows = [
        _row(study, table, comments, frame, one.label, one.inside(times), level, bases)
        | {"partial": not one.whole}
        for one in spans
    ]
    everything = np.ones(len(table), dtype=bool)
    if period != periods.ALL:
        whole = _row(study, table, comments, frame, periods.ALL, everything, level, bases)
        rows.append(whole | {"partial": False})
    flags = suspects.counted(table, suspects.flagged(table, rules.posts), rules.posts)
    n = int(comments.mask.sum())
    notes = [note("posts_are_volume"), *_flag_notes(flags, len(table) - n), *bases.notes]
    return SocialPosts(
        table=pd.DataFrame(rows),
        flags=pd.DataFrame(flags),
        n=n,
        n_eff=float(n),
        conf_level=level,
        method="linearised" if not comments.design.simple else "adjusted_wald",
        notes=distinct(notes),
        about=replace(study.about, labels={**study.about.labels, **frame.labels}),
    )


def volume(
    study: Study,
    /,
    *,
    source: str = POSTS,
    period: str = "month",
    baseline: int | str | Sequence[str] | None = None,
) -> ControlChart | NotAsked:
    """Tell in which months more or less was written about us than usual.

    Parameters
    ----------
    study : Study
    source : {"posts", "documents", "verbatims"}
        Table whose rows are counted; posts without those that the params leave out.
    period : {"month", "quarter", "half_year", "year"}
        Length of the periods; those not wholly observed are left out.
    baseline : int, str or sequence of str, optional
        Periods that set the limits; by default all (the chart then describes a past).

    Returns
    -------
    ControlChart
        An XmR chart of texts a period: what people post scatters more than chance counts would,
        so limits come from the moving range. `NotAsked` where the study has no such table.

    Raises
    ------
    AnalysisError
        If there is no such source, or no such period.
    """
    if source not in TABLES:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what=f'"{source}" is no table of texts',
                found=source,
                hint=did_you_mean(source, list(TABLES)),
            )
        )
    if not study.tables.has(source, "ts"):
        return _absent(study, f"table:{source}")
    table = study.tables[source]
    if source == POSTS:
        table = table[~suspects.left_out(table, study.params.analysis.verbatims.posts)]
    times = pd.to_datetime(table["ts"])
    spans = [one for one in _spans(study, source, period) if one.whole]
    frame = pd.DataFrame(
        {
            "period": [one.label for one in spans],
            "value": [float(one.inside(times).sum()) for one in spans],
        }
    )
    found = chart_series(
        frame,
        measure=VOLUMES[source],
        unit="count",
        chart="xmr",
        baseline=baseline,
        about=about(study),
    )
    return replace(
        found,
        table=found.table.assign(lcl=found.table["lcl"].clip(lower=0)),
        n=len(table),
        n_eff=float(len(table)),
    )


def _spans(study: Study, source: str, period: str) -> list[periods.Period]:
    """Return the periods from the first text to the last day that the table knows of."""
    span = periods.checked(period)
    times = pd.to_datetime(study.tables[source]["ts"]).dropna()
    if times.empty:
        return []
    day = pd.Timedelta(days=1)
    cut = study.tables.facts(source).cut
    last = times.max().normalize() + day if cut is None else cut
    return periods.between(times.min().normalize(), last, span)


def _row(
    study: Study,
    table: pd.DataFrame,
    comments: Comments,
    frame: CodeFrame,
    label: str,
    inside: np.ndarray,
    level: float,
    bases: Bases,
) -> dict[str, Any]:
    here = comments.mask & inside
    good, bad, coded = mood(comments, frame)
    n_coded = int((here & coded).sum())
    row: dict[str, Any] = {"period": label, "n": int(here.sum()), "n_coded": n_coded}
    authors = as_labels(table["author_key"])[here].nunique() if "author_key" in table else np.nan
    row |= {"n_authors": authors, "unit": "nps"}
    row |= dict.fromkeys(["estimate", "std_error", "conf_low", "conf_high", "deff"], np.nan)
    reason = None if n_coded >= study.min_n.show else bases.withheld(label, n_coded)
    writers = _writers(table, here & coded)
    if reason is None and writers < FEWEST_CLUSTERS and study.min_n.show > 1:
        reason = "few_accounts"
        bases.notes.append(note(reason, group=label, n=writers))
    row |= {"suppressed": reason is not None, "reason": reason}
    if reason is None:
        found: Interval = comments.design.net_promoter(
            good.astype(float), bad.astype(float), here & coded, level
        )
        row |= {"estimate": found.estimate, "std_error": found.std_error}
        row |= {"conf_low": found.conf_low, "conf_high": found.conf_high, "deff": found.deff}
    return row


def _writers(table: pd.DataFrame, here: np.ndarray) -> int:
    """Return by how many these posts are; who is not named is an author alone."""
    if "author_key" not in table:
        return int(here.sum())
    author = as_labels(table["author_key"])[here]
    return int(author.nunique() + author.isna().sum())


def _flag_notes(flags: list[dict[str, Any]], n_out: int) -> list[Note]:
    found = [
        note("posts_flagged", rule=row["rule"], n=row["n_flagged"])
        for row in flags
        if row["n_flagged"] and not row["left_out"]
    ]
    return [*found, note("posts_excluded", n=n_out)] if n_out else found


def _absent(study: Study, need: str) -> NotAsked:
    return NotAsked(
        table=pd.DataFrame(),
        n=study.n,
        n_eff=study.n_eff,
        conf_level=study.conf_level,
        method="not_asked",
        need=need,
        about=study.about,
    )
