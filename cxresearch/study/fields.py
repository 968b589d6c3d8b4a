"""The kinds of words that params and codebook are made of: labels, columns, texts, codes.

Labels of waves and segments are text: ``2024``, ``2024.0`` and ``"2024"`` are one label.
"""

from __future__ import annotations

import math
import typing
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from numbers import Integral, Real
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from cxresearch.about import Text as TextValue
from cxresearch.errors import did_you_mean

Language = Literal["en", "es", "sl", "ru"]
LANGUAGES: tuple[Language, ...] = typing.get_args(Language)


def wrong(what: str, hint: str = "") -> PydanticCustomError:
    """Return the error that a validator raises: what is wrong and what to try."""
    return PydanticCustomError("cx", "{what}", {"what": what, "hint": hint})


class Section(BaseModel):
    """Base of sections: frozen, no unknown keys; a key with nothing after it keeps its default."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        serialize_by_alias=True,
        validate_default=False,
    )

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_default(cls, value: Any) -> Any:
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            return value
        nullable = _nullable(cls)
        return {
            key: one for key, one in value.items() if one is not None or nullable.get(key, True)
        }


@cache
def _nullable(model: type[BaseModel]) -> dict[str, bool]:
    return {
        one.alias or name: type(None) in typing.get_args(one.annotation) or one.annotation is Any
        for name, one in model.model_fields.items()
    }


def as_label(value: object) -> str:
    """Return a wave's or segment's label as text; whole numbers lose their ``.0``.

    Raises
    ------
    ValueError
        For a truth value, an empty text, a number that is none, or anything with parts.

    Examples
    --------
    >>> as_label(2024), as_label(2024.0), as_label("2024")
    ('2024', '2024', '2024')
    """
    if isinstance(value, str):
        if not value.strip():
            raise wrong("a name is empty", "write a name")
        return str(value).strip()
    if isinstance(value, bool):
        raise wrong("a name cannot be a truth value", f'put it in quotes: "{value}"')
    if isinstance(value, Integral):
        return _digits(int(value))
    if isinstance(value, Real) and math.isfinite(float(value)):
        number = float(value)
        return _digits(int(number)) if number.is_integer() else repr(number)
    if isinstance(value, datetime) and value == value:
        midnight = value.time().isoformat() == "00:00:00"
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    raise wrong("a name must be a text, a number or a date", "write one name here")


def _as_column(value: object) -> str:
    """Return a column's name; blanks around a quoted name belong to it."""
    return value if isinstance(value, str) and value.strip() else as_label(value)


def _digits(number: int) -> str:
    if abs(number) >= 10**30:
        raise wrong("a name must not be so long a number", "put it in quotes")
    return str(number)


def _no_truth(value: object) -> object:
    if isinstance(value, bool):
        raise wrong("a number is wanted, not a truth value", "write a number")
    if isinstance(value, Integral):
        return int(value)
    return float(value) if isinstance(value, Real) else value


def as_code(value: object) -> int | float | str:
    """Return an answer code: whole numbers as int, other numbers as float, texts as they are.

    Examples
    --------
    >>> as_code(99.0), as_code("n/a")
    (99, 'n/a')
    """
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        raise wrong("a code cannot be a truth value", f'put it in quotes: "{value}"')
    if not isinstance(value, Real) or not math.isfinite(_float(value)):
        raise wrong("a code must be a number or a text", "write codes such as [98, 99]")
    if isinstance(value, Integral):
        return int(value)
    number = float(value)
    return int(number) if number.is_integer() else number


