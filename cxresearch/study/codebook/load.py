"""From a codebook file (or a mapping) to a Codebook, with every fault in one pass."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cxresearch.errors import CxError, Fault
from cxresearch.study.codebook.build import build
from cxresearch.study.codebook.forms import CodebookForm
from cxresearch.study.codebook.objects import Codebook
from cxresearch.study.faults import faults_of
from cxresearch.study.yaml_file import Document, read_yaml, shown

Source = str | Path | Mapping[str, Any] | Codebook


def load_codebook(source: Source, folder: str | Path | None = None) -> Codebook:
    """Return the codebook of a questionnaire.

    Parameters
    ----------
    source : str, Path, mapping or Codebook
        A YAML file, what such a file would hold, or a codebook, which is returned as it is.
    folder : str or Path, optional
        Folder that a relative path starts from; by default the working folder.

    Raises
    ------
    CodebookError
        With every fault at once.

    Examples
    --------
    >>> book = load_codebook({"measures": {"satisfaction": {"kind": "csat", "columns": "S1",
    ...                                                     "scale": [1, 5]}}})
    >>> book.measures["satisfaction"].scale.points
    (1.0, 2.0, 3.0, 4.0, 5.0)
    """
    codebook, faults = read_codebook(source, folder)
    if faults or codebook is None:
        raise CxError.of(faults)
    return codebook


def read_codebook(
    source: Source, folder: str | Path | None = None, *, document: Document | None = None
) -> tuple[Codebook | None, list[Fault]]:
    """Return codebook and faults; with faults, the codebook of the entries without any.

    Such a codebook is marked `partial`: its columns can be checked against the data in the same
    pass, but a key that it lacks proves nothing.

    Parameters
    ----------
    source, folder
        As for `load_codebook`.
    document : Document, optional
        The params file that holds or names the codebook (`Params.document`), for messages.
    """
    if isinstance(source, Codebook):
        return source, []
    faults: list[Fault] = []
    if isinstance(source, Mapping):
        inline = document is not None and isinstance(document.content, Mapping)
        inside = document.below("codebook") if document is not None and inline else None
        if inside is None or inside.content is None:
            inside = Document(content=source)
    elif isinstance(source, str | Path):
        path = Path(source) if folder is None else Path(folder) / source
        where = "" if document is None or not document.content else document.where(("codebook",))
        read, faults = read_yaml(path, "codebook", where=where)
        if read is None:
            return None, faults
        inside = read
        if inside.content == {}:
            what, hint = "the codebook is empty", "name the questions: measures, dimensions, …"
            return None, [Fault(kind="codebook", what=what, where=inside.name, hint=hint)]
    else:
        what = "a codebook is a file, a mapping or a Codebook"
        return None, [Fault(kind="codebook", what=what, found=shown(source))]
    try:
        form = CodebookForm.model_validate(inside.content)
        lost: dict[str, list[str]] = {}
    except ValidationError as error:
        faults += faults_of(error, "codebook", CodebookForm, inside)
        sound, lost = _sound(error, inside)
        if sound is None:
            return None, faults
        form = sound
    codebook, more = build(form, inside, lost)
    return codebook, faults + more


def _sound(
    error: ValidationError, document: Document
) -> tuple[CodebookForm | None, dict[str, list[str]]]:
    """Return the form without the entries that have faults, and the names of these."""
    if not isinstance(document.content, Mapping):
        return None, {}
    kept: dict[Any, Any] = {
        key: dict(one) if isinstance(one, Mapping) else one for key, one in document.content.items()
    }
    lost: dict[str, list[str]] = {}
    for one in error.errors(include_url=False, include_context=False, include_input=False):
        place = document.natural(one["loc"])[0]
        section = kept.get(place[0]) if place else None
        if len(place) > 1 and isinstance(section, dict) and place[0] != "brand":
            lost.setdefault(str(place[0]), []).append(str(place[1]))
            section.pop(place[1], None)
        elif place:
            lost.setdefault(str(place[0]), [])
            kept.pop(place[0], None)
    try:
        return CodebookForm.model_validate(kept), lost
    except ValidationError:
        return None, {}
