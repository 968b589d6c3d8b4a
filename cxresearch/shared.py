"""Results that notebooks of report runs share: computed once, read by the others.

Also by later runs and those in another language, unless a result tells of single respondents.
Outside of a report run, `by_run` changes nothing: every call computes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, TypeVar, cast

import numpy as np

from cxresearch import store
from cxresearch.about import About
from cxresearch.results import Result
from cxresearch.study.study import Study

Analysis = TypeVar("Analysis", bound=Callable[..., Result])


def by_run(analysis: Analysis) -> Analysis:
    """Let notebooks of report runs share what an analysis of the same study returns.

    A result is known by its analysis, the study's data, respondents and weights, and every
    choice of the call. It is kept without `about`, which the study that asks adds anew, so that
    it serves every language. What cannot be told apart by its text (a frame, a function) is
    computed. A `Result` that is `personal` is kept for the notebooks of this run alone.
    """

    @wraps(analysis)
    def asked(study: Study, /, *more: Any, **choices: Any) -> Result:
        if more or not store.is_there() or not _plain(list(choices.values())):
            return analysis(study, *more, **choices)
        key = store.name(
            "result",
            analysis.__module__,
            analysis.__qualname__,
            identity(study),
            sorted(choices.items()),
        )
        kept = store.take(key)
        if kept is not None:
            return cast(Result, replace(kept, about=study.about))
        result = analysis(study, **choices)
        if result.about == study.about:
            lasting = not (result.personal or study.in_database)  # rows may change unseen there
            store.put(key, replace(result, about=About()), lasting=lasting)
        return result

    return cast(Analysis, asked)


def identity(study: Study) -> str:
    """Return a hash over all of a study that an analysis can see: the same hash, the same numbers.

    Parameters
    ----------
    study : Study
    """
    if study.in_database:  # no rows to look at: what is said of it tells data and respondents
        return hashlib.sha256(repr(study).encode()).hexdigest()
    params = study.params
    # of what shows results only the client's name enters some: whose ratings are our own
    told = (params.data, params.tables, params.codebook, params.analysis, study.about.client)
    digest = hashlib.sha256(f"{study.fingerprint} {told!r}".encode())
    design = study.design
    for part in (study.mask, study.candidates, study.raters, design.weights, study.ratings):
        digest.update(np.ascontiguousarray(part).tobytes())
    return digest.hexdigest()


def _plain(values: list[Any]) -> bool:
    """Whether values are told apart by their text."""
    return all(
        _plain(list(value))
        if type(value) in (list, tuple)
        else value is None or type(value) in (str, int, float, bool)
        for value in values
    )
