"""Which columns are ratings, and on which scale: by labels, wording, and how they go together.

Numbers from 1 to 5 may be ratings or the codes of regions. Ratings of one thing go up and down
together; codes do not. So bare numbers count as ratings where the columns beside them are
correlated, or where name or question says so; else they are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cxresearch.study.draft.guesses import Confidence
from cxresearch.study.draft.labels import Meaning
from cxresearch.study.draft.looks import Look, stem
from cxresearch.study.draft.points import Points, points_of, together
from cxresearch.study.draft.vocabulary import says

_FEWEST = 20
_TOGETHER = 0.15
_CLEARLY = 0.3
_THREE = 0.25
_FEWEST_POINTS = 4
_SPARSE = 0.03
_MANY = 5
_THIN = 0.08
_ALONE = 0.2
_ODD = 10
_WORDS = (
    "rating",
    "satisfied",
    "recommend",
    "overall",
    "cost",
    "delivery",
    "quality",
    "effort",
    "ease",
    "loyalty",
    "expectation",
    "perception",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rated:
    """A column of ratings.

    Attributes
    ----------
    look : Look
    points : Points
        Its scale.
    block : int
        Number of the run of columns that it was asked in.
    reason : str
        Why it is taken for a rating.
    confidence : {"high", "medium", "low"}
    rest : float
        Correlation with the other columns of its block; NaN where unknown.
    """

    look: Look
    points: Points
    block: int
    reason: str
    confidence: Confidence
    rest: float = float("nan")

    @property
    def name(self) -> str:
        """The column's name."""
        return self.look.name


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """Columns that follow each other on one range."""

    looks: tuple[Look, ...]
    points: Points
    answers: pd.DataFrame
    mean_r: float
    rest: dict[str, float]


def ratings(looks: Iterable[Look]) -> dict[str, Rated]:
    """Return the columns of ratings by name, in the file's order."""
    candidates = [(look, its) for look in looks if (its := points_of(look)) is not None]
    found: dict[str, Rated] = {}
    left: list[tuple[int, _Block]] = []
    for number, run in enumerate(_runs(candidates)):
        if run[0][1].certain:
            found |= _certain(run, number)
            continue
        block = _block(run)
        if _ranked(block.answers):
            continue
        accepted = _accepted(block, number)
        found |= accepted
        if missed := tuple(look for look in block.looks if look.name not in accepted):
            left.append((number, replace_looks(block, missed)))
    found |= _alone(left, found)
    found = _as_the_others(found)
    found |= _constant(looks, found)
    return dict(sorted(found.items(), key=lambda one: one[1].look.place))


def replace_looks(block: _Block, looks: tuple[Look, ...]) -> _Block:
    """Return a block of some of its columns."""
    return _Block(looks, block.points, block.answers, block.mean_r, block.rest)


Candidate = tuple[Look, Points]


