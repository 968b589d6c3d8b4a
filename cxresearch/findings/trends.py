"""Sentences about change: what moved between waves, what did not, and what cannot be told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from cxresearch.findings.phrases import Findings, Speaker, group_name
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.catalogue import mark

ORDER = (
    *("clear_rise", "clear_fall", "likely_rise", "likely_fall", "detectable", "below_threshold"),
    *("no_practical_change", "cannot_tell", "suppressed"),
)
UNTOLD = "cannot_tell"
_VERDICTS = {
    "clear_rise": mark("{measure}, {waves}: a clear rise of {size} ({interval})."),
    "clear_fall": mark("{measure}, {waves}: a clear fall of {size} ({interval})."),
    "likely_rise": mark(
        "{measure}, {waves}: a likely rise of {size} ({interval}); whether it is large enough to "
        "matter is not certain."
    ),
    "likely_fall": mark(
        "{measure}, {waves}: a likely fall of {size} ({interval}); whether it is large enough to "
        "matter is not certain."
    ),
    "detectable": mark(
        "{measure}, {waves}: a change of {change} ({interval}); whether it matters was not laid "
        "down beforehand."
    ),
    "below_threshold": mark(
        "{measure}, {waves}: a change of {change} ({interval}), smaller than what was laid down "
        "to matter."
    ),
    "no_practical_change": mark(
        "{measure}, {waves}: no change that would matter ({change}, {interval})."
    ),
    "cannot_tell": mark("{measure}, {waves}: cannot tell ({change}, {interval})."),
    "suppressed": mark("{measure}, {waves}: no comparison, a figure is missing."),
}


def trends(result: Result) -> Findings:
    """Say what the waves tell: changes by their verdicts, or the course of the level.

    Parameters
    ----------
    result : WaveContrasts or Track
        From ``trends.compare`` or ``trends.track``.
    """
    tell = Speaker.of(result).tell
    if "verdict" in result.table:
        told = _changes(result)
        limits = [
            tell("“Cannot tell” does not mean that nothing changed: small changes go unnoticed."),
            tell("A change between waves does not say what brought it about."),
        ]
    else:
        told = _course(result)
        limits = [tell("A course over the waves does not say what brought it about.")]
    if not told:
        told = [tell("There is a single wave, so nothing can be compared over time.")]
    return Findings(tuple(told), tuple(limits), result.about.language, headline=told[0])


def _changes(result: Result) -> list[str]:
    speaker = Speaker.of(result)
    rows = latest(result).to_dict("records")
    rows.sort(
        key=lambda row: ORDER.index(row["verdict"]) if row["verdict"] in ORDER else len(ORDER)
    )
    told = [_change(row, result, speaker) for row in rows if row["verdict"] != UNTOLD]
    untold: dict[tuple[Any, ...], list[dict[Any, Any]]] = {}
    for row in rows:
        if row["verdict"] == UNTOLD:
            key = tuple(row[name] for name in (*result.by, "measure", "wave_to"))
            untold.setdefault(key, []).append(row)
    return told + [
        _change(same[0], result, speaker) if len(same) == 1 else _untold(same, result, speaker)
        for same in untold.values()
    ]


def _untold(rows: list[dict[Any, Any]], result: Result, speaker: Speaker) -> str:
    """Say in one sentence that several contrasts of a measure cannot be told."""
    unit = str(rows[0].get("unit", ""))
    group = group_name(rows[0], result.by, result.about)
    return speaker.tell(
        "{measure}: cannot tell whether it changed between {waves_from} and {wave_to}; samples of "
        "this size detect changes of {mdc} four times out of five.",
        measure=speaker.quoted(rows[0]["measure"]) + (f", {group}" if group else ""),
        waves_from=" / ".join(str(row["wave_from"]) for row in rows),
        wave_to=rows[0]["wave_to"],
        mdc=speaker.size(max(row["mdc"] for row in rows), unit),
    )


def latest(result: Result) -> pd.DataFrame:
    """Return the contrasts of each measure's latest wave, every pair of waves once."""
    table = result.table.drop_duplicates([*result.by, "measure", "wave_from", "wave_to"])
    order = {wave: place for place, wave in enumerate(result.about.waves)}
    place = table["wave_to"].astype(str).map(lambda wave: order.get(wave, len(order)))
    last = place.groupby([table[name] for name in (*result.by, "measure")]).transform("max")
    return table[place == last].reset_index(drop=True)


