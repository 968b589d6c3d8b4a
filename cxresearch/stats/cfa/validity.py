"""Whether dimensions are measured well and are different things: AVE, CR, Fornell-Larcker, HTMT."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Literal, get_args

import numpy as np
import pandas as pd

from cxresearch.errors import did_you_mean
from cxresearch.stats.cfa.model import Model, fault

HtmtVariant = Literal["2015", "2"]


def validity(loadings: pd.DataFrame, phi: pd.DataFrame) -> pd.DataFrame:
    r"""Tell how well each dimension is measured, and whether it is one of its own.

    CR is :math:`(\sum l)^2 / ((\sum l)^2 + \sum (1 - l^2))`, AVE the mean of :math:`l^2`, both of
    standardised loadings. Fornell and Larcker ask that the root of AVE exceed every correlation
    with another dimension.

    Parameters
    ----------
    loadings : DataFrame, items by factors
        Standardised; zero where an item does not belong (``Confirmed.loadings()``).
    phi : DataFrame, factors by factors
        Correlations of the factors.

    Returns
    -------
    DataFrame
        By factor: `n_items, cr, ave, root_ave, largest_r, fornell_larcker`. CR is missing for a
        factor of one item.

    Notes
    -----
    Compared with R ``lavaan`` standardised loadings put into the same formulas.

    References
    ----------
    Fornell & Larcker 1981, doi:10.1177/002224378101800104.

    Examples
    --------
    >>> L = pd.DataFrame({"care": [0.8, 0.7, 0, 0], "pace": [0, 0, 0.6, 0.9]})
    >>> phi = pd.DataFrame([[1, 0.5], [0.5, 1]], L.columns, L.columns)
    >>> found = validity(L, phi).loc["care"]
    >>> round(float(found["cr"]), 3), round(float(found["ave"]), 3), bool(found["fornell_larcker"])
    (0.721, 0.565, True)
    """
    names = list(loadings.columns)
    P = phi.loc[names, names].to_numpy(dtype=float, copy=True)
    np.fill_diagonal(P, 0.0)
    largest = np.abs(P).max(axis=1, initial=0.0)
    rows = []
    for j, name in enumerate(names):
        own = loadings[name].to_numpy(dtype=float)
        own = own[own != 0]
        if not len(own):
            raise fault(f'factor "{name}" has no loading')
        squared, total = own**2, float(own.sum() ** 2)
        ave = float(squared.mean())
        single = len(names) == 1
        rows.append(
            {
                "n_items": len(own),
                "cr": total / (total + float((1 - squared).sum())) if len(own) > 1 else np.nan,
                "ave": ave,
                "root_ave": float(np.sqrt(ave)),
                "largest_r": np.nan if single else float(largest[j]),
                "fornell_larcker": None if single else bool(np.sqrt(ave) > largest[j]),
            }
        )
    return pd.DataFrame(rows, index=pd.Index(names, name="factor"))


def htmt(
    corr: pd.DataFrame,
    model: Model | Mapping[str, Sequence[Hashable]],
    variant: HtmtVariant = "2015",
) -> pd.DataFrame:
    r"""Tell whether two dimensions can be told apart (heterotrait-monotrait ratio).

    Mean absolute correlation between the items of two dimensions over the root of the product of
    the mean absolute correlations within each ("2015"); with geometric means for items of unequal
    loadings ("2"). Judge its upper bootstrap bound against .85 or .90.

    Parameters
    ----------
    corr : DataFrame, shape (k, k)
        Correlations of the items.
    model : Model, or mapping from factor to items
    variant : {"2015", "2"}

    Returns
    -------
    DataFrame, factors by factors
        Ones on the diagonal; missing for a dimension of one item.

    Notes
    -----
    Compared with R ``semTools::htmt``.

    References
    ----------
    Henseler, Ringle & Sarstedt 2015, doi:10.1007/s11747-014-0403-8. Roemer, Schuberth & Henseler
    2021, doi:10.1108/IMDS-02-2021-0082.

    Examples
    --------
    >>> items = ["a1", "a2", "b1", "b2"]
    >>> r = pd.DataFrame(0.3, items, items)
    >>> r.loc["a1", "a2"] = r.loc["a2", "a1"] = r.loc["b1", "b2"] = r.loc["b2", "b1"] = 0.6
    >>> float(htmt(r, {"a": ["a1", "a2"], "b": ["b1", "b2"]}).loc["a", "b"])
    0.5
    """
    model = Model.of(model)
    missing = [item for item in model.items if item not in corr.columns]
    if missing:
        raise fault(
            f'item "{missing[0]}" is not in the correlation matrix',
            hint=did_you_mean(missing[0], list(corr.columns)),
        )
    items = list(model.items)
    R = corr.loc[items, items].to_numpy(dtype=float)
    names = list(model.names)
    return pd.DataFrame(htmt_of(R, model, variant), names, names)


def htmt_of(R: np.ndarray, model: Model, variant: HtmtVariant = "2015") -> np.ndarray:
    """Return HTMT of one matrix or of many (..., k, k), items in the order of the model."""
    if variant not in get_args(HtmtVariant):
        raise fault(
            f'no variant "{variant}" of HTMT', hint=did_you_mean(variant, get_args(HtmtVariant))
        )
    blocks = [[model.items.index(item) for item in items] for items in model.factors.values()]
    size = np.abs(R)
    q = len(blocks)
    between = np.full((*R.shape[:-2], q, q), np.nan)
    for a in range(q):
        for b in range(a, q):
            values = size[..., blocks[a], :][..., blocks[b]]
            values = (
                values[..., *np.triu_indices(len(blocks[a]), 1)]
                if a == b
                else values.reshape(*R.shape[:-2], -1)
            )
            if values.shape[-1]:
                between[..., a, b] = between[..., b, a] = _mean(values, variant)
    within = np.einsum("...aa->...a", between).copy()
    ratio = between / np.sqrt(within[..., :, None] * within[..., None, :])
    index = np.arange(q)
    ratio[..., index, index] = 1.0
    return np.asarray(ratio)


def _mean(values: np.ndarray, variant: HtmtVariant) -> np.ndarray:
    if variant == "2015":
        return np.asarray(values.mean(axis=-1))
    return np.asarray(np.exp(np.log(np.maximum(values, 1e-300)).mean(axis=-1)))
