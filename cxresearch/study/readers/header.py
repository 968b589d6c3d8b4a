"""The header row: every column has one name, and no two have the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from cxresearch.errors import DataError, Fault, did_you_mean, first


def check_header(names: Sequence[str], *, file: str, place: str, hint: str = "") -> None:
    """Raise where a header cell is empty or a name stands twice.

    Parameters
    ----------
    names : sequence of str
        Header cells, already stripped.
    file, place : str
        The file's name and the header's place in it ("line 1", "sheet Data, row 3").
    hint : str
        Advice that fits what the reader saw, in place of the general one.

    Raises
    ------
    DataError
        With one fault for the empty cells and one for the repeated names.
    """
    faults = []
    empty = [position for position, name in enumerate(names, 1) if not name]
    if empty:
        faults.append(
            Fault(
                kind="data",
                what=f"{len(empty)} of {len(names)} columns have no name",
                where=f"{file}, {place}, column {first(empty)}",
                found=first([name or '""' for name in names], 8),
                hint=hint
                or "give every column one name in one header row; "
                "where the header stands further down, say skip_rows",
            )
        )
    twice = [name for name, count in Counter(names).items() if count > 1 and name]
    if twice:
        at = [position for position, name in enumerate(names, 1) if name == twice[0]]
        faults.append(
            Fault(
                kind="data",
                what="a column name stands more than once",
                where=f"{file}, {place}, columns {first(at)}",
                found=first([f'"{name}"' for name in twice]),
                hint=hint or "rename one of them in the file: columns are known by their names",
            )
        )
    if faults:
        raise DataError(*faults)


def aliases(
    columns: Sequence[str], texts: Mapping[str, str], ids: Mapping[str, str]
) -> dict[str, str]:
    """Return question text or platform's id -> column, where only one column has it.

    Examples
    --------
    >>> aliases(["Q1", "Q2", "Q3"], {"Q1": "Why?", "Q2": "How?", "Q3": "Why?"}, {"Q1": "QID7"})
    {'How?': 'Q2', 'QID7': 'Q1'}
    """
    found: dict[str, str] = {}
    for known in (texts, ids):
        counts = Counter(known.values())
        found |= {other: name for name, other in known.items() if counts[other] == 1}
    return {other: name for other, name in found.items() if name in set(columns)}


def renamed(columns: Sequence[str], rename: Mapping[str, str], file: str) -> dict[str, str]:
    """Return {name in the file: new name} for a `columns` mapping {new name: name in the file}.

    Raises
    ------
    DataError
        Where a column is not in the file, is named twice, or would take another one's name.

    Examples
    --------
    >>> renamed(["Q7ALL", "Q7ART"], {"overall": "Q7ALL"}, "sfo.csv")
    {'Q7ALL': 'overall'}
    """
    faults = []
    known = set(columns)
    for new, old in rename.items():
        if old not in known:
            faults.append(
                Fault(
                    kind="data",
                    what=f'there is no column "{old}" to be called "{new}"',
                    where=file,
                    found=f"{len(columns)} columns: {first(list(columns), 8)}",
                    hint=did_you_mean(old, list(columns)),
                )
            )
        elif new in known and new != old and new not in rename.values():
            faults.append(
                Fault(
                    kind="data",
                    what=f'column "{old}" cannot be called "{new}": it stands in the file already',
                    where=file,
                    hint=f'choose another name, or move that column too: "{new}_file: {new}"',
                )
            )
    for old, count in Counter(rename.values()).items():
        if count > 1:
            names = [new for new, its in rename.items() if its == old]
            faults.append(
                Fault(
                    kind="data",
                    what=f'column "{old}" is given {count} names',
                    where=file,
                    found=first(names),
                    hint="give it one name; one column may serve in several roles",
                )
            )
    if faults:
        raise DataError(*faults)
    return {old: new for new, old in rename.items()}
