"""Sentences about waves to come and waves gone by: forecasts, breaks, charts, mix, the gate."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxresearch.findings.phrases import Findings, Speaker, group_name
from cxresearch.results import Result
from cxresearch.text.catalogue import mark
from cxresearch.text.words import word

_UNITS = ("hours", "months", "money", "per_hundred", "per_thousand")
_BREAKS = {
    "break": mark(
        "{measure}: a new level from {wave} on, {change} ({interval}); waves in which it may have "
        "begun ({level}): {dates}."
    ),
    "step_or_drift": mark(
        "{measure}: it moved, but whether in one step or little by little cannot be told."
    ),
    "no_break": mark("{measure}: no break was found; small ones go unnoticed."),
}
_POINTS_NAMED = 4


def forecast(result: Result) -> Findings:
    """Say what the coming waves will show, and how likely the targets are.

    Parameters
    ----------
    result : Forecast
        From ``trends.forecast``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    told: list[str] = []
    for row in _last_of_each(result):
        name = _name(row, result, speaker)
        if pd.isna(row.get("estimate")):
            told.append(tell("{measure}: too few waves for a forecast.", measure=name))
            continue
        told.append(
            tell(
                "{measure}: in {wave}, a survey of {n} respondents is expected to show "
                "{estimate} ({interval}).",
                measure=name,
                wave=row["wave"],
                n=speaker.count(row["n_planned"]),
                estimate=speaker.amount(row["estimate"], str(row["unit"])),
                interval=speaker.interval(row, str(row["unit"])),
            )
        )
        told += _target(row, result, speaker)
    limits = [
        tell("A forecast takes for granted that nothing happens that did not happen before."),
        tell("How far the true level moves from wave to wave is itself known only roughly."),
    ]
    return _found(told, limits, result)


def outlook(result: Result) -> Findings:
    """Say where long series are going, in the long run and in the coming periods.

    Parameters
    ----------
    result : Outlook
        From ``trends.forecast_series`` or ``operations.forecast``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    frames = result.frames()
    told: list[str] = []
    for row in _last_of_each(result):
        unit, name = str(row["unit"]), _measured(row, result, speaker)
        told += _in_the_long_run(frames["line"], row, result, speaker)
        if pd.isna(row.get("estimate")):
            told.append(tell("{measure}: too few periods for a forecast.", measure=name))
            continue
        tests = frames["backtest"]
        useful = tests[(tests["measure"] == row["measure"]) & (tests["useful"] == True)]  # noqa: E712
        values = {
            "measure": name,
            "period": row["period"],
            "estimate": speaker.amount(row["estimate"], unit),
            "interval": speaker.interval(row, unit),
        }
        if len(useful):
            text = tell("{measure}: {estimate} is expected in {period} ({interval}).", **values)
        else:
            text = tell(
                "{measure}: {estimate} is expected in {period} ({interval}); so far such forecasts "
                "were no better than repeating an earlier value, or missed too often.",
                **values,
            )
        told.append(text)
    limits = [
        tell("A forecast takes for granted that nothing happens that did not happen before."),
        tell("Intervals take the model for known; the backtest says how often they held."),
    ]
    return Findings(tuple(told), tuple(limits), result.about.language, headline=told[0])


def _measured(row: dict[Any, Any], result: Result, speaker: Speaker) -> str:
    """Return the measure in quotes, with its unit where the figure does not show it."""
    name, unit = _name(row, result, speaker), str(row["unit"])
    return f"{name} ({word(unit, result.about.language)})" if unit in _UNITS else name


def _in_the_long_run(
    lines: pd.DataFrame, row: dict[Any, Any], result: Result, speaker: Speaker
) -> list[str]:
    """Say whether the line through a series rises or falls."""
    found = lines[(lines["measure"] == row["measure"]) & lines["per_period"].notna()]
    if found.empty:
        return []
    one, unit = found.iloc[0].to_dict(), str(row["unit"])
    values = {
        "measure": _measured(row, result, speaker),
        "n": speaker.count(one["n_periods"]),
        "interval": speaker.interval(
            {"conf_low": one["per_period_low"], "conf_high": one["per_period_high"]},
            unit,
            change=True,
        ),
    }
    if one["per_period_low"] <= 0 <= one["per_period_high"]:
        return [
            speaker.tell(
                "{measure}: over {n} periods neither rise nor fall can be told ({interval} a "
                "period).",
                **values,
            )
        ]
    return [
        speaker.tell(
            "{measure}: over {n} periods it moved by {change} a period ({interval}).",
            change=speaker.change(one["per_period"], unit),
            **values,
        )
    ]


def breaks(result: Result) -> Findings:
    """Say whether and when a level changed.

    Parameters
    ----------
    result : Breaks
        From ``trends.breaks``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    told: list[str] = []
    for row in result.table.to_dict("records"):
        name, unit = _name(row, result, speaker), str(row.get("unit", ""))
        template = _BREAKS.get(str(row.get("verdict")), "")
        if not template:
            text = tell("{measure}: too few waves to look for a break.", measure=name)
        elif row["verdict"] == "break":
            text = tell(
                template,
                measure=name,
                wave=row["wave"],
                change=speaker.change(row["estimate"], unit),
                interval=speaker.interval(row, unit, change=True),
                level=speaker.level,
                dates=row["date_set"],
            )
        else:
            text = tell(template, measure=name)
        if text not in told:
            told.append(text)
    limits = [tell("A break says when a level changed, not what changed it.")]
    return _found(told, limits, result)


