"""Cells of operational tables as local times, without a zone and without a surprise."""

from __future__ import annotations

from zoneinfo import available_timezones

import pandas as pd

_OFFSET = r"\d:\d{2}.*(?:[Zz]|[+-]\d{2}(?::?\d{2})?)\s*$"
_TAIL = r"\s*(?:[Zz]|[+-]\d{2}(?::?\d{2})?)\s*$"


def local_times(raw: pd.Series, date_format: str | None, zone: str | None) -> pd.Series:
    """Return cells as local times; what is no date is blank.

    A time that says how far it is from UTC is turned into the table's own zone, whatever its
    offset: those of summer and winter may stand in one column. Without a zone its clock counts.

    Examples
    --------
    >>> told = pd.Series(["2025-03-29T10:00:00Z", "2025-03-31T10:00:00+02:00", "2025-04-01"])
    >>> local_times(told, None, "Europe/Ljubljana").dt.strftime("%d. %H:%M").tolist()
    ['29. 11:00', '31. 10:00', '01. 00:00']
    """
    if pd.api.types.is_datetime64_any_dtype(raw):
        return _plain(raw, zone)
    cells = raw.astype(object)
    if date_format is not None and "%z" in date_format:
        offset = cells.notna()
    else:
        offset = cells.astype(str).str.contains(_OFFSET, regex=True) & cells.notna()
    how = date_format or "ISO8601"
    times = pd.Series(pd.NaT, index=raw.index, dtype="datetime64[ns]")
    if not offset.all():
        times = _plain(pd.to_datetime(cells.mask(offset), format=how, errors="coerce"), zone)
    if offset.any():
        told = cells[offset].astype(str)
        if _known(zone):
            there = _plain(pd.to_datetime(told, format=how, errors="coerce", utc=True), zone)
        else:
            bare = told.str.replace(_TAIL, "", regex=True)
            clock = how.replace("%z", "").strip()
            there = _plain(pd.to_datetime(bare, format=clock, errors="coerce"), None)
        times = there.reindex(raw.index).where(offset, times)
    return times.astype("datetime64[ns]")


def _plain(times: pd.Series, zone: str | None) -> pd.Series:
    if getattr(times.dt, "tz", None) is not None:
        times = (times.dt.tz_convert(zone) if _known(zone) else times).dt.tz_localize(None)
    return times.astype("datetime64[ns]")


def _known(zone: str | None) -> bool:
    return zone is not None and zone in available_timezones()
