"""What reports need to know of a study: the one place where floor 5 looks into it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cxresearch.study.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file that the study was read from.

    Attributes
    ----------
    name : str
        The file's name without its folder.
    sha256 : str
        Of its bytes.
    rows : int or None
        Rows of data, where it holds any.
    """

    name: str
    sha256: str
    rows: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How pages look: ``report`` of the params file."""

    hide_code: bool = True
    accent: str = "#1f5c99"
    footer: str = ""
    logo: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A checked study as plan, engine and pages see it: plain values, which travel to workers.

    Attributes
    ----------
    params_file : Path
        Absolute path of the params file.
    overrides : mapping
        Dotted keys of ``--set`` with their values.
    name, title, client, language : str
        Of ``study`` in the params file, the title in the study's language.
    waves : tuple of str
        In their order.
    base : int
        Respondents in the study.
    conf_level : float
        Confidence level of its intervals.
    seed : int
        Seed of everything random.
    fingerprint : str
        SHA-256 over data, codebook and the params that change a number.
    sources : tuple of Source
        Files that it was read from.
    inputs : mapping, or None
        SHA-256 of every file that was read, by its path from the params file's folder; None
        where something was read that is no file, such as a database.
    params : mapping
        The params, resolved, as plain values.
    notebooks : "auto" or tuple of str
        ``report.notebooks``.
    folder : Path
        Where reports lie.
    look : Look
        How pages look.
    cell_timeout, notebook_timeout : float
        Seconds that a cell, and a whole notebook, may take.
    memory_limit : float or None
        Gigabytes that a notebook may take.
    """

    params_file: Path
    overrides: Mapping[str, Any]
    name: str
    title: str
    client: str
    language: str
    waves: tuple[str, ...]
    base: int
    conf_level: float
    seed: int
    fingerprint: str
    sources: tuple[Source, ...]
    inputs: Mapping[str, str] | None
    params: Mapping[str, Any]
    notebooks: str | tuple[str, ...]
    folder: Path
    look: Look
    formats: tuple[str, ...]
    cell_timeout: float
    notebook_timeout: float = 3600.0
    memory_limit: float | None = None

    @property
    def span(self) -> str:
        """The waves in one text: all of a few, first and last of many."""
        return span(self.waves)

    @classmethod
    def of(
        cls,
        study: Study,
        params_file: Path,
        overrides: Mapping[str, Any],
        *,
        out: Path | None = None,
    ) -> Subject:
        """Return the subject of a loaded study; `out` stands in for ``report.folder``."""
        params: Any = study.params
        report, brand, about = params.report, params.report.brand, study.about
        listed = report.notebooks
        folder = out or report.folder or Path("reports")
        return cls(
            params_file=params_file.resolve(),
            overrides=dict(overrides),
            name=about.study,
            title=_in_language(about.title, about.language),
            client=_in_language(about.client, about.language),
            language=about.language,
            waves=tuple(study.waves),
            base=int(study.mask.sum()),
            conf_level=study.conf_level,
            seed=study.seed,
            fingerprint=study.fingerprint,
            sources=tuple(Source(name=name, rows=n, sha256=sha) for name, n, sha in study.sources),
            inputs=_inputs(params_file.resolve(), params),
            params=params.resolved(),
            notebooks=listed if isinstance(listed, str) else tuple(listed),
            folder=Path(folder).resolve(),
            look=Look(
                hide_code=report.hide_code,
                accent=brand.accent,
                footer=_in_language(brand.footer, about.language),
                logo=Path(brand.logo) if brand.logo else None,
            ),
            formats=tuple(report.formats),
            cell_timeout=float(report.cell_timeout),
            notebook_timeout=float(report.notebook_timeout),
            memory_limit=report.memory_limit,
        )


def _inputs(params_file: Path, params: Any) -> Mapping[str, str] | None:
    paths, whole = {params_file}, True
    waiting: list[Any] = [params.model_dump(mode="python")]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            whole = whole and not value.get("url")
            waiting += value.values()
        elif isinstance(value, list | tuple):
            waiting += value
        elif isinstance(value, Path) and value.is_file():
            paths.add(value.resolve())
    if not whole:
        return None
    here = params_file.parent
    return {Path(os.path.relpath(path, here)).as_posix(): sha256(path) for path in sorted(paths)}


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def span(waves: Sequence[str]) -> str:
    """Return waves in one text: all of a few, first and last of many.

    Examples
    --------
    >>> span(["2019", "2020", "2021", "2022"])
    '2019 – 2022 (4)'
    """
    if len(waves) <= 3:
        return ", ".join(waves)
    return f"{waves[0]} – {waves[-1]} ({len(waves)})"


def _in_language(text: str | Mapping[str, str], language: str) -> str:
    if isinstance(text, str):
        return text
    return text.get(language) or text.get("en") or next(iter(text.values()), "")
