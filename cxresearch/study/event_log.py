"""Operational logs with one row an update, turned into one row a ticket, order or customer."""

from __future__ import annotations

import pandas as pd

from cxresearch.errors import Fault, did_you_mean
from cxresearch.study import contracts
from cxresearch.study.gather import as_labels
from cxresearch.study.params import Table


def one_row_each(
    name: str, frame: pd.DataFrame, table: Table, file: str
) -> tuple[pd.DataFrame, list[Fault]]:
    """Turn a log with one row an update into one row a ticket (order, customer).

    The last update of each counts, by ``order`` (a number) or by time; a column of ``reached``
    is the time of the first update in the state.
    """
    events = table.events
    if events is None:
        return frame, []
    keys = [one for one in contracts.KEYS[name] if one in frame]
    wanted = [events.time, *([events.order] if events.order else [])]
    wanted += [one.column for one in events.reached.values()]
    absent = [one for one in dict.fromkeys(wanted) if one not in frame]
    faults = [
        Fault(
            kind="data",
            what=f'there is no column "{one}"',
            where=f"{file}; asked for by tables.{name}.events",
            hint=did_you_mean(one, list(frame.columns)),
        )
        for one in absent
    ]
    if not keys:
        faults.append(
            Fault(
                kind="data",
                what=f'the log of "{name}" does not say what its updates belong to',
                where=file,
                hint=f"name the file's column: columns: {{{contracts.KEYS[name][0]}: …}}",
            )
        )
    if faults:
        return frame, faults
    when = times_of(frame[events.time], table.date_format)
    rank = pd.to_numeric(frame[events.order], errors="coerce") if events.order else when
    log = frame.assign(_when=when, _rank=rank).sort_values(["_rank", "_when"], kind="stable")
    rows = log.groupby(keys, sort=False).tail(1).set_index(keys).drop(columns=["_when", "_rank"])
    for column, state in events.reached.items():
        seen = log[state.column]
        if state.above is None:
            there = as_labels(seen).isin(state.values)
        else:
            there = pd.to_numeric(seen, errors="coerce") > state.above
        rows[column] = log[there].groupby(keys)["_when"].min()
    order = frame.drop_duplicates(keys).set_index(keys).index
    return rows.loc[order].reset_index(), []


def times_of(raw: pd.Series, date_format: str | None) -> pd.Series:
    """Return cells as local times; what is no date is blank."""
    if pd.api.types.is_datetime64_any_dtype(raw):
        times = raw
    else:
        how = date_format or "ISO8601"
        times = pd.to_datetime(raw.astype(object), format=how, errors="coerce")
    if getattr(times.dt, "tz", None) is not None:
        times = times.dt.tz_localize(None)
    return times.astype("datetime64[ns]")
