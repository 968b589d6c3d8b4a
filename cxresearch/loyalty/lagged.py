"""Satisfaction of one period and the company's money of a later one, period by period."""

from __future__ import annotations

from dataclasses import dataclass
from math import atanh, inf, isfinite, nan, sqrt, tanh
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.bases import Bases, headline
from cxresearch.errors import AnalysisError, Fault
from cxresearch.loyalty import periods
from cxresearch.loyalty.periods import Span
from cxresearch.notes import Note, distinct, note
from cxresearch.operations.measure import about
from cxresearch.results import NotAsked, Result
from cxresearch.stats.estimates import quantile, significance
from cxresearch.stats.multiplicity import adjust
from cxresearch.study.study import Study
from cxresearch.verdicts import verdict

FEWEST_PERIODS = 12
FAMILY = "lagged"
COLUMNS = ["measure", "outcome", "effect", "gap", "estimate", "std_error", "conf_low", "conf_high"]
COLUMNS += ["df", "p_value", "q_value", "family", "family_size", "verdict", "unit", "n_periods"]
COLUMNS += ["n_eff", "reason"]
SERIES = ["measure", "outcome", "wave", "period", "wave_figure", "score_unit", "value", "unit"]

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LaggedLink(Result):
    """Satisfaction against later cash flow and revenue; one row per outcome and effect.

    Attributes
    ----------
    series : DataFrame
        The pairs: wave with its figure, later period with its money.
    """

    series: pd.DataFrame


def lagged(
    study: Study,
    /,
    *,
    measure: str | None = None,
    gap: int = 1,
    conf_level: float | None = None,
) -> LaggedLink | NotAsked:
    """Tell whether more comes in after periods in which customers were more satisfied.

    Parameters
    ----------
    study : Study
        With waves, and the table ``cash`` or ``revenue``.
    measure : str, optional
        By default the outcome of the drivers, else the first measure.
    gap : int
        Periods (of the waves' length) from the wave to the money; at least 1.
    conf_level : float, optional

    Returns
    -------
    LaggedLink
        Per outcome (cash_flow, revenue) the ``correlation`` of both series without their linear
        trends, with Fisher's interval of a partial correlation at the number of periods that
        autocorrelation leaves (``n_eff``), and ``money_change``: money per unit of the measure
        (per percentage point of a share). With fewer than twelve pairs nothing is estimated
        (``reason`` few_periods) and ``series`` is all there is. `NotAsked` where there is neither
        a table of cash nor one of revenue.

    Raises
    ------
    AnalysisError
        For the same period (`gap` 0), or without waves.

    Notes
    -----
    Two series that both grow go together whatever causes them: hence the trends are taken out,
    and even then this is association. n_eff = n (1 − r₁r₂)/(1 + r₁r₂) with the lag-1
    autocorrelations. References: Bartlett (1935), doi:10.2307/2342284; Keiningham et al. (2007),
    doi:10.1509/jmkg.71.3.039.
    """
    if gap < 1:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what="satisfaction and money of the same period are not linked",
                where="gap",
                found=str(gap),
                hint="what was paid may have come before what was said: ask for gap=1 or more",
            )
        )
    level = study.conf_level if conf_level is None else conf_level
    key = _measure(study, measure)
    spans = {wave: span.later(gap) for wave, span in periods.of_waves(study).items()}
    money = _money(study, spans)
    if not money:
        return NotAsked(
            table=pd.DataFrame(),
            n=0,
            n_eff=0.0,
            conf_level=level,
            need="table:cash",
            about=about(study),
        )
    notes: list[Note] = [note("later_association")]
    figures, unit = _figures(study, key, level)
    rows: list[Row] = []
    pairs: list[pd.DataFrame] = []
    for outcome, values in money.items():
        both = figures.to_frame("wave_figure").join(values.rename("value"), how="inner").dropna()
        rows += _effects(both, level, {"measure": key, "outcome": outcome, "gap": gap}, unit)
        told = both.assign(measure=key, outcome=outcome, score_unit=unit, unit="money")
        told["period"] = [_named(spans[str(wave)]) for wave in both.index]
        pairs.append(told.rename_axis("wave").reset_index())
    table = pd.DataFrame(rows).reindex(columns=COLUMNS)
    _judge(table, level, study.params.analysis.multiplicity)
    n = int(table["n_periods"].max())
    return LaggedLink(
        table=table,
        series=pd.concat(pairs, ignore_index=True).reindex(columns=SERIES),
        n=n,
        n_eff=float(n),
        conf_level=level,
        method="lagged_correlation",
        notes=distinct(notes),
        about=about(study),
    )


def _measure(study: Study, measure: str | None) -> str:
    chosen = measure or study.params.analysis.drivers.outcome
    if chosen in study.codebook.measures:
        return str(chosen)
    if measure is not None or not study.codebook.measures:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what=f'the codebook has no measure "{measure or ""}"',
                where="codebook: measures",
                hint="one of: " + ", ".join(study.codebook.measures),
            )
        )
    return next(iter(study.codebook.measures))


def _figures(study: Study, key: str, level: float) -> tuple[pd.Series, str]:
    """Return the headline of every wave that may be shown, and its unit."""
    score, bases = study.measure(key), Bases(study)
    found: dict[str, float] = {}
    for wave in study.waves:
        part = study.wave(wave)
        n = int(study.design.members(part.mask, score.values).sum())
        if bases.withheld(f"{key} · {wave}", n) is None:
            found[wave] = headline(study.design, score, part.mask, level).estimate
    return pd.Series(found, dtype=float), score.unit


