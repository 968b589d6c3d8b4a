"""From the code to the catalogues: finds every message and keeps the .po files in step.

``python -m cxresearch.text`` writes the template ``locale/cxresearch.pot`` from the package's
code, page templates and notebooks, and merges it into the catalogue of each language: what is
new comes in untranslated, what is gone leaves, what stands keeps its translation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po, write_po

from cxresearch import registry
from cxresearch.text.catalogue import DOMAIN, FOLDER, LANGUAGES
from cxresearch.text.markdown import blocks

PACKAGE = Path(__file__).parents[1]
_KEYWORDS: dict[str, Any] = {
    "_": None,
    "tell": None,
    "_translate": None,
    "mark": None,
    "plural": (1, 2),
    "marks": (1, 2),
}


def messages(package: Path = PACKAGE) -> Catalog:
    """Return the template: every message of code, page templates and notebooks."""
    template = Catalog(domain=DOMAIN, project=DOMAIN, charset="utf-8")
    for path in sorted(package.rglob("*.py")):
        _take(template, "python", path, package)
    for path in sorted(package.rglob("*.j2")):
        _take(template, "jinja2", path, package)
    for text in registry.texts():
        template.add(text, locations=[("cxresearch/registry/__init__.py", 0)])
    for folder in (package / "notebooks", package.parent / "notebooks"):
        for path in sorted(folder.glob("*.ipynb")):
            for block in _prose(path):
                template.add(block, locations=[(f"notebooks/{path.name}", 0)])
    return template


def merged(language: str, template: Catalog) -> Catalog:
    """Return the language's catalogue in step with the template."""
    path = _path(language)
    catalogue = Catalog(locale=language, domain=DOMAIN)
    if path.exists():
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language, domain=DOMAIN)
    # a copy: new messages are taken over as objects, which languages must not share
    catalogue.update(deepcopy(template), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue


def write(catalogue: Catalog, path: Path) -> None:
    """Write a catalogue: same messages, same bytes (no date, no line number)."""
    for message in catalogue:  # files sort messages by their first place, as it is written
        message.locations.sort()
    body = BytesIO()
    write_po(body, catalogue, width=96, omit_header=True, include_lineno=False, sort_by_file=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_head(catalogue) + body.getvalue().decode("utf-8"), encoding="utf-8")


def update() -> dict[str, list[str]]:
    """Bring template and catalogues in step; return what each language still lacks."""
    template = messages()
    write(template, FOLDER / f"{DOMAIN}.pot")
    lacking: dict[str, list[str]] = {}
    for language in LANGUAGES[1:]:
        catalogue = merged(language, template)
        write(catalogue, _path(language))
        lacking[language] = [_id(one) for one in catalogue if one.id and not _complete(one)]
    return lacking


def _take(template: Catalog, method: str, path: Path, package: Path) -> None:
    where = path.relative_to(package.parent).as_posix()
    with path.open("rb") as file:
        for _, message, comments, context in extract(method, file, keywords=_KEYWORDS):
            template.add(message, locations=[(where, 0)], auto_comments=comments, context=context)


def _prose(notebook: Path) -> Iterator[str]:
    content = json.loads(notebook.read_text(encoding="utf-8"))
    if title := content["metadata"].get("cxresearch", {}).get("title"):
        yield title
    for cell in content["cells"]:
        if cell["cell_type"] == "markdown":
            source = cell["source"]
            text = source if isinstance(source, str) else "".join(source)
            yield from (block.message for block in blocks(text) if block.message)


def _head(catalogue: Catalog) -> str:
    lines = ['msgid ""', 'msgstr ""', '"Content-Type: text/plain; charset=utf-8\\n"']
    if catalogue.locale is not None:
        plural = get_plural(str(catalogue.locale)).plural_forms
        lines += [f'"Language: {catalogue.locale}\\n"', f'"Plural-Forms: {plural};\\n"']
    return "\n".join(lines) + "\n\n"


def _path(language: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def _id(message: Any) -> str:
    return str(message.id if isinstance(message.id, str) else message.id[0])


def _complete(message: Any) -> bool:
    forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return all(forms)
