"""What may be said of a change: clear, likely, too small to matter, or cannot tell."""

from __future__ import annotations

from typing import Literal

from scipy import stats

Verdict = Literal[
    "suppressed",
    "clear_rise",
    "clear_fall",
    "likely_rise",
    "likely_fall",
    "below_threshold",
    "no_practical_change",
    "detectable",
    "cannot_tell",
]


def verdict(
    change: float,
    std_error: float,
    df: float,
    conf_low: float,
    conf_high: float,
    q_value: float,
    threshold: float | None,
    conf_level: float = 0.95,
) -> Verdict:
    """Return the verdict on a change of a customer figure.

    With alpha = 1 - conf_level: clear where q <= alpha and the interval lies wholly beyond the
    practical threshold; likely where q <= alpha and the change reaches it; below_threshold where
    q <= alpha and it does not; no_practical_change where the interval at 2 conf_level - 1 lies
    inside the threshold (two one-sided tests); otherwise cannot_tell. Without a threshold only
    detectable or cannot_tell.

    Parameters
    ----------
    change, std_error, conf_low, conf_high : float
        In the unit of the figure.
    df : float
        Degrees of freedom; infinite for the normal.
    q_value : float
        Adjusted in its family.
    threshold : float or None
        Smallest change that matters, above zero, declared before looking.
    conf_level : float

    Examples
    --------
    >>> verdict(0.03, 0.02, float("inf"), -0.0092, 0.0692, 0.13, 0.05)
    'cannot_tell'
    """
    alpha = 1 - conf_level
    if not std_error >= 0 or change != change:
        return "suppressed"
    detected = q_value <= alpha
    if threshold is None:
        return "detectable" if detected else "cannot_tell"
    if detected:
        rise = change > 0
        if conf_low >= threshold or conf_high <= -threshold:
            return "clear_rise" if rise else "clear_fall"
        if abs(change) >= threshold:
            return "likely_rise" if rise else "likely_fall"
        return "below_threshold"
    reach = float(stats.t.ppf(conf_level, df)) * std_error
    if -threshold < change - reach and change + reach < threshold:
        return "no_practical_change"
    return "cannot_tell"
