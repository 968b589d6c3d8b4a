"""Overrides: dotted keys that change what a params file says, before it is checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cxresearch.errors import CxError, Fault
from cxresearch.study.yaml_file import Document, parse_yaml, path_text, shown

Overrides = Mapping[str, object]


def read_override(text: str) -> tuple[str, object]:
    """Return key and value of ``key=value``; the value is read as YAML.

    Raises
    ------
    ParamsError
        Where there is no ``=``, or the value is not YAML.

    Examples
    --------
    >>> read_override("data.segments=[region, tier]")
    ('data.segments', ['region', 'tier'])
    """
    key, sign, value = text.partition("=")
    if not sign or not key.strip():
        raise CxError.of(
            [Fault(kind="params", what=f'"{text}" sets nothing', hint="write key=value")]
        )
    document, faults = parse_yaml(value, "params", f"override {key.strip()}")
    if faults or document is None:
        raise CxError.of(faults)
    return key.strip(), None if value.strip() in ("", "~", "null") else document.content


def overridden(document: Document, overrides: Overrides) -> tuple[Document, list[Fault]]:
    """Return the document with the overrides written into it."""
    faults: list[Fault] = []
    content, written = document.content, []
    for key, value in overrides.items():
        steps = str(key).split(".")
        if not all(step.strip() for step in steps):
            what, hint = f'"{key}" is no key to set', "write section.key, such as analysis.seed"
            faults.append(Fault(kind="params", what=what, where=f"override {key}", hint=hint))
            continue
        try:
            content = _with(content, steps, value)
        except _NoSuchPlaceError as problem:
            faults.append(
                Fault(
                    kind="params",
                    what=f'"{key}" cannot be set: {problem}',
                    where=f"override {key}",
                    hint=f"set {'.'.join(steps[: problem.depth])} as a whole",
                )
            )
        else:
            written.append(tuple(steps))
    changed = Document(
        name=document.name, content=content, lines=document.lines, overrides=tuple(written)
    )
    return changed, faults


class _NoSuchPlaceError(Exception):
    def __init__(self, text: str, depth: int) -> None:
        super().__init__(text)
        self.depth = depth


def _with(content: Any, steps: Sequence[str], value: object, depth: int = 0) -> Any:
    if depth == len(steps):
        return value
    step = steps[depth]
    if content is None or isinstance(content, Mapping):
        content = dict(content or {})
        key = next((one for one in content if str(one) == step), step)
        return {**content, key: _with(content.get(key), steps, value, depth + 1)}
    if isinstance(content, list | tuple) and step.isdecimal() and int(step) < len(content):
        items = list(content)
        items[int(step)] = _with(items[int(step)], steps, value, depth + 1)
        return items
    above = path_text(steps[:depth])
    raise _NoSuchPlaceError(f"{above} holds {shown(content, 40)}, nothing with keys", depth)
