"""What a customer is worth and how fast customers leave: lifetime value, churn by any period."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite
from typing import Literal, get_args

from cxresearch.errors import Fault, StatisticsError, did_you_mean
from cxresearch.stats.intervals import Interval, wilson

Timing = Literal["after", "immediate"]
MAX_HORIZON_YEARS = 5.0
_EXPLODES = 2.0

__all__ = ["MAX_HORIZON_YEARS", "LifetimeValue", "churn", "lifetime_value", "over_periods"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LifetimeValue:
    """Present value of the margin that a customer brings.

    Attributes
    ----------
    value : float
        Within the horizon, in the money of the margin.
    endless : float
        The same without a horizon.
    horizon : float
        Periods that were counted.
    timing : {"after", "immediate"}
        Whether the first margin comes after one period or at once.
    exploding : bool
        The endless value exceeds twice that of the horizon: it rests on years nobody has seen.
    """

    value: float
    endless: float
    horizon: float
    timing: Timing
    exploding: bool


def lifetime_value(
    margin: float,
    retention: float,
    interest: float,
    *,
    horizon: float = inf,
    timing: Timing = "after",
) -> LifetimeValue:
    """Return what a customer is worth today: margins to come, each if the customer still is one.

    With q = r/(1 + i): ``after`` Σ_{t=1..T} m qᵗ, endless m r/(1 + i − r); ``immediate``
    Σ_{t=0..T−1} m qᵗ, endless m (1 + i)/(1 + i − r).

    Parameters
    ----------
    margin : float
        Per period, in money.
    retention : float
        Share of customers that stays for another period, 0 to 1.
    interest : float
        Per period, above −1.
    horizon : float
        Periods T (a whole number, or infinite).
    timing : {"after", "immediate"}
        Whether the first margin comes after one period or at once.

    Raises
    ------
    StatisticsError
        Where the sum is not defined: i ≤ −1, r outside [0, 1], 1 + i − r ≤ 0.

    References
    ----------
    Gupta, Lehmann & Stuart 2004, 10.1509/jmkr.41.1.7.25084. One rate of retention for everybody:
    where the loyal stay longer, this is too low for them (Fader & Hardie 2010, 10.1002/dir.20154).

    Examples
    --------
    >>> round(lifetime_value(100, 0.8, 0.1).value, 4)
    266.6667
    >>> round(lifetime_value(100, 0.8, 0.1, horizon=5, timing="immediate").value, 4)
    292.0634
    """
    if timing not in get_args(Timing):
        raise _fault("unknown timing of margins", timing, did_you_mean(timing, get_args(Timing)))
    if not 0 <= retention <= 1:
        raise _fault("retention is a share", f"{retention:g}", "give it as 0 to 1")
    if not interest > -1:
        raise _fault("interest must lie above -1", f"{interest:g}", "write 0.1 for 10 % a period")
    if 1 + interest - retention <= 0:
        raise _fault(
            "the value of customers who stay for ever without interest is endless",
            f"retention {retention:g}, interest {interest:g}",
            "declare an interest above zero",
        )
    if horizon != inf and not (horizon >= 1 and float(horizon).is_integer()):
        raise _fault(
            "the horizon is a whole number of periods", f"{horizon:g}", "round it, or leave it out"
        )
    kept = retention / (1 + interest)
    first = kept if timing == "after" else 1.0
    endless = margin * first / (1 - kept)
    value = endless if horizon == inf else endless * (1 - kept**horizon)
    return LifetimeValue(
        value=value,
        endless=endless,
        horizon=horizon,
        timing=timing,
        exploding=bool(isfinite(horizon) and abs(endless) > _EXPLODES * abs(value)),
    )


def churn(lost: float, present: float, conf_level: float = 0.95) -> Interval:
    """Return the share of customers present at the start who left, with Wilson's interval.

    Customers won since never count below the line. Retention is 1 − churn, its interval this
    one mirrored.

    Raises
    ------
    StatisticsError
        Nobody was present, or more left than were there.

    Examples
    --------
    >>> found = churn(24, 800)
    >>> found.estimate, round(found.conf_low, 4), round(found.conf_high, 4)
    (0.03, 0.0202, 0.0443)
    """
    return wilson(lost, present, conf_level)


def over_periods(rate: float, periods: float) -> float:
    """Return the share that leaves within several periods, each losing the same share.

    1 − (1 − c)^k: twelve months of c are less than twelve times c.

    Examples
    --------
    >>> round(over_periods(0.02, 12), 7)
    0.2152833
    """
    if not 0 <= rate <= 1:
        raise _fault("churn is a share", f"{rate:g}", "give it as 0 to 1")
    return float(1 - (1 - rate) ** periods)


def _fault(what: str, found: str, hint: str) -> StatisticsError:
    return StatisticsError(Fault(kind="statistics", what=what, found=found, hint=hint))
