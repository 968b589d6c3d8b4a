"""Outcomes and drivers: which rating is the recommendation, the satisfaction, the effort."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cxresearch.study.draft.guesses import Confidence
from cxresearch.study.draft.labels import tone
from cxresearch.study.draft.looks import Look, stem
from cxresearch.study.draft.points import Points
from cxresearch.study.draft.ratings import Rated
from cxresearch.study.draft.vocabulary import is_said, says

BLOCKS = ("cost", "delivery", "quality")


@dataclass(slots=True)
class Outcome:
    """A measure as it was found: its kind, its column, what else its kind needs."""

    key: str
    kind: str
    rated: Rated
    reason: str
    confidence: Confidence
    more: dict[str, Any] = field(default_factory=dict)


def outcomes(rated: Mapping[str, Rated]) -> list[Outcome]:
    """Return the measures, satisfaction first: it is what drivers explain."""
    free = list(rated.values())
    found = [*_recommendations(free)]
    used = {one.rated.name for one in found}
    free = [one for one in free if one.name not in used]
    if effort := _effort(free):
        found.append(effort)
        free = [one for one in free if one.name != effort.rated.name]
    satisfaction = _satisfaction(free)
    used = {one.rated.name for one in satisfaction}
    found += _loyalty([one for one in free if one.name not in used])
    return _distinct([*satisfaction, *found])


def _distinct(found: Sequence[Outcome]) -> list[Outcome]:
    seen: dict[str, int] = {}
    for one in found:
        seen[one.key] = seen.get(one.key, 0) + 1
        if seen[one.key] > 1:
            one.key = f"{one.key}_{seen[one.key]}"
    return list(found)


def _recommendations(free: Sequence[Rated]) -> list[Outcome]:
    found = []
    for one in free:
        told = one.look.says("recommend")
        if not told or one.look.says("nps_group"):
            continue
        low, high = one.points.low, one.points.high
        if (low, high) == (0, 10):
            found.append(Outcome("recommend", "nps", one, f'"{told}", answers 0–10', "high"))
        elif (low, high) == (1, 10) and one.look.says("nps_name"):
            reason = f'"{told}", answers from 1: nobody chose 0, or the scale begins at 1'
            found.append(Outcome("recommend", "nps", one, reason, "low"))
        elif high > low + 1:
            reason = f'"{told}", but answers are {one.points.ends}: a mean, no NPS'
            found.append(Outcome("recommend", "score", one, reason, "medium"))
    return sorted(found, key=lambda one: one.kind != "nps")[:3]


def _effort(free: Sequence[Rated]) -> Outcome | None:
    for one in free:
        told = one.look.says("effort")
        ends = (one.points.low, one.points.high)
        if not told or ends not in ((1, 5), (1, 7)):
            continue
        eased = says(one.look.text_words, "ease")
        tones = [tone(label) for label in one.points.labels.values()]
        version = "2" if eased or (ends == (1, 7) and "effort" not in told) else "1"
        if any(tones) and version == "1" and eased:
            version = "2"
        if (version == "1") != (ends == (1, 5)):
            reason = f'"{told}", answers {one.points.ends}: look which version was asked'
            more = {"version": version, "scale": True}
            return Outcome("effort", "ces", one, reason, "low", more)
        reason = f'"{told}", answers {one.points.ends}: version {version}'
        return Outcome("effort", "ces", one, reason, "medium", {"version": version})
    return None


def _satisfaction(free: Sequence[Rated]) -> list[Outcome]:
    scored = [(*_overall(one, free), one) for one in free]
    scored = [one for one in scored if one[0]]
    if not scored:
        return []
    scored.sort(key=lambda one: (-one[0], -_size(one[2], free), one[2].look.place))
    best = scored[0]
    question = stem(best[2].name)[0]
    several = [one[2] for one in scored if stem(one[2].name)[0] == question]
    if is_said(question, "satisfied") and len(several) > 1:
        several.sort(key=lambda one: one.look.place)
        why = f"{len(several)} columns by the name of satisfaction: their mean"
        return [
            Outcome("satisfaction", "score", several[0], why, "medium", {"beside": several[1:]})
        ]
    chosen = [best, *(one for one in scored[1:] if one[0] >= 3 and one[0] >= best[0] - 1)][:4]
    found = []
    for number, (score, why, one) in enumerate(chosen):
        confidence: Confidence = "high" if score >= 5 else "medium" if score >= 3 else "low"
        key = "satisfaction" if number == 0 else key_of(one.look, {"satisfaction"})
        found.append(Outcome(key, "csat", one, why, confidence, _top_box(one.points)))
    return found


def _top_box(points: Points) -> dict[str, Any]:
    """Return how many points count as satisfied: two, of four points one."""
    width = points.high - points.low
    if points.continuous or width > 10 or width < 3:
        return {}
    return {"top_box": 1 if width == 3 else 2}


def _size(one: Rated, free: Sequence[Rated]) -> int:
    return sum(other.block == one.block for other in free)


def _overall(one: Rated, free: Sequence[Rated]) -> tuple[int, str]:
    """Return how much speaks for an overall satisfaction, and why."""
    look = one.look
    overall = look.says("overall") or says(look.name_words, "overall_name")
    satisfied = look.says("satisfied")
    ending = stem(look.name)[1]
    if says(re.sub(r"[_\W]+", " ", ending).strip(), "cost", "delivery"):
        return 0, ""
    if look.named("satisfied") or (look.text and is_said(look.text_words, "satisfied")):
        return 6, f'"{satisfied}" and nothing else'
    if re.fullmatch(r"[a-z ]*x? ?\d+", look.name_words) and is_said(
        re.sub(r"^[a-z]{1,3} \d+ ", "", look.text_words), "satisfied"
    ):
        return 6, f'"{satisfied}" and nothing else'
    if overall and satisfied:
        return 6, f'"{overall}" and "{satisfied}"'
    if overall and look.says("rating"):
        return 5, f'"{overall}" and "{look.says("rating")}"'
    fellows = [other for other in free if other.block == one.block and other is not one]
    if overall and len(fellows) >= 3:
        return 4, f'"{overall}" among {len(fellows)} ratings of one question'
    if satisfied and stem(look.name)[0] and is_said(stem(look.name)[0], "satisfied"):
        number = stem(look.name)[1]
        return (4 if number in ("1", "") else 2), f'"{satisfied}" in its name'
    if overall and look.says("quality"):
        return 3, f'"{overall}" in name or question'
    return 0, ""


def _loyalty(free: Sequence[Rated]) -> list[Outcome]:
    found: list[Outcome] = []
    for one in free:
        told = one.look.says("loyalty")
        if told and one.points.high - one.points.low >= 3:
            if found and found[0].rated.points == one.points:
                found[0].more.setdefault("beside", []).append(one)
                continue
            found.append(
                Outcome("loyalty", "score", one, f'"{told}" in name or question', "medium")
            )
    return found[:1]


def two_valued(looks: Iterable[Look]) -> list[tuple[Look, Points, str]]:
    """Return columns of two answers in words, one of them good: satisfied or not."""
    found = []
    for look in looks:
        if look.form != "words" or look.n_distinct - len(look.unanswered) != 2:
            continue
        if not look.named("satisfied"):
            continue
        answers = [one for one in look.counts if one not in look.unanswered]
        tones = [_side(one) for one in answers]
        if sorted(tones) != [0, 1]:
            continue
        labels = {float(side): one for side, one in zip(tones, answers, strict=True)}
        points = Points(low=0, high=1, labels=labels, no_answer=dict(look.unanswered), certain=True)
        found.append((look, points, f'two answers in words, "{labels[1.0]}" is the good one'))
    return found


def _side(label: str) -> int:
    """Return 1 for an answer that is nothing but good."""
    tones = [tone(part) for part in re.split(r"\bor\b|\bo\b|\bali\b|\bили\b|\boder\b|/|,", label)]
    known = [one for one in tones if one is not None]
    return int(bool(known) and all(one > 0 for one in known))


def block_of(look: Look) -> tuple[str, str] | None:
    """Return the block of drivers that a rating belongs to by its wording, and the word."""
    for words in (look.name_words, look.text_words):
        for block in BLOCKS:
            if told := says(words, block):
                if block == "delivery" and says(words, "quality") and told == "time":
                    continue
                return block, told
    return None


def importance_points(looks: Sequence[Look]) -> list[Look]:
    """Return columns next to each other that add up to 100 for nearly everybody."""
    best: list[Look] = []
    for start in range(len(looks)):
        total = np.zeros(len(looks[start].values))
        for end in range(start, min(start + 12, len(looks))):
            look = looks[end]
            if look.form not in ("numbers", "constant") or look.n_answered < 0.5 * look.n:
                break
            values = look.values
            if np.isnan(values).all():
                break
            if np.nanmin(values) < 0 or np.nanmax(values) > 100 or np.nanmax(values) < 2:
                break
            total = total + values
            seen = total[~np.isnan(total)]
            size = end - start + 1
            if size >= 3 and len(seen) >= 3 and np.mean(np.abs(seen - 100) < 0.51) >= 0.9:
                if np.nanmax(total) - np.nanmin(values) > 0 and size > len(best):
                    best = list(looks[start : end + 1])
                break
    return best


def key_of(look: Look, taken: set[str], *, fallback: str = "") -> str:
    """Return a key for the codebook, made of a short question or the column's name."""
    text = look.option or re.sub(r"^[A-Za-z]{0,3}\d+[A-Za-z]?\s*[-–:.]\s+", "", look.text)
    source = text if 0 < len(text) <= 40 else look.name
    key = re.sub(r"[^\w]+", "_", source.strip().casefold()).strip("_") or fallback or "column"
    if not re.match(r"[^\W\d]", key):
        key = f"q_{key}"
    key, number = key[:40].strip("_"), 2
    made = key
    while made in taken:
        made, number = f"{key}_{number}", number + 1
    return made
