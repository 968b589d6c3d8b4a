"""Results as tables for people: rounded, labelled, localised, accessible, with their notes."""

from cxresearch.tables.across import across
from cxresearch.tables.show import MAX_ROWS, Table, as_html, render, show, study_html

__all__ = ["MAX_ROWS", "Table", "across", "as_html", "render", "show", "study_html"]
