"""A draft as the text of params and codebook, each guess with its reason as a comment."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from cxresearch.study.draft.drafting import Draft
from cxresearch.study.draft.guesses import IN_USE
from cxresearch.study.passwords import with_variables

_SCHEMA = "# yaml-language-server: $schema=schema.json\n"
_FLOW = 100
_SIDES = ("expectation", "perception", "adequate", "desired")


def params_text(draft: Draft, name: str, place: Path) -> str:
    """Return the text of the params file of a draft.

    Parameters
    ----------
    draft : Draft
    name : str
        Name of the study.
    place : Path
        Where the file will lie: paths of data are written relative to its folder.
    """
    told = _comments(draft)
    sources = [_source(one, place) for one in draft.sources]
    secrets = sorted({name for _, names in sources for name in names})
    lines = [
        _SCHEMA
        + f"# Drafted from {_named(draft)}: {draft.n_rows} rows, {len(draft.guesses)} columns.",
        "# Each guess says how sure it is (high, medium, low) and why. Look at the low and medium",
        f"# ones, correct what is wrong, then: cxresearch check params/{name}.yml",
        "# What keys there are: docs/params.md; a file with all of them: cxresearch new",
    ]
    if draft.lacking:
        lines += ["#", "# Not found, to be added where the file has it:"]
        lines += [f"#   - {one}" for one in draft.lacking]
    title = re.sub(r"[_-]+", " ", name).strip()
    if secrets:
        lines += ["#", "# The password of the database is not written down. Before a run:"]
        lines += [f"#   export {name}=…" for name in secrets]
    lines += ["", "study:", f"  name: {quoted(name)}", f"  title: {quoted(title or name)}"]
    shown = "language of the pages: en | es | sl | ru"
    lines += [_line(f"  language: {draft.language}", shown), "", "data:"]
    lines += _responses(draft, name, [one for one, _ in sources])
    for key, value in draft.data.items():
        if key == "segments":
            lines.append("  segments:")
            lines += [_line(f"    - {quoted(one)}", told[one]) for one in value]
        elif key == "wave" and isinstance(value, Mapping):
            order = ", ".join(quoted(one) for one in value["order"])
            column = value["column"]
            lines.append(
                _line(f"  wave: {{column: {quoted(column)}, order: [{order}]}}", told[column])
            )
        else:
            lines.append(_line(f"  {key}: {quoted(value)}", told[value]))
    lines.append(
        _line("  out_of_range: error", "answers outside their scale: error | missing (counted)")
    )
    lines += _left_out(draft)
    lines += ["", f"codebook: codebooks/{name}.yml"]
    if draft.analysis:
        lines += ["", "analysis:", "  drivers:"]
        drivers = draft.analysis["drivers"]
        if "method" in drivers:
            why = "shapley goes through all sets of drivers: too many here"
            lines.append(_line(f"    method: {drivers['method']}", why))
        stated = drivers.get("stated_importance", {})
        lines += ["    stated_importance:"] if stated else []
        lines += [
            _line(f"      {quoted(key)}: {quoted(one)}", told[one]) for key, one in stated.items()
        ]
    return "\n".join(lines) + "\n"


def codebook_text(draft: Draft, name: str) -> str:
    """Return the text of the codebook of a draft."""
    told = _comments(draft)
    mapping = draft.codebook
    instrument = mapping.pop("instrument", {"name": name})
    lines = [
        f"{_SCHEMA}# Drafted from {_named(draft)}. Each guess says how sure it is and why:",
        "# correct what is wrong. What was left out is listed in the params file, with the reason.",
        "",
        "instrument:",
        f"  name: {quoted(instrument['name'])}",
    ]
    if not mapping:
        lines += [
            "",
            "# No ratings were recognised. How to name them: docs/codebook.md",
            "measures: {}",
        ]
    for section, entries in mapping.items():
        lines += ["", f"{section}:"]
        for key, entry in entries.items():
            if section == "scales":
                lines.append(f"  {quoted(key)}: {_flow(entry)}")
            elif section == "dimensions":
                lines += _dimension(key, entry, told)
            elif section == "competitors":
                lines.append(f"  {quoted(key)}:")
                lines += [
                    _line(f"    {quoted(own)}: {_flow(columns)}", told[columns[0]])
                    for own, columns in entry.items()
                ]
            else:
                lines += _entry(key, entry, told)
    return "\n".join(lines) + "\n"


def quoted(word: object) -> str:
    """Return a word as YAML writes it: plain where it stays the same text, else in quotes.

    Examples
    --------
    >>> quoted("Q7ART"), quoted("007"), quoted("Seat: comfort"), quoted("no")
    ('Q7ART', '"007"', '"Seat: comfort"', '"no"')
    """
    if not isinstance(word, str):
        return json.dumps(word)
    plain = re.fullmatch(r"(?:(?:\.\.?/)+\w|[^\W\d_])(?:[\w./ -]*[\w.])?", word)
    if plain and isinstance(yaml.safe_load(word), str) and not _says_truth(word):
        return word
    return json.dumps(word, ensure_ascii=False).replace("\x7f", "\\x7f").replace("\x85", "\\x85")


def _says_truth(word: str) -> bool:
    return word.casefold() in ("y", "n", "yes", "no", "on", "off", "true", "false", "null")


def _comments(draft: Draft) -> dict[str, str]:
    table = draft.guesses
    return {
        column: _plain(f"{confidence}: {reason}")
        for column, confidence, reason in zip(
            table["column"], table["confidence"], table["reason"], strict=True
        )
    }


def _plain(text: str) -> str:
    """Return a comment of one line without control characters."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _line(text: str, comment: str) -> str:
    return f"{text:<34} # {comment}"


