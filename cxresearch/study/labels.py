"""What showing needs of a study: labels, texts, scales and look, and no respondent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cxresearch.about import About, Text

if TYPE_CHECKING:
    from cxresearch.study.codebook import Codebook
    from cxresearch.study.study import Study

_ASKED = ("perception", "measure", "attribute", "verbatim")


def about(study: Study) -> About:
    """Return labels and look of a study, for showing its results."""
    declared, report, book = study.params.study, study.params.report, study.codebook
    return About(
        study=declared.name,
        title=declared.title or declared.name,
        client=declared.client or "",
        language=declared.language,
        accent=report.brand.accent,
        fingerprint=study.fingerprint,
        labels={
            **_group_names(book),
            **study.params.analysis.operations.labels,
            **book.labels(),
        },
        texts=_question_texts(study) | book.texts(),
        columns=_columns(book),
        values={**study.value_labels, **{key: one.labels for key, one in book.groups.items()}},
        scales={
            key: (scale.min, scale.max)
            for key in list(book.keys())
            for scale in [book.scale_of(key)]
        },
        waves=study.waves,
        conf_level=study.conf_level,
    )


def _group_names(book: Codebook) -> dict[str, Text]:
    """Return names of segments and of groups that are called the same wherever they occur."""
    names: dict[str, Text] = {}
    several: set[str] = set()
    for one in book.groups.values():
        for group, name in one.labels.items():
            if names.setdefault(group, name) != name:
                several.add(group)
    named = {key: name for key, name in names.items() if key not in several}
    return named | {key: one.label for key, one in book.groups.items() if one.label}


def _columns(book: Codebook) -> dict[str, tuple[str, ...]]:
    """Return role and keys of every column; of a rival's rating the rival and what is rated."""
    asked = {column: (use.role, use.key) for column, use in book.columns().items()}
    rated = {
        column: ("competitor", rival, key)
        for rival, keys in book.competitors.items()
        for key, columns in keys.items()
        for column in columns
        if asked[column][0] == "competitor"
    }
    return {**asked, **rated}


def _question_texts(study: Study) -> dict[str, str]:
    """Return the questions as the data file words them, of keys that one column answers."""
    columns: dict[str, set[str]] = {}
    for column, use in study.codebook.uses():
        if use.role in _ASKED:
            columns.setdefault(use.key, set()).add(column)
    return {
        key: study.question_texts[column]
        for key, several in columns.items()
        if len(several) == 1
        for column in several
        if column in study.question_texts
    }