def _float(value: Real) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def as_text(value: object) -> TextValue:
    """Return a text, or texts by language (en, es, sl, ru)."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        for key, text in value.items():
            if key not in LANGUAGES:
                raise wrong(f'"{key}" is no language of cxresearch', did_you_mean(key, LANGUAGES))
            if not isinstance(text, str):
                raise wrong(f"the text in {key} is not a text", "put it in quotes")
        if not value:
            raise wrong("no text is given", 'write a text, or {en: "…", es: "…"}')
        return {key: str(value[key]) for key in LANGUAGES if key in value}
    if isinstance(value, Real | date) and not isinstance(value, bool):
        return as_label(value)
    raise wrong("a text is wanted, or one per language", 'write a text, or {en: "…", es: "…"}')


def several(value: Any) -> Any:
    """Return a list: a single word without brackets is a list of one."""
    if isinstance(value, str | Mapping) or not isinstance(value, Sequence | set | frozenset):
        return (value,)
    return tuple(value)


def _by_label(value: Any) -> Any:
    """Return a mapping with its keys as labels; two keys must not become one."""
    if not isinstance(value, Mapping):
        return value
    labels: dict[str, Any] = {}
    for key, one in value.items():
        label = as_label(key)
        if label in labels:
            raise wrong(f'"{label}" stands twice', "keep one of the two")
        labels[label] = one
    return labels


def _distinct(values: tuple[Any, ...]) -> tuple[Any, ...]:
    twice = next((one for one in values if values.count(one) > 1), None)
    if twice is not None:
        raise wrong(f'"{twice}" stands twice', "keep one of the two")
    return values


def _as_path(value: object, info: ValidationInfo) -> Path:
    if not isinstance(value, str | Path) or not str(value).strip():
        raise wrong("the path of a file is wanted", "write a path, relative to the params file")
    if any(ord(letter) < 32 for letter in str(value)):
        raise wrong("a path holds a line break or control character", "write it on one line")
    path = Path.home() / str(value)[2:] if str(value).startswith("~/") else Path(value)
    folder = (info.context or {}).get("folder")
    return path if folder is None else Path(folder) / path


def as_date(value: object) -> date:
    """Return a day: ``2024-03-01``, or ``2024-03`` for the first of the month."""
    if isinstance(value, datetime) and value == value:
        return value.date()
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(f"{value}-01" if len(value) == 7 else value)
        except ValueError:
            pass
    raise wrong("a date is wanted", "write year-month-day, such as 2024-03-01")


_SCALAR: Any = str | int | float

Label = Annotated[str, BeforeValidator(as_label, json_schema_input_type=_SCALAR)]
Column = Annotated[str, BeforeValidator(_as_column, json_schema_input_type=_SCALAR)]
Key = Label
Text = Annotated[
    TextValue, PlainValidator(as_text, json_schema_input_type=str | dict[Language, str])
]
Number = Annotated[float, BeforeValidator(_no_truth, json_schema_input_type=float)]
Whole = Annotated[int, BeforeValidator(_no_truth, json_schema_input_type=int)]
Share = Annotated[Number, Field(ge=0, le=1)]
Code = Annotated[int | float | str, PlainValidator(as_code, json_schema_input_type=_SCALAR)]
CodeList = Annotated[
    tuple[Code, ...],
    BeforeValidator(several, json_schema_input_type=_SCALAR | list[_SCALAR]),
]
Labels = Annotated[
    tuple[Label, ...],
    BeforeValidator(several, json_schema_input_type=_SCALAR | list[_SCALAR]),
]
UniqueLabels = Annotated[Labels, AfterValidator(_distinct)]
Columns = Annotated[
    tuple[Column, ...],
    BeforeValidator(several, json_schema_input_type=_SCALAR | list[_SCALAR]),
    AfterValidator(_distinct),
]
Day = Annotated[date, BeforeValidator(as_date, json_schema_input_type=date | str)]
FilePath = Annotated[Path, BeforeValidator(_as_path, json_schema_input_type=str)]
ByLabel = BeforeValidator(_by_label)


CodesValue = tuple[int | float | str, ...] | Mapping[str, tuple[int | float | str, ...]]


def as_codes(value: Any) -> CodesValue:
    """Return codes for every rating column, or a mapping from column or scale to its codes.

    Examples
    --------
    >>> as_codes(99), as_codes({"Q1": [8, 9]})
    ((99,), {'Q1': (8, 9)})
    """
    if isinstance(value, Mapping):
        return {
            name: tuple(as_code(code) for code in several(codes))
            for name, codes in _by_label(value).items()
        }
    return tuple(as_code(code) for code in several(value))


def codes_of(listed: CodesValue, column: str, scale: str = "") -> tuple[int | float | str, ...]:
    """Return the codes that hold for a column rated on a scale.

    Examples
    --------
    >>> codes_of((99,), "Q1"), codes_of({"Q1": (8,)}, "Q2")
    ((99,), ())
    """
    if isinstance(listed, Mapping):
        return tuple(dict.fromkeys((*listed.get(column, ()), *listed.get(scale, ()))))
    return listed


def _codes_plain(value: CodesValue) -> Any:
    if isinstance(value, Mapping):
        return {name: list(codes) for name, codes in value.items()}
    return list(value)


CodesField = Annotated[
    CodesValue,
    PlainSerializer(_codes_plain),
    PlainValidator(
        as_codes,
        json_schema_input_type=_SCALAR | list[_SCALAR] | dict[str, _SCALAR | list[_SCALAR]],
    ),
]
