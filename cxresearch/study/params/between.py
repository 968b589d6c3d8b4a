"""Faults that only show when sections of the params are read together."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from cxresearch.errors import Fault, did_you_mean, nearest
from cxresearch.study.params.tables import TABLE_COLUMNS

if TYPE_CHECKING:
    from cxresearch.study.params.params import Params


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
    return faults
