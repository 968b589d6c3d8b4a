"""Whether those who code comments by hand agree."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.errors import AnalysisError, Fault
from cxresearch.notes import Note, distinct, note
from cxresearch.results import Result
from cxresearch.stats.agreement import Kappa, kappa
from cxresearch.stats.resample import stream
from cxresearch.study.gather import as_labels
from cxresearch.study.study import Study

ENOUGH = 0.67
TABLE = "codes"
_COLUMNS = ("text_id", "coder", "theme")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Agreement(Result):
    """Cohen's kappa of each pair of coders: over all themes, and theme by theme."""


def agreement(
    study: Study,
    /,
    *,
    codes: pd.DataFrame | None = None,
    conf_level: float | None = None,
    n_resamples: int | None = None,
    seed: int | None = None,
) -> Agreement:
    """Tell whether two people who read the same comments see the same themes in them.

    Parameters
    ----------
    study : Study
    codes : DataFrame, optional
        ``text_id, coder, theme`` (the main theme, one row per text and coder); by default the
        table ``codes`` of the params.
    conf_level, n_resamples, seed : optional
        The study's own by default.

    Returns
    -------
    Agreement
        ``theme`` (``overall``: all themes at once), ``first, second`` (coders), ``estimate``
        (kappa) with its bootstrap interval over texts, ``observed, expected`` agreement, ``n``
        texts that both coded. Below .67 a warning is noted; the mark is a convention.

    Raises
    ------
    AnalysisError
        If there are no codes, or no two coders share a text.

    References
    ----------
    Cohen 1960, 10.1177/001316446002000104; Krippendorff 2004, 10.1111/j.1468-2958.2004.tb00738.x.
    """
    level = study.conf_level if conf_level is None else conf_level
    n_draws = study.n_resamples if n_resamples is None else n_resamples
    rng = stream(study.seed if seed is None else seed, "verbatims.agreement")
    wide = _wide(study, codes)
    rows: list[dict[str, Any]] = []
    notes: list[Note] = []
    for one, other in combinations(wide.columns, 2):
        both = wide[[one, other]].dropna()
        if both.empty:
            continue
        pairs = both.to_numpy(dtype=str)
        whole = kappa(pairs[:, 0], pairs[:, 1], n_resamples=n_draws, rng=rng, conf_level=level)
        rows.append(_row("overall", one, other, whole))
        for theme in sorted(set(pairs.ravel())):
            flags = pairs == theme
            found = kappa(flags[:, 0], flags[:, 1], n_resamples=n_draws, rng=rng, conf_level=level)
            rows.append(_row(theme, one, other, found))
            if found.estimate < ENOUGH:
                notes.append(note("kappa_low", theme=theme, kappa=found.estimate))
    if not rows:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what="no two coders coded the same text",
                where="tables: codes",
                hint="let a part of the texts be coded by both",
            )
        )
    return Agreement(
        table=pd.DataFrame(rows),
        n=len(wide),
        n_eff=float(len(wide)),
        conf_level=level,
        method="bootstrap",
        notes=distinct(notes),
        about=study.about,
    )


def _row(theme: str, first: object, second: object, found: Kappa) -> dict[str, Any]:
    return {
        "theme": theme,
        "first": str(first),
        "second": str(second),
        "estimate": found.estimate,
        "conf_low": found.conf_low,
        "conf_high": found.conf_high,
        "observed_agreement": found.observed,
        "expected_agreement": found.expected,
        "n": found.n,
    }


def _wide(study: Study, codes: pd.DataFrame | None) -> pd.DataFrame:
    if codes is None and TABLE not in study.tables:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what="there are no codes of coders",
                where="params: tables.codes",
                hint="name a table with text_id, coder and theme",
            )
        )
    frame = study.tables[TABLE] if codes is None else codes
    missing = [name for name in _COLUMNS if name not in frame]
    if missing:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what=f'codes have no column "{missing[0]}"',
                found=", ".join(map(str, frame.columns)),
                hint="one row per text and coder: text_id, coder, theme",
            )
        )
    labels = pd.DataFrame({name: as_labels(frame[name]) for name in _COLUMNS}).dropna()
    if labels.duplicated(["text_id", "coder"]).any():
        raise AnalysisError(
            Fault(
                kind="analysis",
                what="a coder coded a text twice",
                where="tables: codes",
                hint="keep the main theme, one row per text and coder",
            )
        )
    wide = labels.pivot(index="text_id", columns="coder", values="theme")
    return wide[np.sort(wide.columns.to_numpy(dtype=str))]