def _money(study: Study, spans: dict[str, Span]) -> dict[str, pd.Series]:
    """Return cash flow and revenue of the outcome period of every wave that was wholly seen."""
    tables = study.tables
    found: dict[str, pd.Series] = {}
    if tables.has("cash", "period", "receipts", "payments"):
        cash = tables["cash"]
        flow = cash["receipts"] - cash["payments"]
        found["cash_flow"] = _sums(cash["period"], flow, spans)
    if tables.has("revenue", "period", "revenue"):
        paid = tables["revenue"]
        found["revenue"] = _sums(paid["period"], paid["revenue"], spans)
    return found


def _sums(labels: pd.Series, amounts: pd.Series, spans: dict[str, Span]) -> pd.Series:
    """Return the sums within spans; missing where the ledger does not reach over a whole span."""
    known = {one: periods.spelled(str(one)) for one in labels.dropna().unique()}
    starts = labels.map({one: span.start for one, span in known.items() if span is not None})
    afters = labels.map({one: span.after for one, span in known.items() if span is not None})
    sums: dict[str, float] = {}
    for wave, span in spans.items():
        inside = (starts >= span.start) & (afters <= span.after)
        months = {(s, a) for s, a in zip(starts[inside], afters[inside], strict=True)}
        covered = sum(round((a - s) / pd.Timedelta(days=30.4)) for s, a in months)
        sums[wave] = float(amounts[inside].sum()) if covered >= span.months else nan
    return pd.Series(sums, dtype=float)


def _effects(both: pd.DataFrame, level: float, shell: Row, unit: str) -> list[Row]:
    n = len(both)
    shell = {**shell, "n_periods": n}
    corr: Row = {**shell, "effect": "correlation", "unit": "correlation"}
    slope: Row = {**shell, "effect": "money_change", "unit": "money"}
    if n < FEWEST_PERIODS:
        return [{**one, "reason": "few_periods"} for one in (corr, slope)]
    time = np.arange(n, dtype=float)
    x, y = (_without_trend(time, both[name].to_numpy(float)) for name in ("wave_figure", "value"))
    if not (x.std() > 1e-12 and y.std() > 1e-12):
        return [{**one, "reason": "no_variance"} for one in (corr, slope)]
    r = float(np.corrcoef(x, y)[0, 1])
    left = max(n * _shrinkage(x, y), 5.5)
    # the trend that was taken out of both costs a period: Fisher's variance is 1/(n - 1 - 3)
    z, error = atanh(min(max(r, -0.999999), 0.999999)), 1 / sqrt(left - 4)
    reach = quantile(level) * error
    p = significance(z, error, inf)[1]
    corr |= {"estimate": r, "std_error": (1 - r**2) * error, "conf_low": tanh(z - reach)}
    corr |= {"conf_high": tanh(z + reach), "p_value": p, "n_eff": left}
    per = 0.01 if unit == "share" else 1.0
    ratio = float(y.std() / x.std()) * per
    df = max(left - 3, 1.0)
    spread = sqrt(max(1 - r**2, 0.0) / df) * ratio
    width = quantile(level, df) * spread
    slope |= {"estimate": r * ratio, "std_error": spread, "conf_low": r * ratio - width}
    slope |= {"conf_high": r * ratio + width, "df": df, "n_eff": left, "p_value": p}
    return [corr, slope]


def _without_trend(time: np.ndarray, values: np.ndarray) -> np.ndarray:
    line: np.ndarray = np.polyval(np.polyfit(time, values, 1), time)
    rest: np.ndarray = values - line
    return rest


def _shrinkage(x: np.ndarray, y: np.ndarray) -> float:
    """Return which part of the periods autocorrelation leaves; never more than all."""
    product = float(np.prod([(one[1:] * one[:-1]).sum() / (one**2).sum() for one in (x, y)]))
    return min((1 - product) / (1 + product), 1.0) if product > -1 else 1.0


def _judge(table: pd.DataFrame, level: float, method: str) -> None:
    """Add q values over the outcomes: correlation and slope are one test."""
    tests = table["effect"] == "correlation"
    q = adjust(table.loc[tests, "p_value"].astype(float), method)  # type: ignore[arg-type]
    by_outcome = dict(zip(table.loc[tests, "outcome"], np.asarray(q), strict=True))
    table["q_value"] = table["outcome"].map(by_outcome).astype(float)
    table["family"] = FAMILY
    table["family_size"] = int(table.loc[tests, "p_value"].notna().sum())
    table["verdict"] = [
        verdict(row["estimate"], row["std_error"], inf, nan, nan, row["q_value"], None, level)
        if isfinite(float(row["estimate"]))
        else "suppressed"
        for row in table.astype({"estimate": float, "std_error": float}).to_dict("records")
    ]


def _named(span: Span) -> str:
    """Return what a span is called: 2024, 2024 H1, 2024 Q3, 2024-07."""
    start, months = span.start, span.months
    if months == 12:
        return str(start.year)
    letter = {6: "H", 3: "Q"}.get(months)
    if letter is None:
        return f"{start.year}-{start.month:02d}"
    return f"{start.year} {letter}{(start.month - 1) // months + 1}"
