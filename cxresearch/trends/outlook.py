"""Where long series are going: monthly or weekly figures, forecast by ETS and seasonal ARIMA."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from cxresearch.about import About
from cxresearch.errors import AnalysisError, Fault, did_you_mean
from cxresearch.notes import Note, distinct, note
from cxresearch.results import Result
from cxresearch.stats import line, origins, series_models
from cxresearch.trends.periods import PeriodSeries, period_series
from cxresearch.trends.series import LINEAR_SHARES

GOOD_COVERAGE = 0.8
SPREAD_FOR_LOGS = 3.0
_LIMITS = {"share": (0.0, 1.0), "nps": (-100.0, 100.0), "index": (0.0, 100.0)}
_NEVER_BELOW_ZERO = ("count", "hours", "months", "per_hundred", "per_thousand")

COLUMNS = [
    "measure",
    "period",
    "periods_ahead",
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "unit",
    "model",
    "scale",
    "reason",
]
POINT_COLUMNS = ["measure", "period", "value", "unit", "n"]
BACKTEST_COLUMNS = [
    "measure",
    "way",
    "model",
    "chosen",
    "n_forecasts",
    "mase",
    "rmse",
    "coverage",
    "useful",
    "unit",
    "reason",
]
LINE_COLUMNS = [
    "measure",
    "per_period",
    "slope_se",
    "per_period_low",
    "per_period_high",
    "slope_p_value",
    "slope_se_classic",
    "hac_lags",
    "lag1_autocorrelation",
    "p_autocorrelation",
    "tau",
    "tau_p_value",
    "theil_sen",
    "unit",
    "n_periods",
    "reason",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outlook(Result):
    """The coming periods of long series; one row per series and period.

    Attributes
    ----------
    points : DataFrame
        The periods so far.
    backtest : DataFrame
        Per series and way of forecasting: errors one period ahead, beside the last value and the
        value a season ago.
    line : DataFrame
        Per series: a straight line, with standard errors that allow for neighbours being alike.
    """

    points: pd.DataFrame
    backtest: pd.DataFrame
    line: pd.DataFrame


def forecast_series(
    frame: pd.DataFrame,
    /,
    *,
    measure: str = "value",
    unit: str = "",
    horizon: int = 6,
    season: int | None = None,
    conf_level: float = 0.95,
    about: About | None = None,
    notes: Sequence[Note] = (),
) -> Outlook:
    """Tell where monthly or weekly customer figures are going, and whether a model is worth it.

    Parameters
    ----------
    frame : DataFrame
        ``period`` and ``value``; ``n`` where there are bases; ``measure`` and ``unit`` where there
        are several series.
    measure, unit : str
        What the one series is called and measured in (share, nps, points, index, count, hours).
    horizon : int
        Periods ahead.
    season : int, optional
        Periods in a cycle; by default what names such as 2024-07 or 2024 Q3 tell (12, 4, 2).
    conf_level : float
    about : About, optional
        Labels and language for showing.
    notes : sequence of Note
        What is known of the series already.

    Returns
    -------
    Outlook
        ``estimate`` and its interval in the unit of the series. ``model`` was chosen by AICc
        within families (ETS; ARIMA by how often it differences) and by the backtest between them.
        ``backtest``: up to twelve forecasts one period ahead, model and parameters settled before
        the first; ``useful`` where the errors are smaller than those of the last value and of the
        value a season ago, and .80 or more fell into their interval. ``line``: movement per period
        by weighted least squares (bases as weights), standard errors by Newey and West, Kendall's
        tau, the median slope. Below 24 periods rows carry their ``reason`` and no figure.

    Raises
    ------
    AnalysisError
        If a column is missing or the horizon is below one.

    Notes
    -----
    Shares that leave .1 to .9 are modelled on the logit scale, figures above zero that spread more
    than threefold in logs; intervals end where the scale does. A season needs two full cycles and
    is no longer than 24 periods. References: Hyndman, Koehler, Ord & Snyder (2008),
    doi:10.1007/978-3-540-71918-2; Newey & West (1987), doi:10.2307/1913610; Hyndman & Koehler
    (2006), doi:10.1016/j.ijforecast.2006.03.001.

    Examples
    --------
    >>> months = [f"{2022 + k // 12}-{k % 12 + 1:02d}" for k in range(36)]
    >>> calls = [100 + k + 10 * (k % 12 == 11) + (-1) ** k for k in range(36)]
    >>> found = forecast_series(pd.DataFrame({"period": months, "value": calls}), unit="count")
    >>> found.table["period"].iloc[0], len(found.table)
    ('2025-01', 6)
    """
    _check(frame, horizon)
    held = list(notes)
    parts: dict[str, list[dict[str, Any]]] = {"rows": [], "points": [], "backtest": [], "line": []}
    groups = [(measure, frame)]
    if "measure" in frame:
        groups = [(str(key), rows) for key, rows in frame.groupby("measure", sort=False)]
    total = 0.0
    for key, rows in groups:
        its_unit = str(rows["unit"].iloc[0]) if "unit" in rows else unit
        known = period_series(rows, season)
        total += float(np.nansum(known.n)) or float(known.known.sum())
        one = _Course(key, its_unit, known, horizon, conf_level, held)
        for name, found in one.told().items():
            parts[name] += [{"measure": key, "unit": its_unit, **row} for row in found]
    return Outlook(
        table=pd.DataFrame(parts["rows"], columns=COLUMNS),
        points=pd.DataFrame(parts["points"], columns=POINT_COLUMNS),
        backtest=pd.DataFrame(parts["backtest"], columns=BACKTEST_COLUMNS),
        line=pd.DataFrame(parts["line"], columns=LINE_COLUMNS),
        n=int(total) if len(groups) == 1 else 0,  # bases of unlike figures have no sum
        n_eff=total if len(groups) == 1 else 0.0,
        conf_level=conf_level,
        method="series_model",
        notes=distinct(held),
        about=about or About(),
    )


@dataclass(frozen=True, slots=True)
class _Course:
    """One series: its scale, its model, its proof, its line."""

    key: str
    unit: str
    series: PeriodSeries
    horizon: int
    conf_level: float
    notes: list[Note]

    def told(self) -> dict[str, list[dict[str, Any]]]:
        """Return rows of the forecast, the points, the backtest and the line."""
        points = [
            {"period": label, "value": value, "n": n}
            for label, value, n in zip(
                self.series.periods, self.series.value, self.series.n, strict=True
            )
        ]
        rows, tests = self._modelled()
        return {"rows": rows, "points": points, "backtest": tests, "line": [self._line()]}

    def _refused(
        self, labels: Sequence[str], reason: str
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        steps = enumerate(labels, start=1)
        rows = [{"period": label, "periods_ahead": h, "reason": reason} for h, label in steps]
        return rows, [{"reason": reason, "n_forecasts": 0}]

    def _modelled(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        labels = self.series.coming(self.horizon)
        reason = self._refusal()
        if reason is not None:
            return self._refused(labels, reason)
        season = self._season()
        y = self._forth(self.series.value)
        tested = origins.roll(y, season=season, conf_level=self.conf_level, shown=self._back)
        fits = series_models.choose(y, season=season)
        by_name: dict[str, series_models.SeriesFit] = dict(fits.items())
        tried = [one for one in tested.ways if one.way in by_name]
        if not tried:
            return self._refused(labels, "not_proven")
        best = min(tried, key=lambda one: one.rmse)
        fit = by_name[best.way]
        mean, error, low, high = fit.forecast(self.horizon, self.conf_level)
        estimate = self._back(mean)
        steepness = {"logit": estimate * (1 - estimate), "log": estimate, "linear": 1.0}
        ends = [self._within(self._back(one)) for one in (low, high)]
        table = {
            "estimate": self._within(estimate, quietly=True),
            "std_error": error * steepness[self.scale],
            "conf_low": ends[0],
            "conf_high": ends[1],
        }
        fixed = {"model": fit.candidate.code, "scale": self.scale, "reason": None}
        rows = [
            {"period": label, "periods_ahead": h + 1}
            | {name: float(values[h]) for name, values in table.items()}
            | fixed
            for h, label in enumerate(labels)
        ]
        return rows, self._tests(tested, best)

    def _tests(self, tested: origins.Origins, best: origins.Trial) -> list[dict[str, Any]]:
        simple = [one for one in tested.ways if one.way in origins.SIMPLE]
        useful = best.coverage >= GOOD_COVERAGE and all(best.rmse < one.rmse for one in simple)
        if not useful:
            self.notes.append(
                note("series_no_better", measure=self.key, mase=best.mase, coverage=best.coverage)
            )
        return [
            {
                "way": one.way,
                "model": one.code,
                "chosen": one is best,
                "n_forecasts": one.n,
                "mase": one.mase,
                "rmse": one.rmse,
                "coverage": one.coverage,
                "useful": useful if one is best else None,
                "reason": None,
            }
            for one in tested.ways
        ]

    def _line(self) -> dict[str, Any]:
        known = self.series.known
        n = int(known.sum())
        if n < line.FEWEST_POINTS:
            return {"n_periods": n, "reason": "too_few_periods"}
        if np.ptp(self.series.value[known]) == 0:
            return {"n_periods": n, "reason": "no_variance"}
        based = bool((self.series.n[known] > 0).all())
        found = line.line(
            self.series.value,
            weights=self.series.n if based else None,
            conf_level=self.conf_level,
        )
        if not based:
            self.notes.append(note("no_sampling_error", measure=self.key))
        if found.p_autocorrelation < 1 - self.conf_level:
            self.notes.append(
                note("series_autocorrelated", measure=self.key, r=found.lag1_autocorrelation)
            )
        return {
            "per_period": found.slope,
            "slope_se": found.slope_se,
            "per_period_low": found.slope_low,
            "per_period_high": found.slope_high,
            "slope_p_value": found.p_value,
            "slope_se_classic": found.slope_se_classic,
            "hac_lags": found.lags,
            "lag1_autocorrelation": found.lag1_autocorrelation,
            "p_autocorrelation": found.p_autocorrelation,
            "tau": found.tau,
            "tau_p_value": found.tau_p_value,
            "theil_sen": found.theil_sen,
            "n_periods": n,
            "reason": None,
        }

    def _refusal(self) -> str | None:
        """Return why nothing is forecast, or None."""
        n = int(self.series.known.sum())
        if n < series_models.FEWEST_POINTS:
            self.notes.append(
                note("series_short", measure=self.key, n=n, needed=series_models.FEWEST_POINTS)
            )
            return "too_few_periods"
        if np.ptp(self.series.value[self.series.known][:-1]) == 0:
            return "no_variance"  # a last value that differs leaves a backtest nothing to learn
        return None

    def _season(self) -> int:
        """Return the season that the models may have, and say what keeps them from one."""
        season, n = self.series.season, int(self.series.known.sum())
        if not self.series.known.all():
            gaps = int((~self.series.known).sum())
            self.notes.append(note("series_gaps", measure=self.key, n=gaps))
        if season > series_models.LONGEST_SEASON:
            self.notes.append(note("season_too_long", measure=self.key, n=season))
            return 1
        if season > 1 and n < series_models.FULL_CYCLES * season:
            self.notes.append(note("too_few_cycles", measure=self.key, n=n))
        return season

    # the scale -------------------------------------------------------------------------------

    @property
    def scale(self) -> str:
        """Code of the scale of the model: linear, logit or log."""
        known = self.series.value[self.series.known]
        if self.unit == "share" and (
            known.min() < LINEAR_SHARES[0] or known.max() > LINEAR_SHARES[1]
        ):
            return "logit"
        if (
            self.unit in _NEVER_BELOW_ZERO
            and known.min() > 0
            and known.max() > SPREAD_FOR_LOGS * known.min()
        ):
            return "log"
        return "linear"

    def _forth(self, values: np.ndarray) -> np.ndarray:
        if self.scale == "logit":
            n = np.where(self.series.n > 0, self.series.n, 100.0)
            return np.asarray(logit(np.clip(values, 0.5 / (n + 1), (n + 0.5) / (n + 1))))
        return np.log(values) if self.scale == "log" else values

    def _back(self, values: np.ndarray) -> np.ndarray:
        if self.scale == "logit":
            return np.asarray(expit(values))
        return np.exp(values) if self.scale == "log" else values

    def _within(self, values: np.ndarray, *, quietly: bool = False) -> np.ndarray:
        """Return figures cut at the ends of the scale."""
        floor = 0.0 if self.unit in _NEVER_BELOW_ZERO else -np.inf
        low, high = _LIMITS.get(self.unit, (floor, np.inf))
        if not quietly and ((values < low) | (values > high)).any():
            self.notes.append(note("interval_clipped", measure=self.key))
        return np.asarray(np.clip(values, low, high))


def _check(frame: pd.DataFrame, horizon: int) -> None:
    faults = [
        Fault(
            kind="analysis",
            what=f'the series has no column "{name}"',
            where="frame",
            hint=did_you_mean(name, [str(column) for column in frame.columns]),
        )
        for name in ("period", "value")
        if name not in frame
    ]
    if horizon < 1:
        faults.append(
            Fault(
                kind="analysis",
                what="a forecast needs a period ahead",
                where="horizon",
                found=str(horizon),
                hint="give 1 or more",
            )
        )
    if not faults and frame.empty:
        faults.append(Fault(kind="analysis", what="the series has no periods", where="frame"))
    if faults:
        raise AnalysisError(*faults)
