"""The planted truth of the company's tables, rivals, brand and comments, and how it is found.

What follows from the parameters is written down in closed form; what depends on how satisfied
customers are comes from a large draw of them (`recompute_company`). Nothing of `cxresearch.stats`
is used, so that truth and estimate stay two different computations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.samples import (
    aims,
    comments,
    customers,
    ledgers,
    letters,
    orders,
    posts,
    process,
    rivals,
    service,
    tolerance,
    visits,
)

ByWave = Mapping[str, float]
CHUNK = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyTruth:
    """What is true of the company behind the tables; shares 0 to 1, times in hours.

    Attributes
    ----------
    resolution_median, resolution_p90 : mapping by half-year
        Time from opening to (first) resolution of all tickets, those never settled among them:
        what Kaplan-Meier estimates.
    resolution_median_closed : mapping by half-year
        The same among settled tickets only, which is too short.
    complaint_rate : mapping by half-year
        Complaints per 1,000 customers at the start of the half-year.
    escalation_rate, reopened_rate, fcr : mapping by half-year
        Shares of tickets: passed to a higher level; reopened within seven days; settled at once,
        neither escalated nor reopened.
    conversion : float
        Offers that lead to a purchase within thirty days.
    staff_leaving, productivity : mapping by half-year
        Share of the staff at the start that leaves; matters settled per agent hour.
    qa_passed, qa_score, qa_kappa : mapping, float, float
        Share passed by criterion; sum of points over sum of maxima; agreement of two evaluators.
    on_time, order_compliance, delivery_success, availability, return_rate : mapping by half-year
        Orders delivered by the promised time; dispatched by the planned time; on time, complete
        and undamaged; ordered lines in stock; sent back within thirty days.
    cost_of_sale : float
        Cost of goods and selling per value of orders.
    churn : mapping by half-year
        Share of the customers present at the start that leaves within it.
    customer_gain, referred : float, mapping by half-year
        Customers won per 100 present at the start; share of them by referral.
    stay_odds : float
        Odds ratio of staying through the next half-year per point of satisfaction.
    revenue_slope : float
        Change of the log revenue of the next half-year per point, within a customer.
    revenue_per_customer : mapping by half-year
        Mean revenue of a customer present at the start, in euros.
    margin_share : float
        Margin per revenue.
    mystery : mapping by service point
        Mean mystery score.
    rival_difference : mapping of mappings of mappings
        By rival, rating, wave: Varlund minus the rival among those who know it, in scale points.
    rival_known : mapping
        Share that knows a rival.
    brand_seen : mapping of mappings
        By attribute, wave: share that sees it in Varlund.
    brand_fit, brand_noise : mapping by wave
        100 × sum of intended weight × share; 100 × mean share of unintended attributes.
    rival_brand_seen : mapping of mappings
        By rival, attribute, among those who know it.
    comment_share : mapping by wave
        Share of customers that comments.
    theme_share : mapping of mappings
        By theme, wave: share of comments that mention it.
    theme_share_by_language : mapping of mappings
        By theme, language, over all waves.
    theme_impact : mapping
        Mean satisfaction of comments with the theme minus those without, over all waves.
    coder_kappa : float
        Agreement of the two coders on the main theme.
    inbox_complaints, abandonment, calls_in_20s : mapping by half-year
        Complaints among documents; started purchases not completed; calls answered in time.
    closed_on_time : float
        Improvement actions closed by the day they were due.
    payment_share : float
        Payments per euro received.
    above_adequate, below_adequate : mapping of mappings
        By dimension, wave: perception minus adequate level in scale points; share of customers
        whose perception lies below it.
    zone_width : mapping
        By dimension: expectation minus adequate level in scale points.
    posts_a_month : mapping
        Customers' posts: ``usual`` and, in the three months of the rise, ``rise``.
    post_mood : mapping by half-year
        Praise minus complaint in 100 posts of customers.
    same_day : mapping
        Share of e-mails answered on the same day, ``before`` the action that helped and
        ``after`` it.
    """

    resolution_median: ByWave
    resolution_p90: ByWave
    resolution_median_closed: ByWave
    complaint_rate: ByWave
    escalation_rate: ByWave
    reopened_rate: ByWave
    fcr: ByWave
    conversion: float
    staff_leaving: ByWave
    productivity: ByWave
    qa_passed: Mapping[str, float]
    qa_score: float
    qa_kappa: float
    on_time: ByWave
    order_compliance: ByWave
    delivery_success: ByWave
    availability: ByWave
    return_rate: ByWave
    cost_of_sale: float
    churn: ByWave
    customer_gain: float
    referred: ByWave
    stay_odds: float
    revenue_slope: float
    revenue_per_customer: ByWave
    margin_share: float
    mystery: Mapping[str, float]
    rival_difference: Mapping[str, Mapping[str, ByWave]]
    rival_known: Mapping[str, float]
    brand_seen: Mapping[str, ByWave]
    brand_fit: ByWave
    brand_noise: ByWave
    rival_brand_seen: Mapping[str, Mapping[str, float]]
    comment_share: ByWave
    theme_share: Mapping[str, ByWave]
    theme_share_by_language: Mapping[str, Mapping[str, float]]
    theme_impact: Mapping[str, float]
    coder_kappa: float
    inbox_complaints: ByWave
    abandonment: ByWave
    calls_in_20s: ByWave
    closed_on_time: float
    payment_share: float
    above_adequate: Mapping[str, ByWave]
    below_adequate: Mapping[str, ByWave]
    zone_width: Mapping[str, float]
    posts_a_month: Mapping[str, float]
    post_mood: ByWave
    same_day: Mapping[str, float]

    @property
    def retention(self) -> dict[str, float]:
        """Share of the customers present at the start that is still there at the end."""
        return {wave: 1 - share for wave, share in self.churn.items()}

    @property
    def mystery_score(self) -> float:
        """Mean of the service points."""
        return sum(self.mystery.values()) / len(self.mystery)


def recompute_company(n_per_wave: int = 400_000, seed: int = 20_241_231) -> CompanyTruth:
    """Work out what is planted, drawing customers anew where it depends on their answers.

    Parameters
    ----------
    n_per_wave : int
        Customers drawn for every wave. The stored numbers come from 400,000: standard errors below
        .0001 of churn, 6 euros of revenue, .005 scale points of a rival's difference, .0015 of a
        share.
    seed : int
        Seed of the draw.
    """
    rng = np.random.default_rng(seed)
    means: dict[str, pd.Series] = {}
    themes = []
    for wave in process.WAVES:
        sizes = [CHUNK] * (n_per_wave // CHUNK) + [n_per_wave % CHUNK]
        drawn = [_draw(wave, size, rng) for size in sizes if size]
        means[wave] = sum((facts for facts, _ in drawn), start=0.0 * drawn[0][0]) / n_per_wave
        themes += [said for _, said in drawn]
    return CompanyTruth(
        **_settled(),
        **_delivered(),
        **_heard(means),
        **_said(pd.concat(themes)),
        **_accepted(n_per_wave, seed + 1),
        **_aimed(),
    )


def _settled() -> dict[str, Any]:
    normal = NormalDist()
    low, high = (normal.inv_cdf(share / (1 - service.NEVER)) for share in (0.5, 0.9))
    hours, passed_on = service.MEDIAN_HOURS, service.ESCALATED
    points = sum(service.CRITERIA.values()) + service.ACCURACY * service.ACCURACY_MAX
    calm = {wave: process.DISRUPTION[wave] == 0 for wave in process.WAVES}
    return {
        "resolution_median": {w: h * np.exp(low * service.LOG_SPREAD) for w, h in hours.items()},
        "resolution_p90": {w: h * np.exp(high * service.LOG_SPREAD) for w, h in hours.items()},
        "resolution_median_closed": hours,
        "complaint_rate": service.COMPLAINTS,
        "escalation_rate": passed_on,
        "reopened_rate": {w: (1 - e) * service.REOPENED for w, e in passed_on.items()},
        "fcr": {w: (1 - e) * (1 - service.REOPENED) for w, e in passed_on.items()},
        "conversion": service.CONVERTED,
        "staff_leaving": service.LEAVES,
        "productivity": service.PRODUCTIVITY,
        "qa_passed": service.CRITERIA,
        "qa_score": points / (len(service.CRITERIA) + service.ACCURACY_MAX),
        "qa_kappa": service.AGREEMENT,
        "coder_kappa": letters.AGREEMENT,
        "inbox_complaints": {
            w: letters.COMPLAINTS if before else letters.COMPLAINTS_LATER
            for w, before in calm.items()
        },
        "abandonment": {
            w: ledgers.ABANDONED if before else ledgers.ABANDONED_LATER
            for w, before in calm.items()
        },
        "calls_in_20s": {
            w: ledgers.ANSWERED if before else ledgers.ANSWERED_LATER for w, before in calm.items()
        },
        "closed_on_time": ledgers.CLOSED_ON_TIME,
        "payment_share": ledgers.PAYMENTS,
        "mystery": visits.SCORES,
        "referred": {
            w: customers.REFERRED if before else customers.REFERRED_LATER
            for w, before in calm.items()
        },
        "customer_gain": 100 * customers.WON,
    }


def _delivered() -> dict[str, Any]:
    regions = dict(zip(process.REGIONS, process.POPULATION_SHARES["region"], strict=True))
    local = sum(
        regions[region] * share * orders.BRANCH_ON_TIME.get(branch, 0.0)
        for region, points in process.BRANCHES.items()
        for branch, share in points.items()
    )
    on_time = {wave: share + local for wave, share in orders.ON_TIME.items()}
    sound = {w: orders.COMPLETE[w] * orders.UNDAMAGED[w] for w in process.WAVES}
    return {
        "on_time": on_time,
        "order_compliance": orders.DISPATCHED_ON_PLAN,
        "delivery_success": {w: on_time[w] * sound[w] for w in process.WAVES},
        "availability": orders.IN_STOCK,
        "return_rate": {
            w: orders.RETURNED_DEFECT * (1 - ok) + orders.RETURNED_OTHER * ok
            for w, ok in sound.items()
        },
        "cost_of_sale": orders.COST_OF_GOODS + orders.SELLING_COST,
    }


def _heard(means: Mapping[str, pd.Series]) -> dict[str, Any]:
    waves = process.WAVES
    # who leaves and pays in a half-year was asked in the one before; before 2021 all was calm
    asked = dict(zip(waves, (waves[0], *waves[:-1]), strict=True))

    def by_wave(name: str) -> dict[str, float]:
        return {wave: float(means[wave][name]) for wave in waves}

    seen = {name: by_wave(f"seen:{name}") for name in rivals.BRAND}
    return {
        "churn": {wave: float(means[asked[wave]]["leaves"]) for wave in waves},
        "stay_odds": float(np.exp(-customers.LEAVE_SLOPE)),
        "revenue_slope": customers.REVENUE_SLOPE,
        "revenue_per_customer": {
            wave: float(means[asked[wave]]["pays"]) * customers.SEASON[wave[-2:]] for wave in waves
        },
        "margin_share": customers.MARGIN,
        "rival_difference": {
            rival: {
                key: {
                    wave: float(means[wave][f"{rival}:{key}"] / means[wave][f"{rival}:known"])
                    for wave in waves
                }
                for key in rivals.RATED
            }
            for rival in rivals.RIVALS
        },
        "rival_known": {name: one.known for name, one in rivals.RIVALS.items()},
        "brand_seen": seen,
        "brand_fit": {
            w: 100 * sum(v * seen[name][w] for name, v in rivals.INTENDED.items()) for w in waves
        },
        "brand_noise": {
            w: 100 * sum(seen[name][w] for name in rivals.UNINTENDED) / len(rivals.UNINTENDED)
            for w in waves
        },
        "rival_brand_seen": rivals.SEEN_IN_RIVALS,
        "comment_share": by_wave("comments"),
    }


def _said(said: pd.DataFrame) -> dict[str, Any]:
    share, by_language, impact = {}, {}, {}
    for name in comments.THEMES:
        has = (said["first"] == name) | (said["second"] == name)
        share[name] = has.groupby(said["wave"]).mean().astype(float).to_dict()
        by_language[name] = {
            lang: float(has[said["lang"] == lang].mean()) for lang in comments.LANGUAGES
        }
        impact[name] = float(said.loc[has, "S1"].mean() - said.loc[~has, "S1"].mean())
    return {"theme_share": share, "theme_share_by_language": by_language, "theme_impact": impact}


def _accepted(n_per_wave: int, seed: int) -> dict[str, Any]:
    """Return the zones of tolerance, from a draw of their own."""
    rng = np.random.default_rng(seed)
    total: dict[str, pd.Series] = {}
    for wave in tolerance.ASKED:
        parts = []
        for size in [CHUNK] * (n_per_wave // CHUNK) + [n_per_wave % CHUNK]:
            if not size:
                continue
            people = process.answers(wave, size, rng)
            parts.append(
                pd.Series(
                    tolerance.places(people, tolerance.adequate(people, rng, complete=True)),
                    dtype=float,
                )
            )
        total[wave] = sum(parts, start=0.0 * parts[0])

    def share(name: str, dimension: str, wave: str) -> float:
        return float(total[wave][f"{name}:{dimension}"] / total[wave][f"known:{dimension}"])

    names, waves = tuple(tolerance.WIDTHS), tolerance.ASKED
    return {
        "above_adequate": {one: {w: share("msa", one, w) for w in waves} for one in names},
        "below_adequate": {one: {w: share("below", one, w) for w in waves} for one in names},
        "zone_width": {one: share("width", one, waves[-1]) for one in names},
    }


def _aimed() -> dict[str, Any]:
    return {
        "posts_a_month": {"usual": posts.USUAL, "rise": posts.RISE},
        "post_mood": {w: 100 * (1 - 2 * share) for w, share in posts.COMPLAINTS.items()},
        "same_day": {"before": aims.SAME_DAY, "after": aims.SAME_DAY_LATER},
    }


def _draw(wave: str, n: int, rng: np.random.Generator) -> tuple[pd.Series, pd.DataFrame]:
    people = process.answers(wave, n, rng)
    content = people["S1"].to_numpy(dtype=float)
    size = people["tier"].map(customers.SIZES).to_numpy(dtype=float)
    facts = {
        "leaves": customers.leaves(content).sum(),
        "pays": (size * np.exp(customers.REVENUE_SLOPE * (content - 5.0))).sum(),
    }
    rated = rivals.ratings(people, rng)
    for rival in rivals.RIVALS:
        for key, (own, _) in rivals.RATED.items():
            theirs = rated[rivals.rival_column(rival, key)].to_numpy()
            knows = theirs != process.NOT_APPLICABLE
            facts[f"{rival}:{key}"] = (people[own].to_numpy(dtype=float) - theirs)[knows].sum()
            facts[f"{rival}:known"] = knows.sum()
    seen = rivals.associations(people, rng)
    facts |= {f"seen:{name}": seen[rivals.brand_column(name)].sum() for name in rivals.BRAND}
    about = comments.themes(wave, people, rng)
    facts["comments"] = about["comments"].sum()
    said = about.loc[about["comments"], ["lang", "first", "second"]]
    said = said.assign(wave=wave, S1=content[about["comments"].to_numpy()])
    return pd.Series(facts, dtype=float), said