def _runs(candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    runs: list[list[Candidate]] = []
    for look, points in candidates:
        if runs and _same(runs[-1][-1], (look, points)):
            runs[-1].append((look, points))
        else:
            runs.append([(look, points)])
    return runs


def _same(before: Candidate, now: Candidate) -> bool:
    """Tell whether two columns in a row may belong to one block."""
    (look, points), (other, its) = before, now
    if points.certain or its.certain:
        return (
            points.certain
            and its.certain
            and (points.low, points.high) == (its.low, its.high)
            and set(points.labels.values()).issubset(its.labels.values())
            | set(its.labels.values()).issubset(points.labels.values())
        )
    first, second = stem(look.name)[0], stem(other.name)[0]
    if points.high > 11 or its.high > 11 or points.continuous or its.continuous:
        return (points.high, points.continuous) == (its.high, its.continuous)
    if first == second and first:
        parts = any(letter.isdigit() for letter in first)  # of one question: Q7A, Q7B
        return abs(points.high - its.high) <= 3 if parts else _one_range(before, now)
    if any(letter.isdigit() for letter in first + second):
        return False
    numbered = bool(first and second)  # E1, E2, …, P1, P2, …
    near = _one_range(before, now) if numbered else abs(points.high - its.high) <= 1
    return near and other.place - look.place <= 3


def _one_range(before: Candidate, now: Candidate) -> bool:
    """Tell whether two ranges may be one: the shorter ends thin, so that points may be unused."""
    (look, points), (other, its) = before, now
    if points.high == its.high:
        return True
    shorter, top = (look, points.high) if points.high < its.high else (other, its.high)
    thin = shorter.counts.get(top, 0) < _THIN * shorter.n_answered
    return abs(points.high - its.high) <= 3 and (thin or shorter.n_answered < 3 * _FEWEST)


def _certain(run: Sequence[Candidate], number: int) -> dict[str, Rated]:
    found = {}
    for look, points in run:
        if points.frequency and len(run) < 3:
            continue
        if look.named("segment"):
            continue
        told = "answers in words" if look.form == "words" else "labels of the file"
        reason = f"{told} are a scale of {points.ends}"
        found[look.name] = Rated(
            look=look, points=points, block=number, reason=reason, confidence="high"
        )
    return found


def _block(run: Sequence[Candidate]) -> _Block:
    looks = tuple(look for look, _ in run)
    cells = sum(look.n_answered for look in looks)
    points = _tested(looks, together([points for _, points in run], cells))
    answers = pd.DataFrame({look.name: points.answers(look) for look in looks})
    mean_r, rest = _coherence(answers)
    return _Block(looks, points, answers, mean_r, rest)


def _coherence(answers: pd.DataFrame) -> tuple[float, dict[str, float]]:
    """Return how closely columns go together, on the whole and each with its nearest.

    A column's figure is the mean size of its correlations: of a third of the others, the nearest
    ones, where there are many, as expectations and perceptions need not go together.
    """
    if len(answers.columns) < 3 or len(answers) < _FEWEST:
        return float("nan"), {}
    r = answers.iloc[:, :200].corr(min_periods=_FEWEST).to_numpy(copy=True)
    np.fill_diagonal(r, np.nan)
    if np.isnan(r).all():
        return float("nan"), {}
    rest = {}
    for at, name in enumerate(answers.columns[:200]):
        others = np.sort(np.abs(r[at][~np.isnan(r[at])]))[::-1]
        nearest = others if len(others) < _MANY else others[: max(2, len(others) // 3)]
        rest[str(name)] = float(nearest.mean()) if len(nearest) else float("nan")
    return float(np.nanmean(list(rest.values()))), rest


def _tested(looks: Sequence[Look], points: Points) -> Points:
    """Take from the ends of a range what behaves like no answer.

    On a scale, who gives an item a low point gives low points to the others, too. A code whose
    people rate the other items like anybody else is no end of the scale.
    """
    if points.continuous or points.high > 11 or len(looks) < 3:
        if (points.low, points.high) == (0, 11) and not points.continuous:
            return replace(points, high=10.0, no_answer={**points.no_answer, 11.0: "missing"})
        return points
    values = np.column_stack([points.answers(look) for look in looks])
    off: dict[float, Meaning] = {}
    low, high = points.low, points.high
    inner = np.where((values > low + (low == 0) * 0.5) & (values < high), values, np.nan)
    if high in (6, 8, 11) and _stray(values, inner, high, high - 1, -1):
        off[high] = _meaning(values == high)
    inner = np.where((values > low) & (values <= high - (high in off)), values, np.nan)
    if low == 0 and high - (high in off) <= 10 and _stray(values, inner, low, low + 1, 1):
        off[low] = _meaning(values == low, "missing")
    if high == 11 and high not in off:
        off[high] = "missing"
    low, high = low + (low in off), high - (high in off)
    return replace(points, low=low, high=high, no_answer={**points.no_answer, **off})


def _stray(values: np.ndarray, inner: np.ndarray, code: float, next_to: float, sign: int) -> bool:
    """Tell whether the people behind an end code rate the rest unlike people at that end."""
    sums, n = np.nansum(inner, axis=1, keepdims=True), (~np.isnan(inner)).sum(axis=1, keepdims=True)
    own = np.nan_to_num(inner)
    others_n = n - ~np.isnan(inner)
    rest = np.divide(sums - own, others_n, out=np.full(values.shape, np.nan), where=others_n > 0)
    here, beside = rest[(values == code)], rest[(values == next_to)]
    here, beside = here[~np.isnan(here)], beside[~np.isnan(beside)]
    if len(here) < _ODD:
        # with hardly anybody at the end beside it, a blank code alone says little
        return sign > 0 and len(here) + (values == code).all(axis=1).sum() >= _ODD
    if len(beside) < _ODD:
        middle = np.nanmean(rest)
        return bool(sign * (here.mean() - middle) > -0.1 * np.nanstd(rest))
    spread = np.sqrt(here.var() / len(here) + beside.var() / len(beside))
    return bool(sign * (here.mean() - beside.mean()) > 2 * spread)


def _meaning(chosen: np.ndarray, default: Meaning = "missing") -> Meaning:
    """Take a code for "not applicable" where it is frequent in some columns and rare in others."""
    share = chosen.mean(axis=0)
    varies = share.max() > 3 * max(share.min(), 1e-9)
    return "not_applicable" if share.max() > 0.08 and varies else default


def _accepted(block: _Block, number: int) -> dict[str, Rated]:
    found = {}
    k = len(block.looks)
    wide = block.points.continuous or block.points.high > 11
    least = _CLEARLY if wide else _TOGETHER if k > 3 else _THREE
    rows = max(1, int(block.answers.notna().any(axis=1).sum()))
    least += 1 / np.sqrt(rows) if k > _MANY else 0.0  # the nearest of many are near by chance, too
    for look in block.looks:
        rest = block.rest.get(look.name, float("nan"))
        group = look.named("segment") or (look.says("category") and not look.says(*_WORDS))
        confidence: Confidence = "medium"
        told_rating = says(look.text_words, "rating", "satisfied")
        sided = _two_codes(look, block.points) and block.mean_r < 2 * _CLEARLY
        if block.points.high < _FEWEST_POINTS or (sided and not told_rating):
            continue
        if look.says("coded") or look.n_answered < _SPARSE * look.n:
            continue
        if (
            k >= 3
            and block.mean_r >= least
            and rest >= least / 2
            and not (group and rest < _CLEARLY)
        ):
            reason = f"goes together with {k - 1} columns beside it (mean r {block.mean_r:.2f})"
            if k >= 5 and block.mean_r >= _CLEARLY:
                confidence = "high"
        elif wide or group:
            continue
        elif k >= 3 and stem(look.name)[0] and np.isnan(block.mean_r):
            reason = f"{k} columns of one form, {block.points.ends}"
        elif k >= 3 and np.isnan(rest) and look.form == "constant":
            continue
        elif told := look.says(*_WORDS):
            if look.says("category") or look.n_distinct < 3:
                continue
            reason = f'"{told}" in name or question, answers {block.points.ends}'
        elif k >= 3 and rest >= least + _TOGETHER:
            reason = f"goes together with columns beside it (r {rest:.2f})"
        else:
            continue
        found[look.name] = Rated(
            look=look,
            points=block.points,
            block=number,
            reason=reason,
            confidence=confidence,
            rest=rest,
        )
    return found


def _ranked(answers: pd.DataFrame) -> bool:
    """Tell whether columns hold the places of a ranking: they add up to the same for everybody."""
    sums = answers.dropna().sum(axis=1)
    if len(answers.columns) < 3 or len(sums) < _ODD:
        return False
    return bool((sums == sums.median()).mean() > 0.9 and answers.nunique().min() > 1)


def _two_codes(look: Look, points: Points) -> bool:
    """Tell whether nearly everybody has one of the two lowest codes, as with yes and no."""
    inside = sorted(
        ((code, n) for code, n in look.counts.items() if points.low <= code <= points.high),
        key=lambda one: -one[1],
    )
    total = sum(n for _, n in inside)
    return sum(n for _, n in inside[:2]) > 0.85 * total and max(c for c, _ in inside[:2]) <= 2


def _alone(left: Sequence[tuple[int, _Block]], found: dict[str, Rated]) -> dict[str, Rated]:
    """Return single columns that go together with the ratings found, on a scale of theirs."""
    sure = [one for one in found.values() if not one.points.labels]
    if len(sure) < 3:
        return {}
    scales = {(one.points.low, one.points.high) for one in sure}
    means = pd.DataFrame({one.name: one.points.answers(one.look) for one in sure[:60]}).mean(axis=1)
    more: dict[str, Rated] = {}
    for number, block in left:
        for look in block.looks:
            if look.says("category", "coded") or look.named("segment") or not look.whole:
                continue
            if look.n_answered < _SPARSE * look.n or block.points.high < _FEWEST_POINTS:
                continue
            for points in _fitting(look, sure, scales):
                answers = pd.Series(points.answers(look))
                both = answers.notna() & means.notna()
                if both.sum() < 2 * _FEWEST or answers[both].nunique() < 3:
                    continue
                r = float(np.corrcoef(answers[both], means[both])[0, 1])
                if abs(r) >= _ALONE:
                    more[look.name] = Rated(
                        look=look,
                        points=points,
                        block=number,
                        reason=f"goes together with the ratings (r {r:.2f}), same scale",
                        confidence="low",
                        rest=r,
                    )
                    break
    return more


def _as_the_others(found: dict[str, Rated]) -> dict[str, Rated]:
    """Give columns known by wording alone the scale of the ratings, where that holds them."""
    sure = [one for one in found.values() if one.confidence == "high" and not one.points.labels]
    scales = {(one.points.low, one.points.high) for one in sure}
    changed = dict(found)
    for name, one in found.items():
        alone = one.reason.startswith('"') and not one.points.certain
        if alone and one.points.high - one.points.low < 10:
            for points in _fitting(one.look, sure, scales)[:1]:
                told = one.reason.partition(", answers")[0]
                reason = f"{told}, answers {points.ends} as the other ratings"
                changed[name] = replace(one, points=points, reason=reason)
    return changed


def _fitting(look: Look, sure: Sequence[Rated], scales: set[tuple[float, float]]) -> list[Points]:
    """Return scales of the ratings found that hold all answers of a column."""
    fitting: dict[tuple[float, float], Points] = {}
    for one in sure:
        points = one.points
        stray = [
            code
            for code in look.counts
            if not points.low <= code <= points.high and code not in points.no_answer
        ]
        if not stray and max(look.counts) >= points.high and (points.low, points.high) in scales:
            fitting.setdefault((points.low, points.high), points)
    return list(fitting.values())


def _constant(looks: Iterable[Look], found: dict[str, Rated]) -> dict[str, Rated]:
    """Return columns of one answer that belong to a question whose others are ratings."""
    by_question: dict[str, Rated] = {}
    for one in found.values():
        question = stem(one.name)[0]
        if question and not one.points.labels:
            by_question.setdefault(question, one)
    more = {}
    for look in looks:
        fellow = by_question.get(stem(look.name)[0])
        if look.form == "constant" and fellow is not None and look.counts:
            value = next(iter(look.counts))
            points = fellow.points
            if isinstance(value, float) and points.low <= value <= points.high:
                more[look.name] = Rated(
                    look=look,
                    points=points,
                    block=fellow.block,
                    reason=f"belongs to the columns of {fellow.name}",
                    confidence="medium",
                )
    return more
