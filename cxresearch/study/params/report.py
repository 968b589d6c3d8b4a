"""Section ``report``: which pages, how they look and where they go."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator

from cxresearch.study.fields import FilePath, Number, Section, Text, as_label, several, wrong

Output = Literal["html", "pdf", "xlsx"]


def _colour(value: str) -> str:
    short = re.fullmatch(r"#([0-9a-fA-F])([0-9a-fA-F])([0-9a-fA-F])", value)
    if short:
        return "#" + "".join(2 * digit.lower() for digit in short.groups())
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise wrong("a colour is written #rrggbb", 'in quotes, such as "#1f5c99"')
    return value.lower()


class Brand(Section):
    """How the client's pages look."""

    logo: FilePath | None = None
    """Image file of the logo."""
    accent: Annotated[str, AfterValidator(_colour)] = "#1f5c99"
    """Colour of headings and figures, "#rrggbb" in quotes."""
    footer: Text = ""
    """Text under every page: a text, or one per language."""


def _notebooks(value: Any) -> str | tuple[str, ...]:
    if isinstance(value, str) and value == "auto":
        return "auto"
    names = tuple(as_label(name).removesuffix(".ipynb") for name in several(value))
    if not names:
        raise wrong("no notebook is named", "write auto, or the notebooks' names")
    return names


class ReportSection(Section):
    """Which pages, how they look and where they go."""

    notebooks: Annotated[
        Literal["auto"] | tuple[str, ...],
        PlainValidator(_notebooks, json_schema_input_type=str | list[str]),
    ] = "auto"
    """auto is every notebook whose inputs the study has; or a list of their names."""
    hide_code: bool = True
    """Whether client pages hide code; researchers' pages show it folded."""
    brand: Brand = Brand()
    """How the client's pages look."""
    formats: Annotated[
        tuple[Output, ...],
        BeforeValidator(several, json_schema_input_type=Output | list[Output]),
        Field(min_length=1),
    ] = ("html",)
    """What is made of each page: html, pdf, xlsx."""
    folder: FilePath | None = None
    """Folder of reports and their history; by default reports/ of the working folder."""
    cell_timeout: Annotated[Number, Field(gt=0)] = 900
    """Seconds that one cell of a notebook may take."""
    notebook_timeout: Annotated[Number, Field(gt=0)] = 3600
    """Seconds that a whole notebook may take."""
    memory_limit: Annotated[Number, Field(gt=0)] | None = None
    """Gigabytes that one notebook may take (Linux); by default as many as there are."""
