"""Importance of one set of cases: by model, and by what becomes of missing answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.drivers import diagnostics
from cxresearch.drivers.cases import Cases, Question
from cxresearch.drivers.outcomes import Model
from cxresearch.notes import Note, note
from cxresearch.stats import importance as shares
from cxresearch.stats.importance import Method
from cxresearch.stats.importance.available import pairwise_correlations
from cxresearch.stats.importance.moments import weighted_cov
from cxresearch.stats.imputation import complete_sets
from cxresearch.stats.survey import Design

N_SETS = 20
HALF = 0.5
DOMINANCE_PLAYERS = 15
OUTCOME = "(outcome)"
SENSITIVITY_LEVELS = 11
Rng = Callable[[str], np.random.Generator]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Estimated:
    """Importance with its draws, the regression behind it, and the covariances it came from."""

    drawn: shares.BootstrapImportance
    fit: diagnostics.Regression
    cov: pd.DataFrame | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How importance is to be estimated."""

    asked: Question
    model: Model
    method: Method
    level: float
    n_resamples: int
    design: Design
    rng: Rng

    def estimate(self, cases: Cases, notes: list[Note]) -> Estimated:
        """Return importance with intervals, and note what was done about missing answers."""
        if cases.missing == "impute" and cases.X.isna().to_numpy().any():
            return self._imputed(cases, notes)
        whole = cases.complete()
        fit = self._regression(whole)
        if cases.missing == "pairwise" and self.model == "linear":
            R, n, repaired = pairwise_correlations(self._frame(cases), cases.weights)
            notes.append(note("pairwise", n=cases.n, n_complete=whole.n))
            notes.extend(_thin(n, cases))
            if repaired:
                notes.append(note("pairwise_indefinite"))
            return Estimated(drawn=self.bootstrap(cases), fit=fit, cov=R)
        cov = weighted_cov(self._frame(whole), whole.weights) if self.model == "linear" else None
        return Estimated(drawn=self.bootstrap(whole), fit=fit, cov=cov)

    def bent(self, cases: Cases) -> list[Note]:
        """Return notes on drivers to which a straight line does no justice."""
        return diagnostics.bent(cases, self.design)

    def bootstrap(
        self,
        cases: Cases,
        *,
        n_resamples: int | None = None,
        draws: np.ndarray | None = None,
        noise: bool = True,
        part: str = "draws",
    ) -> shares.BootstrapImportance:
        """Return the importance of the cases as they are, with its draws."""
        common: dict[str, Any] = {
            "groups": cases.groups,
            "covariates": cases.covariates or None,
            "clusters": self.units(cases) if draws is None else None,
            "strata": self.strata(cases) if draws is None else None,
            "conf_level": self.level,
            "noise": noise,
            "blocks": cases.blocks(self.asked),
            "draws": draws,
        }
        made = n_resamples or self.n_resamples
        if self.model in ("logit", "ordered"):
            return shares.mcfadden_bootstrap(
                cases.X,
                cases.y,
                cases.weights,
                "logit" if self.model == "logit" else "ordered",
                made,
                self.rng(part),
                **common,
            )
        return shares.bootstrap(
            cases.X,
            cases.y,
            cases.weights,
            self.method,
            made,
            self.rng(part),
            pairwise=cases.missing == "pairwise" and bool(cases.X.isna().to_numpy().any()),
            **common,
        )

    def _imputed(self, cases: Cases, notes: list[Note]) -> Estimated:
        """Fill the gaps 20 times; coefficients by Rubin's rules, draws of all sets together."""
        frame = self._frame(cases)
        sets = complete_sets(frame, N_SETS, self.rng("impute"), weights=cases.weights)
        notes.append(
            note("imputed", n=int(frame.isna().any(axis=1).sum()), n_total=cases.n, sets=N_SETS)
        )
        drawn, fits, covs = [], [], []
        each = max(-(-self.n_resamples // N_SETS), 20)
        for number, one in enumerate(sets):
            filled = cases.filled(one.drop(columns=OUTCOME))
            drawn.append(self.bootstrap(filled, n_resamples=each, part=f"draws:{number}"))
            fits.append(self._regression(filled))
            if self.model == "linear":
                covs.append(weighted_cov(one, cases.weights))
        cov = sum(covs[1:], covs[0]) / len(covs) if covs else None
        return Estimated(drawn=shares.pooled(drawn), fit=diagnostics.pooled(fits), cov=cov)

    def _regression(self, cases: Cases) -> diagnostics.Regression:
        if self.model == "linear":
            return diagnostics.regress(cases, self.rng("folds"), self.design)
        return diagnostics.regress_grades(cases, self.rng("folds"), self.design)

    def _frame(self, cases: Cases) -> pd.DataFrame:
        return cases.X.assign(**{OUTCOME: cases.y})

    def units(self, cases: Cases) -> np.ndarray | None:
        """Return the cluster of each case."""
        psu = self.design.psu_of_row
        return None if psu is None else psu[cases.rows]

    def strata(self, cases: Cases) -> np.ndarray | None:
        """Return the stratum of each case, where there are several."""
        strata = self.design.stratum_of_row
        if strata is None:
            return None
        held = strata[cases.rows]
        return held if len(np.unique(held)) > 1 else None

    def dominance(
        self, cases: Cases, cov: pd.DataFrame | None
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return which driver dominates which, and the mean gain by size of the model."""
        pairs = pd.DataFrame(columns=["first", "second", "dominance"])
        sizes = pd.DataFrame(columns=["driver", "n_drivers", "estimate"])
        if cov is None or not 1 < len(cases.players) <= DOMINANCE_PLAYERS:
            return pairs, sizes
        found = shares.dominance(cov, OUTCOME, cases.groups, cases.covariates or None)
        pairs = found.pairs.rename(columns={"level": "dominance"})
        sizes = found.conditional.rename_axis("driver").reset_index()
        sizes = sizes.melt("driver", var_name="n_drivers", value_name="estimate")
        return pairs, sizes.astype({"n_drivers": int})

    def sensitivity(self, cases: Cases, notes: list[Note]) -> pd.DataFrame:
        """Return the same importance by an ordered logit: of drivers where few, and of blocks."""
        columns = ["model", "block", "driver", "estimate", "share", "rank"]
        whole = cases.complete()
        levels = len(np.unique(whole.y))
        ordered = replace(self, model="ordered")
        if self.model != "linear" or not 2 < levels <= SENSITIVITY_LEVELS:
            return pd.DataFrame(columns=columns)
        fit = ordered._regression(whole)
        if fit.separated:
            return pd.DataFrame(columns=columns)
        if fit.parallel_p <= diagnostics.NOT_PARALLEL:
            notes.append(note("odds_not_parallel", p_value=fit.parallel_p))
        blocks = cases.blocks(self.asked)
        games = [("block", blocks)] if len(blocks) <= shares.MOST_PLAYERS["ordered"] else []
        if len(cases.players) <= shares.MOST_PLAYERS["ordered"]:
            games.insert(0, ("driver", cases.groups))  # type: ignore[arg-type]
        parts = []
        for kind, groups in games:
            values = shares.mcfadden_shapley(
                whole.X,
                whole.y,
                whole.weights,
                "ordered",
                groups=groups,
                covariates=whole.covariates or None,
            )
            rows = pd.DataFrame({kind: list(values.index), "estimate": values.to_numpy()})
            rows["share"] = rows["estimate"] / rows["estimate"].sum()
            rows["rank"] = rows["estimate"].rank(ascending=False, method="min").astype(int)
            if kind == "driver":
                rows["block"] = [self.asked.block_of(key) for key in rows["driver"]]
            else:
                rows["driver"] = None
            parts.append(rows.assign(model="ordered").sort_values("rank", kind="stable"))
        if not parts:
            return pd.DataFrame(columns=columns)
        return pd.concat(parts, ignore_index=True)[columns]


def _thin(n: pd.DataFrame, cases: Cases) -> list[Note]:
    """Note pairs of questions that half of the cases or fewer answered both."""
    names = list(cases.players)
    found = []
    for i, one in enumerate(names):
        for other in names[:i]:
            both = int(n[one][other])
            if both <= HALF * cases.n:
                found.append(note("pairwise_thin", first=other, second=one, n=both))
    return found
