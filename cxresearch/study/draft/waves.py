"""Files of several waves laid on each other: which column of one is which of another.

Columns are alike by their names; by their names without marks and case ("Q13 COUNTY" and
"Q13COUNTY"); or, inside questions that mostly ask the same, by the word at their end
("Q8A_ART" and "Q7ART"). What is known by letters alone ("Q8A") is taken for the same only where
the whole question has the same letters in every file.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from cxresearch.study.draft.looks import stem
from cxresearch.study.draft.vocabulary import is_said
from cxresearch.study.readers import Responses

_ALIKE = 0.6
_FEWEST = 3


@dataclass(frozen=True, slots=True, eq=False)
class Stacked:
    """Files of several waves as one.

    Attributes
    ----------
    responses : Responses
        Their rows one below the other, with the column of the wave.
    labels : tuple of str
        Wave of each file.
    renamed : tuple of mapping
        Of each file, new name → its own.
    held : mapping
        Rows of the files that hold a column.
    files : mapping
        Waves in which a column is there.
    unclear : mapping
        Columns that may mean different things in different files, and why.
    """

    responses: Responses
    labels: tuple[str, ...]
    renamed: tuple[Mapping[str, str], ...]
    held: Mapping[str, int]
    files: Mapping[str, tuple[str, ...]]
    unclear: Mapping[str, str]


def wave_labels(names: Sequence[str]) -> tuple[str, ...]:
    """Return a label for each file: what tells their names apart.

    Examples
    --------
    >>> wave_labels(["2016_survey.csv", "2017_survey.csv"]), wave_labels(["a_w1.sav", "a_w2.sav"])
    (('2016', '2017'), ('w1', 'w2'))
    """
    bare = [re.sub(r"\.(csv|tsv|txt|gz|xlsx|sav|zsav|dta|parquet)", "", name) for name in names]
    years = [re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)(?:[-_ ]?[QqHh][1-4])?", name) for name in bare]
    if all(len(one) == 1 for one in years) and len({one[0] for one in years}) == len(names):
        return tuple(one[0] for one in years)
    parts = [re.split(r"[\W_]+", name) for name in bare]
    if len({len(one) for one in parts}) == 1:
        for at in range(len(parts[0])):
            words = [one[at] for one in parts]
            if len(set(words)) == len(words) and all(words):
                return tuple(words)
    if len(set(bare)) == len(bare):
        return tuple(bare)
    return tuple(str(number) for number in range(1, len(names) + 1))


def in_order(labels: Iterable[str]) -> list[str]:
    """Return the labels of waves in their order: w2 comes before w10.

    Examples
    --------
    >>> in_order(["w10", "w2", "w1"])
    ['w1', 'w2', 'w10']
    """

    def parts(label: str) -> list[tuple[str, int]]:
        return [
            (word, int(digits or 0)) for word, digits in re.findall(r"([^0-9]*)([0-9]*)", label)
        ]

    return sorted(labels, key=parts)


def stacked(files: Sequence[Responses], column: str = "wave") -> Stacked:
    """Return files of several waves as one; columns are called as in the last of them."""
    labels = wave_labels([one.file for one in files])
    base = [str(name) for name in files[-1].frame.columns]
    renamed: list[dict[str, str]] = []
    for one in files:
        own = [str(name) for name in one.frame.columns]
        renamed.append({} if one is files[-1] else _renamed(own, base))
        base += [name for name in _names(own, renamed[-1]) if name not in base]
    column = column if column not in base else "survey_wave"
    frames: list[pd.DataFrame] = []
    held: dict[str, int] = defaultdict(int)
    there: dict[str, list[str]] = defaultdict(list)
    for one, label, names in zip(files, labels, renamed, strict=True):
        frame = one.frame.rename(columns={old: new for new, old in names.items()})
        frame = frame.loc[:, ~frame.columns.duplicated()]
        for name in frame.columns:
            held[str(name)] += len(frame)
            there[str(name)].append(label)
        frames.append(frame.assign(**{column: label}))
    whole = pd.concat(frames, ignore_index=True)
    order = [name for name in [*dict.fromkeys(base), column] if name in whole.columns]
    held[column] = len(whole)
    back = [{old: new for new, old in names.items()} for names in renamed]
    joined = replace(
        files[-1],
        frame=whole[order],
        n_rows=len(whole),
        texts=_joined([one.texts for one in files], back),
        labels=_joined([one.labels for one in files], back),
        missing=_joined([one.missing for one in files], back),
        line_numbers=None,
    )
    unclear = _unclear(
        [
            _names(map(str, one.frame.columns), names)
            for one, names in zip(files, renamed, strict=True)
        ]
    )
    return Stacked(
        joined,
        labels,
        tuple(renamed),
        dict(held),
        {name: tuple(one) for name, one in there.items()},
        unclear,
    )


def _names(own: Iterable[str], renamed: Mapping[str, str]) -> list[str]:
    back = {old: new for new, old in renamed.items()}
    return [back.get(name, name) for name in own]


def _joined(
    parts: Sequence[Mapping[str, Any]], back: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    """Return what the files say of their columns, by the columns' new names; the last file wins."""
    joined: dict[str, Any] = {}
    for part, names in zip(parts, back, strict=True):
        for name, value in part.items():
            joined[names.get(name, name)] = value
    return joined


