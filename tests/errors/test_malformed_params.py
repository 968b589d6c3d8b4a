"""Params and codebooks that cannot be meant: one clear error with every fault, and quickly."""

from __future__ import annotations

from itertools import pairwise

import pytest
import small_study
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_study import loads_or_is_refused, refused

import cxresearch as cx

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in pairwise("abcdefghi")
)
LONG = "x" * 100_000

# what is wrong: the params (dotted changes, or the text of the file), what the message says
PARAMS = {
    "empty file": ("", 'key "study" is missing'),
    "only a comment": ("# nothing\n", 'key "study" is missing'),
    "a list": ("- study\n- data\n", "acme.yml"),
    "a scalar": ("acme", "acme.yml"),
    "a number": ("17", "acme.yml"),
    "binary": (b"\x00\x01\x02\xff\xfe\x00" * 50, "acme.yml"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "acme.yml"),
    "not utf-8": ("study: {name: acme, title: č}".encode("cp1250"), "acme.yml"),
    "control characters": ("study: {name: \x07acme}", "acme.yml"),
    "tabs": ("study:\n\tname: acme\n", "tabs"),
    "unclosed bracket": ("data: {segments: [region\n", "acme.yml"),
    "unclosed quote": ('study: {name: "acme}\n', "acme.yml"),
    "colon in a text": ("study:\n  title: a: b\n", "quotes"),
    "wrong indentation": ("study:\n  name: acme\n title: x\n", "acme.yml"),
    "two documents": ("study: {name: acme}\n---\nstudy: {name: b}\n", "acme.yml"),
    "duplicate keys": ("study: {name: acme}\nstudy: {name: b}\n", "stands twice"),
    "duplicate keys inside": ("study: {name: acme, name: b}\n", "stands twice"),
    "python tag": ("study: !!python/object/apply:os.system ['true']\n", "acme.yml"),
    "python name": ("study: {name: !!python/name:os.system }\n", "acme.yml"),
    "python module": ("x: !!python/object/new:subprocess.Popen [[id]]\n", "acme.yml"),
    "own tag": ("study: {name: !env HOME}\n", "acme.yml"),
    "binary tag": ("study: {name: !!binary aGVsbG8=}\n", "study.name"),
    "set tag": ("data: {segments: !!set {region, tier}}\n", "acme.yml"),
    "undefined alias": ("study: {name: *acme}\n", "quotes"),
    "alias to itself": ("study: &s {name: acme, title: *s}\n", "refers to itself"),
    "list in itself": ("data: &d\n  segments: [*d]\n", "refers to itself"),
    "merge of itself": ("study: &s\n  <<: *s\n  name: acme\n", "acme.yml"),
    "merge of a text": ("study:\n  <<: acme\n", "acme.yml"),
    "billion laughs": (BOMB, "too large"),
    "billion laughs merged": (
        "a: &a {x: 1}\n"
        + "".join(
            f"{new}: &{new} {{<<: [{', '.join([f'*{old}'] * 9)}]}}\n"
            for old, new in pairwise("abcdefghi")
        ),
        "acme.yml",
    ),
    "deep nesting": ("a: " + "[" * 3000 + "]" * 3000, "acme.yml"),
    "deep mappings": ("".join(" " * n + "a:\n" for n in range(1500)), "acme.yml"),
    "a list as key": ("? [a, b]\n: 1\n", "acme.yml"),
    "a mapping as key": ("{{ name }}: 1\n", "acme.yml"),
    "impossible day": ("data: {wave: {dates: {2023: 2023-02-30}}}\n", "year-month-day"),
    "endless key": (f"? {LONG}\n: 1\n", "unknown key"),
    "jinja": ("study: {name: {{ name }}}\n", "acme.yml"),
    # sections and keys
    "no study": ({"study": ...}, "study"),
    "no data": ({"data": ...}, "data"),
    "no codebook": ({"codebook": ...}, "codebook"),
    "study is a list": ({"study": ["acme"]}, "study"),
    "data is a text": ({"data": "answers.csv"}, "data"),
    "analysis is null with text": ({"analysis": "none"}, "analysis"),
    "unknown section": ({"analyses": {"seed": 1}}, 'did you mean "analysis"'),
    "unknown key": ({"data.segmnets": ["region"]}, 'did you mean "segments"'),
    "unknown key deep": ({"data.wave.ordre": ["2023"]}, 'did you mean "order"'),
    "key of another case": ({"data.Weight": "w"}, 'did you mean "weight"'),
    "number as key": ({"data.1": 2}, "unknown key"),
    # names and texts
    "path in the name": ({"study.name": "../../etc"}, "study.name"),
    "absolute name": ({"study.name": "/etc/acme"}, "study.name"),
    "windows path in the name": ({"study.name": "..\\acme"}, "study.name"),
    "name of a folder above": ({"study.name": ".."}, "study.name"),
    "empty name": ({"study.name": ""}, "study.name"),
    "name with zero byte": ({"study.name": "ac\0me"}, "study.name"),
    "name with line break": ({"study.name": "ac\nme"}, "study.name"),
    "name with html": ({"study.name": "<b>"}, "study.name"),
    "name is a number with point": ({"study.name": 1.5}, "study.name"),
    "endless name": ({"study.name": "a" * 5000}, "study.name"),
    "unknown language": ({"study.language": "de"}, "study.language"),
    "title in an unknown language": ({"study.title": {"xx": "Acme"}}, "study.title"),
    # the data section
    "no responses": ({"data.responses": []}, "data.responses"),
    "responses null": ({"data.responses": None}, "data.responses"),
    "responses is a number": ({"data.responses": 7}, "data.responses"),
    "source without a path": ({"data.responses": [{"wave": "2023"}]}, "data.responses"),
    "path and url": (
        {"data.responses": {"path": "answers.csv", "url": "sqlite:///x", "query": "SELECT 1"}},
        "both a path and a url",
    ),
    "url without query": ({"data.responses": {"url": "sqlite:///x.db"}}, "a url needs a query"),
    "unknown database": (
        {"data.responses": {"url": "oracle://x", "query": "SELECT 1"}},
        "oracle",
    ),
    "unknown format": ({"data.format": "cvs"}, "data.format"),
    "path with zero byte": ({"data.responses": "ans\0wers.csv"}, "responses"),
    "endless path": ({"data.responses": "a" * 5000 + ".csv"}, "name too long"),
    "path is a folder": ({"data.responses": "."}, "folder"),
    "unknown encoding": (
        {"data.responses": {"path": "answers.csv", "encoding": "utf-7777"}},
        "utf-7777",
    ),
    "encoding that is no text": (
        {"data.responses": {"path": "answers.csv", "encoding": "base64"}},
        "base64",
    ),
    "negative skip": ({"data.responses": {"path": "answers.csv", "skip_rows": -1}}, "skip_rows"),
    "skips everything": (
        {"data.responses": {"path": "answers.csv", "skip_rows": 10**9}},
        "answers.csv",
    ),
    "some files marked": (
        {"data.responses": [{"path": "answers.csv", "wave": "2023"}, "answers.csv"]},
        "mark all of them",
    ),
    "unknown missing policy": ({"data.missing_weight": "ignore"}, "missing_weight"),
    "unknown lonely policy": ({"data.lonely_psu": "remove"}, "lonely_psu"),
    "engine in the air": ({"data.engine": "spark"}, "data.engine"),
    "a segment that is not there": ({"data.segments": ["regoin"]}, 'did you mean "region"'),
    "a segment twice": ({"data.segments": ["region", "region"]}, "segments"),
    "a segment that is a list": ({"data.segments": [["region"]]}, "segments"),
    "a weight that is not there": ({"data.weight": "weight"}, "weight"),
    "an id that is not there": ({"data.id": "respondent"}, "respondent"),
    "strata that are not there": ({"data.strata": "strat"}, 'did you mean "stratum"'),
    "column of waves not there": ({"data.wave.column": "round"}, "round"),
    "same people without id": ({"data.same_people": True, "data.id": None}, "same_people"),
    "waves twice": ({"data.wave.order": ["2023", "2023", "2024"]}, "order"),
    "waves that nobody named": ({"data.wave.order": ["2023"]}, "2024"),
    "dates against the order": (
        {"data.wave.dates": {"2023": "2024-01-01", "2024": "2023-01-01"}},
        "against the order",
    ),
    "dates of a stray wave": ({"data.wave.dates": {"2031": "2031-01-01"}}, "2031"),
    "a date that is none": ({"data.wave.dates": {"2023": "yesterday"}}, "dates"),
    "day before month": ({"data.wave.dates": {"2023": "31.01.2023"}}, "dates"),
    "baseline unknown": ({"data.wave.baseline": "1999"}, "baseline"),
    "period unknown": ({"data.wave.period": "fortnight"}, "period"),
    "exclude unknown": ({"data.exclude": ["speeders"]}, "exclude"),
    "eligible lets nobody in": ({"data.eligible": [{"column": "sat"}]}, "lets nobody in"),
    "eligible both": (
        {"data.eligible": [{"column": "sat", "in": [1], "min": 2}]},
        "both values and limits",
    ),
    "eligible turned": ({"data.eligible": [{"column": "sat", "min": 4, "max": 2}]}, "above max"),
    "eligible for nobody there": (
        {"data.eligible": [{"column": "sat", "min": 50}]},
        "no respondent passes",
    ),
    "eligible without a day": (
        {"data.eligible": [{"column": "sat", "within_months": 3}]},
        "no day is declared",
    ),
    "missing is a mapping of nothing": ({"data.missing": {"noitem": [9]}}, "noitem"),
    "missing is nan": ({"data.missing": [float("nan")]}, "missing"),
    "missing is infinite": ({"data.missing": [float("inf")]}, "missing"),
    "missing is a list of lists": ({"data.missing": [[9]]}, "missing"),
    "entity nobody rated": (
        {"data.entity": {"column": "region", "own": "West"}},
        'nobody rated "West"',
    ),
    "entity without own": ({"data.entity": {"column": "region"}}, "own"),
    "duration of text": ({"data.duration": "region"}, "region"),
    # the analysis section
    "conf_level one": ({"analysis.conf_level": 1}, "conf_level"),
    "conf_level percent": ({"analysis.conf_level": 95}, "conf_level"),
    "conf_level nan": ({"analysis.conf_level": float("nan")}, "conf_level"),
    "conf_level a text": ({"analysis.conf_level": "high"}, "conf_level"),
    "no draws": ({"analysis.n_resamples": 0}, "n_resamples"),
    "half a draw": ({"analysis.n_resamples": 100.5}, "n_resamples"),
    "yes draws": ({"analysis.n_resamples": True}, "n_resamples"),
    "huge number of draws": ({"analysis.n_resamples": 10**30}, "n_resamples"),
    "seed below zero": ({"analysis.seed": -1}, "seed"),
    "seed is infinite": ({"analysis.seed": float("inf")}, "seed"),
    "min_n below zero": ({"analysis.min_n": {"show": -3}}, "min_n"),
    "outcome unknown": ({"analysis.drivers.outcome": "satisfactoin"}, "satisfaction"),
    "block of unknown drivers": (
        {"analysis.drivers": {"outcome": "satisfaction", "blocks": {"q": ["nothing"]}}},
        "nothing",
    ),
    "method unknown": ({"analysis.drivers.method": "magic"}, "method"),
    "trend of unknown": ({"analysis.trends.measures": ["recomend"]}, "recommend"),
    "threshold of unknown": ({"analysis.trends.threshold": {"x": 1}}, "threshold"),
    "horizon below zero": ({"analysis.trends.horizon": -2}, "horizon"),
    "scorecard without measure": ({"analysis.scorecard": [{"owner": "Ana"}]}, "measure"),
    "alert of unknown": ({"alerts": [{"measure": "x", "below": 1}]}, "alerts"),
    "alert without a limit": ({"alerts": [{"measure": "satisfaction"}]}, "alerts"),
    "alert of impossible certainty": (
        {"alerts": [{"measure": "satisfaction", "below": 0.5, "probability": 3}]},
        "probability",
    ),
    # tables
    "table unknown": ({"tables": {"tikets": "x.csv"}}, 'did you mean "tickets"'),
    "table not there": ({"tables": {"tickets": "tickets.csv"}}, "tickets.csv"),
    "tables is a list": ({"tables": ["tickets.csv"]}, "tables"),
    "table without columns": ({"tables": {"tickets": "answers.csv"}}, "ticket_id"),
    "table cut is no day": (
        {"tables": {"tickets": {"path": "answers.csv", "cut": "soon"}}},
        "cut",
    ),
    "table time zone unknown": (
        {"tables": {"tickets": {"path": "answers.csv", "time_zone": "Mars/Base"}}},
        "time_zone",
    ),
    # report
    "accent is no colour": ({"report.brand": {"accent": "blue-ish"}}, "accent"),
    "accent with css": ({"report.brand": {"accent": "#fff;} body{x:y"}}, "accent"),
    "format unknown": ({"report.formats": ["docx2"]}, "formats"),
    # groups
    "for is a text": ({"for": "region"}, "for"),
    "for of an unknown column": ({"for": {"regoin": "North"}}, "region"),
    "for of an unknown group": ({"for": {"region": "Nroth"}}, "North"),
    "for of nothing": ({"for": {"region": []}}, "for"),
    # codebooks named wrongly
    "codebook not there": ({"codebook": "bok.yml"}, "bok.yml"),
    "codebook is a folder": ({"codebook": "."}, "codebook"),
    "codebook is a number": ({"codebook": 3}, "codebook"),
    "codebook is the answers": ({"codebook": "answers.csv"}, "answers.csv"),
}

