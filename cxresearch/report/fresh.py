"""New studies: a commented params file and codebook to fill in, copied, or drafted from answers.

A copy is made by changing the few words that must change where they stand in the text, so that
comments and layout stay as they were.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import TypeAdapter, ValidationError

from cxresearch.errors import CxError, Fault, OutputError, ParamsError
from cxresearch.report import schema
from cxresearch.study.draft import Draft, writing
from cxresearch.study.params import load_params
from cxresearch.study.params.study import FolderName

TEMPLATES = Path(__file__).parent / "templates" / "new"
PLACEHOLDER = "NAME"

Keys = tuple[str, ...]


def write(name: str, folder: Path, *, like: Path | None = None) -> list[Path]:
    """Write params and codebook of a new study and return the paths of what was made.

    Parameters
    ----------
    name : str
        Name of the study, and of both files.
    folder : Path
        Working folder; the files are ``params/NAME.yml`` and ``params/codebooks/NAME.yml`` in it,
        with a ``schema.json`` beside each where there is none yet.
    like : Path, optional
        A params file to begin from. Its copy has the new name and a codebook of its own, keeps
        its comments, and finds the same data. A codebook written out in it stays there.

    Returns
    -------
    list of Path
        The params file first.

    Raises
    ------
    ParamsError
        For a name that is no name of a folder, or params that cannot be read.
    OutputError
        Where a file is there already, or the folder cannot be written.
    """
    _check_name(name)
    params = folder / "params" / f"{name}.yml"
    codebook = folder / "params" / "codebooks" / f"{name}.yml"
    if like is None:
        texts = {params: _drafted("params.yml", name), codebook: _drafted("codebook.yml", name)}
    else:
        texts = _copied(name, like, params, codebook)
    return _written(texts, params, codebook, folder)


def write_draft(draft: Draft, name: str, folder: Path) -> list[Path]:
    """Write params and codebook as they were drafted from answers; return their paths.

    Parameters
    ----------
    draft : Draft
        As `cxresearch.draft` gives it.
    name : str
        Name of the study, and of both files.
    folder : Path
        Working folder, as for `write`.

    Raises
    ------
    ParamsError, OutputError
        As `write`.
    """
    _check_name(name)
    params = folder / "params" / f"{name}.yml"
    codebook = folder / "params" / "codebooks" / f"{name}.yml"
    texts = {
        params: writing.params_text(draft, name, params),
        codebook: writing.codebook_text(draft, name),
    }
    return _written(texts, params, codebook, folder)


def _written(texts: dict[Path, str], params: Path, codebook: Path, folder: Path) -> list[Path]:
    """Write texts where no file is yet, with a schema beside each."""
    there = [path for path in texts if path.exists()]
    if there:
        raise OutputError(*(_exists(path, folder) for path in there))
    for path, kind in ((params, "params"), (codebook, "codebook")):
        beside = path.parent / "schema.json"
        if path in texts and not beside.exists():
            texts[beside] = schema.as_text("params" if kind == "params" else "codebook")
    for path, text in texts.items():
        _create(path, text, folder)
    return list(texts)


def _check_name(name: str) -> None:
    try:
        TypeAdapter(FolderName).validate_python(name)
    except ValidationError as error:
        told = error.errors()[0]
        hint = str(told.get("ctx", {}).get("hint", ""))
        raise ParamsError(
            Fault(kind="params", what=told["msg"], where="NAME", found=name, hint=hint)
        ) from error


def _drafted(template: str, name: str) -> str:
    text = (TEMPLATES / template).read_text(encoding="utf-8")
    return text.replace(f": {PLACEHOLDER}", f": {_quoted(name)}").replace(PLACEHOLDER, name)


def _exists(path: Path, folder: Path) -> Fault:
    return Fault(
        kind="output",
        what=f"{path.relative_to(folder).as_posix()} is there already",
        where=str(path),
        hint="choose another name, or move the file away: nothing is ever overwritten",
    )


def _create(path: Path, text: str, folder: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError as error:
        raise OutputError(_exists(path, folder)) from error
    except OSError as error:
        raise OutputError(
            Fault(
                kind="output",
                what=f"{path.relative_to(folder).as_posix()} cannot be written",
                where=str(path),
                found=str(error.strerror or error),
                hint="call cxresearch from a folder that you may write to",
            )
        ) from error


# copies ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Scalar:
    """A word of a YAML text: by which keys one comes to it, what it says and where it stands."""

    keys: Keys
    value: str
    start: int
    end: int


def _copied(name: str, like: Path, params: Path, codebook: Path) -> dict[Path, str]:
    """Return the texts of a study that begins as another one is."""
    loaded = load_params(like)
    text = like.read_text(encoding="utf-8-sig")
    scalars = list(_scalars(yaml.compose(text, Loader=yaml.SafeLoader)))
    changes: dict[_Scalar, str] = {}
    for scalar in scalars:
        if scalar.keys == ("study", "name"):
            changes[scalar] = name
        elif scalar.keys == ("codebook",):
            changes[scalar] = f"codebooks/{name}.yml"
        elif _is_path(scalar) and not _rooted(scalar.value):
            moved = _moved(scalar.value, like.absolute().parent, params.absolute().parent)
            if moved != Path(scalar.value):
                changes[scalar] = moved.as_posix()
    texts = {params: _changed(text, changes)}
    if isinstance(loaded.codebook, Path):
        if not loaded.codebook.is_file():
            raise CxError.of(
                [
                    Fault(
                        kind="codebook",
                        what=f'there is no codebook "{loaded.codebook.name}" to begin from',
                        where=f"{like.name}: codebook",
                        hint="correct the path in that params file",
                    )
                ]
            )
        texts[codebook] = loaded.codebook.read_text(encoding="utf-8-sig")
    return texts


def _scalars(node: yaml.Node | None, keys: Keys = ()) -> Iterator[_Scalar]:
    if isinstance(node, yaml.ScalarNode):
        if node.start_mark.index < node.end_mark.index:
            yield _Scalar(keys, str(node.value), node.start_mark.index, node.end_mark.index)
    elif isinstance(node, yaml.SequenceNode):
        for one in node.value:
            yield from _scalars(one, (*keys, "[]"))
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _scalars(value, (*keys, str(key.value)))


def _is_path(scalar: _Scalar) -> bool:
    """Tell whether a word of a params file is the path of a file or folder."""
    keys = tuple(key for key in scalar.keys if key != "[]")
    if keys in (("report", "folder"), ("report", "brand", "logo")):
        return bool(scalar.value) and scalar.value not in ("null", "~")
    if keys[:1] == ("tables",):
        return len(keys) == 2 or keys[2:] == ("path",)
    return keys in (("data", "responses"), ("data", "responses", "path"))


def _moved(path: str, old: Path, new: Path) -> Path:
    """Return a path that was relative to one folder as it is seen from another."""
    try:
        return Path(os.path.relpath(old / path, new))
    except ValueError:  # another drive
        return old / path


def _rooted(path: str) -> bool:
    return path.startswith("~") or Path(path).is_absolute()


def _changed(text: str, changes: dict[_Scalar, str]) -> str:
    for scalar in sorted(changes, key=lambda one: one.start, reverse=True):
        text = text[: scalar.start] + _quoted(changes[scalar]) + text[scalar.end :]
    return text


def _quoted(word: str) -> str:
    """Return a word as YAML writes it: plain where it stays a text, else in quotes."""
    plain = re.fullmatch(r"[^\W\d_][\w./-]*|\.\.?/[\w./-]+", word) and _is_text(word)
    return word if plain else json.dumps(word, ensure_ascii=False)


def _is_text(word: str) -> bool:
    return isinstance(yaml.safe_load(word), str)
