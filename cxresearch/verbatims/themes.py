"""What customers write about, what goes along with it, and what became more or less."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.bases import Bases, protect
from cxresearch.notes import Note, distinct, note
from cxresearch.results import Result
from cxresearch.stats.multiplicity import adjust
from cxresearch.stats.resample import stream
from cxresearch.study.scores import Scored
from cxresearch.study.study import Cell, Study
from cxresearch.verbatims import authors, words
from cxresearch.verbatims.codeframe import CodeFrame, load_codeframe
from cxresearch.verbatims.comments import Comments, gather, mood, sources
from cxresearch.verbatims.masking import KINDS

FAMILY = "themes"
MOSTLY_UNCODED = 0.30
_IMPACT = ("impact", "impact_low", "impact_high", "p_value", "q_value")
_CHANGE = ("difference", "difference_low", "difference_high", "p_value")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Themes(Result):
    """Themes of customers' comments: one row per source and theme.

    Attributes
    ----------
    parents : DataFrame
        Shares of the wider themes.
    waves : DataFrame
        Share of commenters by theme and wave, ``difference`` from the wave before with its test.
    segments : DataFrame
        Share by theme and group, ``difference`` from all other commenters with its test.
    coverage : DataFrame
        Comments by language: ``n``, ``n_coded``, ``share`` coded; ``known`` says whether the
        frame has words for the language.
    net : DataFrame
        Net sentiment per source: 100 (positive − negative) / coded, with its interval.
    keyness : DataFrame
        Words that mark detractors against promoters, language by language.
    suggested : DataFrame
        Groups of words that go together: themes to look at.
    bias : DataFrame
        Who comments: share at every score, and the score of commenters minus that of others.
    quotes : DataFrame
        Quotations drawn by lot, masked, in their language.
    masking : DataFrame
        Personal data taken out: ``source, kind, n``.
    """

    parents: pd.DataFrame
    waves: pd.DataFrame
    segments: pd.DataFrame
    coverage: pd.DataFrame
    net: pd.DataFrame
    keyness: pd.DataFrame
    suggested: pd.DataFrame
    bias: pd.DataFrame
    quotes: pd.DataFrame
    masking: pd.DataFrame


def themes(
    study: Study,
    /,
    *,
    codeframe: str | Path | Mapping[str, Any] | CodeFrame | None = None,
    source: str | Sequence[str] | None = None,
    names: Sequence[str] = (),
    conf_level: float | None = None,
    seed: int | None = None,
) -> Themes:
    """Tell what customers write about, how often, and how satisfied those are who do.

    Parameters
    ----------
    study : Study
        With an open question (codebook: verbatims), or tables of texts.
    codeframe : path, mapping or CodeFrame, optional
        Themes and their words; by default ``analysis.verbatims.codeframe``, else the frame of
        the package (en, es, sl, ru).
    source : str or sequence of str, optional
        Open questions, or the tables ``verbatims``, ``documents``, ``posts``; by default every
        open question. Sources are reported apart, never pooled.
    names : sequence of str, optional
        Names of people to be masked beside addresses and numbers.
    conf_level, seed : optional
        The study's own by default.

    Returns
    -------
    Themes
        ``theme, parent, sentiment, dimension`` (the topic it touches, not a gap), ``share`` of
        commenters with Wilson's interval (``conf_low, conf_high``), ``share_all`` of all
        respondents with its own, ``n_theme`` comments that speak of it, of ``n``; ``impact`` =
        mean score of commenters with the theme minus those without, in scale points, with
        interval, ``p_value`` and ``q_value`` (family ``themes``), where both sides have
        ``min_n.test`` scores. A comment may have several themes.

    Raises
    ------
    AnalysisError
        If there are no texts, or no such source.
    CodebookError
        For a code frame that cannot be read.

    Notes
    -----
    Texts are masked first (e-mail, telephone, card, IBAN, order ids, names); everything else
    works on masked texts. Comments in a language without words in the frame count in no theme
    and are listed in ``coverage``. Impact is association among those who wrote, who are not
    everybody: see ``bias``. References: Monroe, Colaresi & Quinn (2008), doi:10.1093/pan/mpn018;
    Benjamini & Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x.

    Examples
    --------
    >>> frame = pd.DataFrame({"s": [1, 5] * 10, "c": ["It came late.", "So friendly!"] * 10})
    >>> book = {"measures": {"sat": {"kind": "csat", "columns": "s", "scale": [1, 5]}},
    ...         "verbatims": {"comment": {"column": "c", "language": "en"}}}
    >>> found = themes(Study.from_frame(frame, book)).table.set_index("theme")
    >>> found.loc[["late", "friendly"], "share"].tolist()
    [0.5, 0.5]
    """
    level = study.conf_level if conf_level is None else conf_level
    told = study.params.analysis.verbatims.codeframe if codeframe is None else codeframe
    frame = told if isinstance(told, CodeFrame) else load_codeframe(told)
    score = _outcome(study)
    notes: list[Note] = []
    bases = Bases(study)
    parts: dict[str, list[pd.DataFrame]] = {}
    for name in sources(study, source):
        comments = gather(study, name, frame, names)
        one = _Source(study, comments, frame, score if comments.survey else None, level, bases)
        rng = stream(study.seed if seed is None else seed, f"verbatims.themes:{name}")
        for part, made in one.everything(rng, notes):
            parts.setdefault(part, []).append(made)
        few = parts["table"][-1]
        few = few[(few["n_theme"] > 0) & few["impact_reason"].notna()]
        if len(few):
            notes.append(note("impact_few", n=len(few), min_n=study.min_n.test))
    tables = {name: _stacked(made) for name, made in parts.items()}
    if score is not None:
        notes.append(note("themes_observational", outcome=score.measure.key))
    return Themes(
        **tables,  # type: ignore[arg-type]
        n=study.n,
        n_eff=study.n_eff,
        conf_level=level,
        method="wilson",
        notes=distinct([*study.base_notes(), *bases.notes, *notes]),
        about=replace(study.about, labels={**study.about.labels, **frame.labels}),
    )


def _stacked(made: list[pd.DataFrame]) -> pd.DataFrame:
    held = [one for one in made if len(one)]
    return pd.concat(held, ignore_index=True) if held else pd.DataFrame()


def _outcome(study: Study) -> Scored | None:
    analysis = study.params.analysis
    key = analysis.verbatims.outcome or analysis.drivers.outcome
    key = key or next(iter(study.codebook.measures), None)
    return None if key is None else study.measure(key)


@dataclass(frozen=True, slots=True)
class _Source:
    """Themes of one source of texts."""

    study: Study
    comments: Comments
    frame: CodeFrame
    score: Scored | None
    level: float
    bases: Bases

    @property
    def base(self) -> np.ndarray:
        """Commenters in a language that the frame can read."""
        found: np.ndarray = self.comments.mask & self.comments.readable(self.frame)
        return found

    def everything(
        self, rng: np.random.Generator, notes: list[Note]
    ) -> Iterator[tuple[str, pd.DataFrame]]:
        """Yield every table of the result by its name."""
        comments = self.comments
        self._coverage_notes(notes)
        yield "table", self._table()
        yield "parents", self._parents()
        yield "waves", self._waves()
        yield "segments", self._segments()
        yield "coverage", self._coverage()
        yield "net", self._net()
        first, second, names = self._camps()
        found = words.keyness(comments, first, second, names) if names[0] else pd.DataFrame()
        yield "keyness", found
        yield "suggested", words.suggested(comments)
        bias = pd.DataFrame()
        if self.score is not None:
            bias = authors.bias(self.study, comments, self.score, self.level, self.bases)
        yield "bias", bias
        column = self.study.wave_column if comments.survey else None
        waves = self.study.full[column].astype(str).to_numpy() if column else np.array([])
        yield "quotes", authors.quotes(comments, self.frame, waves, rng, self.study.min_n.show)
        counts = [(kind, comments.masked[kind]) for kind in KINDS if comments.masked[kind]]
        rows = [{"source": comments.source, "kind": kind, "n": n} for kind, n in counts]
        yield "masking", pd.DataFrame(rows)

    def _table(self) -> pd.DataFrame:
        rows: list[dict[str, Any]] = []
        base = self.base
        n = int(self.comments.design.members(base).sum())
        reason = self.bases.withheld(self.comments.source, n)
        for place, theme in enumerate(self.frame.themes):
            coded = self.comments.coded[:, place]
            row: dict[str, Any] = {"source": self.comments.source, "theme": theme.key}
            row |= {"parent": theme.parent, "sentiment": theme.sentiment}
            row |= {"dimension": theme.dimension}
            row |= self._shares(coded, reason)
            row |= self._impact(coded & base, base & ~coded) if reason is None else _nothing()
            row |= {"n": n, "n_theme": np.nan if reason else float((coded & base).sum())}
            rows.append(row | {"suppressed": reason is not None, "reason": reason})
        q = adjust([row["p_value"] for row in rows], self.study.params.analysis.multiplicity)
        size = int(np.isfinite([row["p_value"] for row in rows]).sum())
        for row, value in zip(rows, q, strict=True):
            row |= {"q_value": float(value), "family": FAMILY, "family_size": size}
        rows.sort(key=lambda row: (-np.nan_to_num(row["share"]), -np.nan_to_num(row["n_theme"])))
        return pd.DataFrame(rows)

    def _shares(self, coded: np.ndarray, reason: str | None) -> dict[str, Any]:
        """Share of commenters, and of all respondents (whoever wrote nothing has no theme)."""
        names = ("share", "conf_low", "conf_high", "share_all", "share_all_low", "share_all_high")
        if reason is not None:
            return dict.fromkeys(names, np.nan)
        design = self.comments.design
        own = design.proportion(coded.astype(float), self.base, self.level)
        found = [own.estimate, own.conf_low, own.conf_high]
        everybody = [np.nan] * 3
        if self.comments.survey:
            # a text in a language nobody can read may speak of it or not: no part of this base
            asked = self.comments.mask & (~self.comments.written | self.base)
            whole = design.proportion(coded.astype(float), asked, self.level)
            everybody = [whole.estimate, whole.conf_low, whole.conf_high]
        return dict(zip(names, [*found, *everybody], strict=True))

    def _impact(self, having: np.ndarray, without: np.ndarray) -> dict[str, Any]:
        found = _nothing()
        if self.score is None:
            return found
        design, values = self.comments.design, self.score.values
        least = min(int(design.members(side, values).sum()) for side in (having, without))
        if least < self.study.min_n.test:
            return found | {"impact_reason": "small_base"}
        gap = design.difference(values, having, without, self.level)
        return found | {
            "impact": gap.estimate,
            "impact_low": gap.conf_low,
            "impact_high": gap.conf_high,
            "p_value": gap.p_value,
            "unit": "points",
        }

    def _parents(self) -> pd.DataFrame:
        base = self.base
        design = self.comments.design
        n = int(design.members(base).sum())
        parents = list(dict.fromkeys(one.parent for one in self.frame.themes if one.parent))
        rows = []
        for parent in parents if n >= self.study.min_n.show else ():
            own = [i for i, one in enumerate(self.frame.themes) if one.parent == parent]
            any_of = self.comments.coded[:, own].any(axis=1)
            share = design.proportion(any_of.astype(float), base, self.level)
            row = {"source": self.comments.source, "parent": parent, "share": share.estimate}
            row |= {"conf_low": share.conf_low, "conf_high": share.conf_high}
            rows.append({**row, "n": n, "n_theme": int((any_of & base).sum())})
        return pd.DataFrame(rows)

    def _waves(self) -> pd.DataFrame:
        """Shares by wave; each wave's change from the wave before, q among themes of the wave."""
        if len(self.study.waves) < 2 or not self.comments.survey:
            return pd.DataFrame()
        cells = list(self.comments.cells(self.study, "wave"))
        rows: list[dict[str, Any]] = []
        for number, cell in enumerate(cells):
            before = cells[number - 1] if number else None
            rest = before.mask if before else None
            made = [
                {**cell.keys, "wave_from": before.keys["wave"] if before else None} | row
                for row in self._group(cell, rest)
            ]
            rows += made
        # the whole of the waves stands beside them: no wave may be what the others leave of it
        self._protect(rows, ("wave",))
        for cell in cells:
            some = [row for row in rows if row["wave"] == cell.keys["wave"]]
            self._adjust(some, f"{FAMILY}:{cell.name}")
        return pd.DataFrame(rows)

    def _segments(self) -> pd.DataFrame:
        """Shares by group of each segment column; difference from all other commenters."""
        rows: list[dict[str, Any]] = []
        if not self.study.segments or not self.comments.survey:
            return pd.DataFrame()
        for cell in self.comments.cells(self.study, "segments"):
            rows += [{**cell.keys} | row for row in self._group(cell, ~cell.mask)]
        self._protect(rows, ("segment", "group"))
        for column in self.study.segments:
            some = [row for row in rows if row["segment"] == column]
            self._adjust(some, f"{FAMILY}:{column}")
        return pd.DataFrame(rows)

    def _protect(self, rows: list[dict[str, Any]], names: tuple[str, ...]) -> None:
        """Withhold what would give a withheld group away: shares, changes and counts of a theme."""
        for row in rows:
            row["cell"] = row[names[-1]]
        protect(rows, (*names[:-1], "cell"), ["source", "theme"], self.bases.notes)
        hidden = {row["cell"] for row in rows if row["suppressed"]}
        for row in rows:
            if row.pop("cell") in hidden:
                row["n_theme"] = np.nan
            if row.get("wave_from") in hidden:
                row |= dict.fromkeys(_CHANGE, np.nan)

    def _group(self, cell: Cell, rest: np.ndarray | None) -> Iterator[dict[str, Any]]:
        design, base = self.comments.design, self.base
        here = base & cell.mask
        n = int(design.members(here).sum())
        reason = self.bases.withheld(" · ".join(["comments", *cell.keys.values()]), n)
        other = None if rest is None else base & rest
        small = other is None or int(design.members(other).sum()) < self.study.min_n.show
        spoken = (self.comments.coded & base[:, None]).any(axis=0)
        for place, theme in enumerate(self.frame.themes):
            if not spoken[place]:
                continue
            flag = self.comments.coded[:, place].astype(float)
            row: dict[str, Any] = {"source": self.comments.source, "theme": theme.key}
            row |= dict.fromkeys(["share", "conf_low", "conf_high", "difference"], np.nan)
            row |= dict.fromkeys(["difference_low", "difference_high", "p_value"], np.nan)
            row |= {"q_value": np.nan, "n": n}
            row |= {"n_theme": np.nan if reason else float((flag * here).sum())}
            row |= {"unit": "share", "suppressed": reason is not None, "reason": reason}
            if reason is None:
                share = design.proportion(flag, here, self.level)
                row |= {"share": share.estimate, "conf_low": share.conf_low}
                row |= {"conf_high": share.conf_high}
                if not small:
                    gap = design.difference(flag, here, other, self.level)  # type: ignore[arg-type]
                    row |= {"difference": gap.estimate, "p_value": gap.p_value}
                    row |= {"difference_low": gap.conf_low, "difference_high": gap.conf_high}
            yield row

    def _adjust(self, rows: list[dict[str, Any]], family: str) -> None:
        q = adjust([row["p_value"] for row in rows], self.study.params.analysis.multiplicity)
        size = int(np.isfinite([row["p_value"] for row in rows]).sum())
        for row, value in zip(rows, q, strict=True):
            row |= {"q_value": float(value), "family": family, "family_size": size}

    def _coverage(self) -> pd.DataFrame:
        comments = self.comments
        written = comments.mask & comments.written
        rows = []
        languages, counts = np.unique(comments.languages[written].astype(str), return_counts=True)
        for place in np.argsort(-counts, kind="stable"):
            language, n = str(languages[place]), int(counts[place])
            here = written & (comments.languages == language)
            coded = int(comments.coded[here].any(axis=1).sum())
            known = language in self.frame.languages
            row: dict[str, Any] = {"source": comments.source, "lang": language, "known": known}
            rows.append(row | {"n": n, "n_coded": coded, "share": coded / n if known else np.nan})
        return pd.DataFrame(rows)

    def _net(self) -> pd.DataFrame:
        """100 (positive − negative) / coded; a comment of both kinds is neither."""
        good, bad, coded = mood(self.comments, self.frame)
        design = self.comments.design
        n = int(design.members(coded).sum())
        if n < self.study.min_n.show:
            return pd.DataFrame()
        found = design.net_promoter(good.astype(float), bad.astype(float), coded, self.level)
        shares = {"positive": good, "negative": bad}
        row = {"source": self.comments.source, "statistic": "net_sentiment"}
        numbers = {name: getattr(found, name) for name in ("estimate", "conf_low", "conf_high")}
        rows = [{**row, **numbers, "unit": "nps", "n": n}]
        for name, flag in shares.items():
            share = design.proportion(flag.astype(float), coded, self.level)
            numbers = {one: getattr(share, one) for one in numbers}
            rows.append({**row, "statistic": name, **numbers, "unit": "share", "n": n})
        return pd.DataFrame(rows)

    def _camps(self) -> tuple[np.ndarray, np.ndarray, tuple[str, str]]:
        """Detractors and promoters; without an NPS question, the score's lower and upper half."""
        none = np.zeros(self.comments.design.n, dtype=bool)
        if not self.comments.survey:
            return none, none, ("", "")
        for key, one in self.study.codebook.measures.items():
            if one.kind == "nps":
                score = self.study.measure(key)
                return score.detractor == 1, score.promoter == 1, ("detractors", "promoters")
        if self.score is None:
            return none, none, ("", "")
        middle = self.score.measure.scale.mid
        values = self.score.values
        return values < middle, values > middle, ("lower_half", "upper_half")

    def _coverage_notes(self, notes: list[Note]) -> None:
        comments = self.comments
        written = comments.mask & comments.written
        known = self.base
        strange = comments.languages[written & ~known]
        if len(strange):
            named = tuple(sorted({str(one) for one in strange}))
            notes.append(note("languages_unknown", n=len(strange), languages=named))
        if known.any():
            uncoded = float((~comments.coded[known].any(axis=1)).mean())
            if uncoded > MOSTLY_UNCODED:
                notes.append(note("mostly_uncoded", source=comments.source, share=uncoded))
        if comments.by_hand:
            notes.append(note("coded_by_hand", source=comments.source, n=comments.by_hand))
        if not comments.survey:
            notes.append(note("not_all_customers", source=comments.source))
            if n := int((~comments.mask).sum()):
                notes.append(note("posts_excluded", n=n))
        if masked := sum(comments.masked.values()):
            notes.append(note("personal_masked", n=int(masked)))
        notes += [note("letters_folded", name=one) for one in self.frame.fold]


def _nothing() -> dict[str, Any]:
    return {**dict.fromkeys(_IMPACT, np.nan), "unit": "points", "impact_reason": None}
