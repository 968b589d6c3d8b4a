"""Frames handed over in memory, held to what a file could hold: one plain value a cell."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd

from cxresearch.errors import Fault, first

_PLAIN = (str, int, float, bool, date, datetime, Decimal, np.generic)


def repeated(columns: Collection[str], name: str) -> Fault:
    """Return what to say of column names that stand more than once."""
    return Fault(
        kind="data",
        what="column names that stand more than once",
        where=name,
        found=first([f'"{column}"' for column in columns]),
        hint="give every column a name of its own",
    )


def plain(
    frame: pd.DataFrame, name: str, asked: Collection[str] | None = None
) -> tuple[pd.DataFrame, list[Fault]]:
    """Return a frame as a reader would, and the faults of columns that no file could hold.

    Names become text, categories their labels, rows are counted anew. Columns that nobody asks
    for are left out where they do not hold plain values.

    Parameters
    ----------
    frame : DataFrame
    name : str
        What messages call it.
    asked : collection of str, optional
        Columns that must be fit to be read; by default all.

    Examples
    --------
    >>> _, faults = plain(pd.DataFrame({"sat": [[1, 2], [3]]}), "frame")
    >>> print(faults[0].what)
    cells that hold more than one plain value in column "sat"
    """
    made = frame.reset_index(drop=True).copy(deep=False)
    made.columns = pd.Index([str(column) for column in made.columns])
    twice = list(dict.fromkeys(made.columns[made.columns.duplicated()]))
    needed = set(made.columns if asked is None else asked)
    if lost := [column for column in twice if column in needed]:
        return made, [repeated(lost, name)]
    made = made.loc[:, ~made.columns.isin(twice)]
    faults = []
    for column in list(made.columns):
        if isinstance(made[column].dtype, pd.CategoricalDtype):
            made[column] = made[column].astype(object)
        odd = _odd(made[column])
        if odd is None:
            continue
        if column in needed:
            faults.append(
                Fault(
                    kind="data",
                    what=f'cells that hold more than one plain value in column "{column}"',
                    where=f'{name}, column "{column}"',
                    found=odd,
                    hint="a cell is a number, a text, a date, or blank",
                )
            )
        made = made.drop(columns=column)
    return made, faults


def digest(frame: pd.DataFrame) -> str:
    """Return the SHA-256 over a frame's cells and the names of its columns."""
    hashed = pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes()
    return hashlib.sha256(hashed + "\n".join(map(str, frame.columns)).encode()).hexdigest()


def _odd(series: pd.Series) -> str | None:
    """Return the type of the first cell that is no plain value, if there is one."""
    if series.dtype.kind == "c":
        return "complex numbers"
    if series.dtype != object:
        return None
    # missing values of every kind are blanks; what is no scalar is none of them
    strange = (one for one in series if not (isinstance(one, _PLAIN) or _is_blank(one)))
    one = next(strange, None)
    return None if one is None else type(one).__name__


def _is_blank(value: object) -> bool:
    return value is None or value is pd.NA or value is pd.NaT
