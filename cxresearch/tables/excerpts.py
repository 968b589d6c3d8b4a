"""Which rows of a long table are shown when nobody asks for all: the rest stays in its CSV."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.catalogue import mark

FEW, MORE = 10, 15
_PERIODS = 8
#: Why a study has no figure of an indicator, whatever is answered.
NEVER = ("not_in_study", "not_asked", "no_table", "no_target", "one_wave", "no_dates")
_TOPICS = 3

Select = Callable[[pd.DataFrame, Result], pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """How a long table is cut: which rows are shown, what is said below, and the columns if others.

    Attributes
    ----------
    rows : callable
        From the whole frame and its result to what is shown.
    said : str
        Message that says which rows these are.
    columns : tuple of str
        Shown in place of the usual ones.
    always : bool
        Said even where no row is left out, since the rows were put together otherwise.
    """

    rows: Select
    said: str
    columns: tuple[str, ...] = ()
    always: bool = False


def _latest(frame: pd.DataFrame, result: Result) -> pd.DataFrame:
    whole = frame[~frame["partial"].astype(bool)]
    keys = [*result.by, "measure", "statistic"]
    rows: pd.DataFrame = (whole if len(whole) else frame).groupby(keys, sort=False).tail(1)
    return rows


def _written_about(frame: pd.DataFrame, result: Result) -> pd.DataFrame:
    rows: pd.DataFrame = frame[frame["n_theme"] > 0]
    return rows


def _changed(frame: pd.DataFrame, result: Result) -> pd.DataFrame:
    shown = frame["wave"] == frame["wave"].iloc[-1]
    shown |= frame["q_value"] <= 1 - result.conf_level
    rows: pd.DataFrame = frame[shown]
    return rows


def _clearest(count: int, column: str, *, descending: bool = False) -> Select:
    def rows(frame: pd.DataFrame, result: Result) -> pd.DataFrame:
        order = frame.sort_values(
            column, ascending=not descending, kind="stable", na_position="last"
        )
        return order.head(count)

    return rows


def _judged(frame: pd.DataFrame, result: Result) -> pd.DataFrame:
    known = frame[frame["estimate"].notna()]
    return _clearest(MORE, "p_value")(known if len(known) else frame, result)


def _moved(frame: pd.DataFrame, result: Result) -> pd.DataFrame:
    return _clearest(MORE, "distance", descending=True)(frame, result)


def _last(count: int) -> Select:
    def rows(frame: pd.DataFrame, result: Result) -> pd.DataFrame:
        return frame.tail(count)

    return rows


def _topics(frame: pd.DataFrame, result: Result) -> pd.DataFrame:
    rows: pd.DataFrame = frame.groupby(["source", "lang"], sort=False).head(_TOPICS)
    return rows


def _words_of_a_side(frame: pd.DataFrame, result: Result) -> pd.DataFrame:
    """Return one row a language and side, with its words and in how many comments they stand."""
    language = result.about.language
    clear = 1 - result.conf_level
    rows = []
    for (source, lang, group), some in frame.groupby(["source", "lang", "group"], sort=False):
        sides = ["n_first", "n_second"] if (some["estimate"] > 0).all() else ["n_second", "n_first"]
        told = [
            f"{row['term']}{'*' if row['q_value'] <= clear else ''} "
            f"({':'.join(amounts.number(row[one], 0, language) for one in sides)})"
            for row in some.head(FEW).to_dict("records")
        ]
        rows.append({"source": source, "lang": lang, "group": group, "terms": ", ".join(told)})
    return pd.DataFrame(rows)


def _with_figure(frame: pd.DataFrame, result: Result) -> pd.DataFrame:
    known = frame[frame["estimate"].notna() | ~frame["reason"].isin(NEVER)]
    return known if len(known) else frame


EXCERPTS: Mapping[tuple[str, str], Excerpt] = {
    ("Indicators", "table"): Excerpt(
        _with_figure, mark("Shown: the indicators that this study can tell of.")
    ),
    ("OperationsTable", "table"): Excerpt(_latest, mark("Shown: the latest period.")),
    ("OperationsTable", "changes"): Excerpt(
        _moved, mark("Shown: the indicators that moved most clearly.")
    ),
    ("BranchPerformance", "chance"): Excerpt(
        _clearest(FEW, "p_value"), mark("Shown: the indicators with the clearest differences.")
    ),
    ("ActionEffects", "table"): Excerpt(
        _judged, mark("Shown: actions that can be judged, the clearest changes first.")
    ),
    ("Backlog", "table"): Excerpt(_last(_PERIODS), mark("Shown: the latest periods.")),
    ("SocialPosts", "table"): Excerpt(_last(_PERIODS + 1), mark("Shown: the latest periods.")),
    ("Themes", "table"): Excerpt(
        _written_about, mark("Shown: themes of the code frame that somebody wrote about.")
    ),
    ("Themes", "waves"): Excerpt(
        _changed, mark("Shown: the latest wave, and every change that is clear after adjustment.")
    ),
    ("Themes", "segments"): Excerpt(
        _clearest(FEW, "p_value"), mark("Shown: the clearest differences.")
    ),
    ("Themes", "suggested"): Excerpt(
        _topics, mark("Shown: the largest groups of words of each language.")
    ),
    ("Themes", "keyness"): Excerpt(
        _words_of_a_side,
        mark(
            "In brackets: comments with the word, on this side and on the other. *: clear after "
            "adjustment; without it, the difference may be chance."
        ),
        columns=("lang", "group", "terms"),
        always=True,
    ),
}