def control_chart(result: Result) -> Findings:
    """Say which points left the usual range, by the rules declared.

    Parameters
    ----------
    result : ControlChart
        From ``trends.control_chart`` or ``trends.chart_series``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    told: list[str] = []
    place = "wave" if "wave" in result.table else "period"
    for _key, rows in result.table.groupby([*result.by, "measure"], sort=False):
        row = rows.iloc[0].to_dict()
        name = _name(row, result, speaker)
        fired = rows[rows["rule_fired"].notna()]
        if rows["centre"].isna().all():
            reasons = rows["reason"].dropna()
            why = word(reasons.iloc[-1], result.about.language) if len(reasons) else ""
            told.append(tell("{measure}: no control chart ({reason}).", measure=name, reason=why))
        elif fired.empty:
            told.append(
                tell(
                    "{measure}: every point lies within the limits, and no pattern is more than "
                    "chance.",
                    measure=name,
                )
            )
        elif len(fired) <= _POINTS_NAMED:
            told.append(
                tell(
                    "{measure}: points beyond the limits, or in a pattern that is more than "
                    "chance: {points}.",
                    measure=name,
                    points=", ".join(str(one) for one in fired[place]),
                )
            )
        else:
            told.append(
                tell(
                    "{measure}: {n} of {all} points lie beyond the limits, or in a pattern that is "
                    "more than chance; the first is {first}, the last {last}.",
                    measure=name,
                    n=speaker.count(len(fired)),
                    all=speaker.count(len(rows)),
                    first=str(fired[place].iloc[0]),
                    last=str(fired[place].iloc[-1]),
                )
            )
    limits = [
        tell("Limits describe what was usual in the baseline, not what is good."),
        tell("A point beyond the limits says that something was unlike before, not what."),
    ]
    return _found(told, limits, result)


def mix_adjusted(result: Result) -> Findings:
    """Say how much of a change is left when the mix that moves it most is held.

    Parameters
    ----------
    result : MixAdjusted
        From ``trends.mix_adjusted``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    told: list[str] = []
    table = result.table.drop_duplicates(["measure", "mix", "wave_from", "wave_to"])
    first = table["contrast"] == next(iter(table["contrast"]), "")
    for row in _most_moved(table[first]):
        name, unit = _name(row, result, speaker), str(row.get("unit", ""))
        values = {
            "measure": name,
            "waves": tell(
                "{wave_from} to {wave_to}", wave_from=row["wave_from"], wave_to=row["wave_to"]
            ),
            "mix": _quoted_mix(row["mix"], speaker),
        }
        if pd.isna(row.get("estimate")):
            told.append(
                tell(
                    "{measure}, {waves}: the change cannot be adjusted for the mix by {mix}.",
                    **values,
                )
            )
            continue
        told.append(
            tell(
                "{measure}, {waves}: {raw} as observed, {adjusted} ({interval}) with the mix by "
                "{mix} held as it was.",
                raw=speaker.change(row["raw"], unit),
                adjusted=speaker.change(row["estimate"], unit),
                interval=speaker.interval(row, unit, change=True),
                **values,
            )
        )
    if not told and any(one.code == "no_segments" for one in result.notes):
        told = [tell("The study names no segments, so no mix can be held.")]
    limits = [tell("Only the mix named here is held; respondents may differ in other ways.")]
    return _found(told, limits, result)


