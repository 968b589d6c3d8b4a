"""Sentences about drivers: what goes along with the outcome, and which can be told apart."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxresearch.findings.phrases import Findings, Speaker, groups
from cxresearch.results import Result
from cxresearch.text import amounts


def drivers(result: Result) -> Findings:
    """Say how much the drivers account for, which come first and which cannot be told apart.

    The words are those of association: nothing in one survey proves what would change what.

    Parameters
    ----------
    result : DriverImportance
        From ``drivers.importance``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    told = [
        f"{name}: {text}" if name else text for name, one in groups(result) for text in _about(one)
    ]
    rows = ranked(result) if not result.by else pd.DataFrame()
    limits = (
        tell("Importance says what goes along with the outcome, not what would change it."),
        tell("Whatever was not asked, and moves together with a driver, is counted in its share."),
    )
    headline = told[0]
    if len(rows):
        headline = _first(rows, tied(rows, result.frames()["differences"]), speaker)
    return Findings(tuple(told), limits, result.about.language, headline=headline)


def _about(result: Result) -> list[str]:
    speaker = Speaker.of(result)
    told = _fit(result, speaker)
    rows = ranked(result)
    if rows.empty:
        return [*told, speaker.tell("No share can be given to any driver.")]
    ties = tied(rows, result.frames()["differences"])
    told += [_first(rows, ties, speaker), *_apart(ties, speaker), *_noise(rows, speaker)]
    return told + _blocks(result.frames().get("blocks", pd.DataFrame()), speaker)


def ranked(result: Result) -> pd.DataFrame:
    """Return the drivers that may be compared, the most important first."""
    table = result.table[result.table["estimate"].notna()]
    if "withheld" in table:
        table = table[~table["withheld"].fillna(False).astype(bool)]
    return table.sort_values("estimate", ascending=False, kind="stable")


def tied(rows: pd.DataFrame, differences: pd.DataFrame) -> list[list[str]]:
    """Return each leading driver with those whose difference from it may be nothing.

    The largest leads; the next that can be told apart from it leads on, and so forth.

    Examples
    --------
    >>> rows = pd.DataFrame({"driver": ["a", "b", "c"]})
    >>> columns = ["first", "second", "conf_low", "conf_high"]
    >>> pairs = [("a", "b", 0.1, 0.3), ("a", "c", 0.2, 0.4), ("b", "c", -0.1, 0.2)]
    >>> tied(rows, pd.DataFrame(pairs, columns=columns))
    [['a'], ['b', 'c']]
    """
    open_pairs = differences[(differences["conf_low"] <= 0) & (differences["conf_high"] >= 0)]
    together = {
        frozenset(pair) for pair in zip(open_pairs["first"], open_pairs["second"], strict=True)
    }
    groups: list[list[str]] = []
    for driver in rows["driver"]:
        if groups and frozenset((groups[-1][0], driver)) in together:
            groups[-1].append(driver)
        else:
            groups.append([driver])
    return groups


def _fit(result: Result, speaker: Speaker) -> list[str]:
    fit = result.frames().get("fit", pd.DataFrame())
    if fit.empty or "r_squared" not in fit:
        return []
    row = fit.iloc[0].to_dict()
    language = speaker.about.language
    text = speaker.tell(
        "Together the drivers account for {share} of the differences in {outcome} between "
        "respondents (n = {n}).",
        share=amounts.percent(float(row["r_squared"]), 0, language),
        outcome=speaker.quoted(row.get("outcome", "")),
        n=speaker.count(row.get("n", result.n)),
    )
    if pd.notna(row.get("cv_r_squared")):
        text += " " + speaker.tell(
            "On answers that the model has not seen it is {share}.",
            share=amounts.percent(max(float(row["cv_r_squared"]), 0.0), 0, language),
        )
    return [text]


def _share(row: dict[Any, Any], speaker: Speaker) -> str:
    language = speaker.about.language
    if pd.isna(row.get("share_low", float("nan"))):
        return amounts.percent(float(row["share"]), 0, language)
    return speaker.tell(
        "{share} ({level} interval {low} to {high})",
        share=amounts.percent(float(row["share"]), 0, language),
        level=speaker.level,
        low=amounts.percent(float(row["share_low"]), 0, language),
        high=amounts.percent(float(row["share_high"]), 0, language),
    )


def _first(rows: pd.DataFrame, ties: list[list[str]], speaker: Speaker) -> str:
    row = rows.iloc[0].to_dict()
    values = {"driver": speaker.quoted(row["driver"]), "share": _share(row, speaker)}
    if len(ties[0]) == 1:
        return speaker.tell(
            "{driver} goes along most with the outcome; its share is {share}.", **values
        )
    return speaker.tell(
        "{driver} has the largest share, {share}, but cannot be told apart from the next.",
        **values,
    )


def _apart(ties: list[list[str]], speaker: Speaker) -> list[str]:
    if len(ties) == 1 and len(ties[0]) == 1:
        return []
    if all(len(group) == 1 for group in ties):
        return [speaker.tell("All drivers can be told apart from the next.")]
    return [
        speaker.tell(
            "{driver} cannot be told apart from: {others}.",
            driver=speaker.quoted(group[0]),
            others=speaker.listed(group[1:]),
        )
        for group in ties
        if len(group) > 1
    ]


def _noise(rows: pd.DataFrame, speaker: Speaker) -> list[str]:
    if "beats_noise" not in rows or rows["beats_noise"].isna().all():
        return []
    weak = rows.loc[~rows["beats_noise"].fillna(True).astype(bool), "driver"]
    if weak.empty:
        return [speaker.tell("Every driver goes along with the outcome more than chance would.")]
    return [
        speaker.tell(
            "No more than chance would go along with the outcome: {drivers}.",
            drivers=speaker.listed(weak),
        )
    ]


def _blocks(blocks: pd.DataFrame, speaker: Speaker) -> list[str]:
    if len(blocks) < 2 or blocks["share"].isna().all():
        return []
    rows = blocks.sort_values("share", ascending=False, kind="stable").to_dict("records")
    first, second = rows[0], rows[1]
    values = {
        "block": speaker.quoted(first["block"]),
        "share": _share(first, speaker),
        "next": speaker.quoted(second["block"]),
        "next_share": _share(second, speaker),
    }
    if first["share_low"] > second["share_high"]:
        return [
            speaker.tell(
                "Of the blocks, {block} has the largest share: {share}; next {next}: {next_share}.",
                **values,
            )
        ]
    return [
        speaker.tell(
            "Of the blocks, {block} has {share} and {next} {next_share}; the intervals overlap.",
            **values,
        )
    ]
