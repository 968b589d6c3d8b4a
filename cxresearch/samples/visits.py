"""Service points and the mystery shoppers who visit them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxresearch.samples import process
from cxresearch.samples.periods import bounds, written

VISITS_PER_HALF_YEAR, EVALUATORS = 3, 6
#: Share of points that a service point earns; each criterion is given 0 to 10.
SCORES = {branch: 0.80 for points in process.BRANCHES.values() for branch in points} | {
    "Carrowby": 0.66,
    "Dunsmere": 0.87,
    "Inglewick": 0.84,
}
#: What a criterion adds to that share; they sum to nothing.
CRITERIA = {
    "courtesy": 0.06,
    "recognition": 0.02,
    "premises": 0.03,
    "waiting": -0.05,
    "knowledge": -0.06,
}
MAX_SCORE, VISIT_EFFECT, CRITICAL = 10, 0.04, 0.02


def branches() -> pd.DataFrame:
    """Return the nine service points, the region of each and when it was opened."""
    rows = [(branch, region) for region, points in process.BRANCHES.items() for branch in points]
    opened = ("1998-04-01", "2001-09-03", "2012-05-07", "2003-03-03", "2007-10-01")
    later = ("1999-06-01", "2010-02-01", "2005-04-04", "2015-09-01")
    table = pd.DataFrame(rows, columns=["branch_id", "region"])
    return table.assign(opened=[*opened, *later])


def visits(rng: np.random.Generator) -> pd.DataFrame:
    """Return every visit of a mystery shopper, one row a criterion."""
    rows = []
    number = 0
    for wave in process.WAVES:
        start, after = bounds(wave)
        for branch, share in SCORES.items():
            for _ in range(VISITS_PER_HALF_YEAR):
                number += 1
                day = start + pd.Timedelta(days=int(rng.integers(5, (after - start).days)))
                moved = VISIT_EFFECT * (2 * rng.random() - 1)
                evaluator = f"M{int(rng.integers(1, EVALUATORS + 1))}"
                for criterion, offset in CRITERIA.items():
                    score = int(rng.binomial(MAX_SCORE, share + offset + moved))
                    fails = criterion == "courtesy" and rng.random() < CRITICAL
                    rows.append(
                        {
                            "visit_id": f"Y{number:04d}",
                            "branch_id": branch,
                            "visit_date": day,
                            "evaluator_id": evaluator,
                            "criterion_id": criterion,
                            "score": score,
                            "max_score": MAX_SCORE,
                            "critical_fail": int(fails),
                        }
                    )
    return pd.DataFrame(rows)


def tables(rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """Return both tables as they are written."""
    mystery = visits(rng)
    written(mystery, days=("visit_date",))
    return {"branches": branches(), "mystery": mystery}