BOOKS = {
    "empty": ("", "empty"),
    "a list": ("[a, b]", "book.yml"),
    "binary": (b"\x00\xff" * 99, "book.yml"),
    "python tag": ("scales: !!python/object/apply:os.getcwd []\n", "book.yml"),
    "billion laughs": (BOMB, "too large"),
    "unknown section": ({"dimension": {}}, 'did you mean "dimensions"'),
    "scale turned": ({"scales.five": {"min": 5, "max": 1}}, "five"),
    "scale of one point": ({"scales.five": {"min": 1, "max": 1}}, "five"),
    "scale endless": ({"scales.five": {"min": 1, "max": float("inf")}}, "five"),
    "scale nan": ({"scales.five": {"min": float("nan"), "max": 5}}, "five"),
    "scale of texts": ({"scales.five": {"min": "low", "max": "high"}}, "five"),
    "scale of three ends": ({"scales.five": [1, 2, 3]}, "five"),
    "scale unknown": ({"measures.satisfaction.scale": "fife"}, 'did you mean "five"'),
    "label outside the scale": ({"scales.five.labels": {8: "superb"}}, "8"),
    "missing inside the scale": ({"scales.five.missing": [3]}, "3"),
    "E and P differ": ({"dimensions.care.expectation": ["E1", "E2"]}, "care"),
    "no perception": ({"dimensions.care.perception": []}, "care"),
    "dimension is a list": ({"dimensions.care": ["P1"]}, "care"),
    "absent column": ({"dimensions.care.perception": ["P1", "P2", "P33"]}, "P33"),
    "absent measure": ({"measures.satisfaction.columns": "satt"}, 'did you mean "sat"'),
    "column claimed twice": ({"dimensions.care.perception": ["P1", "P1", "P3"]}, "P1"),
    "expectation is perception": ({"dimensions.care.expectation": ["P1", "P2", "P3"]}, "P1"),
    "reversed unknown": ({"dimensions.care.reversed": ["P9"]}, "P9"),
    "kind unknown": ({"measures.satisfaction.kind": "csta"}, "csat"),
    "kind is a list": ({"measures.satisfaction.kind": ["csat"]}, "kind"),
    "nps on five points": ({"measures.recommend.scale": "five"}, "nps"),
    "key twice": (
        {"attributes": {"care": {"columns": "sat", "scale": "five"}}},
        "care",
    ),
    "verbatim is a number": ({"verbatims": 7}, "verbatims"),
    "verbatim absent": ({"verbatims.comment": {"column": "coment"}}, "comment"),
    "rival of unknown": ({"competitors": {"Rival": {"recomend": "nps"}}}, "recommend"),
    "label is a list": ({"measures.satisfaction.label": ["Satisfaction"]}, "label"),
    "label in an unknown language": ({"measures.satisfaction.label": {"xx": "S"}}, "label"),
    "id as a question": ({"measures.satisfaction.columns": "id"}, "id"),
}

