"""Goals by period, and improvement actions of which one is known to have helped.

Replies to e-mails on the same day are counted by month. An action (``HELPED``) lifts their share
when it is closed; a later one (``IDLE``) on the same indicator changes nothing, and neither does
any action that was taken in one service point.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

#: Share of e-mails answered on the same day, until June 2022 and from July 2022; e-mails a month.
SAME_DAY, SAME_DAY_LATER, EMAILS = 0.62, 0.74, 900.0
SAME_DAY_SINCE = "2022-07"
INDICATOR = "email_same_day"
#: Opened, due, closed.
HELPED = ("I073", "2022-04-04", "2022-07-08", "2022-07-01")
IDLE = ("I074", "2023-10-02", "2024-01-19", "2024-01-05")
#: Share of the actions on these indicators that was taken in one service point each.
LOCAL, LOCAL_ON = 0.5, ("mystery_score", "delivery_success", "resolution_time")
PLACES = ("Carrowby", "Fernley", "Galtree", "Aldmoor", "Brackwell", "Elmhaven")

#: Indicator, period, value that is wanted, where the way begins (unit of the indicator).
TARGETS: tuple[tuple[str, str, float, float], ...] = (
    ("satisfaction", "2023 H2", 0.25, 0.20),
    ("satisfaction", "2024 H1", 0.35, 0.20),
    ("satisfaction", "2024 H2", 0.45, 0.20),
    ("delivery_success", "2023 H2", 0.60, 0.55),
    ("delivery_success", "2024 H1", 0.70, 0.55),
    ("delivery_success", "2024 H2", 0.85, 0.55),
    ("complaint_rate", "2023 H2", 180.0, 200.0),
    ("complaint_rate", "2024 H1", 140.0, 200.0),
    ("complaint_rate", "2024 H2", 90.0, 200.0),
    ("calls_in_20s", "2023", 0.75, 0.70),
    ("calls_in_20s", "2024", 0.82, 0.70),
    ("email_same_day", "2023", 0.70, 0.60),
    ("email_same_day", "2024", 0.73, 0.60),
)


def targets() -> pd.DataFrame:
    """Return the goals by indicator and period."""
    return pd.DataFrame(TARGETS, columns=["kpi", "period", "value", "baseline"])


def replies(months: pd.Series, rng: np.random.Generator) -> pd.DataFrame:
    """Return the share of e-mails answered on the same day, by month, with its base."""
    emails = rng.poisson(EMAILS, len(months))
    share = np.where(months.to_numpy() < SAME_DAY_SINCE, SAME_DAY, SAME_DAY_LATER)
    value = (rng.binomial(emails, share) / emails).round(4)
    return pd.DataFrame(
        {"kpi": INDICATOR, "period": months, "value": value, "n": emails.astype(float)}
    )


def placed(actions: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the actions with their service point, blank where all took part, and two more."""
    local = actions["kpi_id"].isin(LOCAL_ON).to_numpy() & (rng.random(len(actions)) < LOCAL)
    points = rng.choice(PLACES, len(actions)).astype(object)
    more = pd.DataFrame(
        [
            {
                "action_id": name,
                "source": "survey",
                "opened_at": opened,
                "due_at": due,
                "closed_at": closed,
                "kpi_id": INDICATOR,
            }
            for name, opened, due, closed in (HELPED, IDLE)
        ]
    )
    given = actions.assign(branch_id=pd.Series(points, index=actions.index).where(local))
    return pd.concat([given, more.assign(branch_id=None)], ignore_index=True)
