"""What pydantic finds wrong, told as faults: YAML path, line, what was found and what to try."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ValidationError

from cxresearch.errors import Fault, FaultKind, did_you_mean, nearest
from cxresearch.study.yaml_file import ABSENT, Document, path_text, shown

_WANTED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number of fewer digits",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "dict_type": "a mapping (key: value)",
    "mapping_type": "a mapping (key: value)",
    "model_type": "a mapping (key: value)",
    "model_attributes_type": "a mapping (key: value)",
    "tuple_type": "a list",
    "list_type": "a list",
}
_BOUNDS = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}


def faults_of(
    error: ValidationError, kind: FaultKind, model: type[BaseModel], document: Document
) -> list[Fault]:
    """Return one fault for each thing that pydantic found wrong, in the order of the file."""
    found: dict[tuple[str, str], Fault] = {}
    for one in error.errors(include_url=False):
        fault = _fault(one, kind, model, document)
        found.setdefault((fault.what, fault.where), fault)
    return list(found.values())


def _fault(
    error: Mapping[str, Any], kind: FaultKind, model: type[BaseModel], document: Document
) -> Fault:
    place, code, context = tuple(error["loc"]), error["type"], error.get("ctx", {})
    natural, value = document.natural(place)
    path = path_text((*document.prefix, *natural))
    found = "" if value is ABSENT else shown(value)
    if code in ("extra_forbidden", "invalid_key") or (place and place[-1] == "[key]"):
        key_place = place[:-1] if place[-1] == "[key]" else place
        what, hint = _unknown_key(key_place, place[-1] == "[key]", model, document)
        found = ""
    elif code == "missing":
        what = f'the key "{place[-1]}" is missing' + _inside(path)
        hint = _purpose(model, place)
        found = ""
    elif code == "literal_error":
        words = known_keys(model, place)
        what, hint = f"{path} cannot be {shown(value, 40)}", did_you_mean(value, words)
    elif code in _WANTED:
        what, hint = f"{path or 'the file'} must be {_WANTED[code]}", ""
        keys = known_keys(model, place)
        if "mapping" in _WANTED[code] and keys:
            hint = f"its keys are: {', '.join(keys)}"
    elif code in _BOUNDS:
        words_, bound = _BOUNDS[code]
        what = f"{path} must be {words_} {context[bound]:g}"
        hint = _as_share(value, path, context.get("lt", context.get("le")))
    elif code == "cx":
        what, hint = f"{path}: {context['what']}" if path else context["what"], context["hint"]
    elif code in ("too_short", "string_too_short"):
        what, hint = f"{path} is empty", _purpose(model, place)
    else:
        message = str(error["msg"])
        what, hint = f"{path}: {message[:1].lower()}{message[1:]}", ""
    return Fault(kind=kind, what=what, where=document.where(place), found=found, hint=hint)


def _inside(path: str) -> str:
    parent = path.rpartition(".")[0]
    return f" in {parent}" if parent else ""


def _unknown_key(
    place: tuple[Any, ...], in_mapping: bool, model: type[BaseModel], document: Document
) -> tuple[str, str]:
    *above, key = place
    path = document.path(above)
    known = known_keys(model, (*above, "[key]") if in_mapping else tuple(above))
    what = f'unknown key "{shown(str(key))}"' + (f" in {path}" if path else "")
    if nearest(key, known) is None:
        home = _homes(model).get(str(key))
        if home is not None:
            return what, f'"{key}" belongs under {home}'
    return what, did_you_mean(key, known)


def _homes(model: type[BaseModel]) -> dict[str, str]:
    """Return the section of every key that stands in one of the model's own sections."""
    homes: dict[str, str] = {}
    for name in known_keys(model, ()):
        for key in known_keys(model, (name,)):
            homes.setdefault(key, name)
    return homes


def _purpose(model: type[BaseModel], place: tuple[Any, ...]) -> str:
    """Return what the docstring of a missing key says it is for."""
    *above, key = place
    fields = [one.model_fields[key] for one in models_at(model, above) if key in one.model_fields]
    text = next((field.description for field in fields if field.description), "")
    return f"add {place[-1]} ({text[:1].lower()}{text[1:].rstrip('.')})" if text else ""


def _as_share(value: object, path: str, upper: object) -> str:
    if upper == 1 and isinstance(value, int | float) and 1 < value < 100:
        return f"a share is wanted: {path.rpartition('.')[2]}: {value / 100:g}"
    return ""


def known_keys(model: Any, place: Sequence[Any]) -> tuple[str, ...]:
    """Return the keys or words that may stand where a place leads, as its type declares them."""
    words: list[str] = []
    for kind in _kinds_at(model, place):
        if typing.get_origin(kind) is Literal:
            words += [str(word) for word in typing.get_args(kind)]
        elif isinstance(kind, type) and issubclass(kind, BaseModel):
            words += [one.alias or name for name, one in kind.model_fields.items()]
    return tuple(dict.fromkeys(words))


def models_at(model: Any, place: Sequence[Any]) -> list[type[BaseModel]]:
    """Return the models that may stand where a place leads."""
    kinds = _kinds_at(model, place)
    return [one for one in kinds if isinstance(one, type) and issubclass(one, BaseModel)]


def _kinds_at(model: Any, place: Sequence[Any]) -> list[Any]:
    kinds = [model]
    for step in place:
        kinds = [below for kind in kinds for below in _below(kind, step)]
    return [leaf for one in kinds for leaf in _branches(one)]


def _branches(kind: Any) -> list[Any]:
    origin = typing.get_origin(kind)
    if origin is Annotated:
        return _branches(typing.get_args(kind)[0])
    if origin in (typing.Union, types.UnionType):
        return [leaf for one in typing.get_args(kind) for leaf in _branches(one)]
    return [kind]


def _below(kind: Any, step: Any) -> list[Any]:
    found: list[Any] = []
    for one in _branches(kind):
        origin, inside = typing.get_origin(one), typing.get_args(one)
        if isinstance(one, type) and issubclass(one, BaseModel):
            found += [
                field.annotation
                for name, field in one.model_fields.items()
                if step in (field.alias or name, name)
            ]
        elif origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
            found.append(inside[0] if step == "[key]" else inside[1])
        elif origin in (tuple, list):
            found.append(inside[0])
    return found
