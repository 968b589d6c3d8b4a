"""A codebook written back in its long form, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cxresearch.study.codebook.objects import Codebook, Scale

DEFAULT_SCALES = ("nps", "share", "ces1", "ces2")
"""Keys of the scales that kinds of measures have without being told."""

_THRESHOLDS = ("promoters_from", "detractors_to")


def written(codebook: Codebook) -> dict[str, Any]:
    """Return the mapping that a codebook file of this codebook would hold, defaults left out."""
    sections: dict[str, Any] = {
        "instrument": _entry(codebook.instrument, codebook),
        "scales": {key: _scale(scale) for key, scale in codebook.scales.items()},
        "dimensions": {
            key: {
                **_entry(one, codebook, skip=("items",)),
                "items": [
                    {"key": item.key, **_entry(item, codebook, skip=("dimension",))}
                    for item in one.items
                ],
            }
            for key, one in codebook.dimensions.items()
        },
        "measures": {
            key: _entry(one, codebook, skip=() if one.kind == "nps" else _THRESHOLDS)
            for key, one in codebook.measures.items()
        },
        "attributes": {key: _entry(one, codebook) for key, one in codebook.attributes.items()},
        "verbatims": {key: _entry(one, codebook) for key, one in codebook.verbatims.items()},
        "competitors": {
            rival: {key: list(columns) for key, columns in rated.items()}
            for rival, rated in codebook.competitors.items()
        },
    }
    if codebook.brand:
        brand = {key: _entry(one, codebook) for key, one in codebook.brand.items()}
        sections["brand"] = {"attributes": brand}
    sections["groups"] = {key: _entry(one, codebook) for key, one in codebook.groups.items()}
    return {name: section for name, section in sections.items() if section}


def _entry(entry: Any, codebook: Codebook, skip: tuple[str, ...] = ()) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in fields(entry):
        value = getattr(entry, one.name)
        default = one.default if one.default is not MISSING else None
        always = one.name in ("direction", *_THRESHOLDS)
        if one.name in ("key", *skip) or (value == default and not always) or value == ():
            continue
        if one.name in ("scale", "direct_scale"):
            if codebook.scales.get(value.key) == value:
                found[one.name] = value.key
            elif value.key not in DEFAULT_SCALES:
                found[one.name] = _scale(value)
        else:
            found[one.name] = _plain(value)
    return found


def _scale(scale: Scale) -> dict[str, Any]:
    found: dict[str, Any] = {"min": _plain(scale.min), "max": _plain(scale.max)}
    if scale.labels:
        found["labels"] = {_plain(code): _plain(text) for code, text in scale.labels.items()}
    for kind in ("missing", "not_applicable", "dont_know", "refused"):
        if codes := getattr(scale, kind):
            found[kind] = list(codes)
    if scale.continuous:
        found["continuous"] = True
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return int(value) if isinstance(value, float) and value.is_integer() else value
