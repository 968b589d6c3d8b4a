"""The whole story of a study in one call: state, gaps, drivers, changes, and how sure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from cxresearch import drivers, kpis, quality, servqual, trends
from cxresearch.notes import distinct
from cxresearch.results import NotAsked, Result
from cxresearch.study.study import Study


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Overview(Result):
    """The results that a client report tells; `table` holds the headline figures.

    Each is a Result of its own analysis, or a `NotAsked` where the study does not hold what the
    analysis needs. State, gaps and drivers are those of the latest wave; changes and levels are
    over all waves.
    """

    quality: Result
    kpis: Result
    gaps: Result
    drivers: Result
    contrasts: Result
    track: Result


def tell(study: Study, /) -> Overview:
    """Tell what a client asks first: where we stand, where it hurts, what changed.

    Parameters
    ----------
    study : Study

    Returns
    -------
    Overview
        The same numbers as the single analyses give.
    """
    latest = study.latest()
    state = ask(latest, "measures", kpis.measure)
    checked = quality.check(study)
    short = ask(latest, "expectations", servqual.gaps)
    driving = ask(latest, "drivers", drivers.importance)
    changed = ask(study, ("waves", "measures"), trends.compare)
    level = ask(study, ("waves", "measures"), trends.track)
    parts = (checked, state, short, driving, changed, level)
    return Overview(
        table=state.table,
        n=study.n,
        n_eff=study.n_eff,
        conf_level=study.conf_level,
        method="overview",
        notes=distinct(one for part in parts for one in part.notes),
        about=study.about,
        quality=checked,
        kpis=state,
        gaps=short,
        drivers=driving,
        contrasts=changed,
        track=level,
    )


def ask(study: Study, needs: str | Sequence[str], analysis: Callable[[Study], Result], /) -> Result:
    """Return the analysis, or a `NotAsked` where the study does not hold what it needs.

    Parameters
    ----------
    study : Study
    needs : str or sequence of str
        What `Study.has` knows: "zone", "waves", "measures", ...
    analysis : callable
        Such as ``servqual.zone``.

    Examples
    --------
    >>> frame = pd.DataFrame({"P": [5, 4, 6, 7], "E": [6, 6, 7, 7]})
    >>> book = {"dimensions": {"care": {"scale": [1, 7], "expectation": "E", "perception": "P"}}}
    >>> ask(Study.from_frame(frame, book), "zone", servqual.zone).need
    'zone'
    """
    for need in (needs,) if isinstance(needs, str) else needs:
        if not study.has(need):
            return NotAsked(
                table=pd.DataFrame(),
                n=study.n,
                n_eff=study.n_eff,
                conf_level=study.conf_level,
                method="not_asked",
                about=study.about,
                need=need,
            )
    return analysis(study)
