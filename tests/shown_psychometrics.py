"""Studies whose measurement is known by their making: what showing psychometrics is tested on."""

from functools import cache

import numpy as np
import pandas as pd

from cxresearch import psychometrics
from cxresearch.results import Result
from cxresearch.study.study import Study

ITEMS = {key: tuple(f"{key[0]}{j}" for j in range(1, 4)) for key in ("quick", "kind", "neat")}


def study(
    n: int = 400,
    *,
    dimensions: int = 3,
    common: bool = False,
    waves: bool = True,
    shift: float = 0.0,
    seed: int = 5,
) -> Study:
    """Three items a dimension, loadings near .77; `common`: one dimension behind all items.

    `shift`: the second wave reads the first item of every dimension higher.
    """
    rng = np.random.default_rng(seed)
    keys = list(ITEMS)[:dimensions]
    behind = rng.normal(size=(n, 1 if common else dimensions))
    hidden = np.repeat(behind, 3 * dimensions if common else 3, axis=1)
    X = 4 + 1.2 * hidden + rng.normal(size=(n, 3 * dimensions))
    second = np.arange(n) % 2 == 1
    X[np.ix_(second, np.arange(0, 3 * dimensions, 3))] += shift
    names = [name for key in keys for name in ITEMS[key]]
    frame = pd.DataFrame(X.round().clip(1, 7), columns=names)
    book = {
        key: {"scale": [1, 7], "label": f"{key.title()} service", "perception": list(ITEMS[key])}
        for key in keys
    }
    if waves:
        frame["wave"] = np.where(second, "2024", "2023")
        return Study.from_frame(frame, {"dimensions": book}, wave="wave")
    return Study.from_frame(frame, {"dimensions": book})


@cache
def examined(**made: float) -> psychometrics.Examination:
    """Return the examination of a study made so."""
    return psychometrics.examine(study(**made))  # type: ignore[arg-type]


def parts(found: psychometrics.Examination) -> dict[str, Result]:
    """Return the parts of an examination by their names."""
    names = ("reliability", "factorability", "n_factors", "explored", "confirmed", "invariance")
    return {name: getattr(found, name) for name in names}
