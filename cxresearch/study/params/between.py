"""Faults that only show when sections of the params are read together."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from cxresearch.errors import Fault, did_you_mean, nearest
from cxresearch.study.params.each import ALL
from cxresearch.study.params.tables import TABLE_COLUMNS

if TYPE_CHECKING:
    from cxresearch.study.params.params import Params

_LOOKS_AT = {"speeder": "duration", "fast": "duration", "speed_index": "page_times"}
_SECTIONS = ("study", "data", "tables", "analysis", "report")


def faults_between(params: Params) -> list[Fault]:
    """Return the faults that only show when sections are read together."""
    faults: list[Fault] = []

    def fault(what: str, place: tuple[str | int, ...], found: str, hint: str) -> None:
        where = params.where(*place)
        faults.append(Fault(kind="params", what=what, where=where, found=found, hint=hint))

    data = params.data
    extra = (*data.segments, *([data.service_point] if data.service_point else []))
    for name, table in params.tables.items():
        known = (*TABLE_COLUMNS[name], *extra)
        for column in table.columns:
            if column not in known:
                what = f'table "{name}" has no column "{column}"'
                at = ("tables", name, "columns", column)
                fault(what, at, "", did_you_mean(column, known, limit=20))
        for column in () if table.events is None else table.events.reached:
            if column not in known:
                what = f'table "{name}" has no column "{column}"'
                spot = ("tables", name, "events", "reached", column)
                fault(what, spot, "", did_you_mean(column, known, limit=20))
        if table.time_zone is not None and table.time_zone not in available_timezones():
            zones = sorted(available_timezones())
            near = nearest(table.time_zone, zones) or "Europe/Ljubljana"
            what = f'"{table.time_zone}" is no time zone'
            fault(what, ("tables", name, "time_zone"), table.time_zone, f"such as {near}")
    for number, rule in enumerate(data.exclude):
        key = _LOOKS_AT.get(rule)
        if key is not None and not getattr(data, key):
            what = f'the rule "{rule}" has nothing to look at'
            fault(what, ("data", "exclude", number), rule, f"name its columns under data.{key}")
    waves = () if data.wave is None else data.wave.order
    named: list[tuple[tuple[str | int, ...], str | None]]
    named = [(("alerts", i, "wave"), alert.wave) for i, alert in enumerate(params.alerts)]
    named += [
        (("analysis", "trends", "bridges", i, "wave"), bridge.wave)
        for i, bridge in enumerate(params.analysis.trends.bridges)
    ]
    for place, wave in named:
        if wave is not None and waves and wave not in waves:
            what = f'"{wave}" is no wave of data.wave.order'
            fault(what, place, wave, did_you_mean(wave, waves))
    faults_of_groups(params, fault)
    return faults


def faults_of_groups(params: Params, fault: Callable[..., None]) -> None:
    """Tell of every key of ``for`` that is neither a column to group by nor a param."""
    data = params.data
    known = [*(["wave"] if data.wave else []), *data.segments, *filter(None, [data.service_point])]
    for key, wanted in params.each.items():
        section, dot, _rest = key.partition(".")
        if dot and section not in _SECTIONS:
            what = f'"{key}" is no key of the params'
            fault(what, ("for", key), key, did_you_mean(section, _SECTIONS))
        elif dot and wanted == ALL:
            fault(f'"{key}" has no groups', ("for", key), ALL, "list the values")
        elif not dot and key not in known and not (data.wave and key == data.wave.column):
            what = f'"{key}" is no wave, segment or service point'
            fault(what, ("for", key), key, did_you_mean(key, known))
