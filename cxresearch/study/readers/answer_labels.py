"""Answers exported as words turned back into codes, by the labels of their scale."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from cxresearch.errors import CodebookError, Fault

_FIRST = re.compile(
    r"^[(\[]?\s*(-?\d+(?:[.,]\d+)?)\s*(?:[)\]]\s*[-–—:.=]?|[-–—:.=])\s*([^\W\d].*)$"
)
_LAST = re.compile(r"^(.*[^\W\d])\s*(?:[-–—:=]\s*(\d+)|[(\[]\s*(\d+)\s*[)\]])$")
_NUMBER = re.compile(r"^-?\d+(?:[.,]\d+)?$")


class Recoded(NamedTuple):
    """Answers as codes, how many of them were labels, and the labels that no code has.

    Attributes
    ----------
    values : Series
        float64, NaN where blank and where the label is unknown.
    n_recoded : int
        Cells that were labels and became codes; cells that already were numbers do not count.
    unknown : tuple of str
        Distinct cells that are neither a code nor a known label, the most frequent first.
    """

    values: pd.Series
    n_recoded: int
    unknown: tuple[str, ...]

    @property
    def n_codes(self) -> int:
        """Cells that were codes before: with `n_recoded` above 0 too, an export of both kinds."""
        return int(self.values.notna().sum()) - self.n_recoded


def labels_to_codes(series: pd.Series, labels: Mapping[float, object]) -> Recoded:
    """Tell which point of the scale customers chose, where the export holds words.

    Parameters
    ----------
    series : Series
        Codes, numbers as text, labels ("strongly agree", in any case and spacing), or numbered
        labels ("4 - Very impressive", "(4) good", "4. good", "expert - 4"). A numbered label
        counts by its number where the words are that code's label or the code has none; where
        the labels say otherwise it is unknown.
    labels : mapping of float to str
        Label by code: a scale's `labels` (a text, or one per language) or a file's value labels.

    Returns
    -------
    Recoded
        Unpacks as values, n_recoded, unknown. Nothing is guessed: whoever calls decides what an
        unknown label means.

    Raises
    ------
    CodebookError
        Where two codes have the same label.

    Examples
    --------
    >>> agree5 = {1: "disagree", 5: "agree"}
    >>> labels_to_codes(pd.Series(["Agree", "DISAGREE ", "3", "maybe"]), agree5)
    Recoded(values=0    5.0
    1    1.0
    2    3.0
    3    NaN
    dtype: float64, n_recoded=2, unknown=('maybe',))
    """
    if pd.api.types.is_numeric_dtype(series) and not pd.api.types.is_bool_dtype(series):
        return Recoded(series.astype(float), 0, ())
    by_label, labelled = _index(labels)
    counts = series.astype(object).value_counts()
    codes: dict[object, float] = {}
    was_label: dict[object, bool] = {}
    unknown: list[str] = []
    for cell in counts.index:
        code, was_label[cell] = _code(cell, by_label, labelled)
        codes[cell] = np.nan if code is None else code
        if code is None and str(cell).strip():
            unknown.append(str(cell))
    values = series.astype(object).map(codes).astype(float)
    n_recoded = sum(int(n) for cell, n in counts.items() if was_label[cell])
    return Recoded(values, n_recoded, tuple(unknown))


def _index(labels: Mapping[float, object]) -> tuple[dict[str, float], set[float]]:
    """Return code by folded label, in every language, and the codes that have a label."""
    by_label: dict[str, float] = {}
    for code, label in labels.items():
        texts = label.values() if isinstance(label, Mapping) else (label,)
        for text in texts:
            folded = _folded(str(text))
            if by_label.setdefault(folded, float(code)) != float(code):
                raise CodebookError(
                    Fault(
                        kind="codebook",
                        what=f'two codes of a scale have the label "{text}"',
                        found=f"{by_label[folded]:g} and {float(code):g}",
                        hint="give every code its own label, or read an export of codes",
                    )
                )
    return by_label, {float(code) for code in labels}


def _code(
    cell: object, by_label: Mapping[str, float], labelled: set[float]
) -> tuple[float | None, bool]:
    """Return the code of a cell (None where unknown) and whether the cell was a label."""
    if isinstance(cell, int | float | np.number) and not isinstance(cell, bool):
        return float(cell), False
    text = _folded(str(cell))
    code = by_label.get(text)
    if _NUMBER.match(text):
        number = float(text.replace(",", "."))
        return (None, False) if code not in (None, number) else (number, False)
    if code is not None:
        return code, True
    numbered = _numbered(text)
    if numbered is None:
        return None, False
    number, rest = numbered
    fits = by_label.get(rest) == number or (number not in labelled and rest not in by_label)
    return (number, True) if fits else (None, False)


def _numbered(text: str) -> tuple[float, str] | None:
    """Return the number and the words of a numbered label; "1-3 times" is none."""
    if found := _FIRST.match(text):
        return float(found[1].replace(",", ".")), found[2]
    if found := _LAST.match(text):
        return float(found[2] or found[3]), found[1]
    return None


def _folded(text: str) -> str:
    """Return a label without case, outer and repeated spaces."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
