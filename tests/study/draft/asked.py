"""Surveys made up in the ways in which files name and code their questions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

N = 240


def ratings(
    names: Sequence[str],
    *,
    low: int = 1,
    high: int = 5,
    shift: float = 0.0,
    seed: int = 1,
    n: int = N,
) -> pd.DataFrame:
    """Return answers that go together, one column a name."""
    draws = np.random.default_rng(seed)
    spread = (high - low) / 4
    common = draws.normal(0, 0.8, (n, 1))
    own = draws.normal(0, 0.7, (n, len(names)))
    values = (low + high) / 2 + (0.5 + shift + common + own) * spread
    return pd.DataFrame(np.clip(np.rint(values), low, high).astype(int), columns=list(names))


def codes(n_codes: int, *, seed: int = 2, n: int = N) -> np.ndarray:
    """Return codes from 1 that say nothing of service."""
    return np.random.default_rng(seed).integers(1, n_codes + 1, n)


def roles(found) -> dict[str, str]:
    """Return the role of every column of a draft."""
    return dict(zip(found.guesses["column"], found.guesses["role"], strict=True))


def sided(first: Sequence[str], second: Sequence[str], **more) -> pd.DataFrame:
    """Return expectations and, answered lower, perceptions of the same statements."""
    seed = more.pop("seed", 3)
    return pd.concat(
        [
            ratings(first, shift=0.8, seed=seed, **more),
            ratings(second, shift=-0.4, seed=seed + 1, **more),
        ],
        axis=1,
    )
