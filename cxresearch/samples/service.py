"""Customer service: who works there, what customers report, how it is settled and how it is judged.

Tickets of one customer lie at least `QUIET` days apart, and no contact about anything else falls
between a ticket and that time, so a further contact in it is about the ticket.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxresearch.samples import customers, process
from cxresearch.samples.periods import CUT, bounds, by_wave, later, office_times, written

HEADCOUNT, AGENTS = 130, 36
#: Share of the staff present at the start that leaves within a half-year.
LEAVES = {wave: 0.055 if process.DISRUPTION[wave] == 0 else 0.085 for wave in process.WAVES}
VOLUNTARY, DISMISSED = 0.75, 0.15
#: Matters settled per agent hour, short calls that never become a ticket included.
PRODUCTIVITY = by_wave(2.40, -0.40)
HOURS = 850.0
#: Per 1,000 customers and half-year.
COMPLAINTS, OTHER_ISSUES = by_wave(80.0, 70.0), 140.0
#: Hours from opening to resolution: median of the lognormal part and its spread on the log scale.
MEDIAN_HOURS, LOG_SPREAD = by_wave(20.0, 16.0), 1.0
#: Share of tickets that is never settled.
NEVER = 0.03
FIRST_RESPONSE_HOURS, FIRST_RESPONSE_SPREAD = 1.6, 0.6
ESCALATED = by_wave(0.08, 0.07)
#: Share reopened among those settled without escalation, and the window in days.
REOPENED, WINDOW = 0.20, 7
QUIET = 60
#: Contacts about an offer, and how many of them lead to a purchase within thirty days.
OFFERS, CONVERTED = 110, 0.18

#: Share passed of the yes/no criteria of call evaluation; accuracy is given 0 to 5.
CRITERIA = {
    "attitude": 0.88,
    "recognition": 0.80,
    "name_used": 0.66,
    "name_correct": 0.93,
    "courtesy": 0.93,
    "teamwork": 0.76,
}
ACCURACY, ACCURACY_MAX, CRITICAL = 0.80, 5, 0.025
EVALUATIONS, TWICE = 150, 60
#: Cohen's kappa of two evaluators: the second copies with this probability, else judges anew.
AGREEMENT = 0.85


def staff(rng: np.random.Generator) -> pd.DataFrame:
    """Return everyone who worked at Varlund in the four years; leavers are replaced at once.

    Besides the canonical columns ``is_agent`` tells who works at the service desk.
    """
    first = bounds(process.WAVES[0])[0]
    before = np.rint(rng.exponential(1_200.0, HEADCOUNT) + 10.0)
    people = _hired(pd.Series(first - pd.to_timedelta(before, unit="D")), 0, rng)
    people["is_agent"] = np.arange(HEADCOUNT) < AGENTS
    for wave in process.WAVES:
        start, after = bounds(wave)
        here = people.index[people["end_date"].isna() & (people["start_date"] < start)]
        gone = here[rng.random(len(here)) < LEAVES[wave]]
        days = pd.to_timedelta(rng.integers(0, (after - start).days - 1, len(gone)), unit="D")
        people.loc[gone, "end_date"] = start + days
        why = rng.random(len(gone))
        people.loc[gone, "separation_type"] = np.where(
            why < VOLUNTARY,
            "voluntary",
            np.where(why < VOLUNTARY + DISMISSED, "dismissal", "retirement"),
        )
        new = _hired(pd.Series(start + days + pd.Timedelta(days=1)), len(people), rng)
        new["is_agent"] = people.loc[gone, "is_agent"].to_numpy()
        people = pd.concat([people, new], ignore_index=True)
    return people


def staff_time(people: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return hours and matters settled of every agent by half-year."""
    parts = []
    for wave in process.WAVES:
        start, after = bounds(wave)
        mine = people[people["is_agent"] & (people["start_date"] < after)]
        mine = mine[mine["end_date"].isna() | (mine["end_date"] > start)]
        begin = mine["start_date"].where(mine["start_date"] > start, start)
        end = mine["end_date"].where(mine["end_date"] < after, after)
        share = (end - begin).dt.days.to_numpy() / (after - start).days
        hours = np.rint(HOURS * share * mine["fte"].to_numpy())
        pace = PRODUCTIVITY[wave] * np.exp(0.10 * rng.standard_normal(len(mine)) - 0.005)
        parts.append(
            pd.DataFrame(
                {
                    "staff_id": mine["staff_id"].to_numpy(),
                    "period": wave,
                    "hours": hours.astype(np.int64),
                    "resolved": rng.poisson(hours * pace),
                }
            )
        )
    table = pd.concat(parts, ignore_index=True)
    return table[table["hours"] > 0].reset_index(drop=True)


