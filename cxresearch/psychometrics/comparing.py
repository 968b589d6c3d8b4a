"""Whether waves, segments or languages read the questionnaire alike."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from cxresearch.errors import AnalysisError, Fault
from cxresearch.notes import Note, distinct, note
from cxresearch.psychometrics.battery import FEW, base, collect
from cxresearch.psychometrics.confirming import Model, measured
from cxresearch.results import Result
from cxresearch.shared import by_run
from cxresearch.stats import cfa
from cxresearch.study.scores import Side
from cxresearch.study.study import Study

_STEPS = ["step", "chi2", "df", "p_value", "cfi", "delta_cfi", "tli", "rmsea", "delta_rmsea"]
_STEPS += ["srmr", "delta_srmr", "delta_chi2", "delta_df", "delta_p", "n_freed", "holds", "reason"]
_MEANS = ["group", "dimension", "estimate", "std_error", "statistic", "p_value"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Invariance(Result):
    """The ladder of measurement invariance: one row per step.

    Attributes
    ----------
    across : str
        The column whose groups are compared.
    gate : str
        What may be compared: ``means``, ``relations`` (not means), ``structure`` (the same
        dimensions, no more), ``items`` (single items only), ``small_groups`` (cannot tell).
    groups : DataFrame
        ``group, n``.
    means : DataFrame
        Where gate is means: differences of latent means from the first group, in the metric of
        each dimension's first equal item.
    released : DataFrame
        ``part, item``: loadings and intercepts that the last accepted step leaves free.
    rules : DataFrame
        The thresholds used, by name.
    """

    across: str
    gate: str
    groups: pd.DataFrame
    means: pd.DataFrame
    released: pd.DataFrame
    rules: pd.DataFrame


@by_run
def invariance(
    study: Study,
    /,
    *,
    across: str,
    model: Model | None = None,
    battery: Side = "perception",
    rules: cfa.Rules | None = None,
) -> Invariance:
    """Tell whether groups may be compared at all: a gap between them may lie in the reading.

    Parameters
    ----------
    study : Study
    across : str
        "wave", a segment's column or the service point's.
    model : mapping from dimension to items, optional
        By default the codebook's dimensions of two items or more.
    battery : {"perception", "expectation", "adequate", "desired"}
    rules : cfa.Rules, optional
        When a step is rejected; by default Chen's for the number of respondents.

    Returns
    -------
    Invariance
        ``step`` (configural, metric, partial_metric, scalar, partial_scalar), ``chi2, df, cfi,
        delta_cfi, rmsea, srmr, holds``; `released` names what is no longer held equal.

    Raises
    ------
    AnalysisError
        Fewer than two groups with more respondents than items.

    References
    ----------
    Chen 2007, doi:10.1080/10705510701301834; Cheung & Rensvold 2002,
    doi:10.1207/S15328007SEM0902_5.

    Examples
    --------
    >>> import numpy as np
    >>> items = {"quick": [f"q{j}" for j in range(3)], "kind": [f"k{j}" for j in range(3)]}
    >>> rng = np.random.default_rng(1)
    >>> hidden = np.repeat(rng.normal(size=(200, 2)), 3, axis=1) + rng.normal(size=(200, 6))
    >>> frame = pd.DataFrame((4 + hidden).round().clip(1, 7), columns=sum(items.values(), []))
    >>> book = {key: {"scale": [1, 7], "perception": names} for key, names in items.items()}
    >>> study = Study.from_frame(
    ...     frame.assign(half=["a", "b"] * 100), {"dimensions": book}, segments=["half"])
    >>> found = invariance(study, across="half")
    >>> found.table["step"].tolist(), found.gate
    (['configural', 'metric', 'scalar'], 'means')
    """
    (column,) = study.by_columns(across)
    notes: list[Note] = []
    whole = collect(study, battery, notes)
    asked = measured(whole, model, notes)
    moments: dict[str, cfa.Moments] = {}
    sizes: dict[str, int] = {}
    for label, part in study.split(column).items():
        one = collect(part, battery, [])
        sizes[label] = one.n
        if one.n_eff <= len(asked.items) + 1 or one.n < study.min_n.show:
            notes.append(note("group_too_small", group=label, n=one.n))
            continue
        if one.n < FEW:
            notes.append(note("group_small", group=label, n=one.n))
        moments[label] = cfa.Moments(cov=one.cov, n=one.n_eff, mean=one.mean)
    if len(moments) < 2:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what=f'fewer than two groups of "{across}" are large enough to compare',
                found=", ".join(f"{label}: {n}" for label, n in sizes.items()),
                hint="join groups, or compare across another column",
            )
        )
    if whole.kind() == "polychoric":
        notes.append(note("ordinal_as_numeric", battery=battery))
    ladder = cfa.invariance(asked, moments, rules)
    used = ladder.rules
    names = ["cfi", "rmsea", "srmr_metric", "srmr_scalar"]
    names += ["configural_cfi", "configural_rmsea", "configural_srmr"]
    return Invariance(
        table=_steps(ladder),
        across=across,
        gate=ladder.gate,
        groups=pd.DataFrame({"group": list(sizes), "n": list(sizes.values())}),
        means=ladder.means.rename(columns={"factor": "dimension"})[_MEANS],
        released=pd.DataFrame(list(ladder.released), columns=["part", "item"]),
        rules=pd.DataFrame({"name": names, "threshold": [getattr(used, one) for one in names]}),
        method="ml",
        notes=distinct([*study.base_notes(), *notes]),
        **base(study, whole),
    )


def _steps(ladder: cfa.Ladder) -> pd.DataFrame:
    freed = [len(text.split(", ")) if text else 0 for text in ladder.steps["freed"]]
    return ladder.steps.assign(n_freed=freed)[_STEPS]
