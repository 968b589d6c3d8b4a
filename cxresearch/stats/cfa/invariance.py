"""Whether groups may be compared: the same factors, loadings and intercepts, step by step."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import stats

from cxresearch.errors import StatisticsError
from cxresearch.stats.cfa.estimation import Confirmed, fit
from cxresearch.stats.cfa.layout import Release, Shared
from cxresearch.stats.cfa.model import Model, Moments, fault
from cxresearch.stats.cfa.modification import release_tests

Gate = Literal["means", "relations", "structure", "items", "small_groups"]
SMALL_GROUP = 100
SMALL_TOTAL = 300
#: Items per factor that must stay equal for a comparison to rest on them.
LEAST_INVARIANT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """When a step is rejected: CFI falls by so much, together with a rise of RMSEA or SRMR.

    Conventions (Chen 2007 for the steps), not laws. The first step holds where CFI reaches
    `configural_cfi` and RMSEA or SRMR does not exceed its bound.
    """

    cfi: float = 0.010
    rmsea: float = 0.015
    srmr_metric: float = 0.030
    srmr_scalar: float = 0.010
    configural_cfi: float = 0.90
    configural_rmsea: float = 0.08
    configural_srmr: float = 0.08

    @staticmethod
    def chen(n: float) -> Rules:
        """Return the rules for so many respondents in all groups together."""
        if n <= SMALL_TOTAL:
            return Rules(cfi=0.005, rmsea=0.010, srmr_metric=0.025, srmr_scalar=0.005)
        return Rules()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ladder:
    """The steps of an invariance analysis and what they allow.

    Attributes
    ----------
    steps : DataFrame
        `step` (configural, metric, partial_metric, scalar, partial_scalar), `chi2, df, p_value,
        cfi, tli, rmsea, srmr`, differences from the last step that held (`delta_chi2, delta_df,
        delta_p, delta_cfi, delta_rmsea, delta_srmr`), `freed` (items no longer held equal),
        `holds, reason` (not_converged, fit, worse, or nothing).
    released : tuple of (part, item)
        What the last accepted step leaves free.
    gate : str
        means (factor means comparable), relations (correlations and regressions only), structure
        (the same factors, no more), items (not even those), small_groups (too few respondents to
        decide).
    means : DataFrame
        Where gate is "means": `group, factor, estimate, std_error, statistic, p_value`, against
        the first group, in the metric of the factor's first equal item.
    rules : Rules
    small : tuple of groups below 100 respondents
    """

    steps: pd.DataFrame
    released: tuple[Release, ...]
    gate: Gate
    means: pd.DataFrame
    rules: Rules
    small: tuple[Hashable, ...]


def invariance(
    model: Model | Mapping[str, Sequence[Hashable]],
    groups: Mapping[Any, Moments],
    rules: Rules | None = None,
) -> Ladder:
    """Tell whether a difference between groups is one of opinion, not of reading the questions.

    Configural: the same items show the same factors. Metric: with the same strength. Scalar:
    from the same level. A rejected step is tried again with the items released that differ
    most (score test), as long as two items per factor stay equal.

    Parameters
    ----------
    model : Model, or mapping from factor to items
    groups : mapping from group to Moments
        With means; at least two.
    rules : Rules, optional
        By default Chen's for the number of respondents.

    Returns
    -------
    Ladder

    Raises
    ------
    StatisticsError
        Fewer than two groups, or a configural model that cannot be fitted.

    Notes
    -----
    Fit compared with R ``lavaan``. An item released from equal loadings is released from equal
    intercepts as well.

    References
    ----------
    Chen 2007, doi:10.1080/10705510701301834. Cheung & Rensvold 2002,
    doi:10.1207/S15328007SEM0902_5. Byrne, Shavelson & Muthen 1989, doi:10.1037/0033-2909.105.3.456.

    Examples
    --------
    >>> items = ["a", "b", "c", "d"]
    >>> r = pd.DataFrame(np.where(np.eye(4) > 0, 1.0, 0.5), items, items)
    >>> first, second = pd.Series(5.0, items), pd.Series(5.3, items)
    >>> groups = {"x": Moments(cov=r, n=200, mean=first), "y": Moments(cov=r, n=200, mean=second)}
    >>> found = invariance({"F": items}, groups)
    >>> found.gate, found.means["estimate"].round(3).tolist()
    ('means', [0.3])
    """
    model = Model.of(model)
    if len(groups) < 2:
        raise fault("invariance compares at least two groups", found=f"{len(groups)}")
    rules = rules or Rules.chen(sum(one.n for one in groups.values()))
    climb = _Climb(model, groups, rules)
    climb.all_steps()
    small = tuple(name for name, one in groups.items() if one.n < SMALL_GROUP)
    gate = climb.gate
    return Ladder(
        steps=pd.DataFrame(climb.rows),
        released=climb.released,
        gate="small_groups" if small else gate,
        means=_means(model, groups, climb.released if gate == "means" else None),
        rules=rules,
        small=small,
    )


@dataclass(slots=True)
class _Climb:
    """The way up: the last step that held, and the rows so far."""

    model: Model
    groups: Mapping[Any, Moments]
    rules: Rules
    rows: list[dict[str, Any]] = field(default_factory=list)
    released: tuple[Release, ...] = ()
    last: Confirmed | None = None
    gate: Gate = "items"

    def all_steps(self) -> None:
        """Climb as far as it holds."""
        first = self._fitted((), ())
        holds = self._acceptable(first)
        self.rows.append(self._row("configural", first, (), holds, "" if holds else "fit"))
        if not holds:
            return
        self.last, self.gate = first, "structure"
        if not self._step("metric", ("loadings",), "loading"):
            return
        self.gate = "relations"
        # an item of other loadings cannot be held to the same intercept
        self.released += tuple(("intercept", item) for _, item in self.released)
        if self._enough("intercept", self.released) and self._step(
            "scalar", ("loadings", "intercepts"), "intercept"
        ):
            self.gate = "means"

    def _step(
        self, name: str, equal: tuple[Shared, ...], part: Literal["loading", "intercept"]
    ) -> bool:
        """Try a step, then with items released one by one; return whether one of them holds."""
        released, label = self.released, name
        while True:
            try:
                found = self._fitted(equal, released)
            except StatisticsError:
                self.rows.append(self._row(label, None, released, False, "not_converged"))
                return False
            worse = self._worse(found, name)
            if not worse or label == name:
                self.rows.append(
                    self._row(label, found, released, not worse, "worse" if worse else "")
                )
            if not worse:
                self.last, self.released = found, released
                return True
            tests = release_tests(found, part)
            options = [item for item in tests["item"] if (part, item) not in released]
            options = [item for item in options if self._enough(part, (*released, (part, item)))]
            if not options:
                if label != name:
                    self.rows.append(self._row(label, found, released, False, "worse"))
                return False
            released, label = (*released, (part, options[0])), f"partial_{name}"

    def _fitted(self, equal: tuple[Shared, ...], released: tuple[Release, ...]) -> Confirmed:
        return fit(
            self.model,
            self.groups,
            equal=equal,
            released=[one for one in released if f"{one[0]}s" in equal],
            means=True,
            identification="unit",
        )

    def _enough(self, part: str, released: tuple[Release, ...]) -> bool:
        free = {item for one, item in released if one == part}
        return all(
            sum(item not in free for item in items) >= LEAST_INVARIANT
            for items in self.model.factors.values()
        )

    def _acceptable(self, found: Confirmed) -> bool:
        one, rules = found.fit, self.rules
        if one.df == 0:
            return True
        near = one.rmsea <= rules.configural_rmsea or one.srmr <= rules.configural_srmr
        return bool(one.cfi >= rules.configural_cfi and near)

    def _worse(self, found: Confirmed, name: str) -> bool:
        cfi, rmsea, srmr = self._change(found)
        most = self.rules.srmr_metric if name == "metric" else self.rules.srmr_scalar
        # differences of fit are compared as printed in the rules, not to the last bit
        slack = 1e-12
        return bool(
            cfi <= -self.rules.cfi + slack
            and (rmsea >= self.rules.rmsea - slack or srmr >= most - slack)
        )

    def _change(self, found: Confirmed) -> tuple[float, float, float]:
        if self.last is None:
            return (float("nan"),) * 3
        now, then = _fit_of(found), _fit_of(self.last)
        return now[0] - then[0], now[1] - then[1], now[2] - then[2]

    def _row(
        self,
        step: str,
        found: Confirmed | None,
        released: tuple[Release, ...],
        holds: bool,
        reason: str,
    ) -> dict[str, Any]:
        nan = float("nan")
        names = [
            "chi2",
            "df",
            "p_value",
            "cfi",
            "tli",
            "rmsea",
            "rmsea_conf_low",
            "rmsea_conf_high",
            "srmr",
        ]
        row: dict[str, Any] = {"step": step}
        row |= {name: getattr(found.fit, name) if found else nan for name in names}
        delta: dict[str, float] = dict.fromkeys(
            ["delta_chi2", "delta_df", "delta_p", "delta_cfi", "delta_rmsea", "delta_srmr"], nan
        )
        if found is not None and self.last is not None:
            more = found.fit.df - self.last.fit.df
            chi2 = found.fit.chi2 - self.last.fit.chi2
            cfi, rmsea, srmr = self._change(found)
            delta = {
                "delta_chi2": chi2,
                "delta_df": more,
                "delta_p": float(stats.chi2.sf(chi2, more)) if more > 0 else nan,
                "delta_cfi": cfi,
                "delta_rmsea": rmsea,
                "delta_srmr": srmr,
            }
        freed = ", ".join(f"{part}:{item}" for part, item in released)
        return row | delta | {"freed": freed, "holds": holds, "reason": reason or None}


def _fit_of(found: Confirmed) -> tuple[float, float, float]:
    """CFI, RMSEA and SRMR; a model that reproduces everything fits perfectly."""
    one = found.fit
    return (1.0, 0.0, one.srmr) if one.df == 0 else (one.cfi, one.rmsea, one.srmr)


def _means(
    model: Model, groups: Mapping[Any, Moments], released: tuple[Release, ...] | None
) -> pd.DataFrame:
    columns = ["group", "factor", "estimate", "std_error", "statistic", "p_value", "standardised"]
    if released is None:
        return pd.DataFrame(columns=columns)
    free = {item for _, item in released}
    marked = Model.of(
        {name: sorted(items, key=lambda one: one in free) for name, items in model.factors.items()},
        model.residual_covariances,
    )
    found = fit(
        marked, groups, equal=("loadings", "intercepts"), released=released, identification="marker"
    )
    table = found.parameters
    return table.loc[table["part"] == "mean", columns].reset_index(drop=True)


def chi2_difference(stricter: Confirmed, freer: Confirmed) -> tuple[float, int, float]:
    """Return the chi2 difference of two nested models, its df and p.

    Examples
    --------
    >>> import numpy as np
    >>> items = ["a", "b", "c", "d"]
    >>> r = pd.DataFrame(np.where(np.eye(4) > 0, 1.0, 0.5), items, items)
    >>> moments = {"x": Moments(cov=r, n=100), "y": Moments(cov=r, n=100)}
    >>> equal = fit({"F": items}, moments, equal=["loadings"])
    >>> chi2_difference(equal, fit({"F": items}, moments))[1]
    3
    """
    chi2 = stricter.fit.chi2 - freer.fit.chi2
    df = stricter.fit.df - freer.fit.df
    return chi2, df, float(stats.chi2.sf(max(chi2, 0.0), df)) if df > 0 else float(np.nan)
