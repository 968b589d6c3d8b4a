"""Section ``for``: one report for each group, wave or choice that it lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import PlainValidator

from cxresearch.about import folder_name
from cxresearch.study.fields import as_label, wrong

ALL: Literal["all"] = "all"
#: A list asks for a report each, "all" for one of every group, one label is the report of that.
Wanted = str | tuple[str, ...]


def _wanted(value: Any) -> Wanted:
    if isinstance(value, Mapping) or value is None:
        raise wrong("groups are listed, or all", "write [North, South], or all")
    if not isinstance(value, list | tuple | set):
        return as_label(value)
    labels = tuple(as_label(one) for one in value)
    if not labels:
        raise wrong("no group is listed", "write [North, South], or all")
    twice = sorted({one for one in labels if labels.count(one) > 1})
    if twice:
        raise wrong(f"{', '.join(twice)} is listed twice", "list each group once")
    return labels


Each = Mapping[
    str, Annotated[Wanted, PlainValidator(_wanted, json_schema_input_type=str | list[str])]
]


def chosen(each: Mapping[str, Wanted]) -> dict[str, str]:
    """Return the keys of which one group is chosen.

    Examples
    --------
    >>> chosen({"region": "North", "tier": ("Plus", "Standard"), "wave": "all"})
    {'region': 'North'}
    """
    return {key: one for key, one in each.items() if isinstance(one, str) and one != ALL}


def columns(each: Mapping[str, Wanted]) -> dict[str, str]:
    """Return the chosen groups of columns; dotted keys are params, which are set elsewhere."""
    return {key: one for key, one in chosen(each).items() if "." not in key}


def name(study: str, each: Mapping[str, Wanted]) -> str:
    """Return the name of the study of the chosen groups: its folder under reports/.

    Examples
    --------
    >>> name("acme_2025", {"region": "North East", "tier": ("Plus", "Standard")})
    'acme_2025_North_East'
    """
    return folder_name(study, chosen(each).values())


def title(study: str | Mapping[str, str], each: Mapping[str, Wanted]) -> str | dict[str, str]:
    """Return the title of the pages of the chosen groups.

    Examples
    --------
    >>> title("Acme 2025", {"region": "North"})
    'Acme 2025 · North'
    """
    words = " · ".join(columns(each).values())
    if not words:
        return study if isinstance(study, str) else dict(study)
    if isinstance(study, str):
        return f"{study} · {words}"
    return {language: f"{text} · {words}" for language, text in study.items()}
