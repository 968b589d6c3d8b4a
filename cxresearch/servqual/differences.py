"""What a difference score throws away, and how far it can be trusted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from cxresearch.bases import Bases
from cxresearch.notes import Note, note
from cxresearch.servqual.gaps import CEILING, FEW_PAIRS, GAP_MIRRORS_EXPECTATION
from cxresearch.servqual.group_scores import OVERALL
from cxresearch.servqual.scales import Scores
from cxresearch.stats.importance import weighted_cov
from cxresearch.stats.intervals import student
from cxresearch.stats.multiplicity import adjust
from cxresearch.stats.regression import ols
from cxresearch.stats.reliability import alpha, difference_reliability
from cxresearch.study.study import Study

FLAT = 0.5  # spread of expectations, relative to that of perceptions, that tells little
CONSTRAINTS = [
    *("dimension", "coefficient_perception", "coefficient_expectation"),
    *("estimate", "std_error", "conf_low", "conf_high", "statistic", "df", "p_value", "q_value"),
    *("r_squared", "r_squared_gap", "r_squared_perception", "n", "reason"),
]
RELIABILITY = [
    *("dimension", "n_items", "sd_perception", "sd_expectation", "alpha_perception"),
    *("alpha_expectation", "correlation", "reliability", "gap_expectation_r"),
    *("ceiling_expectation", "flags", "n", "reason"),
]


def constraints(
    study: Study,
    outcome: str,
    y: np.ndarray,
    known: Scores,
    level: float,
    bases: Bases,
    notes: list[Note],
) -> pd.DataFrame:
    """Return the test of b_P + b_E = 0 for every dimension and overall."""
    sides = {
        name: (known.perception[:, i], known.expectation[:, i])
        for i, name in enumerate(known.dimensions)
    }
    rows = [_constraint(study, name, y, *pair, level, bases) for name, pair in sides.items()]
    q = adjust([row["p_value"] for row in rows], study.params.analysis.multiplicity)
    for row, value in zip(rows, q, strict=True):
        row["q_value"] = float(value)
    both = known.overall("perception"), known.overall("expectation")
    whole = _constraint(study, OVERALL, y, *both, level, bases)
    whole["q_value"] = whole["p_value"]
    if whole["p_value"] <= 1 - level:
        notes.append(note("gap_constraint", outcome=outcome, p_value=whole["p_value"]))
    return pd.DataFrame([*rows, whole], columns=CONSTRAINTS)


def _constraint(
    study: Study,
    name: str,
    y: np.ndarray,
    perception: np.ndarray,
    expectation: np.ndarray,
    level: float,
    bases: Bases,
) -> dict[str, Any]:
    design = study.design
    member = design.members(study.mask, y, perception + expectation)
    n = int(member.sum())
    row: dict[str, Any] = dict.fromkeys(CONSTRAINTS, np.nan)
    row |= {"dimension": name, "n": n, "reason": bases.withheld(name, n)}
    if row["reason"] is None and n <= 3:
        row["reason"] = "too_few_cases"
    elif row["reason"] is None and min(np.ptp(y[member]), np.ptp(expectation[member])) == 0:
        row["reason"] = "outcome_constant" if np.ptp(y[member]) == 0 else "constant"
    if row["reason"] is not None:
        return row
    how = "classic" if design.simple else "design"
    sides = {"perception": perception, "expectation": expectation}
    fit = ols(y, sides, design=design, domain=member, covariance=how, conf_level=level)  # type: ignore[arg-type]
    if fit.aliased:
        return row | {"reason": "constant"}
    total = float(fit.coef["perception"] + fit.coef["expectation"])
    variance = fit.covariance.loc[list(sides), list(sides)].to_numpy().sum()
    test = student(total, float(np.sqrt(max(variance, 0.0))), fit.df, level, n=n)

    def alone(x: np.ndarray) -> float:
        found = ols(y, {"x": x}, design=design, domain=member, covariance="classic")
        return found.r_squared

    return row | {
        "coefficient_perception": fit.coef["perception"],
        "coefficient_expectation": fit.coef["expectation"],
        "estimate": total,
        "std_error": test.std_error,
        "conf_low": test.conf_low,
        "conf_high": test.conf_high,
        "statistic": test.statistic,
        "df": test.df,
        "p_value": test.p_value,
        "r_squared": fit.r_squared,
        "r_squared_gap": alone(perception - expectation),
        "r_squared_perception": alone(perception),
    }


def difference_scores(study: Study, known: Scores, bases: Bases, notes: list[Note]) -> pd.DataFrame:
    """Return the reliability of every dimension's difference score, with what weakens it.

    ``flags``: ceiling (half or more of the expectations at the top of the scale), flat (their
    spread below half that of the perceptions), mirror (the gap correlates below -.5 with the
    expectation), few_pairs.
    """
    rows = []
    for i, name in enumerate(known.dimensions):
        row = _difference_score(study, name, known.perception[:, i], known.expectation[:, i], bases)
        if row["flags"]:
            notes.append(
                note("expectations_weak", dimension=name, flags=tuple(row["flags"].split(",")))
            )
        rows.append(row)
    return pd.DataFrame(rows, columns=RELIABILITY)


def _difference_score(
    study: Study, name: str, perception: np.ndarray, expectation: np.ndarray, bases: Bases
) -> dict[str, Any]:
    pairs = study.pairs(name)
    member = study.design.members(study.mask, perception)
    n = int(member.sum())
    row: dict[str, Any] = dict.fromkeys(RELIABILITY, np.nan)
    row |= {"dimension": name, "n": n, "n_items": len(pairs.items), "flags": ""}
    row["reason"] = bases.withheld(name, n)
    if row["reason"] is not None or n < 2:
        return row | {"reason": row["reason"] or "too_few_cases"}
    weights = study.design.weights_of(member)[member]
    table = pd.DataFrame({"p": perception[member], "e": expectation[member]})
    cov = weighted_cov(table.assign(g=table["p"] - table["e"]), weights)
    sd = np.sqrt(np.diag(cov))
    row |= {"sd_perception": sd[0], "sd_expectation": sd[1]}
    if sd[0] > 0 and sd[1] > 0:
        row["correlation"] = cov.loc["p", "e"] / (sd[0] * sd[1])
    if sd[2] > 0 and sd[1] > 0:
        row["gap_expectation_r"] = cov.loc["g", "e"] / (sd[2] * sd[1])
    top = study.codebook.dimensions[name].scale.max
    answered = np.isfinite(pairs.expectation[member])
    w = weights[:, None] * answered
    row["ceiling_expectation"] = float((w * (pairs.expectation[member] == top)).sum() / w.sum())
    row |= _trust(row, pairs.perception[member], pairs.expectation[member], weights)
    flags = {
        "ceiling": row["ceiling_expectation"] >= CEILING,
        "flat": sd[1] < FLAT * sd[0],
        "mirror": row["gap_expectation_r"] < GAP_MIRRORS_EXPECTATION,
        "few_pairs": n < FEW_PAIRS,
    }
    return row | {"flags": ",".join(flag for flag, raised in flags.items() if raised)}


def _trust(
    row: dict[str, Any], perception: np.ndarray, expectation: np.ndarray, weights: np.ndarray
) -> dict[str, Any]:
    """Return the reliabilities of both sides and of their difference, where they have any."""
    whole = np.isfinite(perception).all(axis=1)
    if perception.shape[1] < 2:
        return {"reason": "single_item"}
    if whole.sum() < 3:
        return {"reason": "too_few_cases"}
    found: dict[str, Any] = {}
    for side, values in (("perception", perception), ("expectation", expectation)):
        cov = weighted_cov(pd.DataFrame(values[whole]), weights[whole])
        if not (np.diag(cov) > 0).all() or not cov.to_numpy().sum() > 0:
            return {"reason": "constant"}
        found[f"alpha_{side}"] = alpha(cov)
    if np.isnan(row["gap_expectation_r"]):
        return found | {"reason": "constant"}
    trust = difference_reliability(
        row["sd_perception"],
        row["sd_expectation"],
        found["alpha_perception"],
        found["alpha_expectation"],
        row["correlation"],
    )
    return found | {"reliability": trust}
