"""Batteries: which statements are asked twice, in which dimensions they belong, which are turned.

Two columns are one statement where their names differ in nothing but the word for the side
("exp_3" and "perc_3", "Q3 Pričakovanja" and "Q3 Zaznave"), where they carry the same question
text, or where two questions of equal length stand for the two sides.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from cxresearch.study.draft.guesses import Confidence
from cxresearch.study.draft.looks import stem
from cxresearch.study.draft.ratings import Rated
from cxresearch.study.draft.vocabulary import is_said, says, words_of

SERVQUAL = (
    ("tangibles", 4),
    ("reliability", 5),
    ("responsiveness", 4),
    ("assurance", 4),
    ("empathy", 5),
)
DIMENSIONS = tuple(name for name, _ in SERVQUAL)
SIDES = ("expectation", "perception", "adequate", "desired", "importance", "performance")
_LETTERS = {
    "e": "expectation",
    "о": "expectation",
    "p": "perception",
    "z": "perception",
    "в": "perception",
    "a": "adequate",
    "m": "adequate",
    "d": "desired",
    "i": "importance",
}
_FEWEST_PAIRS = 3
_TURNED = -0.2


@dataclass(slots=True)
class Statement:
    """One statement: its columns by side."""

    template: str
    columns: dict[str, Rated] = field(default_factory=dict)
    reversed: bool = False
    why_reversed: str = ""

    @property
    def first(self) -> Rated:
        """Its first column in the file."""
        return min(self.columns.values(), key=lambda one: one.look.place)


@dataclass(slots=True)
class Battery:
    """Statements by dimension, and how all that was told."""

    dimensions: dict[str, list[Statement]]
    paired_by: str
    confidence: Confidence
    dimensions_by: str
    dimensions_sure: Confidence
    stated: dict[str, Rated] = field(default_factory=dict)

    @property
    def columns(self) -> dict[str, tuple[str, str, Statement]]:
        """Side, dimension and statement by column."""
        return {
            one.name: (side, key, statement)
            for key, statements in self.dimensions.items()
            for statement in statements
            for side, one in statement.columns.items()
        }


def battery(rated: Mapping[str, Rated], pairs: Sequence[tuple[str, str]] = ()) -> Battery | None:
    """Return the statements asked twice (or three times), or None where there are none.

    `pairs` are columns of expectation and perception that the file itself puts together.
    """
    found = _declared(rated, pairs) or _by_names(rated) or _by_questions(rated)
    if found is None:
        return None
    statements, paired_by, confidence = found
    for statement in statements:
        if "performance" in statement.columns:
            statement.columns["perception"] = statement.columns.pop("performance")
    dimensions, dimensions_by, sure = _dimensions(statements)
    _turn(statements)
    return Battery(dimensions, paired_by, confidence, dimensions_by, sure)


def perceptions_only(rated: Mapping[str, Rated]) -> Battery | None:
    """Return a battery of perceptions alone, where names or words say the five dimensions."""
    statements = [Statement(name, {"perception": one}) for name, one in rated.items()]
    kept = [one for one in statements if _dimension_word(one)]
    groups = {_dimension_word(one) for one in kept}
    sizes = [sum(_dimension_word(one) == group for one in kept) for group in groups]
    if len(groups) < 4 or min(sizes) < 2:
        return None
    scales = {(one.first.points.low, one.first.points.high) for one in kept}
    if len(scales) > 1:
        return None
    dimensions, dimensions_by, sure = _dimensions(kept)
    _turn(kept)
    return Battery(dimensions, "the names of the dimensions", "medium", dimensions_by, sure)


def _declared(
    rated: Mapping[str, Rated], pairs: Sequence[tuple[str, str]]
) -> tuple[list[Statement], str, Confidence] | None:
    statements = [
        Statement(
            words_of(stem(first)[1]) or first,
            {"expectation": rated[first], "perception": rated[second]},
        )
        for first, second in pairs
        if first in rated and second in rated and _one_scale([rated[first], rated[second]])
    ]
    return (
        (statements, "the platform asked both on one page, two scales a row", "high")
        if len(statements) > 1
        else None
    )


# pairs by names ----------------------------------------------------------------------------------


def _by_names(rated: Mapping[str, Rated]) -> tuple[list[Statement], str, Confidence] | None:
    by_template: dict[str, dict[str, Rated]] = defaultdict(dict)
    words: dict[str, str] = {}
    for one in rated.values():
        for template, side, word in _sides(one):
            by_template[template].setdefault(side, one)
            words[side] = word
    best: list[Statement] = []
    for wanted in (
        ("adequate", "desired", "perception"),
        ("adequate", "desired", "performance"),
        ("expectation", "perception"),
        ("expectation", "performance"),
        ("adequate", "perception"),
        ("importance", "performance"),
    ):
        statements = [
            Statement(template, {side: sides[side] for side in wanted})
            for template, sides in by_template.items()
            if set(wanted) <= set(sides) and _one_scale([sides[side] for side in wanted])
        ]
        statements = _no_column_twice(statements)
        enough = _FEWEST_PAIRS if any(len(words.get(side, "")) < 3 for side in wanted) else 2
        if len(statements) >= enough and len(statements) * len(wanted) > len(best) * _width(best):
            best = statements
    if not best:
        return None
    best.sort(key=lambda one: one.first.look.place)
    sides = list(best[0].columns)
    shown = " and ".join(f'"{words[side]}"' for side in sides)
    short = any(len(words[side]) < 2 for side in sides)
    return best, f"names differ only in {shown}", "medium" if short and len(best) < 10 else "high"


def _width(statements: Sequence[Statement]) -> int:
    return len(statements[0].columns) if statements else 0


def _no_column_twice(statements: list[Statement]) -> list[Statement]:
    seen: set[str] = set()
    kept = []
    for one in statements:
        names = {rated.name for rated in one.columns.values()}
        if len(names) == len(one.columns) and not names & seen:
            kept.append(one)
            seen |= names
    return kept


def _one_scale(columns: Sequence[Rated]) -> bool:
    return len({(one.points.low, one.points.high) for one in columns}) == 1


def _sides(one: Rated) -> list[tuple[str, str, str]]:
    """Return what a column's name may be: template, side, the word that said so."""
    found = []
    words = words_of(one.name).split()
    for at, word in enumerate(words):
        rest = [*words[:at], "~", *words[at + 1 :]]
        if len(words) == 1 and not one.look.text:
            continue
        template = " ".join(_number(part) for part in rest)
        for side in SIDES:
            if is_said(word, side) or _LETTERS.get(word) == side:
                found.append((template, side, word))
                if _LETTERS.get(word) == side == "perception":
                    found.append((template, "performance", word))
    return found


