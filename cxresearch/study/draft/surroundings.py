"""Columns that are no answers to questions about service: who, when, where, how much they count."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

import numpy as np
import pandas as pd

from cxresearch.columns import GLOSSARY
from cxresearch.study.draft.guesses import Guess
from cxresearch.study.draft.labels import ordered, tone
from cxresearch.study.draft.looks import Look
from cxresearch.study.draft.points import OUTLYING
from cxresearch.study.draft.vocabulary import is_said, says
from cxresearch.study.readers import Export

MOST_WAVES = 24
MOST_GROUPS = 12
MOST_POINTS = 400
MOST_SEGMENTS = 6
_YES_NO = frozenset(
    (
        "0",
        "1",
        "yes",
        "no",
        "y",
        "n",
        "true",
        "false",
        "ja",
        "nein",
        "si",
        "sí",
        "da",
        "ne",
        "да",
        "нет",
    )
)


def surroundings(
    looks: Sequence[Look],
    rated: Collection[str] = (),
    frame: pd.DataFrame | None = None,
    wave: str | None = None,
) -> dict[str, Guess]:
    """Return the guesses for columns that are no ratings, by column.

    Parameters
    ----------
    looks : sequence of Look
        Every column.
    rated : sequence of str
        Columns that are ratings; they are looked at for waves alone.
    frame : DataFrame, optional
        The answers, to see whether ids stand once in each wave.
    wave : str, optional
        Column of the waves, where it is known already.
    """
    taken: dict[str, Guess] = {}
    for look in looks:
        if guess := _empty(look) or _private(look):
            taken[look.name] = guess
    free = [look for look in looks if look.name not in taken]
    if wave is None and (guess := _wave(free, rated)):
        taken[guess.column] = guess
        wave = guess.column
    free = [look for look in free if look.name not in taken and look.name not in rated]
    for guess in _ids(free, frame, wave):
        taken[guess.column] = guess
    for find in (_weights, _durations):
        free = [look for look in free if look.name not in taken]
        taken |= {guess.column: guess for guess in find(free)}
    free = [look for look in free if look.name not in taken]
    for look in free:
        if guess := _by_habit(look) or _date(look):
            taken[look.name] = guess
    free = [look for look in free if look.name not in taken]
    for guess in (*_places(free), *_segments(free)):
        taken.setdefault(guess.column, guess)
    return taken


def of_platform(export: Export, looks: Sequence[Look]) -> dict[str, Guess]:
    """Return what a survey platform's export says of its own columns."""
    if export.platform is None:
        return {}
    seen = {look.name: look for look in looks}
    says_so = f"the {export.platform} export says so"
    found = {
        name: Guess(column=name, role="metadata", reason=f"written by {export.platform}, no answer")
        for name in export.metadata
        if name in seen
    }
    for name in export.checks:
        if name in seen:
            reason = "a box to tick, one of several"
            found[name] = Guess(column=name, role="left_out", reason=reason)
    for name in export.personal:
        if name in seen:
            found[name] = Guess(column=name, role="personal", reason=says_so + "; not read")
    for role, name in export.roles.items():
        look = seen.get(name)
        if look is None:
            continue
        if role == "id" and look.n_distinct == look.n:
            found[name] = Guess(column=name, role="id", reason=f"{says_so}, and no value twice")
        elif role == "duration" and look.form == "numbers" and not (look.values < 0).any():
            found[name] = Guess(column=name, role="duration", reason=says_so)
    return found


def _empty(look: Look) -> Guess | None:
    if look.form == "empty":
        return Guess(column=look.name, role="left_out", reason="no answers in it")
    return None


def _private(look: Look) -> Guess | None:
    if look.form in ("words", "dates", "constant") or look.n_distinct > 0.5 * look.n:
        told = look.named("personal") or re.search(r"@\w", " ".join(map(str, [*look.counts][:5])))
        if told:
            return Guess(
                column=look.name,
                role="personal",
                reason="by its name or content it tells who somebody is; not read",
            )
    return None


# waves -------------------------------------------------------------------------------------------


