"""What every operational indicator goes by: its table, periods, groups, and the row it makes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.notes import Note, note
from cxresearch.operations.periods import ALL, Period
from cxresearch.registry import DEFINITIONS
from cxresearch.stats import survey
from cxresearch.stats.estimates import Interval
from cxresearch.stats.intervals import poisson_rate, wilson
from cxresearch.stats.rates import poisson_dispersion
from cxresearch.study.params.operations import BusinessHours, Operations
from cxresearch.study.study import Study
from cxresearch.study.tables import Tables

Row = dict[str, Any]
Piece = tuple[dict[str, str], Period, pd.DataFrame]

_STAFF = ("agent_id", "staff_id")
_PERIODS_TO_JUDGE = 6
_DISPERSED = 1.5
GLOSSARY_NAMES = frozenset(
    ["measure", "statistic", "period", "unit", "n", "direction", "level", "method", "reason"]
)
"""Columns that result tables have anyway."""


@dataclass(slots=True)
class Asked:
    """One question to the tables of a study: which periods and groups, at which level.

    Attributes
    ----------
    study : Study
    periods : list of Period
    by : tuple of str
        Columns that make groups: of the table itself, of its customers, or of their branches.
    level : float
        Confidence level.
    notes : list of Note
        What the indicators have to say of themselves.
    unsplit : set of str
        Indicators whose tables do not have the groups asked for.
    """

    study: Study
    periods: list[Period]
    by: tuple[str, ...]
    level: float
    notes: list[Note] = field(default_factory=list)
    unsplit: set[str] = field(default_factory=set)
    _ready: dict[str, pd.DataFrame | None] = field(default_factory=dict)

    @property
    def tables(self) -> Tables:
        """The study's tables."""
        return self.study.tables

    @property
    def told(self) -> Operations:
        """What the params say of operations."""
        return self.study.params.analysis.operations

    @property
    def names(self) -> tuple[str, ...]:
        """How result tables call the groups; a name of their own columns gets an ending."""
        return tuple(f"{one}_group" if one in GLOSSARY_NAMES else one for one in self.by)

    def cut(self, table: str) -> pd.Timestamp:
        """Return the midnight until which a table knows what happened."""
        known = self.tables.facts(table).cut
        return known if known is not None else self.periods[-1].after

    def business(self, measure: str) -> BusinessHours | None:
        """Return the business hours in which an indicator is counted, None for the calendar."""
        rule = self.told.business_hours
        return rule if rule is not None and measure in rule.measures else None

    def has(self, table: str, *columns: str) -> bool:
        """Tell whether there is a table that has all these columns."""
        return self.tables.has(table, *columns)

    def table(self, name: str, measure: str) -> pd.DataFrame | None:
        """Return a table with the grouping columns in it, None where it cannot be grouped so."""
        if name not in self._ready:
            self._ready[name] = self._grouped(name)
        if self._ready[name] is None:
            self.unsplit.add(measure)
        return self._ready[name]

    def _grouped(self, name: str) -> pd.DataFrame | None:
        frame = self.tables[name]
        for column in self.by:
            labels = self._labels(frame, name, column)
            if labels is None:
                return None
            frame = frame.assign(**{f"by:{column}": labels})
        return frame

    def _labels(self, frame: pd.DataFrame, name: str, column: str) -> pd.Series | None:
        """Return the group of every row: its own, else its customer's, else its branch's."""
        if column == self.study.params.data.service_point:
            column = "branch_id" if column not in frame else column
        if column in _STAFF and column not in frame:
            column = next((one for one in _STAFF if one in frame), column)
        if column in frame:
            labels = frame[column]
            names = column in _STAFF and not self.told.staff_names
            return _numbered(labels) if names else labels
        for table, key in (("customers", "customer_id"), ("orders", "order_id")):
            if key in frame and table != name and self.tables.has(table, key):
                other = self.tables[table]
                found = self._labels(other, table, column)
                if found is not None:
                    return frame[key].map(dict(zip(other[key], found, strict=True)))
        if "branch_id" in frame and name != "branches" and self.tables.has("branches", column):
            branches = self.tables["branches"]
            return frame["branch_id"].map(
                dict(zip(branches["branch_id"], branches[column], strict=True))
            )
        return None

    def pieces(self, frame: pd.DataFrame, time: str, table: str) -> Iterator[Piece]:
        """Yield the rows of every group and period, by the time that says when they began."""
        cut = self.cut(table)
        known = frame[time].dropna()
        if known.empty:
            return
        first = known.min()
        for keys, part in self.groups(frame):
            for period in self.periods:
                if period.start < cut and period.after > first:
                    yield keys, period, part[period.inside(part[time])]

    def groups(self, frame: pd.DataFrame) -> Iterator[tuple[dict[str, str], pd.DataFrame]]:
        """Yield the rows of every group; all rows where no groups were asked for."""
        if not self.by:
            yield {}, frame
            return
        columns = [f"by:{one}" for one in self.by]
        for labels, part in frame.dropna(subset=columns).groupby(columns, sort=True):
            yield dict(zip(self.names, map(str, labels), strict=True)), part

    def row(
        self,
        measure: str,
        statistic: str,
        period: Period,
        keys: dict[str, str],
        found: Interval | None = None,
        *,
        value: float = np.nan,
        n: float = 0,
        unit: str | None = None,
        direction: str | None = None,
        method: str = "",
        numerator: float = np.nan,
        denominator: float = np.nan,
        n_open: float = np.nan,
        n_window: float = np.nan,
        reason: str | None = None,
        least: int | None = None,
    ) -> Row:
        """Return a row of the table; a figure on too small a base is withheld."""
        known = DEFINITIONS.get(measure)
        show = self.study.min_n.show if least is None else least
        numbers = [value, np.nan, np.nan, np.nan]
        if found is not None:
            numbers = [found.estimate, found.std_error, found.conf_low, found.conf_high]
            method = method or found.method
        withheld = n < show
        if withheld:
            reason = "empty" if n == 0 else "small_base"
            numbers = [np.nan] * 4
            numerator = np.nan
        names = ("estimate", "std_error", "conf_low", "conf_high")
        low = not withheld and (least is None or least > 1) and n < self.study.min_n.test
        return {
            **keys,
            "measure": measure,
            "statistic": statistic,
            "period": period.label,
            **dict(zip(names, numbers, strict=True)),
            "unit": unit or (known.unit if known else ""),
            "direction": direction or (known.direction if known else "none"),
            "level": known.level if known else "operational",
            "n": int(n),
            "numerator": numerator,
            "denominator": denominator,
            "n_open": n_open,
            "n_window": n_window,
            "partial": not period.whole,
            "low_base": low,
            "suppressed": withheld,
            "reason": reason,
            "method": method,
        }

    def share(
        self,
        measure: str,
        statistic: str,
        period: Period,
        keys: dict[str, str],
        flags: pd.Series | np.ndarray,
        clusters: pd.Series | None = None,
        **more: Any,
    ) -> Row:
        """Return the row of a share: Wilson, at the effective n where customers come back."""
        yes = np.asarray(flags, dtype=float)
        known = ~np.isnan(yes)
        kept = None if clusters is None else clusters[known]
        yes = yes[known]
        found = None
        if yes.size:
            found = proportion(yes, kept, self.level)
        more = {"numerator": float(yes.sum()), "denominator": float(yes.size), **more}
        return self.row(measure, statistic, period, keys, found, n=yes.size, **more)

    def rate(
        self,
        measure: str,
        statistic: str,
        period: Period,
        keys: dict[str, str],
        events: float,
        exposure: float,
        per: float,
        **more: Any,
    ) -> Row:
        """Return the row of a rate per so many units, with exact Poisson limits."""
        found = poisson_rate(events, exposure / per, self.level) if exposure > 0 else None
        more = {"numerator": float(events), "denominator": float(exposure), **more}
        return self.row(measure, statistic, period, keys, found, n=exposure, **more)

    def ratio(
        self,
        measure: str,
        statistic: str,
        period: Period,
        keys: dict[str, str],
        y: pd.Series,
        x: pd.Series,
        clusters: pd.Series | None = None,
        **more: Any,
    ) -> Row:
        """Return the row of a sum over a sum, never of a mean of ratios."""
        known = y.notna() & x.notna()
        top, bottom = y[known].to_numpy(float), x[known].to_numpy(float)
        found = None
        if bottom.sum() > 0:
            found = quotient(top, bottom, None if clusters is None else clusters[known], self.level)
        more = {"numerator": float(top.sum()), "denominator": float(bottom.sum()), **more}
        more.setdefault("method", "linearised_ratio")
        if found is None:
            more["reason"] = "empty"
        return self.row(measure, statistic, period, keys, found, n=top.size, **more)

    def scatter(self, measure: str, counts: Sequence[tuple[float, float]]) -> None:
        """Note where counts of six or more periods scatter more than Poisson counts do.

        Pearson's chi-square over its degrees of freedom against one rate for all periods; told
        from 1.5 on.
        """
        known = [(events, exposed) for events, exposed in counts if exposed > 0]
        if len(known) < _PERIODS_TO_JUDGE:
            return
        ratio = poisson_dispersion([one for one, _ in known], [one for _, one in known])
        if ratio > _DISPERSED:
            self.notes.append(note("counts_overdispersed", measure=measure, ratio=round(ratio, 2)))

    def window(self, measure: str, left_out: int) -> None:
        """Note how long an indicator's window is and how many it could not yet judge."""
        days = self.told.window(measure)
        days = int(days) if days.is_integer() else days
        self.notes.append(note("window_days", measure=measure, days=days, n=left_out))