OVERRIDES = {
    "unknown key": ({"analysis.sead": 7}, 'did you mean "seed"'),
    "unknown section": ({"analyses.seed": 7}, "analys"),
    "through a text": ({"study.name.first": "x"}, "study.name"),
    "empty key": ({"": 7}, "override"),
    "only a dot": ({".": 7}, "override"),
    "dots": ({"analysis..seed": 7}, "override"),
    "wrong type": ({"analysis.seed": "seven"}, "seed"),
    "nested mapping": ({"analysis": {"sead": 1}}, "seed"),
    "an object": ({"analysis.seed": object()}, "seed"),
    "a function": ({"study.title": print}, "title"),
    "not a text as key": ({7: 7}, "7"),
}


@pytest.mark.parametrize(("params", "says"), PARAMS.values(), ids=PARAMS)
def test_params(desk, params, says):
    assert says in refused(small_study.lay(desk, params=params))


@pytest.mark.parametrize(("book", "says"), BOOKS.values(), ids=BOOKS)
def test_codebooks(desk, book, says):
    assert says in refused(small_study.lay(desk, book=book))


@pytest.mark.parametrize(("overrides", "says"), OVERRIDES.values(), ids=OVERRIDES)
def test_overrides(desk, overrides, says):
    assert says in refused(small_study.lay(desk), overrides)


