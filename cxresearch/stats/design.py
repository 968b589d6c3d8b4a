"""A survey design and what it says about any part of the customers behind it.

An estimate of a complex design is Σwy/Σw with its Taylor-linearised variance (see
`cxresearch.stats.layout`). A simple design (no weights, strata or clusters) behaves as textbooks
say: rows without an answer or outside the domain are not there. Compared with R ``survey``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import nan, sqrt
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from cxresearch.errors import Fault, StatisticsError, did_you_mean
from cxresearch.stats import intervals
from cxresearch.stats.intervals import Interval, Means, quantile, student
from cxresearch.stats.layout import Bools, Floats, Layout
from cxresearch.stats.replicates import About, jackknife_covariance

__all__ = ["Design", "ShareMethod"]

ShareMethod = Literal["wilson", "beta", "logit", "t"]
_SHARE_METHODS = ("wilson", "beta", "logit", "t")
_NOTHING = 1e-20  # variance, relative to the spread of the answers, that is rounding and no more


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    """A linearised mean: what all estimates are made from."""

    theta: float
    variance: float
    spread: float  # Σu(y − θ)², u the weights with unit sum
    unit_squares: float  # Σu²
    n: int
    df: int
    values: Floats  # z by row, zero outside

    @property
    def sample_variance(self) -> float:
        """Unbiased weighted variance of the answers; NaN where a single answer carries it."""
        return self.spread / (1 - self.unit_squares) if self.unit_squares < 1 else nan

    @property
    def std_error(self) -> float:
        return sqrt(self.variance) if self.df > 0 and self.variance >= 0 else nan

    @property
    def deff(self) -> float:
        return self.variance * (self.n - 1) / self.spread if self.spread > 0 else nan


@dataclass(frozen=True, slots=True, eq=False)
class Design(Layout):
    """The survey design of all rows of a study, and estimates for any part of it.

    Made by ``Design.build(n, weights=, strata=, clusters=, fpc=, lonely_psu=)``. A `domain` is a
    boolean array over all rows; it never takes rows out of a complex design, so that clusters
    without a member still count.

    Examples
    --------
    >>> design = Design.build(6, weights=[1, 1, 2, 2, 3, 3], clusters=[1, 1, 2, 2, 3, 3])
    >>> m = design.mean([4, 5, 3, 4, 2, float("nan")])
    >>> round(m.estimate, 4), m.n, m.df
    (3.2222, 5, 2.0)
    """

    def mean(
        self, y: ArrayLike, domain: ArrayLike | None = None, conf_level: float = 0.95
    ) -> Interval:
        """How customers rate on average: Σwy/Σw with a t interval at the design's df.

        Parameters
        ----------
        y : array-like, shape (n,)
            Scores; NaN where there is no answer.
        domain : array-like of bool, shape (n,), optional
        conf_level : float

        Returns
        -------
        Interval
            In scale points; NaN with ``n=0`` where nobody in the domain answered. `n_eff` is the
            weighted variance over V, `deff` compares with a simple random sample of the same n.
        """
        answers = self._column(y, "y")
        fit = self._fit(answers, self.members(domain, answers))
        found = student(fit.theta, fit.std_error, float(fit.df), conf_level, n=fit.n)
        return self._with_n_eff(found, fit, fit.sample_variance, conf_level)

    def proportion(
        self,
        flag: ArrayLike,
        domain: ArrayLike | None = None,
        conf_level: float = 0.95,
        *,
        method: ShareMethod = "wilson",
    ) -> Interval:
        """Which share of customers says so: Wilson's interval at the effective n.

        In a complex design the counts of Wilson's formula are share × n_eff_df, with
        n_eff = p(1−p)/V and n_eff_df = n_eff (t_{n−1}/t_df)² capped at n; where nothing varies,
        n_eff is that of the weights over the declared cluster deff and `fallback` is set.

        Parameters
        ----------
        flag : array-like, shape (n,)
            1, 0, or NaN where there is no answer.
        domain : array-like of bool, shape (n,), optional
        conf_level : float
        method : {"wilson", "beta", "logit", "t"}
            beta: Korn and Graubard; logit and t: from the design standard error.

        Returns
        -------
        Interval
            A share from 0 to 1; `std_error` is the design standard error, which with Wilson or
            beta the interval does not use.

        References
        ----------
        Korn & Graubard 1998, *Survey Methodology* 24, 193-201.
        """
        if method not in _SHARE_METHODS:
            hint = did_you_mean(method, _SHARE_METHODS)
            raise _fault("unknown interval for a share", "method", str(method), hint)
        answers = self._flags(flag, "flag")
        fit = self._fit(answers, self.members(domain, answers))
        df = float(fit.df)
        if fit.n == 0:
            return _empty("wilson", conf_level)
        if self.simple:
            yes = round(fit.theta * fit.n)
            if method == "wilson":
                return intervals.wilson(yes, fit.n, conf_level)
            if method == "beta":
                return intervals.clopper_pearson(yes, fit.n, conf_level)
        found = student(fit.theta, fit.std_error, df, conf_level, n=fit.n)
        found = self._with_n_eff(found, fit, fit.theta * (1 - fit.theta), conf_level)
        if method == "t":
            return found
        if method == "logit":
            return _logit(found)
        if not found.n_eff_df > 0:
            return replace(found, conf_low=nan, conf_high=nan, method="wilson")
        score = intervals.wilson if method == "wilson" else intervals.clopper_pearson
        shape = score(fit.theta * found.n_eff_df, found.n_eff_df, conf_level)
        return replace(
            found,
            conf_low=shape.conf_low,
            conf_high=shape.conf_high,
            method="wilson" if method == "wilson" else "korn_graubard",
        )

    def net_promoter(
        self,
        promoter: ArrayLike,
        detractor: ArrayLike,
        domain: ArrayLike | None = None,
        conf_level: float = 0.95,
    ) -> Interval:
        """Promoters minus detractors in points, with the adjusted Wald interval.

        In a complex design the interval takes weighted shares × n_eff_df as counts, with
        n_eff = (P + D − (P − D)²)/V; `std_error` and `sampling_error` are then the linearised
        standard error of the score. In a simple design it is
        `cxresearch.stats.intervals.net_promoter` of the counts.

        Parameters
        ----------
        promoter, detractor : array-like, shape (n,)
            1, 0, or NaN where there is no answer; never both 1.
        domain : array-like of bool, shape (n,), optional
        conf_level : float

        Returns
        -------
        Interval
            Points from −100 to 100.

        References
        ----------
        Rocks 2016, 10.1080/00031305.2016.1158124.
        """
        up, down = self._flags(promoter, "promoter"), self._flags(detractor, "detractor")
        if (up + down > 1).any():
            row = int(np.argmax(up + down > 1))
            hint = "promoters and detractors must not share a rating"
            raise _fault("an answer counts as both", f"first at row {row}", "1 and 1", hint)
        member = self.members(domain, up, down)
        fit = self._fit(up - down, member)
        if fit.n == 0:
            return _empty("adjusted_wald", conf_level)
        if self.simple:
            counts = self.tally(up, member), self.tally(down, member)
            return intervals.net_promoter(*counts, fit.n, conf_level)
        found = student(fit.theta, fit.std_error, float(fit.df), conf_level, n=fit.n)
        found = self._with_n_eff(found, fit, fit.spread, conf_level)
        known = found.n_eff_df > 0
        w = self.weights_of(member)
        total = float(w @ member.astype(float))
        shares = [float(w @ np.where(member, part, 0.0)) / total for part in (up, down)]
        shape = _empty("adjusted_wald", conf_level)
        if known:
            counts = shares[0] * found.n_eff_df, shares[1] * found.n_eff_df
            shape = intervals.net_promoter(*counts, found.n_eff_df, conf_level)
        return replace(
            found,
            estimate=100 * fit.theta,
            std_error=100 * fit.std_error,
            sampling_error=100 * fit.std_error,
            conf_low=shape.conf_low,
            conf_high=shape.conf_high,
            centre=shape.centre,
            clipped=shape.clipped,
            method="adjusted_wald",
        )

    def ratio(
        self,
        y: ArrayLike,
        x: ArrayLike,
        domain: ArrayLike | None = None,
        conf_level: float = 0.95,
    ) -> Interval:
        """How much of one thing comes per unit of another: Σwy/Σwx, never a mean of ratios.

        Linearised with z = w (y − R x)/Σwx; t interval at the design's df.

        Parameters
        ----------
        y, x : array-like, shape (n,)
            NaN in either leaves the row out. Σwx must not be zero.
        domain : array-like of bool, shape (n,), optional
        conf_level : float

        Returns
        -------
        Interval
            Units of y per unit of x; `n` counts rows with both.

        Examples
        --------
        >>> resolved, hours = [120, 95, 140, 80, 110], [40, 38, 44, 30, 36]
        >>> r = Design.build(5).ratio(resolved, hours)
        >>> round(r.estimate, 7), round(r.std_error, 7)
        (2.8989362, 0.1304849)
        """
        top, below = self._column(y, "y"), self._column(x, "x")
        member = self.members(domain, top, below)
        n = self.count(member)
        if n == 0:
            return _empty("t", conf_level)
        w = self.weights_of(member)
        numerator, denominator = np.where(member, top, 0.0), np.where(member, below, 0.0)
        total = float(w @ denominator)
        if total == 0:
            raise _fault(
                "the denominator of the ratio sums to zero",
                "x",
                f"{n} rows",
                "suppress the ratio: there was no exposure",
            )
        value = float(w @ numerator) / total
        z = w * (numerator - value * denominator) / total
        df = self.df_of(member)
        return student(value, self._error(z, member, df), float(df), conf_level, n=n)

    def difference(
        self,
        y: ArrayLike,
        domain_a: ArrayLike,
        domain_b: ArrayLike,
        conf_level: float = 0.95,
    ) -> Interval:
        """By how much two groups' means differ, a − b, clusters shared by both reckoned with.

        The linearised values of b are taken from those of a, so the covariance of shared
        clusters (and of people in both groups) is in the error; df = PSUs − strata − 1 over both
        groups, as R ``svyttest``. Simple designs with separate groups: Welch.

        Parameters
        ----------
        y : array-like, shape (n,)
        domain_a, domain_b : array-like of bool, shape (n,)
        conf_level : float

        Returns
        -------
        Interval
            In scale points, with statistic and two-sided p.
        """
        answers = self._column(y, "y")
        in_a, in_b = self.members(domain_a, answers), self.members(domain_b, answers)
        a, b = self._fit(answers, in_a), self._fit(answers, in_b)
        if a.n == 0 or b.n == 0:
            return _empty("t", conf_level)
        n = self.count(in_a | in_b)
        if self.simple and not (in_a & in_b).any():
            sides = (a.theta, a.std_error, a.df, b.theta, b.std_error, b.df)
            return replace(intervals.welch(*sides, conf_level), n=n)
        df = self.df_of(in_a | in_b) - 1
        error = self._error(a.values - b.values, in_a | in_b, df)
        return student(a.theta - b.theta, error, float(df), conf_level, n=n)

    def means(self, Y: ArrayLike, domain: ArrayLike | None = None) -> Means:
        """How customers rate several things, and how these means move together.

        Parameters
        ----------
        Y : array-like, shape (n, k)
            Scores; NaN where there is no answer. Each column keeps its own answered rows.
        domain : array-like of bool, shape (n,), optional

        Returns
        -------
        Means
            Columns without an answer are NaN.
        """
        table = np.asarray(Y, dtype=float)
        if table.ndim != 2 or len(table) != self.n:
            hint = "pass a frame with one row per respondent"
            found = f"shape {table.shape} for {self.n} rows"
            raise _fault("scores must be a table with one row per respondent", "Y", found, hint)
        inside = self.members(domain)
        fits = [self._fit(column, inside & ~np.isnan(column)) for column in table.T]
        covariance = np.zeros((len(fits), len(fits)))
        if fits:
            Z = np.stack([fit.values for fit in fits], axis=1)
            if self.simple:
                n = np.array([fit.n for fit in fits], dtype=float)
                scale = np.sqrt(n / np.where(n > 1, n - 1, nan))
                covariance = self.inner(Z) * np.outer(scale, scale)
            else:
                covariance = self.spread(self.psu_totals(Z))
        bad = np.array([not fit.df > 0 for fit in fits], dtype=bool)
        covariance[bad, :] = nan
        covariance[:, bad] = nan
        kish = [1 / fit.unit_squares if fit.n else nan for fit in fits]
        n_eff = [
            fit.n if self.simple else self._n_eff(fit, fit.sample_variance, one)[0]
            for fit, one in zip(fits, kish, strict=True)
        ]
        return Means(
            estimates=np.array([fit.theta for fit in fits]),
            covariance=covariance,
            df=np.array([fit.df for fit in fits], dtype=float),
            n=np.array([fit.n for fit in fits], dtype=float),
            n_eff=np.array(n_eff, dtype=float),
        )

    def jackknife(
        self,
        y: ArrayLike,
        domain: ArrayLike | None = None,
        conf_level: float = 0.95,
        *,
        about: About = "replicates",
    ) -> Interval:
        """How customers rate on average, with the delete-one-cluster error as a second opinion.

        Parameters and result as `mean`, without effective sizes; `about`: what the replicates
        are compared with, their mean or the full-sample estimate. For other statistics see
        `cxresearch.stats.replicates.jackknife_covariance`.
        """
        answers = self._column(y, "y")
        member = self.members(domain, answers)
        n, df = int(member.sum()), self.df_of(member)
        if n == 0:
            return _empty("jackknife", conf_level)
        if self.simple:
            fit = self._fit(answers, member)
            return replace(
                student(fit.theta, fit.std_error, float(df), conf_level, n=n), method="jackknife"
            )
        Z = np.stack([np.where(member, answers, 0.0), member.astype(float)], axis=1)
        estimate, variance = jackknife_covariance(self, Z, _quotient, about)
        error = sqrt(float(variance[0, 0])) if df > 0 else nan
        found = student(float(estimate[0]), error, float(df), conf_level, n=n)
        return replace(found, method="jackknife")

    def _fit(self, y: Floats, member: Bools) -> _Fit:
        n = self.count(member)
        if n == 0:
            zero = np.zeros(self.n)
            return _Fit(
                theta=nan, variance=nan, spread=nan, unit_squares=nan, n=0, df=0, values=zero
            )
        w = self.weights_of(member)
        # a dot product like that of the answers: a share of everybody is 1 to the last digit
        total = float(w @ member.astype(float))
        u = w / total
        answers = np.where(member, y, 0.0)
        theta = float(w @ answers) / total
        away = np.where(member, answers - theta, 0.0)
        z = u * away
        if self.simple:
            variance = float(self.inner(z)) * n / (n - 1) if n > 1 else nan
            df = n - 1
        else:
            variance = float(self.spread(self.psu_totals(z[:, None]))[0, 0])
            df = self.df_of(member)
        return _Fit(
            theta=theta,
            variance=variance,
            spread=float(z @ away),
            unit_squares=float(self.inner(u)),
            n=n,
            df=df,
            values=z,
        )

    def _error(self, z: Floats, member: Bools, df: int) -> float:
        if df <= 0:
            return nan
        return sqrt(float(self.covariance_of_totals(z, member)[0, 0]))

    def _n_eff(self, fit: _Fit, v_srs: float, n_kish: float) -> tuple[float, bool]:
        if fit.variance > _NOTHING * (fit.spread + fit.theta**2) and fit.spread > 0:
            return v_srs / fit.variance, False
        return n_kish / self.cluster_deff, True

    def _with_n_eff(self, found: Interval, fit: _Fit, v_srs: float, conf_level: float) -> Interval:
        """Return the interval with effective sizes; `v_srs` is the variance of one answer."""
        if fit.n == 0:
            return found
        if self.simple:
            return replace(found, n_eff=fit.n, n_eff_df=fit.n, deff=1.0)
        if fit.df <= 0:
            return found
        n_eff, fallback = self._n_eff(fit, v_srs, 1 / fit.unit_squares)
        few = (quantile(conf_level, fit.n - 1) / quantile(conf_level, fit.df)) ** 2
        return replace(
            found,
            n_eff=n_eff,
            n_eff_df=min(n_eff * few, float(fit.n)),
            deff=fit.n / n_eff if fallback else fit.deff,
            fallback=fallback,
        )

    def _column(self, values: ArrayLike, name: str) -> Floats:
        column = np.asarray(values, dtype=float)
        if column.ndim != 1 or len(column) != self.n:
            raise _fault(
                f"{name} must have one value for every row of the design",
                name,
                f"shape {column.shape} for {self.n} rows",
                "choose rows by `domain`, not by filtering",
            )
        if np.isinf(column).any():
            row = int(np.argmax(np.isinf(column)))
            raise _fault(f"{name} must be finite", f"row {row}", "inf", "NaN means no answer")
        return column

    def _flags(self, values: ArrayLike, name: str) -> Floats:
        column = self._column(values, name)
        wrong = ~((column == 0) | (column == 1) | np.isnan(column))
        if wrong.any():
            raise _fault(
                f"{name} must be 1, 0 or NaN",
                f"first at row {int(np.argmax(wrong))}",
                f"{column[wrong][0]:g}",
                "compare the answers with a cut first, and keep NaN where there is no answer",
            )
        return column


def _quotient(totals: Any) -> Any:
    return totals[..., 0] / totals[..., 1]


def _logit(found: Interval) -> Interval:
    """Return the interval made on the logit scale from estimate, std_error and df."""
    p = found.estimate
    if not 0 < p < 1:
        return replace(found, conf_low=nan, conf_high=nan, method="logit")
    half = quantile(found.conf_level, found.df) * found.std_error / (p * (1 - p))
    middle = np.log(p / (1 - p))
    low, high = (float(1 / (1 + np.exp(-end))) for end in (middle - half, middle + half))
    return replace(found, conf_low=low, conf_high=high, method="logit")


def _empty(method: str, conf_level: float) -> Interval:
    return Interval(
        estimate=nan,
        std_error=nan,
        conf_low=nan,
        conf_high=nan,
        conf_level=conf_level,
        method=method,
        n=0,
    )


def _fault(what: str, where: str, found: str, hint: str) -> StatisticsError:
    return StatisticsError(Fault(kind="statistics", what=what, where=where, found=found, hint=hint))
