"""Words, sentences and numbers of reports in four languages: en (the source), es, sl, ru."""

from cxresearch.text.amounts import (
    amount,
    change,
    date,
    interval,
    number,
    p_value,
    percent,
    signed,
)
from cxresearch.text.catalogue import LANGUAGES, Translator, mark, marks, missing, translator

__all__ = [
    "LANGUAGES",
    "Translator",
    "amount",
    "change",
    "date",
    "interval",
    "mark",
    "marks",
    "missing",
    "number",
    "p_value",
    "percent",
    "signed",
    "translator",
]
