"""Satisfaction first, loyalty later: what answers tell of staying, leaving and revenue to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.errors import AnalysisError, Fault
from cxresearch.loyalty import effects, risk
from cxresearch.loyalty.linked import Customers, Linked, customers, linked
from cxresearch.notes import Note, distinct, note
from cxresearch.results import Result
from cxresearch.stats.intervals import wilson
from cxresearch.stats.multiplicity import adjust
from cxresearch.stats.odds import Logit, logit
from cxresearch.stats.resample import stream
from cxresearch.stats.survival import kaplan_meier
from cxresearch.study.scores import Scored
from cxresearch.study.study import Study
from cxresearch.verdicts import verdict

COLUMNS = ["measure", "outcome", "effect", "estimate", "std_error", "conf_low", "conf_high"]
COLUMNS += ["statistic", "p_value", "q_value", "family", "family_size", "verdict", "unit"]
COLUMNS += ["coefficient", "coefficient_se", "model", "gap", "n", "n_customers", "n_events"]
COLUMNS += ["reason"]
CURVE = [
    "measure",
    "answer_group",
    "time",
    "estimate",
    "conf_low",
    "conf_high",
    "n",
    "n_events",
    "unit",
]
SELECTION = ["measure", "name", "estimate", "rest", "difference", "difference_low"]
SELECTION += ["difference_high", "n", "unit"]
WITHIN_MEASURE = "loyalty"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LoyaltyLink(Result):
    """What a point of satisfaction goes with later; one row per measure and effect.

    Attributes
    ----------
    risk : DataFrame
        Revenue at risk in the coming period, by group of answers, for all linked customers and
        scaled up to all customers.
    survival : DataFrame
        Share still a customer by months since the outcome period began (Kaplan-Meier), by group.
    flow : DataFrame
        From interviews to customers who left: ``measure, stage, n``.
    selection : DataFrame
        Those who can be linked against the rest: mean score, and share that left.
    """

    risk: pd.DataFrame
    survival: pd.DataFrame
    flow: pd.DataFrame
    selection: pd.DataFrame


def link(
    study: Study,
    /,
    *,
    measure: str | Sequence[str] | None = None,
    gap: int = 1,
    adjust_for: Sequence[str] = (),
    conf_level: float | None = None,
    n_resamples: int | None = None,
    seed: int | None = None,
) -> LoyaltyLink:
    """Tell whether satisfied customers stay longer and pay more afterwards.

    Parameters
    ----------
    study : Study
        With waves, ``data.customer`` and a table of customers; revenue where there is one.
    measure : str or sequence of str, optional
        By default the outcome of the drivers, else the first measure.
    gap : int
        Periods (of the waves' length) from the interview's to the one in which leaving and
        revenue are counted; at least 1.
    adjust_for : sequence of str
        Segment columns that are held constant.
    conf_level, n_resamples, seed : optional
        By default the study's.

    Returns
    -------
    LoyaltyLink
        Per scale point of the measure: ``odds_ratio`` of staying through the outcome period and
        its average ``marginal_effect`` (change of the share that stays, 0 to 1; logit);
        ``hazard_ratio`` of leaving from its start on (Cox, the next interview takes over);
        ``revenue_change`` (share, 0.06 is 6 % more) among those who stayed, within customers
        (else accounts) where enough answered twice. Errors are clustered by customer. ``reason``
        where fewer than ten customers left (``few_events``) or a number cannot be told. p values
        are adjusted within the measure.

    Raises
    ------
    AnalysisError
        For the same period (`gap` 0): what happened may have come before what was said. Without
        waves, ``data.customer`` or the table of customers.

    Notes
    -----
    Associations among those who answered and can be linked, not effects: whoever is more
    satisfied may differ in much else. Sampling weights play no part. References: Keiningham
    et al. (2007), doi:10.1509/jmkg.71.3.039, on caution; Cox (1972).
    """
    if gap < 1:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what="satisfaction and loyalty of the same period are not linked",
                where="gap",
                found=str(gap),
                hint="what happened may have come before what was said: ask for gap=1 or more",
            )
        )
    level = study.conf_level if conf_level is None else conf_level
    draws = study.n_resamples if n_resamples is None else n_resamples
    base = customers(study)
    notes: list[Note] = [note("later_association"), note("link_selection")]
    parts: dict[str, list[pd.DataFrame]] = {
        name: [] for name in ("table", "risk", "survival", "flow", "selection")
    }
    n = 0
    for key in _measures(study, measure):
        score = study.measure(key)
        found = linked(study, base, score.values, _groups(score), gap)
        n = max(n, len(found.rows))
        rows, fit = _effects(study, found, adjust_for, level, notes)
        parts["table"].append(_adjusted(rows, key, gap, level, study))
        own = study.seed if seed is None else seed
        generator = stream(own, f"loyalty.link:{key}")
        told = _risk(found, base, fit, score, level, draws, generator, notes)
        parts["risk"].append(told.assign(measure=key))
        parts["survival"].append(_survival(found, level).assign(measure=key))
        parts["flow"].append(found.flow.assign(measure=key))
        parts["selection"].append(_selection(study, found, base, score, level).assign(measure=key))
    if not study.design.simple:
        notes.append(note("link_unweighted"))
    frames = {name: pd.concat(some, ignore_index=True) for name, some in parts.items()}
    return LoyaltyLink(
        table=frames["table"].reindex(columns=COLUMNS),
        risk=frames["risk"].reindex(columns=["measure", *risk.COLUMNS]),
        survival=frames["survival"].reindex(columns=CURVE),
        flow=frames["flow"].reindex(columns=["measure", "stage", "n"]),
        selection=frames["selection"].reindex(columns=SELECTION),
        n=n,
        n_eff=float(n),
        conf_level=level,
        method="linked",
        notes=distinct(notes),
        about=study.about,
    )


def _measures(study: Study, measure: str | Sequence[str] | None) -> tuple[str, ...]:
    if measure is not None:
        return (measure,) if isinstance(measure, str) else tuple(measure)
    chosen = study.params.analysis.drivers.outcome
    named = [chosen] if chosen in study.codebook.measures else list(study.codebook.measures)
    if not named:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what="the codebook declares no measure",
                where="codebook: measures",
                hint="declare an outcome, for example satisfaction: {kind: csat, columns: S1}",
            )
        )
    return (str(named[0]),)


def _groups(score: Scored) -> np.ndarray:
    """Return low, middle or high: detractors to promoters, else about the middle and the top."""
    values, scale = score.values, score.measure.scale
    if score.headline == "nps":
        low, high = values <= score.measure.detractors_to, values >= score.measure.promoters_from
    else:
        boxes = score.measure.top_box
        third = (scale.max - scale.min) / 3
        cut = scale.max - boxes + 1 if boxes else scale.max - third
        low, high = values < min(scale.mid, cut), values >= cut
    return np.where(low, "low", np.where(high, "high", "middle"))


def _effects(
    study: Study, found: Linked, adjust_for: Sequence[str], level: float, notes: list[Note]
) -> tuple[list[dict[str, Any]], Logit | None]:
    columns = study.by_columns(tuple(adjust_for))
    held = effects.controls(study.full, columns, found.rows["place"])
    show = study.min_n.show
    here = found.followed
    told, _fit = effects.retention(here, held, level, show, notes)
    told.append(effects.hazard(found.spells, held, level, show, notes))
    stayed = here[~here["left"].astype(bool)]
    told.append(effects.revenue(stayed, held, level, show, notes))
    if told[0].get("reason"):
        return told, None
    # revenue at risk asks who leaves, whatever else goes with the answer
    alone = logit(
        1.0 - here["left"].to_numpy(dtype=float), here[["score"]], clusters=here["customer"]
    )
    return told, alone


def _adjusted(
    rows: list[dict[str, Any]], key: str, gap: int, level: float, study: Study
) -> pd.DataFrame:
    """Return the rows with q values; odds ratio and marginal effect are one test."""
    table = pd.DataFrame(rows).reindex(columns=COLUMNS)
    tests = table["effect"] != "marginal_effect"
    q = adjust(table.loc[tests, "p_value"].astype(float), study.params.analysis.multiplicity)
    by_model = dict(zip(table.loc[tests, "model"], np.asarray(q), strict=True))
    table["q_value"] = table["model"].map(by_model).astype(float)
    table["family_size"] = int(table.loc[tests, "p_value"].notna().sum())
    table["verdict"] = [
        verdict(
            row["coefficient"], row["coefficient_se"], np.inf, np.nan, np.nan, q_value, None, level
        )
        for row, q_value in zip(table.to_dict("records"), table["q_value"], strict=True)
    ]
    return table.assign(measure=key, gap=gap, family=f"{WITHIN_MEASURE}:{key}")


def _risk(
    found: Linked,
    base: Customers,
    fit: Logit | None,
    score: Scored,
    level: float,
    draws: int,
    rng: np.random.Generator,
    notes: list[Note],
) -> pd.DataFrame:
    """Return revenue at risk from the latest answers of the customers of today."""
    rows = found.rows
    if fit is None or base.revenue is None or rows.empty:
        notes.append(note("no_risk"))
        return pd.DataFrame(columns=risk.COLUMNS)
    coming = rows[~rows["followed"].astype(bool)]
    staying = base.dates["end_date"].isna()
    latest = coming.sort_values(["start", "place"]).drop_duplicates("customer", keep="last")
    latest = latest[latest["customer"].map(staying).to_numpy(dtype=bool) & (latest["paid"] > 0)]
    if latest.empty:
        notes.append(note("no_risk"))
        return pd.DataFrame(columns=risk.COLUMNS)
    paid = base.paid(found.waves[str(latest["wave"].iloc[-1])])
    everybody = float(paid[staying.reindex(paid.index, fill_value=False)].sum())
    top = float(score.measure.scale.max)
    return risk.at_risk(found.followed, latest, fit, everybody, top, level, draws, rng)


def _survival(found: Linked, level: float) -> pd.DataFrame:
    """Return Kaplan-Meier curves by group of answers, from 1 at time 0."""
    spells = found.spells
    parts = []
    for group in ("low", "middle", "high"):
        own = spells[spells["answer_group"] == group]
        if own.empty:
            continue
        curve = kaplan_meier(own["months"], own["event"].to_numpy(dtype=bool), level)
        parts.append(
            pd.DataFrame(
                {
                    "answer_group": group,
                    "time": [0.0, *curve.time],
                    "estimate": [1.0, *curve.survival],
                    "conf_low": [1.0, *curve.conf_low],
                    "conf_high": [1.0, *curve.conf_high],
                    "n": [len(own), *curve.n_risk],
                    "n_events": [0.0, *curve.n_event],
                    "unit": "share",
                }
            )
        )
    return pd.concat(parts) if parts else pd.DataFrame(columns=CURVE)


def _selection(
    study: Study, found: Linked, base: Customers, score: Scored, level: float
) -> pd.DataFrame:
    """Return those who can be linked against the rest: their scores, and who left."""
    rows: list[dict[str, Any]] = []
    inside, outside = study.mask & found.linked, study.mask & ~found.linked
    answered = np.isfinite(score.values)
    if (inside & answered).sum() > 1 and (outside & answered).sum() > 1:
        gap = study.design.difference(score.values, inside, outside, level)
        rows.append(
            {
                "name": "score",
                "estimate": study.design.mean(score.values, inside, level).estimate,
                "rest": study.design.mean(score.values, outside, level).estimate,
                "difference": gap.estimate,
                "difference_low": gap.conf_low,
                "difference_high": gap.conf_high,
                "n": int((inside & answered).sum()),
                "unit": "points",
            }
        )
    here = found.followed
    if len(here):
        lost = here["left"].astype(float)
        everybody = 0.0
        for wave, part in here.groupby("wave"):
            span = found.spans[str(wave)]
            present = base.present(span)
            everybody += len(part) * float((base.left(span) & present).sum() / present.sum())
        usual = everybody / len(here)
        own = wilson(float(lost.sum()), len(here), level)
        rows.append(
            {
                "name": "left",
                "estimate": own.estimate,
                "rest": usual,
                "difference": own.estimate - usual,
                "difference_low": own.conf_low - usual,
                "difference_high": own.conf_high - usual,
                "n": len(here),
                "unit": "share",
            }
        )
    return pd.DataFrame(rows, columns=SELECTION)
