"""Whether those who code comments by hand agree, and whether the rules agree with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.errors import AnalysisError, Fault
from cxresearch.notes import Note, distinct, note
from cxresearch.results import NotAsked, Result
from cxresearch.stats.agreement import Kappa, detection, kappa
from cxresearch.stats.resample import stream
from cxresearch.study.gather import as_labels
from cxresearch.study.study import Study
from cxresearch.verbatims.codeframe import CodeFrame, load_codeframe
from cxresearch.verbatims.comments import CODES, TABLES, Comments, codes_of, gather, sources

ENOUGH = 0.67
OVERALL = "overall"
ONE_CODER = "coder"

Themes = dict[str, set[str]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Agreement(Result):
    """Cohen's kappa of each pair of coders: over all themes, and theme by theme.

    Attributes
    ----------
    rules : DataFrame
        The code frame's rules against each coder, theme by theme: ``precision`` (of the texts
        that the rule names, those in which the coder sees the theme), ``recall`` (of the texts
        in which the coder sees it, those that the rule names), ``estimate`` (kappa), all with
        intervals. Empty where no coded text is a comment of the study.
    """

    rules: pd.DataFrame


def agreement(
    study: Study,
    /,
    *,
    codes: pd.DataFrame | None = None,
    codeframe: str | Path | Mapping[str, Any] | CodeFrame | None = None,
    source: str | None = None,
    conf_level: float | None = None,
    n_resamples: int | None = None,
    seed: int | None = None,
) -> Agreement | NotAsked:
    """Tell whether two people see the same themes in comments, and whether the rules see them.

    Parameters
    ----------
    study : Study
    codes : DataFrame, optional
        ``text_id, coder, theme``, one row per text, coder and theme seen; by default the table
        ``codes`` of the params. Without the column coder one person coded. ``text_id`` is the
        respondent's id for open questions, the table's own key for letters and posts.
    codeframe : path, mapping or CodeFrame, optional
        As in `themes`.
    source : str, optional
        The open question (or table) that was coded; by default the first.
    conf_level, n_resamples, seed : optional
        The study's own by default.

    Returns
    -------
    Agreement
        ``theme`` (``overall``: all themes at once, where each coder names one theme a text),
        ``first, second`` (coders), ``estimate`` (kappa) with its bootstrap interval over texts,
        ``observed_agreement, expected_agreement``, ``n`` texts that both coded. Below .67 a
        warning is noted; the mark is a convention. ``rules``: the code frame against each coder.
        `NotAsked` where the params name no table of codes, or none of its texts is shared.

    Raises
    ------
    AnalysisError
        If the codes given lack a column, or neither two coders nor a coder and the study share
        a text of theirs.

    Notes
    -----
    Coders who name only the main theme of a text make the rules, which name every theme, look
    less precise than they are; that is noted, and recall is then the figure to read.

    References
    ----------
    Cohen 1960, 10.1177/001316446002000104; Krippendorff 2004, 10.1111/j.1468-2958.2004.tb00738.x.

    Examples
    --------
    >>> frame = pd.DataFrame({"id": range(40), "c": ["It came late.", "So friendly!"] * 20})
    >>> book = {"verbatims": {"comment": {"column": "c", "language": "en"}}}
    >>> codes = pd.DataFrame({"text_id": range(40), "coder": "A",
    ...                       "theme": ["late", "friendly", "late", "late"] * 10})
    >>> found = agreement(Study.from_frame(frame, book, id="id"), codes=codes, n_resamples=50)
    >>> found.rules.set_index("theme")[["precision", "recall"]].round(3).to_numpy().tolist()
    [[1.0, 0.667], [0.5, 1.0]]
    """
    if codes is None and CODES not in study.tables:
        return _absent(study, f"table:{CODES}")
    level = study.conf_level if conf_level is None else conf_level
    n_draws = study.n_resamples if n_resamples is None else n_resamples
    rng = stream(study.seed if seed is None else seed, "verbatims.agreement")
    coded = _coded(study, codes)
    judge = _Judge(level, n_draws, rng)
    notes: list[Note] = []
    rows: list[dict[str, Any]] = []
    for one, other in combinations(sorted(coded), 2):
        rows += judge.pair(one, coded[one], other, coded[other], notes)
    comments, frame = _texts(study, codeframe, source)
    rules: list[dict[str, Any]] = []
    if comments is not None:
        for coder, seen in sorted(coded.items()):
            rules += judge.rules(coder, seen, _by_id(comments, notes), comments, frame)
            if all(len(some) == 1 for some in seen.values()) and rules:
                notes.append(note("main_theme_only", coder=coder))
    if not rows and not rules and codes is None:
        return _absent(study, "codes_shared")
    if not rows and not rules:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what="no two coders coded the same text",
                where="tables: codes",
                hint="let a part of the texts be coded by both",
            )
        )
    n = len({text for seen in coded.values() for text in seen})
    return Agreement(
        table=pd.DataFrame(rows),
        rules=pd.DataFrame(rules),
        n=n,
        n_eff=float(n),
        conf_level=level,
        method="bootstrap",
        notes=distinct(notes),
        about=replace(study.about, labels={**study.about.labels, **frame.labels}),
    )


@dataclass(frozen=True, slots=True)
class _Judge:
    """Compares who coded what, at one level, with one stream of draws."""

    level: float
    n_draws: int
    rng: np.random.Generator

    def kappa(self, first: np.ndarray, second: np.ndarray) -> Kappa:
        return kappa(first, second, n_resamples=self.n_draws, rng=self.rng, conf_level=self.level)

    def pair(
        self, one: str, seen: Themes, other: str, also: Themes, notes: list[Note]
    ) -> Iterator[dict[str, Any]]:
        """Yield kappa of two coders on the texts of both, over all and theme by theme."""
        both = sorted(set(seen) & set(also))
        if not both:
            return
        sides = (seen, also)
        if all(len(side[text]) == 1 for side in sides for text in both):
            first, second = (np.array([next(iter(side[text])) for text in both]) for side in sides)
            yield _row(OVERALL, one, other, self.kappa(first, second))
        for theme in sorted({name for side in sides for text in both for name in side[text]}):
            first, second = (np.array([theme in side[text] for text in both]) for side in sides)
            found = self.kappa(first, second)
            yield _row(theme, one, other, found)
            if found.estimate < ENOUGH:
                notes.append(note("kappa_low", theme=theme, kappa=found.estimate))

    def rules(
        self,
        coder: str,
        seen: Themes,
        rows: Mapping[str, int],
        comments: Comments,
        frame: CodeFrame,
    ) -> Iterator[dict[str, Any]]:
        """Yield precision, recall and kappa of the rules against a coder, theme by theme."""
        both = sorted(set(seen) & set(rows))
        at = np.array([rows[text] for text in both], dtype=int)
        for place, theme in enumerate(frame.themes):
            truth = np.array([theme.key in seen[text] for text in both], dtype=bool)
            named = comments.coded[at, place]
            if not (truth | named).any():
                continue
            found = detection(named, truth, conf_level=self.level)
            agreed = self.kappa(named, truth)
            row: dict[str, Any] = {"theme": theme.key, "coder": coder}
            for name, one in (("precision", found.precision), ("recall", found.recall)):
                row |= {name: one.estimate, f"{name}_low": one.conf_low}
                row |= {f"{name}_high": one.conf_high}
            row |= {"estimate": agreed.estimate, "conf_low": agreed.conf_low}
            row |= {"conf_high": agreed.conf_high, "n_found": found.n_found}
            yield row | {"n_true": found.n_true, "n": len(both)}


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


def _coded(study: Study, codes: pd.DataFrame | None) -> dict[str, Themes]:
    """Return which themes each coder saw in each text."""
    frame = study.tables[CODES] if codes is None else codes
    missing = [name for name in ("text_id", "theme") if name not in frame]
    if missing:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what=f'codes have no column "{missing[0]}"',
                found=", ".join(map(str, frame.columns)),
                hint="one row per text, coder and theme: text_id, coder, theme",
            )
        )
    named = as_labels(frame["coder"]).dropna().unique() if "coder" in frame else [ONE_CODER]
    return {str(one): codes_of(frame, str(one)) for one in named}


def _texts(
    study: Study,
    codeframe: str | Path | Mapping[str, Any] | CodeFrame | None,
    source: str | None,
) -> tuple[Comments | None, CodeFrame]:
    """Return the texts that were coded, with the themes that the rules find in them."""
    told = study.params.analysis.verbatims.codeframe if codeframe is None else codeframe
    frame = told if isinstance(told, CodeFrame) else load_codeframe(told)
    held = [*study.codebook.verbatims, *study.tables]
    if source is None and not set(held) & {*study.codebook.verbatims, *TABLES}:
        return None, frame
    return gather(study, sources(study, source)[0], frame, (), by_hand=False), frame


def _by_id(comments: Comments, notes: list[Note]) -> dict[str, int]:
    """Return the row of each text by its id; ids that stand for several texts are left out."""
    if comments.key is None:
        return {}
    written = comments.mask & comments.written
    rows = np.flatnonzero(written)
    labels = pd.Series(comments.key[rows])
    alone = ~labels.duplicated(keep=False) & labels.notna()
    if n := int((~alone).sum()):
        notes.append(note("codes_ambiguous", n=n))
    return {str(one): int(row) for one, row in zip(labels[alone], rows[alone], strict=True)}


def _absent(study: Study, need: str) -> NotAsked:
    return NotAsked(
        table=pd.DataFrame(),
        n=study.n,
        n_eff=study.n_eff,
        conf_level=study.conf_level,
        method="not_asked",
        need=need,
        about=study.about,
    )
