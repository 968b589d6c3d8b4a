"""Ratings of customers who share a branch or an account: a random intercept per group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxresearch.stats.random_walk import Array, climb
from cxresearch.stats.series import fault

Criterion = Literal["reml", "ml"]

_RATIOS = (1e-8, 1e6)  # variance between groups over that within, where it is sought


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RandomIntercept:
    """Fixed effects of a model with one random intercept per group.

    Attributes
    ----------
    coefficients, std_errors : array (k,)
        Of the columns of the design, in units of the rating per unit of the column.
    covariance : array (k, k)
        Of the coefficients, taking the variances for known.
    group_variance, residual_variance : float
        Between groups and within, in squared units of the rating.
    icc : float
        Part of the unexplained variance that lies between groups, 0 to 1.
    log_likelihood : float
        Of the criterion used.
    singular : bool
        The variance between groups is 0: groups differ by no more than their members would.
    """

    coefficients: Array
    std_errors: Array
    covariance: Array
    group_variance: float
    residual_variance: float
    icc: float
    log_likelihood: float
    singular: bool
    n: int
    n_groups: int
    criterion: Criterion


def random_intercept(
    y: ArrayLike, design: ArrayLike, groups: ArrayLike, *, criterion: Criterion = "reml"
) -> RandomIntercept:
    """Tell what goes along with a rating, customers of one branch resembling each other.

    y = X b + u_group + e, Var u = tau^2, Var e = sigma^2. With r = tau^2 / sigma^2 the inverse
    of each group's covariance has closed form, so the likelihood is a function of r alone
    through group sums; it is climbed over r >= 0 exactly, with no start and no iteration to fail.

    Parameters
    ----------
    y : array (n,)
        Ratings; finite.
    design : array (n, k)
        Columns of X, the intercept among them.
    groups : array (n,)
        Labels of the branch or account of each rating.
    criterion : {"reml", "ml"}

    Raises
    ------
    StatisticsError
        Where lengths differ, a value is missing, columns cannot be told apart, or there are fewer
        than two groups or none with two members.

    References
    ----------
    Laird & Ware (1982), 10.2307/2529876. Compared with R `lme4::lmer`.

    Examples
    --------
    >>> import numpy as np
    >>> y, branch = [4.0, 5, 4, 2, 3, 2, 5, 5, 4], list("aaabbbccc")
    >>> fit = random_intercept(y, np.ones((9, 1)), branch)
    >>> round(float(fit.coefficients[0]), 3), round(fit.icc, 2)
    (3.778, 0.82)
    """
    values, X = np.asarray(y, dtype=float), np.asarray(design, dtype=float)
    codes, n_groups = _checked(values, X, np.asarray(groups))
    n, k = X.shape
    sizes = np.bincount(codes).astype(float)
    sums = np.column_stack([np.bincount(codes, weights=column) for column in X.T])
    totals = np.bincount(codes, weights=values)
    free = n - k if criterion == "reml" else n

    def moments(ratios: Array) -> tuple[Array, Array, Array]:
        shrink = ratios[:, None] / (1 + ratios[:, None] * sizes)
        A = X.T @ X - np.einsum("gi,ik,il->gkl", shrink, sums, sums)
        b = X.T @ values - np.einsum("gi,ik,i->gk", shrink, sums, totals)
        return A, b, values @ values - shrink @ totals**2

    def likelihood(ratios: Array) -> Array:
        A, b, squares = moments(ratios)
        beta = np.linalg.solve(A, b[:, :, None])[:, :, 0]
        residual = np.maximum(squares - (b * beta).sum(axis=1), np.finfo(float).tiny)
        logs = np.log1p(ratios[:, None] * sizes).sum(axis=1)
        if criterion == "reml":
            logs = logs + np.linalg.slogdet(A)[1]
        return np.asarray(-0.5 * (free * (np.log(2 * np.pi * residual / free) + 1) + logs))

    ratio, height = climb(likelihood, *_RATIOS)
    A, b, squares = moments(np.array([ratio]))
    beta = np.linalg.solve(A[0], b[0])
    within = float((squares[0] - b[0] @ beta) / free)
    covariance = np.asarray(within * np.linalg.inv(A[0]))
    return RandomIntercept(
        coefficients=beta,
        std_errors=np.sqrt(np.diagonal(covariance)),
        covariance=covariance,
        group_variance=ratio * within,
        residual_variance=within,
        icc=ratio / (1 + ratio),
        log_likelihood=height,
        singular=ratio == 0.0,
        n=n,
        n_groups=n_groups,
        criterion=criterion,
    )


def _checked(y: Array, X: Array, groups: NDArray[np.generic]) -> tuple[NDArray[np.int64], int]:
    if y.ndim != 1 or X.ndim != 2 or len(X) != len(y) or groups.shape != y.shape:
        raise fault(
            "a model needs one row of the design and one group per rating",
            found=f"ratings {y.shape}, design {X.shape}, groups {groups.shape}",
            hint="give arrays of the same length",
        )
    if not (np.isfinite(y).all() and np.isfinite(X).all()):
        raise fault("a rating or a column is missing", hint="leave out rows without an answer")
    names, codes = np.unique(groups, return_inverse=True)
    if len(names) < 2 or len(names) == len(y):
        raise fault(
            "a random intercept needs several groups, and several ratings in some",
            found=f"{len(names)} groups of {len(y)} ratings",
            hint="name a column of branches or accounts",
        )
    if len(y) <= X.shape[1] or np.linalg.matrix_rank(X) < X.shape[1]:
        raise fault(
            "the columns of the model cannot be told apart",
            found=f"{X.shape[1]} columns, {len(y)} ratings",
            hint="leave out a column that repeats others",
        )
    return np.asarray(codes.reshape(-1), dtype=np.int64), len(names)
