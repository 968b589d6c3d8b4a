"""Section ``study``: what the study is called, for whom and in which language."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator

from cxresearch.study.fields import Label, Language, Section, Text, wrong

_LONGEST_NAME = 100


def _folder_name(name: str) -> str:
    name = unicodedata.normalize("NFC", name)
    plain = "".join(letter if letter.isalnum() or letter in "_-" else "_" for letter in name)
    if plain != name:
        what = "a study's name is a folder: letters, digits, _ and - only"
        raise wrong(what, f'try "{plain.strip("_") or "study"}"')
    if len(name) > _LONGEST_NAME:
        raise wrong(f"a study's name has at most {_LONGEST_NAME} letters", "shorten it")
    return name


FolderName = Annotated[Label, AfterValidator(_folder_name)]


class StudySection(Section):
    """What the study is called, for whom and in which language."""

    name: FolderName
    """The folder under reports/: letters, digits, _ and - only."""
    title: Text | None = None
    """Title of the pages: a text, or one per language; without it the name stands."""
    client: Text | None = None
    """Whom the study is for."""
    language: Language = "en"
    """Language of the pages: en, es, sl or ru."""