def _number(word: str) -> str:
    return str(int(word)) if word.isdecimal() and word.isascii() else word


# pairs by questions ------------------------------------------------------------------------------


def _by_questions(rated: Mapping[str, Rated]) -> tuple[list[Statement], str, Confidence] | None:
    """Pair two questions of equal length, by their texts or by their wording."""
    groups: dict[str, list[Rated]] = defaultdict(list)
    for one in rated.values():
        groups[stem(one.name)[0]].append(one)
    questions = [one for question, one in groups.items() if question and len(one) >= 4]
    pairs = [
        (first, second)
        for at, first in enumerate(questions)
        for second in questions[at + 1 :]
        if len(first) == len(second) and _one_scale([*first, *second])
    ]
    for first, second in pairs:
        if found := _two_questions(first, second):
            return found
    return _two_halves(questions)


def _two_questions(
    first: list[Rated], second: list[Rated]
) -> tuple[list[Statement], str, Confidence] | None:
    texts = [one.look.text_words for one in first], [one.look.text_words for one in second]
    sides = _side_of(texts[0]), _side_of(texts[1])
    same = sum(bool(a) and _tail(a) == _tail(b) for a, b in zip(*texts, strict=True))
    alike = same > 0.7 * len(first)
    pair = ("expectation", "perception")
    if sides == pair or sides == pair[::-1]:
        order: tuple[str, str] = (sides[0] or "", sides[1] or "")
        why, confidence = "two questions of equal length, one worded as expected", "high"
    elif _servqual_form(first, second) or (alike and _higher(first, second)):
        order = pair
        why = f"two questions of {len(first)} statements, the first answered higher"
        confidence = "medium" if alike or len(first) == 22 else "low"
    else:
        return None
    statements = [
        Statement(stem(a.name)[1], {order[0]: a, order[1]: b})
        for a, b in zip(first, second, strict=True)
    ]
    return statements, why, confidence  # type: ignore[return-value]


def _two_halves(
    questions: Sequence[list[Rated]],
) -> tuple[list[Statement], str, Confidence] | None:
    """Pair the halves of one question of 44 statements: SERVQUAL's two parts."""
    for one in questions:
        if len(one) == 44 and _one_scale(one) and _higher(one[:22], one[22:]):
            statements = [
                Statement(stem(a.name)[1], {"expectation": a, "perception": b})
                for a, b in zip(one[:22], one[22:], strict=True)
            ]
            return statements, "44 statements, the first 22 answered higher", "low"
    return None


def _servqual_form(first: list[Rated], second: list[Rated]) -> bool:
    return len(first) == 22 and _higher(first, second)


