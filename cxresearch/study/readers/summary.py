"""Rows below the answers that sum them up: totals and means, which are nobody's answers."""

from __future__ import annotations

from collections.abc import Sequence

MOST_SUMMARY_ROWS = 3
_FEWEST_ROWS = 5
_WORDS = frozenset(
    {"total", "totals", "grand total", "sum", "average", "avg", "mean", "median", "count"}
    | {"totales", "total general", "suma", "promedio", "media", "recuento"}
    | {"gesamt", "summe", "mittelwert", "durchschnitt", "anzahl", "gesamtergebnis"}
    | {"skupaj", "vsota", "povprečje", "število", "итого", "всего", "сумма", "среднее"}
    | {"moyenne", "somme", "totale", "n =", "n="}
)


def summary_rows(last: Sequence[Sequence[str | None]], n_rows: int) -> int:
    """Return how many of the last rows are totals or means of the rows above.

    A row is one where its first filled cell is such a word; all rows below it go with it.

    Examples
    --------
    >>> summary_rows([["9", "4"], ["10", "5"], ["Average", "4.5"]], n_rows=11)
    1
    """
    if n_rows < _FEWEST_ROWS + len(last) - 1:
        return 0
    for at, row in enumerate(last):
        cells = [str(cell).strip() for cell in row if cell is not None and str(cell).strip()]
        if cells and cells[0].casefold().rstrip(":") in _WORDS and len(cells) > 1:
            return len(last) - at
    return 0
