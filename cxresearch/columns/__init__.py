"""The glossary: every column that a result table may have, and what it means.

Analyses name their columns from this list and from nowhere else (segment columns, which a
study brings along, come first under their own names); a test holds every Result to it. The
modules here hold the columns by what they speak of; a column has its line in one of them.
"""

from __future__ import annotations

from cxresearch.columns import (
    benchmark,
    business,
    drivers,
    estimates,
    fieldwork,
    psychometrics,
    segments,
    servqual,
    trends,
    verbatims,
)
from cxresearch.columns.column import Column, Form

__all__ = ["GLOSSARY", "Column", "Form"]

GLOSSARY: dict[str, Column] = {
    **estimates.COLUMNS,
    **fieldwork.COLUMNS,
    **servqual.COLUMNS,
    **drivers.COLUMNS,
    **trends.COLUMNS,
    **psychometrics.COLUMNS,
    **segments.COLUMNS,
    **benchmark.COLUMNS,
    **verbatims.COLUMNS,
    **business.COLUMNS,
}