def _higher(first: Sequence[Rated], second: Sequence[Rated]) -> bool:
    """Tell whether the first columns are answered clearly higher: expectations usually are."""
    a, b = (
        pd.DataFrame({one.name: one.points.answers(one.look) for one in side}).mean(axis=1)
        for side in (first, second)
    )
    gap = (a - b).dropna()
    if len(gap) < 10 or gap.std() == 0:
        return False
    return bool(gap.mean() / (gap.std() / np.sqrt(len(gap))) > 3)


def _side_of(texts: Sequence[str]) -> str | None:
    def share(*concepts: str) -> float:
        return float(np.mean([bool(says(_long(text), *concepts)) for text in texts]))

    if not any(texts):
        return None
    if share("expectation") > 0.5:
        return "expectation"
    return "perception" if share("expectation") < 0.2 else None


def _long(text: str) -> str:
    """Leave out single letters, which in a sentence stand for no side."""
    return " ".join(word for word in text.split() if len(word) > 2)


def _tail(text: str) -> str:
    return " ".join(text.split()[-5:])


# dimensions --------------------------------------------------------------------------------------


def _dimensions(
    statements: list[Statement],
) -> tuple[dict[str, list[Statement]], str, Confidence]:
    named = [_dimension_word(one) for one in statements]
    if all(named) and len(set(named)) > 1:
        found: dict[str, list[Statement]] = defaultdict(list)
        for one, key in zip(statements, named, strict=True):
            found[str(key)].append(one)
        return dict(found), "dimensions by the words in names", "high"
    stems = [_bare_stem(one.template) for one in statements]
    sizes = {one: stems.count(one) for one in stems}
    if len(sizes) > 1 and min(sizes.values()) > 1 and all(sizes):
        found = defaultdict(list)
        for one, key in zip(statements, stems, strict=True):
            found[key].append(one)
        return dict(found), "dimensions by the beginnings of names", "medium"
    if len(statements) == 22:
        found, at = {}, 0
        for key, size in SERVQUAL:
            found[key], at = statements[at : at + size], at + size
        return (
            found,
            "22 statements: taken for SERVQUAL in its usual order (4, 5, 4, 4, 5); look whether "
            "yours are in this order",
            "medium",
        )
    return (
        {"service": statements},
        "no dimensions told apart: split the items into dimensions of your own",
        "low",
    )


def _dimension_word(one: Statement) -> str | None:
    words = one.template.replace("~", " ")
    for key in DIMENSIONS:
        if says(" ".join(word for word in words.split() if not word.isdecimal()), key):
            return key
    texts = {
        key
        for rated in one.columns.values()
        for key in DIMENSIONS
        if says(_long(rated.look.name_words), key)
    }
    return texts.pop() if len(texts) == 1 else None


def _bare_stem(template: str) -> str:
    words = [word for word in template.split() if word != "~" and not word.isdecimal()]
    words = [word for word in words if word not in ("q", "item", "x", "v", "var", "sq")]
    return "_".join(re.sub(r"\W", "", word) for word in words)


# reversed items ----------------------------------------------------------------------------------


def _turn(statements: Sequence[Statement]) -> None:
    """Mark the statements that go against the others on every side."""
    against: dict[int, list[bool]] = defaultdict(list)
    for side in ("expectation", "perception", "adequate", "desired"):
        columns = {
            at: one.columns[side] for at, one in enumerate(statements) if side in one.columns
        }
        if len(columns) < 3:
            continue
        for at, turned in going_against(columns).items():
            against[at].append(turned)
    for at, one in enumerate(statements):
        labelled = [rated.points.reversed for rated in one.columns.values()]
        if labelled and all(labelled):
            one.reversed, one.why_reversed = True, "by its labels a low code is the better answer"
        elif against[at] and all(against[at]):
            worded = says(one.first.look.text_words, "negated")
            one.reversed = True
            one.why_reversed = "goes against the other items" + (
                f', and says "{worded}"' if worded else ": confirm by its wording"
            )


def going_against(columns: Mapping[int, Rated]) -> dict[int, bool]:
    """Tell which columns are answered low where the others are answered high."""
    answers = pd.DataFrame({at: one.points.answers(one.look) for at, one in columns.items()})
    nobody = dict.fromkeys(columns, False)
    if len(answers.dropna(how="all")) < 50:
        return nobody
    r = answers.corr(min_periods=50).fillna(0.0).to_numpy(copy=True)
    np.fill_diagonal(r, 0.0)
    _, vectors = np.linalg.eigh(r)
    signs = np.sign(vectors[:, -1])
    if signs.sum() < 0:
        signs = -signs
    strength = (r * signs).sum(axis=1) / max(len(r) - 1, 1)
    return {
        at: bool(signs[place] < 0 and strength[place] < _TURNED and (signs < 0).mean() < 0.5)
        for place, at in enumerate(columns)
    }
