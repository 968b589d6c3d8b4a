"""YAML files as people write them: content with the line of every key, and faults that help.

The words of YAML 1.2 hold: only ``true`` and ``false`` are truth values, so that a column
named ``no`` or a label ``on`` stays what it is; a number with leading zeros (``01``) is a text.
"""

from __future__ import annotations

import os
import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from cxresearch.errors import Fault, FaultKind, first, nearest

Step = str | int
Place = tuple[Any, ...]

_MAX_NODES = 100_000
_LONGEST_PATH = 200
_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a YAML file (or a mapping in its stead) holds, and where in the file it stands.

    Attributes
    ----------
    name : str
        How messages call the file; empty for a mapping that came from no file.
    content : object
        What the file says, overrides applied.
    lines : mapping
        Line (from 1) by path, a tuple of texts.
    overrides : tuple of paths
        Paths that an override wrote, for which the file's lines do not count.
    prefix : path
        Where in the file the content begins (an inline codebook lies under ``codebook``).
    """

    content: Any
    name: str = ""
    lines: Mapping[tuple[str, ...], int] = field(default_factory=dict)
    overrides: tuple[tuple[str, ...], ...] = ()
    prefix: tuple[str, ...] = ()

    def natural(self, place: Sequence[Any]) -> tuple[Place, Any]:
        """Return a place as the file knows it, and what stands there (`ABSENT` if nothing).

        Steps that exist only after short forms were written out are left out.
        """
        at, path = self.content, []
        for position, step in enumerate(place):
            if isinstance(at, Mapping):
                key = next((one for one in at if str(one) == str(step)), ABSENT)
                if key is not ABSENT:
                    at = at[key]
                    path.append(key)
                elif position == len(place) - 1 and step != "[key]":
                    return (*path, step), ABSENT
            elif _is_list(at) and isinstance(step, int) and step < len(at):
                at = at[step]
                path.append(step)
        return tuple(path), at

    def found(self, place: Sequence[Any]) -> str:
        """Return what stands at a place, in short, as YAML would write it."""
        value = self.natural(place)[1]
        return "" if value is ABSENT else shown(value)

    def path(self, place: Sequence[Any]) -> str:
        """Return the YAML path of a place, such as ``data.segments[1]``."""
        return path_text((*self.prefix, *self.natural(place)[0]))

    def where(self, place: Sequence[Any]) -> str:
        """Return file, YAML path and line of a place."""
        full = tuple(str(step) for step in (*self.prefix, *self.natural(place)[0]))
        text = self.path(place)
        if any(full[: len(path)] == path for path in self.overrides):
            return f"override {text}"
        line = next(
            (self.lines[full[:end]] for end in range(len(full), 0, -1) if full[:end] in self.lines),
            None,
        )
        text = text if len(text) <= _LONGEST_PATH else f"{text[:_LONGEST_PATH]}…"
        text = ": ".join(part for part in (self.name, text) if part)
        return f"{text} (line {line})" if line else text

    def below(self, key: str) -> Document:
        """Return the document of what lies under a key, which keeps its place in the file."""
        return replace(self, content=self.content.get(key), prefix=(*self.prefix, key))


class _Absent:
    def __repr__(self) -> str:
        return "ABSENT"

    def __reduce__(self) -> str:
        return "ABSENT"


ABSENT: Any = _Absent()


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def path_text(path: Iterable[Any]) -> str:
    """Return a path as text.

    Examples
    --------
    >>> path_text(("data", "segments", 1))
    'data.segments[1]'
    """
    text = ""
    for step in path:
        if isinstance(step, int) and not isinstance(step, bool):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else str(step)
    return text


def shown(value: object, limit: int = 80) -> str:
    """Return a value as YAML would write it, cut to a length fit for a message.

    Examples
    --------
    >>> shown([1, "two", None, True])
    '[1, two, null, true]'
    """
    if value is None or isinstance(value, bool):
        text = "null" if value is None else str(value).lower()
    elif isinstance(value, str):
        text = value if value.strip() == value and value else f'"{value}"'
        text = text.replace("\n", " ")
    elif isinstance(value, Mapping):
        pairs = [f"{key}: {shown(one, 30)}" for key, one in list(value.items())[:6]]
        text = "{" + ", ".join(pairs) + (", …" if len(value) > 6 else "") + "}"
    elif _is_list(value):
        items = list(value)  # type: ignore[call-overload]
        text = "[" + ", ".join(shown(one, 30) for one in items[:6])
        text += (", …" if len(items) > 6 else "") + "]"
    elif isinstance(value, int) and abs(value) >= 10**limit:
        text = "a number of very many digits"
    else:
        text = str(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def short_name(path: Path) -> str:
    """Return a path as messages call it: from the working folder, where it lies in it."""
    plain = Path(os.path.normpath(path.absolute()))
    return (
        plain.relative_to(Path.cwd()).as_posix() if plain.is_relative_to(Path.cwd()) else str(plain)
    )


def read_yaml(
    path: Path, kind: FaultKind, *, where: str = ""
) -> tuple[Document | None, list[Fault]]:
    """Return a YAML file's document, or the faults that keep it from being read.

    `where` is the place that names the file, if another file does.
    """
    name = short_name(path)
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return None, [no_such_file(path, kind, ("*.yml", "*.yaml"), where=where)]
    except IsADirectoryError:
        hint = f"name the file in it: {first(_names(path, ('*.yml', '*.yaml'))) or 'it holds none'}"
        what = f'"{name}" is a folder, not a {kind} file'
        return None, [Fault(kind=kind, what=what, where=where, hint=hint)]
    except (OSError, ValueError) as error:
        what = f'"{name}" cannot be read'
        found = getattr(error, "strerror", None) or str(error)
        return None, [Fault(kind=kind, what=what, where=where, found=found)]
    return parse_yaml(text, kind, name)


def parse_yaml(
    text: bytes | str, kind: FaultKind, name: str
) -> tuple[Document | None, list[Fault]]:
    """Return the document of a YAML text, or the faults that keep it from being understood."""
    loader = None
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            return Document(name=name, content={}), []
        lines: dict[tuple[str, ...], int] = {}
        faults: list[Fault] = []
        _walk(node, (), loader, lines, faults, kind, name)
        content = loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        return None, [_syntax_fault(error, text, kind, name)]
    except yaml.YAMLError as error:
        hint = "save the file as UTF-8 text"
        what = "this is not a text that YAML can read"
        return None, [Fault(kind=kind, what=what, where=name, found=str(error), hint=hint)]
    except RecursionError:
        what = "brackets or indentation are nested too deep"
        return None, [Fault(kind=kind, what=what, where=name, hint="write it flatter")]
    finally:
        if loader is not None:
            loader.dispose()
    return Document(name=name, content=content, lines=lines), faults


def no_such_file(
    path: Path, kind: FaultKind, patterns: Sequence[str] = ("*",), *, where: str = ""
) -> Fault:
    """Return the fault for a file that is not there, with the names that come near."""
    what = f'there is no file "{short_name(path)}"'
    if not path.parent.is_dir():
        what = f"{what}, nor its folder"
        near = nearest(path.parent.name, _names(path.parent.parent, ("*",)))
        hint = f'did you mean the folder "{near}"?' if near else "check the path"
        return Fault(kind=kind, what=what, where=where, hint=hint)
    names = _names(path.parent, patterns)
    near = nearest(path.name, names)
    if near:
        hint = f'did you mean "{near}"?'
    elif names:
        hint = f"the folder holds: {first(names, 8)}"
    else:
        hint = f"the folder holds no {' or '.join(patterns)}" if patterns != ("*",) else ""
    return Fault(kind=kind, what=what, where=where, hint=hint)


def _names(folder: Path, patterns: Sequence[str]) -> list[str]:
    if not folder.is_dir():
        return []
    try:
        return sorted({one.name for pattern in patterns for one in folder.glob(pattern)})
    except OSError:  # a folder that may be entered but not listed
        return []


class _Loader(yaml.SafeLoader):
    """The safe loader with the words of YAML 1.2 and errors that know their line."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep=deep)  # type: ignore[no-untyped-call]
        except (ValueError, OverflowError) as error:
            mark = node.start_mark
            raise yaml.constructor.ConstructorError(None, None, str(error), mark) from error