def test_the_small_study_is_good(tmp_path):
    assert cx.load_study(small_study.lay(tmp_path)).n == small_study.N


def test_all_faults_are_told_at_once(tmp_path):
    told = refused(
        small_study.lay(
            tmp_path,
            params={"analysis.conf_level": 95, "data.segments": ["regoin"], "study.language": "xx"},
            book={"measures.recommend.columns": "npss"},
            answered=small_study.cell("sat", 55),
        )
    )
    for wrong in ("conf_level", "regoin", "study.language", "npss"):
        assert wrong in told


_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.text(max_size=8),
    st.dates(),
)
_anything = st.recursive(
    _scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)
_PATHS = [
    *(f"study.{key}" for key in ("name", "title", "client", "language")),
    *(f"data.{key}" for key in ("responses", "id", "wave", "weight", "strata", "cluster")),
    *(f"data.{key}" for key in ("segments", "missing", "eligible", "entity", "users", "exclude")),
    *(f"data.{key}" for key in ("personal", "page_times", "lonely_psu", "not_applicable", "fpc")),
    *(f"analysis.{key}" for key in ("conf_level", "seed", "min_n", "drivers", "trends", "quality")),
    *("analysis.scorecard", "analysis.servqual", "analysis.benchmark", "analysis.missing"),
    *("report.brand", "report.formats", "report.notebooks", "report", "tables", "alerts", "for"),
    *("codebook", "analysis", "data.wave.order", "data.wave.dates", "tables.tickets"),
]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(path=st.sampled_from(_PATHS), value=_anything)
def test_any_value_anywhere_loads_or_is_refused(tmp_path, path, value):
    loads_or_is_refused(small_study.lay(tmp_path), {path: value})


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_codebook_loads_or_is_refused(tmp_path, data):
    keys = ["scales.five", "dimensions.care", "measures.recommend", "verbatims", "competitors"]
    keys += ["brand", "instrument", "attributes", "measures.satisfaction.scale", "dimensions"]
    book = small_study.changed(
        small_study.BOOK, {data.draw(st.sampled_from(keys)): data.draw(_anything)}
    )
    text = yaml.safe_dump(book, sort_keys=False, allow_unicode=True)
    loads_or_is_refused(small_study.lay(tmp_path, book=text))


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(at=st.integers(0, 400), bad=st.binary(min_size=1, max_size=4))
def test_any_damage_to_the_file_loads_or_is_refused(tmp_path, at, bad):
    path = small_study.lay(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[:at] + bad + whole[at + len(bad) :])
    loads_or_is_refused(path)
