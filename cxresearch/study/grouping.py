"""How a study is divided: which columns name groups, and by which labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from cxresearch.errors import AnalysisError, Fault, did_you_mean
from cxresearch.study.params import DataSection


def check(column: str, data: DataSection) -> None:
    """Raise where results cannot be asked by a column; the nearest that can is named.

    Raises
    ------
    AnalysisError
        For a column that is neither the waves', a segment's nor the service points'.
    """
    waves = data.wave.column if data.wave else None
    names = [name for name in (waves, *data.segments, data.service_point) if name]
    if column not in names:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what=f'results cannot be asked by "{column}"',
                where="data.wave, data.segments and data.service_point name what can",
                found=column,
                hint=did_you_mean(column, ["wave", *names] if waves else names),
            )
        )


def columns(by: str | Sequence[str] | None, data: DataSection) -> tuple[str, ...]:
    """Return the grouping columns that `by` names; "wave" is the column of the waves."""
    asked = (by,) if isinstance(by, str) else tuple(by or ())
    found = tuple(data.wave.column if one == "wave" and data.wave else one for one in asked)
    for column in found:
        check(column, data)
    return found


def named(wanted: object) -> list[str]:
    """Return the labels asked for as text: a wave 2024 or 2024.0 is "2024".

    Examples
    --------
    >>> named(2024.0), named(["North", "South"])
    (['2024'], ['North', 'South'])
    """
    several = wanted if isinstance(wanted, list | tuple | set) else [wanted]
    return [
        f"{one:.0f}" if isinstance(one, float) and one.is_integer() else str(one) for one in several
    ]


def label(text: str, every: Collection[str], shown: Mapping[str, str]) -> str | None:
    """Return the label of a group by its label, its code in the file or that code's words.

    Examples
    --------
    >>> label("2", ["Basic", "Plus"], {"1": "Basic", "2": "Plus"})
    'Plus'
    >>> label("Plus", ["1", "2"], {"1": "Basic", "2": "Plus"})
    '2'
    """
    if text in every:
        return text
    if text in shown and shown[text] in every:
        return shown[text]
    return next((code for code, words in shown.items() if words == text and code in every), None)


def words(codes: Mapping[float, str]) -> dict[str, str]:
    """Return what each code of a group is called, as a file's value labels say it.

    Two codes with the same words are two groups, so these keep their code.

    Examples
    --------
    >>> words({1.0: "North", 2.0: "South", 8.0: "Other", 9.0: "Other"})
    {'1': 'North', '2': 'South', '8': 'Other (8)', '9': 'Other (9)'}
    """
    told = dict(zip(named(list(codes)), (text.strip() for text in codes.values()), strict=True))
    several = {text for text, n in Counter(told.values()).items() if n > 1}
    return {
        code: f"{text} ({code})" if text in several else text or code for code, text in told.items()
    }


def no_group(column: str, text: str, known: Sequence[str]) -> AnalysisError:
    """Return the error for a label that no group has."""
    return AnalysisError(
        Fault(
            kind="analysis",
            what=f'"{column}" has no group "{text}"',
            found=text,
            hint=did_you_mean(text, list(known)),
        )
    )


def no_waves() -> AnalysisError:
    """Return the error for asking a study without waves for a wave."""
    return AnalysisError(
        Fault(
            kind="analysis",
            what="the study has no waves",
            where="params: data.wave",
            hint="name the column of the waves under data.wave",
        )
    )


def held(column: pd.Series, mask: np.ndarray) -> tuple[str, ...]:
    """Return the labels of an ordered column that some rows hold, in order."""
    codes = column.cat.codes.to_numpy()[mask]
    present = np.unique(codes[codes >= 0])
    return tuple(str(column.cat.categories[code]) for code in present)


def crossed(
    full: pd.DataFrame, by: Mapping[str, str], mask: np.ndarray
) -> Iterator[tuple[dict[str, str], np.ndarray]]:
    """Yield the labels and the rows of every combination of groups that somebody is in.

    Parameters
    ----------
    full : DataFrame
        Rows of the whole design, with the grouping columns as ordered labels.
    by : mapping
        Grouping column → its name among the labels.
    mask : ndarray of bool
        The rows to be divided.
    """
    if not mask.any():
        return
    if not by:
        yield {}, mask
        return
    (column, name), *rest = by.items()
    codes = full[column].cat.codes.to_numpy()
    for one in held(full[column], mask):
        code = full[column].cat.categories.get_loc(one)
        for labels, rows in crossed(full, dict(rest), mask & (codes == code)):
            yield {name: one, **labels}, rows