def _renamed(own: Sequence[str], base: Sequence[str]) -> dict[str, str]:
    """Return new name → own name for the columns of a file that are called otherwise."""
    found: dict[str, str] = {}
    free = [name for name in base if name not in own]
    bare = {_bare(name): name for name in free}
    for name in own:
        target = bare.get(_bare(name))
        if name not in base and target and target not in found:
            found[target] = name
    taken = set(found.values())
    questions = _questions([name for name in base if name not in found])
    for ending in _questions([name for name in own if name not in taken]).values():
        pairs = max((_matched(ending, other) for other in questions.values()), key=len, default={})
        if len(pairs) >= max(_FEWEST, _ALIKE * len(ending)):
            for old, new in pairs.items():
                if new not in own and new not in found and old not in base:
                    found[new] = old
    return found


def _bare(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _questions(names: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return questions whose columns end in words: column → that word."""
    groups: dict[str, dict[str, str]] = defaultdict(dict)
    for name in names:
        question, ending = stem(name)
        word = re.sub(r"^[a-z]_", "", ending)
        if question and len(re.sub(r"[^a-zа-я]", "", word)) >= _FEWEST:
            groups[question][name] = re.sub(r"[\W_]+", "", word)
    return {question: one for question, one in groups.items() if len(one) >= _FEWEST}


def _matched(own: Mapping[str, str], other: Mapping[str, str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for name, word in own.items():
        exact = [one for one, its in other.items() if its == word]
        near = [
            one
            for one, its in other.items()
            if (its.startswith(word[:4]) and word.startswith(its[:4]))
            or (_overall(its) and _overall(word))
        ]
        chosen = exact or near
        if len(chosen) == 1 and chosen[0] not in pairs.values():
            pairs[name] = chosen[0]
    return pairs


def _overall(word: str) -> bool:
    return is_said(word, "overall") or is_said(word, "overall_name")


def _unclear(files: Sequence[Sequence[str]]) -> dict[str, str]:
    """Return columns known by a letter or number alone in questions that differ between files."""
    members: dict[str, list[frozenset[str]]] = defaultdict(list)
    for names in files:
        groups: dict[str, set[str]] = defaultdict(set)
        for name in names:
            question, ending = stem(name)
            if question and any(sign.isdigit() for sign in question) and len(ending) <= 2:
                groups[question].add(name)
        for question, one in groups.items():
            members[question].append(frozenset(one))
    found: dict[str, str] = {}
    for sets in members.values():
        if len(sets) > 1 and len(set(sets)) > 1:
            common = frozenset.intersection(*sets)
            for name in frozenset.union(*sets):
                if name in common or sum(name in one for one in sets) > 1:
                    found[name] = (
                        "the question has other parts in another file, so the same letter may "
                        "ask something else"
                    )
    return found
