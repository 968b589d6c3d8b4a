"""From a file or frame to a draft: every column guessed, the codebook put together."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cxresearch import display
from cxresearch.errors import DataError, Fault
from cxresearch.study.codebook import Codebook, load_codebook
from cxresearch.study.draft.entries import Entries
from cxresearch.study.draft.guesses import IN_USE, Guess
from cxresearch.study.draft.looks import looks
from cxresearch.study.draft.waves import Stacked, stacked
from cxresearch.study.frames import repeated
from cxresearch.study.passwords import without_password
from cxresearch.study.readers import Responses, read, read_query

FRAME = "frame"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Draft(Codebook):
    """A codebook as it could be guessed from the answers, with every guess and its reason.

    A draft is a `Codebook`: ``Study.from_frame(frame, draft, **draft.data)`` takes it as it is.
    To correct it, change the mapping that `codebook` gives, or write it to files and edit them.

    Attributes
    ----------
    guesses : DataFrame
        One row a column of the file: `column, role, key, confidence, reason`.
    data : dict
        Guessed keys of the params' section ``data`` but for the files: `id`, `wave`, `weight`,
        `segments`, ...; also the keyword arguments of ``Study.from_frame``.
    analysis : dict
        Guessed keys of the section ``analysis``.
    lacking : tuple of str
        What a report could use and was not found, in words.
    language : str
        Language of the questions, where it is one of cxresearch; else English.
    n_rows : int
    sources : tuple of mapping
        Entries of ``data.responses``; empty for a frame in memory.
    """

    guesses: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)
    analysis: Mapping[str, Any] = field(default_factory=dict, repr=False)
    lacking: tuple[str, ...] = field(default=(), repr=False)
    language: str = "en"
    n_rows: int = 0
    sources: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    mapping: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def codebook(self) -> dict[str, Any]:
        """The codebook as a plain mapping of its own, to be changed and handed on."""
        return copy.deepcopy(dict(self.mapping))

    @property
    def in_use(self) -> pd.DataFrame:
        """The guesses of the columns that the draft names."""
        return self.guesses[self.guesses["role"].isin(IN_USE)].reset_index(drop=True)

    @property
    def to_confirm(self) -> pd.DataFrame:
        """The guesses in use that are not sure, the least sure first."""
        rank = {"low": 0, "medium": 1}
        unsure = self.in_use[self.in_use["confidence"].isin(list(rank))]
        order = unsure["confidence"].map(rank).sort_values(kind="stable").index
        return unsure.loc[order].reset_index(drop=True)

    def write(self, name: str, folder: str | Path = ".") -> list[Path]:
        """Write ``params/NAME.yml`` and ``params/codebooks/NAME.yml`` and return their paths.

        Nothing is ever overwritten. Of a frame in memory the params name a file that is yet to
        be written.

        Raises
        ------
        OutputError
            Where a file is there already; all of them are named.
        """
        written: list[Path] = display.shower("new")(self, name, Path(folder))
        return written

    def _repr_html_(self) -> str:
        return str(display.shower("draft")(self))


def draft(
    source: pd.DataFrame | str | Path | Sequence[str | Path],
    *,
    texts: Mapping[str, str] | None = None,
    labels: Mapping[str, Mapping[float, str]] | None = None,
    query: str | None = None,
) -> Draft:
    """Draft a codebook from answers: what each column asks about customers, as far as it shows.

    Names, question texts, labels, ranges and correlations are looked at; each guess comes with
    its reason and with how sure it is. What is unclear is left out and listed.

    Parameters
    ----------
    source : DataFrame, path, or several paths
        The answers: a frame, a file of any format that studies are read from, a database's url
        with `query`, or a file per wave.
    texts : mapping, optional
        Question text by column, for a frame.
    labels : mapping, optional
        Column -> label by code, for a frame.
    query : str, optional
        What to ask the database.

    Returns
    -------
    Draft

    Raises
    ------
    DataError
        Where a file cannot be read, or a frame has two columns of one name.

    Examples
    --------
    >>> frame = pd.DataFrame({
    ...     "Respondent ID": range(1, 9),
    ...     "Gender": ["f", "m"] * 4,
    ...     "Overall satisfaction": ["satisfied", "very satisfied", "neutral", "dissatisfied"] * 2,
    ...     "How likely are you to recommend us?": [10, 9, 7, 0, 8, 10, 9, 6],
    ... })
    >>> found = draft(frame)
    >>> found.guesses["role"].tolist()
    ['id', 'segment', 'measure', 'measure']
    >>> found.codebook["measures"]["recommend"]["kind"], found.data
    ('nps', {'id': 'Respondent ID', 'segments': ['Gender']})
    """
    if isinstance(source, pd.DataFrame):
        responses = _in_memory(source, texts or {}, labels or {})
        return _drafted(responses, None, ())
    listed = [source] if isinstance(source, str | Path) else list(source)
    sources = [_source(one, query) for one in listed]
    files = [_read(one) for one in sources]
    if len(files) == 1:
        return _drafted(files[0], None, sources)
    waves = stacked(files)
    for entry, label, renamed in zip(sources, waves.labels, waves.renamed, strict=True):
        entry["wave"] = label
        if renamed:
            entry["columns"] = dict(renamed)
    return _drafted(waves.responses, waves, sources)


def _source(source: str | Path, query: str | None) -> dict[str, Any]:
    if isinstance(source, str) and "://" in source:
        if query is None:
            raise DataError(
                Fault(
                    kind="data",
                    what="a database was named, but not what to ask it",
                    where=without_password(source),
                    hint="say the query as well: SELECT * FROM answers",
                )
            )
        return {"url": source, "query": query}
    return {"path": Path(source)}


def _read(source: Mapping[str, Any]) -> Responses:
    if "url" in source:
        return read_query(source["url"], source["query"])
    return read(source["path"])


def _in_memory(
    frame: pd.DataFrame, texts: Mapping[str, str], labels: Mapping[str, Mapping[float, str]]
) -> Responses:
    plain = frame.reset_index(drop=True).copy(deep=False)
    plain.columns = [str(name) for name in plain.columns]
    if twice := list(dict.fromkeys(plain.columns[plain.columns.duplicated()])):
        raise DataError(repeated(twice, FRAME))
    for name in plain.columns:
        if isinstance(plain[name].dtype, pd.CategoricalDtype):
            plain[name] = plain[name].astype(object)
    return Responses(
        frame=plain,
        file=FRAME,
        format="csv",
        sha256="",
        n_rows=len(plain),
        texts=dict(texts),
        labels={name: dict(one) for name, one in labels.items()},
    )


def _drafted(
    responses: Responses, waves: Stacked | None, sources: Sequence[Mapping[str, Any]]
) -> Draft:
    seen = looks(responses, None if waves is None else waves.held)
    entries = Entries(seen, responses, waves)
    mapping = entries.codebook()
    book = load_codebook(mapping)
    return Draft(
        **{one.name: getattr(book, one.name) for one in fields(Codebook)},
        guesses=_table(entries.guesses()),
        data=entries.data(),
        analysis=entries.analysis(),
        lacking=entries.lacking(),
        language=entries.language(),
        n_rows=len(responses.frame),
        sources=tuple(sources),
        mapping=mapping,
    )


def _table(guesses: Sequence[Guess]) -> pd.DataFrame:
    names = ("column", "role", "key", "confidence", "reason")
    return pd.DataFrame(
        {name: np.array([getattr(one, name) for one in guesses], dtype=object) for name in names}
    )
