"""The codebook: which column asks what, on which scale, in which role."""

from cxresearch.study.codebook.forms import CodebookForm
from cxresearch.study.codebook.load import load_codebook, read_codebook
from cxresearch.study.codebook.objects import (
    Attribute,
    BrandAttribute,
    Codebook,
    ColumnUse,
    Dimension,
    Instrument,
    Item,
    Measure,
    Scale,
    Verbatim,
)

__all__ = [
    "Attribute",
    "BrandAttribute",
    "Codebook",
    "CodebookForm",
    "ColumnUse",
    "Dimension",
    "Instrument",
    "Item",
    "Measure",
    "Scale",
    "Verbatim",
    "load_codebook",
    "read_codebook",
]
