"""Columns declared personal: what says who somebody is stays out, what joins rows is veiled.

A study needs to know which rows belong together, never whose they are. Columns that
``data.personal`` names are not kept; ids among them become pseudonyms before anything else sees
them, and a customer's own name, number or address is taken out of what she wrote.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cxresearch.errors import Fault, did_you_mean
from cxresearch.study.params import Params, Table

ROLES = ("id", "cluster", "customer", "order", "device")
"""Keys of ``data`` that a personal column may serve, as a pseudonym."""

JOINED: Mapping[str, tuple[str, ...]] = {
    "id": ("respondent_id",),
    "customer": ("customer_id",),
    "cluster": ("account_id",),
    "order": ("order_id",),
}
"""Columns of operational tables that hold what a key of ``data`` holds."""

HIDDEN = "[name]"
_SHORTEST = 3  # letters of a name that are looked for in a text
_DIGITS = 12  # hexadecimal digits of a pseudonym: 48 bits


@dataclass(frozen=True, slots=True)
class Veil:
    """Gives pseudonyms; the same value has the same one within a study.

    Attributes
    ----------
    key : bytes
        Made of all answers, so that the same data give the same pseudonyms, and nobody without
        the data can tell whose a pseudonym is by trying names.
    """

    key: bytes

    def over(self, labels: pd.Series) -> pd.Series:
        """Return the pseudonyms of labels; a blank stays blank.

        Examples
        --------
        >>> Veil(b"secret").over(pd.Series(["ana@example.com", None])).isna().tolist()
        [False, True]
        """
        known = {one: self._pseudonym(str(one)) for one in labels.dropna().unique()}
        return labels.astype(object).map(known).astype(object)

    def _pseudonym(self, text: str) -> str:
        digest = hashlib.blake2b(text.encode(), key=self.key[:64], digest_size=16)
        return "p" + digest.hexdigest()[:_DIGITS]


def veil(frames: Iterable[pd.DataFrame]) -> Veil:
    """Return the veil of these answers."""
    digest = hashlib.sha256(b"cxresearch: personal")
    for frame in frames:
        digest.update("\n".join(map(str, frame.columns)).encode())
        digest.update(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
    return Veil(digest.digest())


def masked(texts: pd.Series, personal: Sequence[pd.Series]) -> pd.Series:
    """Return texts without what is known of who wrote them: every value of the same row.

    A value is looked for as a whole and by its words, in any case of letters.

    Parameters
    ----------
    texts : Series
        What customers wrote.
    personal : sequence of Series
        Columns of the same rows.

    Examples
    --------
    >>> masked(pd.Series(["Novak here, call me"]), [pd.Series(["Ana Novak"])]).tolist()
    ['[name] here, call me']
    """
    made = texts.to_numpy(dtype=object, copy=True)
    for column in personal:
        values = column.to_numpy(dtype=object)
        for row in np.flatnonzero(texts.notna().to_numpy() & column.notna().to_numpy()):
            if isinstance(made[row], str):
                made[row] = _without(made[row], str(values[row]).strip())
    return pd.Series(made, index=texts.index)


def _without(text: str, value: str) -> str:
    words = [word for word in re.split(r"[\s,;]+", value) if any(map(str.isalpha, word))]
    folded = text.casefold()
    for one in dict.fromkeys((value, *words)):
        if len(one) >= _SHORTEST and one.casefold() in folded:
            pattern = rf"(?<!\w){re.escape(one)}(?!\w)"
            text = re.sub(pattern, HIDDEN, text, flags=re.IGNORECASE)
    return text


def unsaid(faults: Iterable[Fault]) -> list[Fault]:
    """Return faults of reading without what was found: a row may say who somebody is."""
    return [replace(fault, found="") if fault.kind == "data" else fault for fault in faults]


def hidden(params: Params, table: Table | None = None) -> set[str]:
    """Return the canonical columns of operational tables that are personal.

    These are columns named in ``data.personal``, by the file's name or the canonical one, and ids
    of customers (respondents, accounts) where those of the answers are personal.
    """
    data = params.data
    joined = {
        name
        for role, names in JOINED.items()
        if getattr(data, role) in data.personal
        for name in names
    }
    columns = {} if table is None else table.columns
    filed = {name for name, column in columns.items() if column in data.personal}
    return {*data.personal, *joined, *filed} if data.personal else set()


def conflicts(
    personal: Sequence[str], otherwise: Mapping[str, str], wheres: Sequence[str]
) -> list[Fault]:
    """Return the faults of personal columns that a page would have to show.

    Parameters
    ----------
    personal : sequence of str
    otherwise : mapping
        Columns that are asked for in other roles than `ROLES`, with the place that asks.
    wheres : sequence of str
        Where each personal column is declared.
    """
    return [
        Fault(
            kind="params",
            what=f'"{name}" is declared personal, but its values would be shown',
            where=f"{where}; asked for by {otherwise[name]}",
            hint=f"take it out of one of the two; personal columns serve {', '.join(ROLES)} only",
        )
        for name, where in zip(personal, wheres, strict=True)
        if name in otherwise
    ]


def absent(personal: Sequence[str], known: Sequence[str], files: str) -> list[Fault]:
    """Return the faults of personal columns that no file has: a slip would leave one in."""
    return [
        Fault(
            kind="data",
            what=f'there is no column "{name}"',
            where=f"{files}; asked for by params: data.personal",
            hint=did_you_mean(name, list(known)),
        )
        for name in personal
        if name not in known
    ]
