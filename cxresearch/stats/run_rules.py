"""Which points of a control chart are no longer chance: run rules, each firing named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from cxresearch.errors import did_you_mean
from cxresearch.stats.random_walk import Array
from cxresearch.stats.series import fault

Rule = Literal["beyond_3_sigma", "two_of_three_beyond_2", "four_of_five_beyond_1", "one_side"]

RULES: tuple[Rule, ...] = get_args(Rule)

_ZONES: dict[str, tuple[int, int, float]] = {
    "beyond_3_sigma": (1, 1, 3.0),
    "two_of_three_beyond_2": (2, 3, 2.0),
    "four_of_five_beyond_1": (4, 5, 1.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """One rule fired at one point: `point` and `members` count from 0.

    `members` are the points that make the pattern; `in_baseline` says that the point helped to
    set the limits it is judged by.
    """

    rule: Rule
    point: int
    members: tuple[int, ...]
    side: Literal["above", "below"]
    in_baseline: bool


def fire(
    z: Array,
    *,
    baseline: NDArray[np.bool_] | None = None,
    rules: Sequence[Rule] = RULES,
    run_length: int = 8,
) -> tuple[Firing, ...]:
    """List every firing of the run rules on standardised points.

    beyond_3_sigma: one point beyond 3 sigma; two_of_three_beyond_2 and four_of_five_beyond_1: so
    many of the last points beyond that line on one side, the last among them; one_side:
    `run_length` points in a row on one side, fired again at each further point. A point on the
    centre ends a run; so does a missing one (NaN), which also ends the other patterns.

    Parameters
    ----------
    z : array (points,)
        (value - centre) / sigma of that point.
    rules : sequence of {"beyond_3_sigma", "two_of_three_beyond_2", "four_of_five_beyond_1", \
"one_side"}

    Raises
    ------
    StatisticsError
        Where a rule is not known.

    References
    ----------
    Nelson (1984), 10.1080/00224065.1984.11978921; Western Electric (1956), Statistical Quality
    Control Handbook.

    Examples
    --------
    >>> import numpy as np
    >>> [(f.rule, f.point, f.side) for f in fire(np.array([0.1, 2.5, -0.2, 2.2, -3.4]))]
    [('two_of_three_beyond_2', 3, 'above'), ('beyond_3_sigma', 4, 'below')]
    """
    for rule in rules:
        if rule not in RULES:
            raise fault("no such run rule", found=rule, hint=did_you_mean(rule, RULES))
    if run_length < 2:
        raise fault("a run has at least two points", found=str(run_length), hint="8 is customary")
    base = np.zeros(len(z), dtype=bool) if baseline is None else baseline
    found = []
    for side, signed in (("above", z), ("below", -z)):
        for rule in rules:
            needed, window, line = _ZONES.get(rule, (run_length, run_length, 0.0))
            beyond = signed > line  # NaN is beyond nothing
            for point in np.flatnonzero(beyond):
                start = max(0, int(point) - window + 1)
                gaps = np.flatnonzero(np.isnan(z[start : point + 1]))
                start += int(gaps[-1]) + 1 if len(gaps) else 0
                members = start + np.flatnonzero(beyond[start : point + 1])
                if len(members) >= needed:
                    found.append(
                        Firing(
                            rule=rule,
                            point=int(point),
                            members=tuple(int(at) for at in members),
                            side="above" if side == "above" else "below",
                            in_baseline=bool(base[point]),
                        )
                    )
    return tuple(sorted(found, key=lambda one: (one.point, RULES.index(one.rule))))
