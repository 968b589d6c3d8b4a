"""What was guessed of the columns, put together as the entries of a codebook."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from cxresearch.study.codebook.build import RESERVED
from cxresearch.study.draft.batteries import DIMENSIONS, Battery, battery, perceptions_only
from cxresearch.study.draft.guesses import Confidence, Guess, Role, least_sure
from cxresearch.study.draft.languages import language_of, of_questions
from cxresearch.study.draft.looks import Look, without_number
from cxresearch.study.draft.outcomes import (
    Outcome,
    block_of,
    importance_points,
    key_of,
    outcomes,
    two_valued,
)
from cxresearch.study.draft.points import Points
from cxresearch.study.draft.ratings import Rated, ratings
from cxresearch.study.draft.rivals import rivals
from cxresearch.study.draft.scales import Scales, codes_told, one_of
from cxresearch.study.draft.surroundings import (
    MOST_SEGMENTS,
    of_platform,
    surroundings,
    why_left,
)
from cxresearch.study.draft.vocabulary import says
from cxresearch.study.draft.waves import Stacked, in_order
from cxresearch.study.readers import Responses

MOST_EXACT = 16
"""Drivers up to which every subset of them is gone through; beyond, time and memory explode."""
_LABELS = {
    "satisfaction": "Satisfaction",
    "recommend": "Recommendation",
    "effort": "Effort",
    "loyalty": "Loyalty",
    "service": "Service",
    **{key: key.capitalize() for key in DIMENSIONS},
}
_ANSWERS = ("expectation", "perception", "measure", "attribute")


class Entries:
    """Every column's role, and the sections of params and codebook that follow from the roles."""

    def __init__(self, seen: Sequence[Look], responses: Responses, waves: Stacked | None) -> None:
        self.seen = list(seen)
        self.frame = responses.frame
        self.export = responses.export
        self.waves = waves
        self.roles: dict[str, Guess] = {}
        self.keys: set[str] = set(RESERVED)
        self.scales = Scales()
        self.sections: dict[str, dict[str, Any]] = {
            name: {}
            for name in ("dimensions", "measures", "attributes", "verbatims", "competitors")
        }
        self.stated: dict[str, str] = {}
        self.wave = waves.responses.frame.columns[-1] if waves is not None else None
        self._guess()

    # the order in which columns are looked at --------------------------------------------------

    def _guess(self) -> None:
        points = importance_points(self.seen)
        held = {look.name for look in points}
        unclear = dict(self.waves.unclear) if self.waves else {}
        rare = self._rare()
        platform = of_platform(self.export, self.seen)
        self.roles |= platform
        early = surroundings(self.seen, (), self.frame, self.wave) | platform
        fixed = ("id", "weight", "personal", "duration", "wave", "metadata")
        aside = {
            name
            for name, one in early.items()
            if one.role in fixed
            or name in platform
            or (one.role == "left_out" and "id" in one.reason.split())
        }
        candidates = [
            look
            for look in self.seen
            if look.name not in held | aside | set(unclear) | set(rare) and look.name != self.wave
        ]
        rated = ratings(candidates)
        known = {one.role for one in platform.values()}
        around = surroundings(self.seen, rated, self.frame, self.wave)
        self.roles |= {
            name: one
            for name, one in around.items()
            if name not in {*rated, *held, *rare, *platform}
            and not (one.role in ("id", "weight", "duration") and one.role in known)
        }
        if self.wave is not None:
            self.roles[self.wave] = Guess(
                column=self.wave, role="wave", reason="one file per wave, named by the files"
            )
        for name, why in {**unclear, **rare}.items():
            self.roles.setdefault(
                name, Guess(column=name, role="left_out", reason=why, confidence="low")
            )
        if self.roles.get(self.wave or "") is None:
            self.wave = next((n for n, one in self.roles.items() if one.role == "wave"), None)
        self._service(rated, points)
        self._words()
        for look in self.seen:
            if look.name not in self.roles:
                self.roles[look.name] = Guess(
                    column=look.name, role="left_out", reason=why_left(look), confidence="low"
                )

    def _rare(self) -> dict[str, str]:
        """Return columns that are neither in the last file nor in half of the files, and why."""
        if self.waves is None:
            return {}
        last, n = self.waves.labels[-1], len(self.waves.labels)
        return {
            name: f"asked in {', '.join(there)} only"
            for name, there in self.waves.files.items()
            if last not in there and 2 * len(there) < n
        }

    def _service(self, rated: dict[str, Rated], points: Sequence[Look]) -> None:
        """Batteries, outcomes, rivals, and single ratings in turn."""
        found = battery(rated, self.export.pairs)
        if found is not None:
            rated = {name: one for name, one in rated.items() if name not in found.columns}
        named = outcomes(rated)
        theirs = {
            column.name for one in named for column in (one.rated, *one.more.get("beside", ()))
        }
        left = {name: one for name, one in rated.items() if name not in theirs}
        if found is None and (found := perceptions_only(left)) is not None:
            left = {name: one for name, one in left.items() if name not in found.columns}
        for one in named:
            self._measure(one)
        for look, its, why in two_valued(
            [look for look in self.seen if look.name not in self.roles and look.name not in left]
        ):
            self._share(look, its, why)
        own, competing = rivals(left)
        if found is not None:
            self._battery(found)
        for rating in own.values():
            self._attribute(rating)
        self._competitors(competing)
        self._importance(points)

    # entries -----------------------------------------------------------------------------------

    def _key(self, look: Look, wanted: str = "") -> str:
        key = wanted if wanted and wanted not in self.keys else key_of(look, self.keys)
        self.keys.add(key)
        return key

    def _asked(self, *columns: str) -> dict[str, Any]:
        """Return the waves in which a column was asked, where it was not in all."""
        if self.waves is None:
            return {}
        asked = [
            label
            for label in self.waves.labels
            if any(label in self.waves.files.get(one, ()) for one in columns)
        ]
        return {"waves": asked} if len(asked) < len(self.waves.labels) else {}

    def _measure(self, one: Outcome) -> None:
        columns = [one.rated, *one.more.pop("beside", [])]
        key = self._key(one.rated.look, one.key)
        look, points = one.rated.look, one.rated.points
        entry: dict[str, Any] = {"kind": one.kind}
        if "version" in one.more:
            entry["version"] = one.more["version"]
        names = [column.name for column in columns]
        entry["columns"] = names[0] if len(names) == 1 else names
        for column in columns[1:]:
            points = replace(points, no_answer={**points.no_answer, **column.points.no_answer})
        if (
            one.kind not in ("nps", "ces")
            or points.no_answer
            or points.labels
            or "scale" in one.more
        ):
            entry["scale"] = self.scales.name(points)
        if "top_box" in one.more:
            entry["top_box"] = one.more["top_box"]
        if one.kind == "nps" and points.low != 0:
            entry |= {"scale": self.scales.name(points), "promoters_from": 9, "detractors_to": 6}
        if one.rated.points.reversed and one.kind != "nps":
            entry["reversed"] = True
        entry |= self._words_of(look, key if len(columns) == 1 or key in _LABELS else "")
        entry |= self._asked(*names)
        self.sections["measures"][key] = entry
        for column in columns:
            self.roles[column.name] = Guess(
                column=column.name,
                role="measure",
                key=key,
                reason=f"{one.kind}: {one.reason}" + codes_told(points),
                confidence=one.confidence,
            )

    def _share(self, look: Look, points: Points, why: str) -> None:
        key = self._key(look, "satisfied" if "satisfaction" in self.keys else "satisfaction")
        self.sections["measures"][key] = {
            "kind": "share",
            "columns": look.name,
            "scale": self.scales.name(points),
            **self._words_of(look, key),
            **self._asked(look.name),
        }
        self.roles[look.name] = Guess(
            column=look.name, role="measure", key=key, reason=f"share: {why}", confidence="medium"
        )

    def _words_of(self, look: Look, key: str = "") -> dict[str, Any]:
        found: dict[str, Any] = {}
        label = _LABELS.get(key, look.label)
        if label and label != key:
            found["label"] = label
        asked = without_number(look.text)
        if asked and asked.casefold() != label.casefold():
            found["text"] = asked[:300]
        return found

    def _attribute(self, one: Rated, key: str = "") -> str:
        look = one.look
        key = self._key(look, key)
        block = block_of(look)
        entry: dict[str, Any] = {"columns": one.name, "scale": self.scales.name(one.points)}
        entry["block"] = block[0] if block else "quality"
        if one.points.reversed:
            entry["reversed"] = True
        entry |= self._words_of(look) | self._asked(one.name)
        self.sections["attributes"][key] = entry
        told = (
            f'block {block[0]} by "{block[1]}"'
            if block
            else "block quality for want of a word for price or delivery"
        )
        self.roles[one.name] = Guess(
            column=one.name,
            role="attribute",
            key=key,
            reason=f"{one.reason}; {told}{codes_told(one.points)}",
            confidence=one.confidence if block or one.confidence == "low" else "medium",
        )
        return key

    def _battery(self, found: Battery) -> None:
        if any("importance" in one.columns for part in found.dimensions.values() for one in part):
            self._stated(found)
            return
        for wanted, statements in found.dimensions.items():
            key = self._key(statements[0].first.look, wanted or "service")
            points = [one.points for part in statements for one in part.columns.values()]
            items = []
            for number, one in enumerate(statements, start=1):
                item = self._key(one.first.look, f"{key}_{number}")
                entry: dict[str, Any] = {"key": item}
                entry |= {side: rated.name for side, rated in sorted(one.columns.items())}
                if one.reversed:
                    entry["reversed"] = True
                texts = [
                    rated.look.text
                    for side in ("perception", "expectation")
                    if (rated := one.columns.get(side)) and rated.look.text
                ]
                if texts:
                    entry["text"] = " ".join(texts[0].split())[:300]
                items.append(entry)
                why = f"{found.paired_by}; {found.dimensions_by}"
                if one.reversed:
                    why += f"; reversed: {one.why_reversed}"
                turned: Confidence = "medium" if one.reversed else "high"
                sure = least_sure(found.confidence, found.dimensions_sure, turned)
                for side, rated in one.columns.items():
                    self.roles[rated.name] = Guess(
                        column=rated.name,
                        role=cast(Role, side),
                        key=item,
                        reason=why,
                        confidence=sure,
                    )
            columns = [rated.name for one in statements for rated in one.columns.values()]
            self.sections["dimensions"][key] = {
                "label": _LABELS.get(key, key.replace("_", " ").capitalize()),
                "scale": self.scales.name(one_of(points)),
                **self._asked(*columns),
                "items": items,
            }

    def _stated(self, found: Battery) -> None:
        """Take importance beside performance for what respondents state of a driver."""
        for statements in found.dimensions.values():
            for one in statements:
                rated, stated = one.columns["perception"], one.columns["importance"]
                name = re.sub(r"[\s~]+", "_", one.template).strip("_")
                key = self._attribute(rated, name if re.match(r"[^\W\d]", name) else "")
                self.stated[key] = stated.name
                self.roles[stated.name] = Guess(
                    column=stated.name,
                    role="stated_importance",
                    key=key,
                    reason=f"{found.paired_by}; importance as respondents state it",
                    confidence="medium",
                )

    def _competitors(self, competing: Sequence[tuple[str, str, Rated]]) -> None:
        of = {column: one.key for column, one in self.roles.items() if one.key}
        for rival, own, rated in competing:
            key = of.get(own)
            if key is None:
                continue
            self.sections["competitors"].setdefault(rival, {})[key] = [rated.name]
            self.roles[rated.name] = Guess(
                column=rated.name,
                role="competitor",
                key=key,
                reason=f'"{own}" asked of {rival}, by its name',
                confidence="medium",
            )

    def _importance(self, points: Sequence[Look]) -> None:
        dimensions = self.sections["dimensions"]
        if not points:
            return
        matched = (
            dict(zip(dimensions, points, strict=False)) if len(points) == len(dimensions) else {}
        )
        by_word = {
            key: look
            for key in dimensions
            if key in DIMENSIONS
            for look in points
            if says(f"{look.name_words} {look.text_words}", key)
        }
        if len(by_word) == len(dimensions) == len({one.name for one in by_word.values()}):
            matched = by_word
        for key, look in matched.items():
            dimensions[key] = {**dimensions[key], "importance": look.name}
            dimensions[key]["items"] = dimensions[key].pop("items")
            self.roles[look.name] = Guess(
                column=look.name,
                role="importance",
                key=key,
                reason=f"{len(points)} columns add up to 100; "
                + ("the dimension by its word" if matched is by_word else "dimensions in order"),
                confidence="high" if matched is by_word else "medium",
            )
        for look in points:
            if look.name not in {one.name for one in matched.values()}:
                self.roles[look.name] = Guess(
                    column=look.name,
                    role="left_out",
                    reason=f"{len(points)} columns add up to 100: points of importance, but there "
                    f"are {len(dimensions)} dimensions",
                    confidence="low",
                )

    def _words(self) -> None:
        """Open answers among the columns that nothing else has claimed."""
        for look in self.seen:
            if look.name in self.roles or look.form != "words":
                continue
            asked, other = look.says("free_text"), look.says("other_text")
            many = look.n_distinct >= max(3, min(10, 0.5 * look.n_answered))
            spread = look.n_distinct > 0.3 * look.n_answered
            wordy = look.n_words >= 4 or (look.n_words >= 2 and bool(asked))
            if not (many and spread and wordy) or (other and not asked and look.n_words < 6):
                continue
            key = self._key(look)
            entry: dict[str, Any] = {"column": look.name}
            if (language := language_of(" ".join(map(str, [*look.counts][:200])))) in (
                "en",
                "es",
                "sl",
                "ru",
            ):
                entry["language"] = language
            self.sections["verbatims"][key] = {**entry, **self._words_of(look)}
            self.roles[look.name] = Guess(
                column=look.name,
                role="verbatim",
                key=key,
                reason=(f'"{asked}", ' if asked else "") + f"{look.n_words:.0f} words an answer",
                confidence="high" if asked and look.n_words >= 4 else "medium",
            )

    # sections ----------------------------------------------------------------------------------

    def codebook(self) -> dict[str, Any]:
        """Return the codebook as a plain mapping."""
        used = {
            entry.get("scale")
            for name in ("dimensions", "measures", "attributes")
            for entry in self.sections[name].values()
        }
        found: dict[str, Any] = {}
        if set(self.sections["dimensions"]) >= set(DIMENSIONS):
            found["instrument"] = {"name": "SERVQUAL"}
        found["scales"] = self.scales.written(used)
        self._tell_apart()
        found |= self.sections
        return {name: section for name, section in found.items() if section}

    def _tell_apart(self) -> None:
        """Give entries of one label their columns' names as well."""
        entries = [
            entry
            for name in ("measures", "attributes", "verbatims")
            for entry in self.sections[name].values()
            if "label" in entry
        ]
        labels = [entry["label"] for entry in entries]
        for entry, label in zip(entries, labels, strict=True):
            column = entry.get("columns", entry.get("column"))
            if labels.count(label) > 1 and isinstance(column, str):
                entry["label"] = f"{label} ({column})" if label != column else label

    def data(self) -> dict[str, Any]:
        """Return the keys of the section `data` that were guessed, but for the files."""
        found: dict[str, Any] = {}
        for role in ("id", "wave", "weight", "duration", "service_point"):
            column = next((n for n, one in self.roles.items() if one.role == role), None)
            if column is not None:
                found[role] = column
        if "wave" in found and self.waves is not None:
            found["wave"] = {"column": found["wave"], "order": in_order(self.waves.labels)}
        rank = {"high": 0, "medium": 1, "low": 2}
        groups = [one for one in self.guesses() if one.role == "segment"]
        groups.sort(key=lambda one: rank[one.confidence])
        for one in groups[MOST_SEGMENTS:]:
            self.roles[one.column] = replace(
                one,
                role="left_out",
                reason=f"{one.reason}; {MOST_SEGMENTS} segments are enough to begin with",
            )
        if groups:
            found["segments"] = [one.column for one in groups[:MOST_SEGMENTS]]
        return found

    def analysis(self) -> dict[str, Any]:
        """Return the keys of the section `analysis` that were guessed."""
        drivers: dict[str, Any] = {}
        if self.sections["measures"] and len(self.sections["attributes"]) > MOST_EXACT:
            drivers["method"] = "relative_weights"
        if self.stated:
            drivers["stated_importance"] = dict(self.stated)
        return {"drivers": drivers} if drivers else {}

    def guesses(self) -> list[Guess]:
        """Return every guess in the file's order."""
        return [self.roles[look.name] for look in self.seen]

    def lacking(self) -> tuple[str, ...]:
        """Return what a report could use and was not found."""
        sections, told = self.sections, []
        if not (sections["measures"] or sections["dimensions"] or sections["attributes"]):
            told.append(
                "no ratings: without measures, dimensions or attributes there is nothing to report"
            )
        if not sections["measures"]:
            told.append("an outcome (satisfaction, recommendation): name its column under measures")
        elif not any(
            one["kind"] in ("csat", "score", "share") for one in sections["measures"].values()
        ):
            told.append("an overall satisfaction: name its column under measures, as the first")
        if not sections["dimensions"]:
            told.append("pairs of expectation and perception: without them there are no gaps")
        if self.waves is not None:
            rated = [n for n, one in self.roles.items() if one.role in _ANSWERS]
            bare = [
                label
                for label in self.waves.labels
                if not any(label in self.waves.files.get(name, ()) for name in rated)
            ]
            if bare and rated:
                told.append(
                    f"the ratings in {', '.join(bare)}: by their names they could not be matched; "
                    "name them under columns of these files"
                )
        if not any(one.role == "id" for one in self.roles.values()):
            told.append("a column of ids: rows are numbered")
        return tuple(told)

    def language(self) -> str:
        """Return the language of names, questions and labels, English unless another is clear."""
        return of_questions(self.seen, self.scales.words())
