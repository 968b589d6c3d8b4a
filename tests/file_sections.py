"""Every section of a params file or codebook, found in the models that check it."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from cxresearch.study.codebook.forms import ScaleRef

# classes of a file's form that no user writes by name
HIDDEN = {ScaleRef}


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        yield annotation
    for one in typing.get_args(annotation):
        yield from models_in(one)


def sections(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    """Return every section of a file by its dotted path, whole file first."""
    yield path, model
    for name, field in model.model_fields.items():
        for inner in models_in(field.annotation):
            if inner not in HIDDEN:
                yield from sections(inner, f"{path}.{field.alias or name}".lstrip("."))


def keys(model: type[BaseModel]) -> set[str]:
    """Return every key that may stand anywhere in a file."""
    return {
        field.alias or name
        for _, section in sections(model)
        for name, field in section.model_fields.items()
    }