def tickets(base: pd.DataFrame, people: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return what customers reported: one row an issue, complaints among them."""
    last = pd.Series(pd.Timestamp("2000-01-01"), index=base.index)
    parts = []
    for wave in process.WAVES:
        start, _ = bounds(wave)
        n_here = int(customers.present(base, wave).sum())
        n_complaints = int(rng.poisson(COMPLAINTS[wave] * n_here / 1000))
        n = n_complaints + int(rng.poisson(OTHER_ISSUES * n_here / 1000))
        quiet = last < start - pd.Timedelta(days=QUIET)
        may = base.index[customers.stays(base, wave) & quiet.to_numpy()]
        who = rng.permutation(may.to_numpy())[:n]
        opened = office_times(wave, n, rng)
        last.loc[who] = opened.to_numpy()
        parts.append(
            _settled(wave, opened, rng).assign(
                customer_id=base.loc[who, "customer_id"].to_numpy(),
                is_complaint=(np.arange(n) < n_complaints).astype(int),
                branch_id=base.loc[who, "branch_id"].to_numpy(),
            )
        )
    table = pd.concat(parts).sort_values("opened_at", kind="stable", ignore_index=True)
    table["channel"] = rng.choice(["Phone", "Web", "Counter"], len(table), p=[0.5, 0.38, 0.12])
    table["agent_id"] = _agents(people, table["opened_at"], rng)
    table["ticket_id"] = [f"T{number:05d}" for number in range(1, len(table) + 1)]
    return table


def contacts(
    base: pd.DataFrame, people: pd.DataFrame, issues: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Return every contact: one or two for a ticket, others about an offer."""
    keys = ["customer_id", "channel", "branch_id"]
    opening = issues[[*keys, "agent_id"]].assign(ts=issues["opened_at"])
    again = issues["escalated_at"].fillna(issues["reopened_at"])
    further = issues.loc[again.notna(), keys].assign(ts=again[again.notna()])
    further["agent_id"] = _agents(people, further["ts"], rng)
    offers = _offers(base, issues, rng)
    offers["agent_id"] = _agents(people, offers["ts"], rng)
    table = pd.concat([opening, further, offers])
    table = table.sort_values("ts", kind="stable", ignore_index=True)
    table["contact_id"] = [f"K{number:05d}" for number in range(1, len(table) + 1)]
    return table


def evaluations(calls: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return call evaluations, some calls judged by two evaluators; one row a criterion."""
    drawn = calls.iloc[np.sort(rng.permutation(len(calls))[:EVALUATIONS])]
    twice = np.sort(rng.permutation(EVALUATIONS)[:TWICE])
    evaluator = rng.integers(1, 5, EVALUATIONS)
    other = 1 + (evaluator[twice] + rng.integers(0, 3, TWICE)) % 4
    parts = []
    for criterion, share in {**CRITERIA, "accuracy": ACCURACY}.items():
        top = ACCURACY_MAX if criterion == "accuracy" else 1
        score = rng.binomial(top, share, EVALUATIONS)
        anew = rng.binomial(top, share, TWICE)
        second = np.where(rng.random(TWICE) < AGREEMENT, score[twice], anew)
        critical = (rng.random(EVALUATIONS) < CRITICAL) & (criterion == "accuracy")
        rows = np.concatenate([np.arange(EVALUATIONS), twice])
        parts.append(
            pd.DataFrame(
                {
                    "number": np.arange(EVALUATIONS + TWICE),
                    "contact_id": drawn["contact_id"].to_numpy()[rows],
                    "agent_id": drawn["agent_id"].to_numpy()[rows],
                    "evaluator_id": [f"Q{one}" for one in np.concatenate([evaluator, other])],
                    "criterion_id": criterion,
                    "score": np.concatenate([score, second]),
                    "max_score": top,
                    "critical_fail": np.concatenate([critical, critical[twice]]).astype(int),
                }
            )
        )
    table = pd.concat(parts).sort_values("number", kind="stable", ignore_index=True)
    table.insert(0, "evaluation_id", [f"V{number + 1:04d}" for number in table["number"]])
    return table.drop(columns="number")


def tables(
    base: pd.DataFrame, rng_staff: np.random.Generator, rng: np.random.Generator
) -> dict[str, pd.DataFrame]:
    """Return staff, hours, tickets and contacts as they are written."""
    people = staff(rng_staff)
    issues = tickets(base, people, rng)
    calls = contacts(base, people, issues, rng)
    time = staff_time(people, rng_staff)
    stamps = ["opened_at", "first_response_at", "resolved_at", "reopened_at", "escalated_at"]
    written(issues, minutes=stamps)
    written(calls, minutes=("ts", "converted_at"))
    written(people, days=("start_date", "end_date"))
    issue_columns = ["ticket_id", "customer_id", *stamps[:4], "is_complaint", "escalated_at"]
    call_columns = ["contact_id", "customer_id", "ts", "channel", "agent_id", "branch_id"]
    return {
        "staff": people.drop(columns="is_agent"),
        "staff_time": time,
        "tickets": issues[[*issue_columns, "level", "channel", "agent_id", "branch_id"]],
        "contacts": calls[[*call_columns, "converted", "converted_at"]],
    }


def _hired(start: pd.Series, known: int, rng: np.random.Generator) -> pd.DataFrame:
    n = len(start)
    return pd.DataFrame(
        {
            "staff_id": [f"S{known + number + 1:03d}" for number in range(n)],
            "start_date": start.to_numpy(),
            "end_date": pd.Series(pd.NaT, index=range(n), dtype=start.dtype),
            "separation_type": pd.Series([None] * n, dtype=object),
            "fte": rng.choice([1.0, 0.8, 0.5], n, p=[0.70, 0.18, 0.12]),
        }
    )


def _settled(wave: str, opened: pd.Series, rng: np.random.Generator) -> pd.DataFrame:
    n = len(opened)
    hours = MEDIAN_HOURS[wave] * np.exp(LOG_SPREAD * rng.standard_normal(n))
    hours = np.maximum(hours, 0.2)
    never = rng.random(n) < NEVER
    reply = FIRST_RESPONSE_HOURS * np.exp(FIRST_RESPONSE_SPREAD * rng.standard_normal(n))
    reply = np.where(never, reply, np.minimum(reply, 0.3 * hours))
    resolved = later(opened, np.where(never, np.nan, hours))
    passed_on = rng.random(n) < ESCALATED[wave]
    share = 0.4 + 0.5 * rng.random(n)
    delay = np.where(never, 24.0 + 96.0 * share, share * hours)
    again = ~passed_on & (rng.random(n) < REOPENED)
    days = np.where(again, 1.0 + (WINDOW - 2) * rng.random(n), np.nan)
    escalated = later(opened, np.where(passed_on, delay, np.nan))
    level = np.where(escalated.notna(), np.where(rng.random(n) < 0.15, 3, 2), 1)
    return pd.DataFrame(
        {
            "opened_at": opened,
            "first_response_at": later(opened, reply),
            "resolved_at": resolved,
            "reopened_at": later(resolved.fillna(CUT), 24 * days),
            "escalated_at": escalated,
            "level": level,
        }
    )


def _offers(base: pd.DataFrame, issues: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    parts = []
    opened = issues.groupby("customer_id")["opened_at"].agg(list).to_dict()
    for wave in process.WAVES:
        who = rng.permutation(base.index[customers.stays(base, wave)].to_numpy())[:OFFERS]
        rows = base.loc[who, ["customer_id", "branch_id"]].reset_index(drop=True)
        rows["ts"] = office_times(wave, len(rows), rng)
        bought = later(rows["ts"], 24 * (0.1 + 28.0 * rng.random(len(rows))))
        converted = (rng.random(len(rows)) < CONVERTED) & bought.notna()
        rows["converted"] = converted.astype(float)
        rows["converted_at"] = bought.where(converted)
        clear = [
            all(abs((moment - one).days) > QUIET for one in opened.get(who, []))
            for who, moment in zip(rows["customer_id"], rows["ts"], strict=True)
        ]
        parts.append(rows[clear])
    table = pd.concat(parts, ignore_index=True)
    table["channel"] = rng.choice(["Phone", "Web", "Counter"], len(table), p=[0.6, 0.3, 0.1])
    return table


def _agents(people: pd.DataFrame, times: pd.Series, rng: np.random.Generator) -> list[str]:
    """Return for every time an agent who worked at the desk on that day."""
    desk = people[people["is_agent"]]
    start = desk["start_date"].to_numpy()
    end = desk["end_date"].fillna(CUT + pd.Timedelta(days=1)).to_numpy()
    names = desk["staff_id"].to_numpy()
    found = []
    for moment, draw in zip(times.dt.normalize().to_numpy(), rng.random(len(times)), strict=True):
        there = names[(start <= moment) & (end >= moment)]
        found.append(str(there[int(draw * len(there))]))
    return found
