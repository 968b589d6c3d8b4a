"""Respondents drawn anew: whole clusters, each with its weight, the same draws for all figures."""

from __future__ import annotations

import numpy as np

from cxresearch.stats.resample import stream
from cxresearch.stats.survey import Design
from cxresearch.study.study import Study

_CELLS = 1e8  # numbers of a table of draws by rows
_FEWEST = 100


def generator(study: Study, name: str, seed: int | None) -> np.random.Generator:
    """Return the random stream of one part of an analysis."""
    return study.rng(name) if seed is None else stream(seed, name)


def replicates(
    study: Study, mask: np.ndarray, n_resamples: int, rng: np.random.Generator
) -> np.ndarray:
    """Return the weights of every row in each draw: (draws, rows of the design).

    Of very many rows fewer draws are made, at least 100.
    """
    made = min(n_resamples, max(int(_CELLS / max(study.design.n, 1)), _FEWEST))
    return design_of(study).bootstrap_weights(made, rng, mask)


def design_of(study: Study) -> Design:
    """Return the survey design; where people rated several brands, each person is a cluster."""
    design, data = study.design, study.params.data
    if data.entity is None or not data.id or design.psu_of_row is not None:
        return design
    people = study.full[data.id].astype(str).to_numpy()
    return Design.build(design.n, weights=design.weights, clusters=people)


def means(W: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the mean of the answered values in every draw."""
    known = np.isfinite(values)
    total = W[:, known].sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((W[:, known] @ values[known]) / total)


def slopes(W: np.ndarray, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return least-squares coefficients in every draw, the intercept first: (draws, 1 + p).

    Columns that are combinations of others share by the generalised inverse.
    """
    center, spread = X.mean(axis=0), X.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    A = np.column_stack([np.ones(len(X)), (X - center) / spread])
    i, j = np.triu_indices(A.shape[1])
    sums = W @ np.column_stack([A[:, i] * A[:, j], A * y[:, None]])
    gram = np.empty((len(W), A.shape[1], A.shape[1]))
    gram[:, i, j] = sums[:, : len(i)]
    gram[:, j, i] = sums[:, : len(i)]
    right = sums[:, len(i) :, None]
    found = (np.linalg.pinv(gram, rcond=1e-10, hermitian=True) @ right)[:, :, 0]
    found[:, 1:] /= spread
    found[:, 0] -= found[:, 1:] @ center
    return np.asarray(found)
