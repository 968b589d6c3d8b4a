"""JSON Schemas of params files and codebooks, for editors that complete and check them."""

from __future__ import annotations

import json
from typing import Any, Literal

from cxresearch.study.codebook import Codebook
from cxresearch.study.codebook.forms import SHORT_SIDES
from cxresearch.study.params import Params

File = Literal["params", "codebook"]


def schema(file: File) -> dict[str, Any]:
    """Return the JSON Schema of a params file or of a codebook.

    Examples
    --------
    >>> schema("params")["title"], sorted(schema("codebook")["properties"])[:2]
    ('cxresearch params', ['attributes', 'brand'])
    """
    return Params.json_schema() if file == "params" else _with_short_form(Codebook.json_schema())


def as_text(file: File) -> str:
    """Return the schema as it is printed and stored."""
    return json.dumps(schema(file), indent=2, ensure_ascii=False) + "\n"


def _with_short_form(codebook: dict[str, Any]) -> dict[str, Any]:
    """Add to dimensions what is written out before the form is checked: columns by side."""
    column: Any = {"anyOf": [{"type": "string"}, {"type": "integer"}]}
    listed = {"anyOf": [column, {"type": "array", "items": column}]}
    properties = codebook["$defs"]["DimensionForm"]["properties"]
    for side in SHORT_SIDES:
        told = {"description": f"Short form: columns of the {side}, in the order of the items."}
        properties.setdefault(side, {**told, **listed})
    told = {"description": "Short form: whether a high answer to every item is a bad one."}
    properties.setdefault("reversed", {**told, "type": "boolean"})
    return codebook