for _name, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
    (
        "float",
        r"^(?:[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$",
        "-+.0123456789",
    ),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("merge", r"^(?:<<)$", "<"),
    ("timestamp", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "0123456789"),
):
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(_pattern), list(_first))


def _walk(
    root: yaml.Node,
    root_path: tuple[str, ...],
    loader: _Loader,
    lines: dict[tuple[str, ...], int],
    faults: list[Fault],
    kind: FaultKind,
    name: str,
) -> None:
    """Note the line of every path; refuse keys that stand twice and nodes within themselves."""
    stack: list[tuple[yaml.Node, tuple[str, ...], frozenset[int]]] = [
        (root, root_path, frozenset())
    ]
    seen = 0
    while stack:
        node, path, above = stack.pop()
        seen += 1
        if id(node) in above or seen > _MAX_NODES:
            problem = "an alias refers to itself" if id(node) in above else "the file is too large"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        if isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                lines.setdefault((*path, str(index)), item.start_mark.line + 1)
                stack.append((item, (*path, str(index)), above | {id(node)}))
        elif isinstance(node, yaml.MappingNode):
            at: dict[Hashable, int] = {}
            for key_node, value_node in node.value:
                if key_node.tag == _TAG + "merge":
                    stack.append((value_node, (*path, "<<"), above | {id(node)}))
                    continue
                if not isinstance(key_node, yaml.ScalarNode):
                    continue
                key = loader.construct_object(key_node, deep=True)
                line = key_node.start_mark.line + 1
                here = (*path, str(key))
                if key in at:
                    inside = f" in {path_text(path)}" if path else ""
                    fault = Fault(
                        kind=kind,
                        what=f'the key "{key}" stands twice{inside}',
                        where=f"{name}: {path_text(here)} (lines {at[key]} and {line})",
                        hint="keep one of the two",
                    )
                    faults.append(fault)
                at.setdefault(key, line)
                lines[here] = line
                stack.append((value_node, here, above | {id(node)}))