def comparability(result: Result) -> Findings:
    """Say which waves may be compared as they are.

    Parameters
    ----------
    result : Comparability
        From ``trends.comparability``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    told: list[str] = []
    for key, rows in result.frames()["waves"].groupby("measure", sort=False):
        name = speaker.quoted(key)
        asked = rows[rows["verdict"] != "not_asked"]
        new = asked[asked["span"].diff() > 0]
        if new.empty:
            told.append(
                tell(
                    "{measure}: no change of the question is known that bars a trend.", measure=name
                )
            )
        else:
            told.append(
                tell(
                    "{measure}: the question changed in {waves}; waves before and after are not "
                    "compared as they are.",
                    measure=name,
                    waves=", ".join(new["wave"]),
                )
            )
        if len(asked) < len(rows):
            missing = ", ".join(rows.loc[rows["verdict"] == "not_asked", "wave"])
            told.append(tell("{measure}: not asked in {waves}.", measure=name, waves=missing))
    limits = [tell("Changes of wording, mode or screening are known only where they are declared.")]
    return _found(told, limits, result)


def _most_moved(table: pd.DataFrame) -> list[dict[Any, Any]]:
    """Return, per measure, the row of the mix whose part in the change is largest."""
    size = table["mix_effect"].abs().fillna(-1.0)
    order = table.assign(size=size).sort_values("size", ascending=False, kind="stable")
    kept = order.drop_duplicates("measure").index
    return table[table.index.isin(kept)].to_dict("records")


def _target(row: dict[Any, Any], result: Result, speaker: Speaker) -> list[str]:
    """Say how likely the target is in the wave by which it is due, else in the last one."""
    frame = result.frames().get("target", pd.DataFrame())
    if frame.empty:
        return []
    for name in (*result.by, "measure"):
        frame = frame[frame[name] == row[name]]
    frame = frame[frame["p_level"].notna()]
    if frame.empty:
        return []
    due = frame[frame["due"].fillna(False).astype(bool)]
    one = (due if len(due) else frame).iloc[-1].to_dict()
    unit = str(one["unit"])
    values = {
        "measure": _name(one, result, speaker),
        "wave": one["wave"],
        "probability": speaker.amount(one["p_level"], "share"),
    }
    if pd.isna(one["target_value"]):
        return [
            speaker.tell(
                "{measure}: in {wave} the level lies within the target of {low} to {high} with "
                "probability {probability}.",
                low=speaker.amount(one["target_from"], unit),
                high=speaker.amount(one["target_to"], unit),
                **values,
            )
        ]
    return [
        speaker.tell(
            "{measure}: in {wave} the level meets the target of {target} with probability "
            "{probability}.",
            target=speaker.amount(one["target_value"], unit),
            **values,
        )
    ]


def _last_of_each(result: Result) -> list[dict[Any, Any]]:
    keys = [*result.by, "measure"]
    return result.table.drop_duplicates(keys, keep="last").to_dict("records")


def _name(row: dict[Any, Any], result: Result, speaker: Speaker) -> str:
    group = group_name(row, result.by, result.about)
    return speaker.quoted(row["measure"]) + (f", {group}" if group else "")


def _quoted_mix(mix: object, speaker: Speaker) -> str:
    return " × ".join(speaker.quoted(one) for one in str(mix).split(" × "))


def _found(told: list[str], limits: list[str], result: Result) -> Findings:
    told = told or [
        Speaker.of(result).tell("There is a single wave, so nothing can be compared over time.")
    ]
    return Findings(tuple(told), tuple(limits), result.about.language, headline=told[0])