def _named(draft: Draft) -> str:
    names = [_plain(Path(str(one.get("path") or "a database")).name) for one in draft.sources]
    if not names:
        return "a frame in memory"
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _responses(draft: Draft, name: str, sources: list[dict[str, Any]]) -> list[str]:
    if not sources:
        return [
            _line(
                f"  responses: ../{name}.csv", f'write the frame there: frame.to_csv("{name}.csv")'
            )
        ]
    if len(sources) == 1:
        only = sources[0]
        if set(only) == {"path"}:
            return [f"  responses: {quoted(only['path'])}"]
        return ["  responses:", *(f"    {key}: {_flow(value)}" for key, value in only.items())]
    lines = ["  responses:"]
    for source in sources:
        columns = {
            new: own for new, own in source.pop("columns", {}).items() if _wanted(draft, new)
        }
        shown = "; columns that have other names in the last file" if columns else ""
        where = "path" if "path" in source else "url"
        lines.append(
            _line(f"    - {where}: {quoted(source[where])}", f"wave by the file's name{shown}")
        )
        if "query" in source:
            lines.append(f"      query: {quoted(source['query'])}")
        lines.append(f"      wave: {quoted(str(source['wave']))}")
        if columns:
            lines.append("      columns:")
            lines += [f"        {quoted(new)}: {quoted(own)}" for new, own in columns.items()]
    return lines


def _wanted(draft: Draft, column: str) -> bool:
    return bool(draft.guesses.loc[draft.guesses["column"] == column, "role"].isin(IN_USE).any())


def _source(source: Mapping[str, Any], place: Path) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return an entry of data.responses as it is written, and the variables of its passwords."""
    found = dict(source)
    secrets: tuple[str, ...] = ()
    if "path" in found:
        path = Path(found["path"]).absolute()
        try:
            found["path"] = Path(os.path.relpath(path, place.absolute().parent)).as_posix()
        except ValueError:  # another drive
            found["path"] = path.as_posix()
    elif found["url"].startswith(("duckdb:///", "sqlite:///")):
        found["url"] = _moved(found["url"], place)
    if "url" in found:
        found["url"], secrets = with_variables(found["url"])
    return found, secrets


def _moved(url: str, place: Path) -> str:
    """Return a url whose relative path began in the working folder as seen from the params."""
    scheme, _, rest = url.partition(":///")
    if not rest or rest.startswith(("/", ":", "~", "${")):
        return url
    try:
        moved = os.path.relpath(Path(rest).absolute(), place.absolute().parent)
    except ValueError:  # another drive
        return url
    return f"{scheme}:///{Path(moved).as_posix()}"


def _left_out(draft: Draft) -> list[str]:
    table = draft.guesses[~draft.guesses["role"].isin(IN_USE)]
    if table.empty:
        return []
    lines = ["", "# Left out:"]
    for reason, group in table.groupby("reason", sort=False):
        names = [_plain(str(one)) for one in group["column"]]
        shown = ", ".join(names[:12]) + (f", … ({len(names)} columns)" if len(names) > 12 else "")
        role = group["role"].iloc[0]
        kind = f" ({role})" if role != "left_out" else ""
        lines.append(f"#   {shown[:400]}{kind}: {_plain(str(reason))}")
    return lines


def _dimension(key: str, entry: dict[str, Any], told: dict[str, str]) -> list[str]:
    lines = [f"  {quoted(key)}:"]
    for name, value in entry.items():
        if name == "items":
            continue
        line = f"    {name}: {_flow(value)}"
        lines.append(_line(line, told[value]) if name == "importance" else line)
    lines.append("    items:")
    shown = None
    for item in entry["items"]:
        column = next(item[side] for side in _SIDES if side in item)
        comment = told[column]
        line = f"      - {_flow(item)}"
        # the same reason is not repeated under every item
        lines.append(line if comment == shown else f"      # {comment}\n{line}")
        shown = comment
    return lines


def _entry(key: str, entry: dict[str, Any], told: dict[str, str]) -> list[str]:
    columns = entry["columns"] if "columns" in entry else entry["column"]
    first = columns if isinstance(columns, str) else columns[0]
    flow = _flow(entry)
    if len(flow) <= _FLOW:
        return [f"  # {told[first]}", f"  {quoted(key)}: {flow}"]
    lines = [f"  # {told[first]}", f"  {quoted(key)}:"]
    return lines + [f"    {name}: {_flow(value)}" for name, value in entry.items()]


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(one) for one in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return quoted(value)


def _key(key: object) -> str:
    return (
        quoted(key) if isinstance(key, str) else f"{key:g}" if isinstance(key, float) else str(key)
    )
