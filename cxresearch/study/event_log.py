"""Operational logs with one row an update, turned into one row a ticket, order or customer."""

from __future__ import annotations

import pandas as pd

from cxresearch.errors import Fault, did_you_mean, first
from cxresearch.study import contracts
from cxresearch.study.gather import as_labels
from cxresearch.study.local_times import local_times
from cxresearch.study.params import Table


def one_row_each(
    name: str, frame: pd.DataFrame, table: Table, file: str
) -> tuple[pd.DataFrame, list[Fault]]:
    """Turn a log with one row an update into one row a ticket (order, customer).

    The last update of each counts, by ``order`` (a number) or by time; a column of ``reached``
    is the time of the first update in the state. An update that does not say when it was, or
    what it belongs to, is a fault: which one is the last would be a guess.
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
    when = local_times(frame[events.time], table.date_format, table.time_zone)
    rank = pd.to_numeric(frame[events.order], errors="coerce") if events.order else when
    if faults := _unusable(name, frame, keys, table, file, when, rank):
        return frame, faults
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


def _unusable(
    name: str,
    frame: pd.DataFrame,
    keys: list[str],
    table: Table,
    file: str,
    when: pd.Series,
    rank: pd.Series,
) -> list[Fault]:
    """Return the faults of updates without a key, a time or a place in the order."""
    events = table.events
    assert events is not None
    hint = "write year-month-day, or say how dates are written: date_format"
    timeless = when.isna()
    if events.order:
        timeless &= frame[events.time].notna()  # their number says where blank ones belong
    looked = [(events.time, timeless, "updates without a time", hint)]
    if events.order:
        looked.append((events.order, rank.isna(), "updates without their number", "number them"))
    looked += [
        (key, as_labels(frame[key]).isna(), "updates without their key", "every row needs its key")
        for key in keys
    ]
    return [
        Fault(
            kind="data",
            what=f"{name}: {what}",
            where=f'{file}, column "{table.columns.get(column, column)}", '
            f"{int(lost.sum())} of {len(frame)} rows",
            found=first([str(cell) for cell in frame.loc[lost, column].dropna().unique()]),
            hint=hint,
        )
        for column, lost, what, hint in looked
        if lost.any()
    ]
