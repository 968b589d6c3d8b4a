"""The params of one study, whole: frozen, checked, with every default filled in."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    BeforeValidator,
    Field,
    PlainValidator,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from cxresearch.errors import CxError, Fault
from cxresearch.study.faults import faults_of
from cxresearch.study.fields import Section, wrong
from cxresearch.study.params.alerts import Alert
from cxresearch.study.params.analysis import AnalysisSection
from cxresearch.study.params.between import faults_between
from cxresearch.study.params.data import DataSection
from cxresearch.study.params.each import Each, chosen, columns, name, title
from cxresearch.study.params.report import ReportSection
from cxresearch.study.params.study import StudySection
from cxresearch.study.params.tables import Table, TableName, table_form
from cxresearch.study.passwords import without_password
from cxresearch.study.yaml_file import Document


def _codebook(value: object, info: ValidationInfo) -> Path | Mapping[str, Any]:
    if isinstance(value, Mapping):
        return {str(key): one for key, one in value.items()}
    if isinstance(value, str | Path) and str(value).strip() and "\n" not in str(value):
        folder = (info.context or {}).get("folder")
        return Path(value) if folder is None else Path(folder) / value
    raise wrong(
        "a codebook is a file, or written out here", "write codebook: codebooks/servqual22.yml"
    )


class Params(Section):
    """What a params file says, with every default.

    Load one with `load_params`; make one from a mapping with `Params.from_mapping`.

    Examples
    --------
    >>> params = Params.from_mapping({"analysis": {"seed": 7}}, in_memory=True)
    >>> params.analysis.seed, params.analysis.conf_level
    (7, 0.95)
    """

    study: StudySection
    """What the study is called, for whom and in which language."""
    data: DataSection
    """The answers, how they were sampled and which codes are no answers."""
    tables: Mapping[
        TableName,
        Annotated[Table, BeforeValidator(table_form, json_schema_input_type=str | Table)],
    ] = Field(default_factory=dict)
    """Operational tables, each a path and a map of its columns."""
    codebook: Annotated[
        Path | Mapping[str, Any],
        PlainValidator(_codebook, json_schema_input_type=str | dict[str, Any]),
    ]
    """The codebook: a file, or written out here."""
    analysis: AnalysisSection = AnalysisSection()
    """Level, draws, bases and what each analysis is told."""
    each: Each = Field(default_factory=dict, alias="for")
    """A report for each of these: column → labels, or all; dotted key of the params → values."""
    report: ReportSection = ReportSection()
    """Which pages, how they look and where they go."""
    alerts: Annotated[
        tuple[Alert, ...],
        BeforeValidator(
            lambda value: (value,) if isinstance(value, Mapping) else value,
            json_schema_input_type=Alert | list[Alert],
        ),
    ] = ()
    """What makes a scheduled run end with code 3."""

    _folder: Path = PrivateAttr(default_factory=Path)
    _source: Path | None = PrivateAttr(default=None)
    _declared: StudySection | None = PrivateAttr(default=None)
    _document: Document = PrivateAttr(default_factory=lambda: Document(content={}))

    @model_validator(mode="before")
    @classmethod
    def _answers_in_memory(cls, value: Any, info: ValidationInfo) -> Any:
        """Answers handed over in memory need no file, no codebook and no name."""
        if not isinstance(value, Mapping) or not (info.context or {}).get("in_memory"):
            return value
        study, data = value.get("study"), value.get("data")
        filled = {"codebook": {}, **value}
        if study is None or isinstance(study, Mapping):
            filled["study"] = {"name": "study", **(study or {})}
        if data is None or isinstance(data, Mapping):
            filled["data"] = {"responses": (), **(data or {})}
        return filled

    @property
    def folder(self) -> Path:
        """Folder that relative paths start from."""
        return self._folder

    @property
    def source(self) -> Path | None:
        """The params file, if there is one."""
        return self._source

    @property
    def document(self) -> Document:
        """What was written, with its lines: for messages."""
        return self._document

    def where(self, *place: str | int) -> str:
        """Return file, YAML path and line of a key, for messages."""
        return self._document.where(place)

    def numbers(self) -> dict[str, Any]:
        """Return what changes a number (data, tables, analysis), for the fingerprint.

        Where files lie is left out: what they hold is hashed with the data.
        """
        said = self.model_dump(mode="python", include={"data", "tables", "analysis"})
        dumped: dict[str, Any] = _plain(said, self._folder)
        if groups := columns(self.each):
            dumped["for"] = groups
        for reading in (*dumped["data"]["responses"], *dumped["tables"].values()):
            del reading["path"], reading["url"]
        return dumped

    def resolved(self) -> dict[str, Any]:
        """Return every param as plain values, paths relative to the params file, no passwords.

        Written to a file beside the params file they say the same: the study is called what the
        params call it, not yet after the groups of ``for``.
        """
        said = self.model_copy(update={"study": self._declared or self.study})
        plain = _plain(said.model_dump(mode="python"), self._folder)
        assert isinstance(plain, dict)
        return plain

    @classmethod
    def from_mapping(
        cls,
        mapping: Mapping[str, Any],
        folder: str | Path | None = None,
        *,
        in_memory: bool = False,
    ) -> Self:
        """Return the params that a mapping says, shaped as the YAML file is.

        Parameters
        ----------
        mapping : mapping
            What the file would hold.
        folder : str or Path, optional
            Folder that relative paths start from; by default the working folder.
        in_memory : bool
            Whether the answers come in memory: then study.name, data.responses and codebook need
            not be given.

        Raises
        ------
        ParamsError
            With every fault at once.

        Examples
        --------
        >>> Params.from_mapping({"data": {"segments": "region"}}, in_memory=True).data.segments
        ('region',)
        """
        base = Path(folder or "").absolute()
        params, faults = cls.checked(Document(content=mapping), base, in_memory=in_memory)
        if faults or params is None:
            raise CxError.of(faults)
        return params

    @classmethod
    def checked(
        cls,
        document: Document,
        folder: Path,
        source: Path | None = None,
        *,
        in_memory: bool = False,
    ) -> tuple[Self | None, list[Fault]]:
        """Return the params of a document and its faults; with faults, the part that is usable."""
        context = {"folder": folder, "in_memory": in_memory}
        faults: list[Fault] = []
        try:
            params = cls.model_validate(document.content, context=context)
        except ValidationError as error:
            faults += faults_of(error, "params", cls, document)
            usable = cls._usable(document, error, folder)
            if usable is None:
                return None, faults
            params = usable
        params = params._of_its_groups()
        params._folder, params._source, params._document = folder, source, document
        return params, faults + faults_between(params)

    def _of_its_groups(self) -> Self:
        """Return the params named after the groups that are chosen in ``for``."""
        if not chosen(self.each):
            return self
        said = {
            "name": name(self.study.name, self.each),
            "title": title(self.study.title or self.study.name, self.each),
        }
        called = self.model_copy(update={"study": self.study.model_copy(update=said)})
        called._declared = self.study
        return called

    @classmethod
    def _usable(cls, document: Document, error: ValidationError, folder: Path) -> Self | None:
        """Return the params without the keys that are wrong, or None where that is too little."""
        content = document.content
        if not isinstance(content, Mapping):
            return None
        kept: dict[Any, Any] = {
            key: dict(one) if isinstance(one, Mapping) else one for key, one in content.items()
        }
        for one in error.errors(include_url=False, include_context=False, include_input=False):
            place = document.natural(one["loc"])[0]
            section = kept.get(place[0]) if place else None
            if len(place) > 1 and isinstance(section, dict) and place[0] != "codebook":
                section.pop(place[1], None)
            elif place:
                kept.pop(place[0], None)
        try:
            params = cls.model_validate(kept, context={"folder": folder, "in_memory": True})
        except ValidationError:
            return None
        return params if params.data.responses else None

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """Return the JSON Schema of a params file, for editors."""
        schema = cls.model_json_schema(by_alias=True, mode="validation")
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            **schema,
            "title": "cxresearch params",
        }


def _plain(value: Any, folder: Path) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(one, folder) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one, folder) for one in value]
    if isinstance(value, Path):
        return _relative(value, folder)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return without_password(value)
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def _relative(path: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive
        return path.as_posix()