def proportion(yes: np.ndarray, clusters: pd.Series | None, level: float) -> Interval:
    """Return a share with Wilson's interval, at the effective n where units belong together."""
    if clusters is not None:
        codes = pd.factorize(clusters.fillna("").astype(str))[0]
        distinct = len(np.unique(codes))
        if 1 < distinct < yes.size and 0 < yes.sum() < yes.size:
            return survey.proportion(yes, clusters=codes, conf_level=level)
    return wilson(float(yes.sum()), float(yes.size), level)


def quotient(y: np.ndarray, x: np.ndarray, clusters: pd.Series | None, level: float) -> Interval:
    """Return sum over sum with its linearised interval; without one where there is one unit."""
    codes = None if clusters is None else pd.factorize(clusters.fillna("").astype(str))[0]
    units = y.size if codes is None else len(np.unique(codes))
    if units > 1:
        return survey.ratio(y, x, clusters=codes, conf_level=level)
    nan = float("nan")
    return Interval(
        estimate=float(y.sum() / x.sum()),
        std_error=nan,
        conf_low=nan,
        conf_high=nan,
        conf_level=level,
        method="t",
        n=y.size,
    )


def _numbered(ids: pd.Series) -> pd.Series:
    """Return numbers in place of people's ids, in an order that the ids do not tell."""

    def hidden(one: str) -> str:
        return hashlib.sha256(one.encode()).hexdigest()

    known = sorted(map(str, ids.dropna().unique()), key=hidden)
    width = len(str(len(known)))
    return ids.map({one: f"{place:0{width}d}" for place, one in enumerate(known, 1)})


def present(frame: pd.DataFrame, moment: pd.Timestamp) -> pd.DataFrame:
    """Return who was there at a moment: begun before it, not ended before it."""
    begun = frame["start_date"] < moment
    if "end_date" not in frame:
        return frame[begun]
    return frame[begun & (frame["end_date"].isna() | (frame["end_date"] >= moment))]


__all__ = ["ALL", "Asked", "Piece", "Row", "present", "proportion", "quotient"]