def _wave(looks: Sequence[Look], rated: Collection[str]) -> Guess | None:
    best: tuple[int, Guess] | None = None
    for look in looks:
        if not 2 <= look.n_distinct <= MOST_WAVES or look.n_answered < look.n:
            continue
        if not look.named("wave") or look.says("since"):
            continue
        if look.n_distinct > max(2, look.n // 10):
            continue
        values = [one for one in look.counts if isinstance(one, float)]
        years = bool(values) and all(1990 <= one <= 2100 for one in values)
        if look.named("year") and not years and look.form == "numbers":
            continue
        if look.name in rated and not years:
            continue
        certain = years or look.form == "words" or "wave" in look.name_words
        shown = ", ".join(_shown(one) for one in [*look.counts][:4])
        shown += ", …" * (look.n_distinct > 4)
        guess = Guess(
            column=look.name,
            role="wave",
            reason=f"{look.n_distinct} waves by name and values ({shown})",
            confidence="high" if certain else "medium",
        )
        score = 2 * years + certain
        if best is None or score > best[0]:
            best = (score, guess)
    return best[1] if best else None


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


# ids, weights, durations -------------------------------------------------------------------------


def _ids(looks: Sequence[Look], frame: pd.DataFrame | None, wave: str | None) -> list[Guess]:
    first: list[tuple[int, Look, str]] = []
    others: list[Guess] = []
    for look in looks:
        named = look.named("id") or bool(re.search(r"(^| )(id|uuid|guid)$", look.name_words))
        unique = look.n_distinct == look.n_answered == look.n and look.n > 1
        nearly = not unique and named and _once_a_wave(look, frame, wave)
        if look.form not in ("numbers", "words") or (look.form == "numbers" and not look.whole):
            continue
        if look.form == "words" and look.n_words > 2:
            continue
        if named and (unique or nearly):
            exact = look.named("id") and "unnamed" not in look.name_words
            person = "resp" in look.name_words
            score = 4 * (unique or nearly) + 2 * exact + person
            first.append(
                (score, look, "its name, and no value twice" + (" in a wave" if nearly else ""))
            )
        elif unique and look.n >= 10 and (look.form == "words" or _running(look)):
            if look.form == "words" and look.length > 40:
                continue
            first.append((1, look, "no value twice"))
        elif named and look.n_distinct > 0.5 * look.n:
            others.append(
                Guess(
                    column=look.name,
                    role="left_out",
                    reason="an id by its name, but some values stand twice or are blank",
                )
            )
    first.sort(key=lambda one: (-one[0], one[1].place))
    chosen = first[:1]
    found = [
        Guess(
            column=look.name,
            role="id",
            reason=f"an id by {why}",
            confidence="high" if score >= 6 else "medium" if score > 1 else "low",
        )
        for score, look, why in chosen
    ]
    found += [
        Guess(column=look.name, role="left_out", reason=f"another id beside {chosen[0][1].name}")
        for _, look, _why in first[1:]
    ]
    return found + others


def _running(look: Look) -> bool:
    """Tell whether numbers are a running number."""
    values = look.values[~np.isnan(look.values)]
    steps = np.diff(values)
    return bool(len(values)) and bool((steps == 1).all())


def _once_a_wave(look: Look, frame: pd.DataFrame | None, wave: str | None) -> bool:
    if frame is None or wave is None or look.n_answered < len(frame):
        return False
    return not frame.duplicated([look.name, wave]).any()


def _weights(looks: Sequence[Look]) -> list[Guess]:
    found: list[tuple[bool, Guess]] = []
    for look in looks:
        if look.form != "numbers" or not look.named("weight") or "?" in look.text:
            continue
        values = look.values[~np.isnan(look.values)]
        if len(values) < look.n or (values < 0).any() or not (values > 0).any():
            continue
        if look.whole and look.n_distinct <= MOST_GROUPS and values.max() <= 11:
            continue
        mean = float(values.mean())
        around = 0.9 <= mean <= 1.1
        found.append(
            (
                around,
                Guess(
                    column=look.name,
                    role="weight",
                    reason=f"its name, and a mean of {mean:.3g}",
                    confidence="high" if around else "medium",
                ),
            )
        )
    found.sort(key=lambda one: not one[0])
    return [one for _, one in found[:1]] + [
        Guess(column=one.column, role="left_out", reason="another weight") for _, one in found[1:]
    ]


def _durations(looks: Sequence[Look]) -> list[Guess]:
    found = [
        Guess(
            column=look.name,
            role="duration",
            reason="time of the interview by its name",
            confidence="high" if "second" in look.name_words else "medium",
        )
        for look in looks
        if look.named("duration")
        and look.form == "numbers"
        and not look.unanswered
        and not (look.values < 0).any()
        and look.n_distinct > 10
    ]
    return found[:1]


def _by_habit(look: Look) -> Guess | None:
    if look.named("metadata") or (look.form == "constant" and look.says("metadata")):
        return Guess(
            column=look.name, role="metadata", reason="written by the survey platform, no answer"
        )
    return None


def _date(look: Look) -> Guess | None:
    if look.form == "dates":
        return Guess(
            column=look.name,
            role="date",
            reason="dates or times; waves need a column that names them",
        )
    return None


# places and segments -----------------------------------------------------------------------------


def _places(looks: Sequence[Look]) -> list[Guess]:
    for look in looks:
        groups = 3 <= look.n_distinct <= MOST_POINTS and look.n_distinct <= look.n / 5
        usable = look.form in ("words", "numbers") and not _forbidden(look)
        usable &= look.n_answered > 0.5 * look.n
        if look.named("service_point") and groups and usable:
            return [
                Guess(
                    column=look.name,
                    role="service_point",
                    reason=f"{look.n_distinct} places by its name",
                    confidence="medium",
                )
            ]
    return []


def _segments(looks: Sequence[Look]) -> list[Guess]:
    found: list[tuple[int, Guess]] = []
    for look in looks:
        if not 2 <= look.n_distinct <= MOST_GROUPS or _forbidden(look):
            continue
        if look.form not in ("words", "numbers") or look.n_answered < 0.3 * look.n:
            continue
        if look.form == "numbers" and not look.whole:
            continue
        if look.form == "words" and look.n_words > 8:
            continue
        least = min(30, max(2, look.n // 50))
        if sum(n >= least for n in look.counts.values()) < 2:
            continue
        labelled = len(look.codes) >= 2 and set(look.counts) - set(look.codes) <= OUTLYING
        worded = look.form == "words" and not _yes_no(look) and ordered(look.counts) is None
        opinion = any(
            tone(one) is not None
            for one in (*look.codes.values(), *look.counts)
            if isinstance(one, str)
        )
        if look.says("category") and not look.says("segment"):
            continue
        if (told := _group_words(look)) and (
            look.form == "words" or labelled or look.named("segment") or _coded(look)
        ):
            high = look.form == "words" or labelled or look.named("segment")
            found.append((3 if high else 2, _segment(look, f'"{told}" in its name', high)))
        elif labelled and not _yes_no_labels(look) and not opinion:
            found.append((1, _segment(look, "groups with labels", False)))
        elif worded and not opinion and look.n_distinct <= 6 and look.length <= 25:
            reason = f"{look.n_distinct} groups in words: a segment if results are wanted by it"
            found.append(
                (0, Guess(column=look.name, role="left_out", reason=reason, confidence="low"))
            )
    found.sort(key=lambda one: -one[0])
    return [one for _, one in found]


def _group_words(look: Look) -> str | None:
    if look.named("segment"):
        return look.name_words
    words = re.sub(r"^[a-z]{1,3} \d+( |$)(\w (?=\w\w))?", "", look.name_words)
    if words and words != look.name_words:
        return words if is_said(words, "segment") else None
    if look.text and len(look.text_words.split()) <= 6:
        return says(look.text_words, "segment")
    return None


def _coded(look: Look) -> bool:
    return look.form == "numbers" and look.n_distinct <= 9


def _segment(look: Look, why: str, high: bool) -> Guess:
    return Guess(
        column=look.name,
        role="segment",
        reason=f"{why}, {look.n_distinct} groups",
        confidence="high" if high else "medium",
    )


def _yes_no(look: Look) -> bool:
    answers = [one for one in look.counts if one not in look.unanswered]
    return {str(one).casefold().strip() for one in look.counts} <= _YES_NO or _begin_so(answers)


def _yes_no_labels(look: Look) -> bool:
    return _begin_so(look.codes.values())


def _begin_so(answers: Iterable[object]) -> bool:
    """Tell whether all answers begin with yes or no: "No internet service"."""
    first = [re.split(r"[\W_]+", str(one).casefold().strip(), maxsplit=1)[0] for one in answers]
    return set(first) <= _YES_NO


def _forbidden(look: Look) -> bool:
    """Tell whether a column's name is one that result tables need for themselves."""
    return look.name in GLOSSARY


def why_left(look: Look) -> str:
    """Return in words what is seen of a column that was taken for nothing."""
    if look.form == "constant":
        return "the same in every row"
    if look.form == "dates":
        return "dates"
    if look.form == "words":
        if look.n_distinct <= 12:
            return f"{look.n_distinct} answers in words that are no known scale"
        return f"{look.n_distinct} different texts, too short for open answers"
    if look.form == "empty":
        return "no answers in it"
    shown = f"numbers from {np.nanmin(look.values):g} to {np.nanmax(look.values):g}"
    return f"{shown}: codes or amounts, no rating as far as can be told"
