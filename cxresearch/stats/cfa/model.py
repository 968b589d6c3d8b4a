"""What a measurement model says: which items show which factor, and the moments it is held to."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.errors import Fault, StatisticsError, did_you_mean, first

_SINGULAR = 1e-10


def fault(what: str, *, where: str = "", found: str = "", hint: str = "") -> StatisticsError:
    """Return the error of this floor with one fault."""
    return StatisticsError(Fault(kind="statistics", what=what, where=where, found=found, hint=hint))


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Factors with their items; everything not said is zero, factors correlate freely.

    Attributes
    ----------
    factors : mapping from factor to items
        The first item of a factor is its marker. An item may show two factors.
    residual_covariances : tuple of pairs of items
        Pairs that share more than their factors, such as two of like wording.

    Examples
    --------
    >>> model = Model.of({"care": ["kind", "polite"], "pace": ["quick", "prompt"]})
    >>> model.items
    ('kind', 'polite', 'quick', 'prompt')
    """

    factors: Mapping[str, tuple[Hashable, ...]]
    residual_covariances: tuple[tuple[Hashable, Hashable], ...] = ()

    @staticmethod
    def of(
        factors: Model | Mapping[str, Sequence[Hashable]],
        residual_covariances: Sequence[tuple[Hashable, Hashable]] = (),
    ) -> Model:
        """Return the model of this mapping, checked."""
        if isinstance(factors, Model):
            return factors
        lists = {str(name): tuple(items) for name, items in factors.items()}
        if not lists:
            raise fault("a model needs a factor")
        for name, items in lists.items():
            if not items or len(set(items)) != len(items):
                raise fault(
                    f'factor "{name}" has no item, or one twice', found=first(list(items)) or "none"
                )
        model = Model(factors=lists, residual_covariances=tuple(residual_covariances))
        for pair in model.residual_covariances:
            strange = [one for one in pair if one not in model.items]
            if strange or len(set(pair)) != 2:
                raise fault(
                    "a residual covariance joins two different items of the model",
                    found=str(pair),
                    hint=did_you_mean(strange[0], model.items) if strange else "",
                )
        return model

    @property
    def items(self) -> tuple[Hashable, ...]:
        """All items, in the order of the factors."""
        return tuple(dict.fromkeys(item for items in self.factors.values() for item in items))

    @property
    def names(self) -> tuple[str, ...]:
        """The factors."""
        return tuple(self.factors)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moments:
    """Covariances (and means) of the items in one group of respondents.

    Attributes
    ----------
    cov : DataFrame, shape (k, k)
        Sample covariances over n - 1, as ``frame.cov()`` gives; or correlations.
    n : float
        Respondents; the effective n for a weighted sample.
    mean : Series by item, optional
    """

    cov: pd.DataFrame
    n: float
    mean: pd.Series | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Checked moments of one group in the order of the model's items, covariances over n."""

    name: Hashable
    S: np.ndarray
    m: np.ndarray
    n: float


def checked(
    model: Model, moments: Moments | Mapping[Any, Moments], *, with_means: bool
) -> tuple[Group, ...]:
    """Return the groups if the model can be held to them.

    Covariances are scaled by (n - 1)/n: the maximum-likelihood ones of normal answers.
    """
    named = {"all": moments} if isinstance(moments, Moments) else dict(moments)
    if not named:
        raise fault("a model needs the moments of at least one group")
    return tuple(_group(model, name, one, with_means) for name, one in named.items())


def _group(model: Model, name: Hashable, moments: Moments, with_means: bool) -> Group:
    cov, items = moments.cov, list(model.items)
    where = f"group {name}"
    missing = [item for item in items if item not in cov.columns or item not in cov.index]
    if missing:
        raise fault(
            f'item "{missing[0]}" is not in the covariance matrix',
            where=where,
            hint=did_you_mean(missing[0], list(cov.columns)),
        )
    S = cov.loc[items, items].to_numpy(dtype=float, na_value=np.nan)
    if S.shape != (len(items), len(items)) or not np.isfinite(S).all():
        raise fault("a covariance matrix has gaps, or an item twice", where=where)
    if not np.allclose(S, S.T, rtol=1e-8, atol=1e-10):
        raise fault("a covariance matrix must be symmetric", where=where)
    still = [item for item, one in zip(items, np.diag(S), strict=True) if one <= 0]
    if still:
        raise fault("an item never varies", where=f"{where}: {first(still)}")
    scale = np.sqrt(np.diag(S))
    smallest = float(np.linalg.eigvalsh(S / np.outer(scale, scale))[0])
    if smallest < _SINGULAR:
        raise fault(
            "maximum likelihood needs a positive definite covariance matrix",
            where=where,
            found=f"smallest eigenvalue of the correlations {smallest:.3g}",
            hint="leave out an item that repeats others, or ask for more complete answers",
        )
    if not np.isfinite(moments.n) or moments.n <= len(items):
        raise fault(
            "a model needs more respondents than items", where=where, found=f"n {moments.n}"
        )
    n = float(moments.n)
    m = np.zeros(len(items))
    if with_means:
        if moments.mean is None:
            raise fault("equal intercepts need the means of the items", where=where)
        m = moments.mean.reindex(items).to_numpy(dtype=float, na_value=np.nan)
        if not np.isfinite(m).all():
            raise fault("a mean is missing", where=where)
    return Group(name, (S + S.T) / 2 * ((n - 1) / n), m, n)