_SYNTAX_HINTS = {
    "mapping values are not allowed here": (
        'put a text that holds ": " in quotes, or check the indentation of this line'
    ),
    "could not find expected ':'": 'write "key: value", with a space after the colon',
    "expected <block end>": "check the indentation: keys of one section begin in one column",
    "cannot start any token": "indent with spaces, not tabs; put texts that begin with "
    "%, @ or ` in quotes",
    "expected ',' or": "close the bracket, or put a comma between the entries",
    "undefined alias": "put a text that begins with * in quotes",
    "could not determine a constructor": "put a text that begins with ! in quotes",
    "month must be": "write year-month-day, or put it in quotes if it is no date",
    "day is out of range": "write year-month-day, or put it in quotes if it is no date",
    "unhashable key": "a key is a text or a number; put braces in quotes",
}


def _syntax_fault(
    error: yaml.MarkedYAMLError, text: bytes | str, kind: FaultKind, name: str
) -> Fault:
    problem = error.problem or error.context or "not understood"
    mark = error.problem_mark or error.context_mark
    where, found = name, ""
    if mark is not None:
        where = f"{name}, line {mark.line + 1}, column {mark.column + 1}"
        body = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        rows = body.splitlines()
        found = rows[mark.line].strip() if mark.line < len(rows) else "the end of the file"
    hint = next((hint for part, hint in _SYNTAX_HINTS.items() if part in problem), "")
    return Fault(
        kind=kind,
        what=f"this is not valid YAML: {problem}",
        where=where,
        found=shown(found),
        hint=hint or "check quotes, brackets and indentation around this line",
    )