def _change(row: dict[Any, Any], result: Result, speaker: Speaker) -> str:
    unit = str(row.get("unit", ""))
    group = group_name(row, result.by, result.about)
    values = {
        "measure": speaker.quoted(row["measure"]) + (f", {group}" if group else ""),
        "waves": speaker.tell(
            "{wave_from} to {wave_to}", wave_from=row["wave_from"], wave_to=row["wave_to"]
        ),
        "size": speaker.size(row["estimate"], unit),
        "change": speaker.change(row["estimate"], unit),
        "interval": speaker.interval(row, unit, change=True),
    }
    template = _VERDICTS[row["verdict"]]
    text = speaker.tell(template, **values)
    moved = {"rise": 1, "fall": -1}.get(str(row["verdict"]).rpartition("_")[2], 0)
    if moved and row.get("direction") in ("up", "down"):
        better = moved == (1 if row["direction"] == "up" else -1)
        text += " " + (
            speaker.tell("For the better.") if better else speaker.tell("For the worse.")
        )
    if row["verdict"] == "cannot_tell" and pd.notna(row.get("mdc")):
        text += " " + speaker.tell(
            "The smallest change that samples of this size would detect four times out of five "
            "is {mdc}.",
            mdc=speaker.size(row["mdc"], unit),
        )
    return text


def _course(result: Result) -> list[str]:
    speaker = Speaker.of(result)
    keys = [*result.by, "measure"]
    told: list[str] = []
    for _, rows in result.table.groupby(keys, sort=False):
        seen = rows[rows["observed"].notna()]
        if not seen.empty:
            told += _one_course(seen, result, speaker)
    return told


def _one_course(rows: pd.DataFrame, result: Result, speaker: Speaker) -> list[str]:
    tell: Callable[..., str] = speaker.tell
    first, last = rows.iloc[0].to_dict(), rows.iloc[-1].to_dict()
    unit = str(last.get("unit", ""))
    group = group_name(last, result.by, result.about)
    name = speaker.quoted(last["measure"]) + (f", {group}" if group else "")
    told = []
    fit = _fit(result, last)
    if fit is not None and pd.notna(fit.get("p_value")) and len(rows) > 1:
        values = {
            "measure": name,
            "waves": speaker.count(len(rows)),
            "p": amounts.p_value(float(fit["p_value"]), result.about.language),
        }
        if fit["p_value"] > 1 - result.conf_level:
            told.append(
                tell(
                    "{measure}: all movement over {waves} waves is consistent with sampling error "
                    "(p {p}).",
                    **values,
                )
            )
        else:
            told.append(
                tell(
                    "{measure}: over {waves} waves it moved by more than sampling error (p {p}).",
                    **values,
                )
            )
    if pd.notna(last.get("level")):
        told.append(
            tell(
                "{measure}: the level in {wave} is {level} "
                "({conf_level} interval {low} to {high}).",
                measure=name,
                level=speaker.amount(last["level"], unit),
                wave=last["wave"],
                conf_level=speaker.level,
                low=speaker.amount(last["level_low"], unit),
                high=speaker.amount(last["level_high"], unit),
            )
        )
    elif len(rows) == 1:
        told.append(
            tell(
                "{measure}: {last} in {last_wave}; a single wave says nothing about change.",
                measure=name,
                last=speaker.amount(last["observed"], unit),
                last_wave=last["wave"],
            )
        )
    else:
        told.append(
            tell(
                "{measure}: {first} in {first_wave}, {last} in {last_wave}; too few waves to tell "
                "the level from sampling error.",
                measure=name,
                first=speaker.amount(first["observed"], unit),
                first_wave=first["wave"],
                last=speaker.amount(last["observed"], unit),
                last_wave=last["wave"],
            )
        )
    return told


def _fit(result: Result, row: dict[Any, Any]) -> dict[Any, Any] | None:
    fit = result.frames().get("fit", pd.DataFrame())
    if fit.empty or "measure" not in fit:
        return None
    for name in ("measure", *(one for one in result.by if one in fit)):
        fit = fit[fit[name] == row[name]]
    return fit.iloc[0].to_dict() if len(fit) else None
