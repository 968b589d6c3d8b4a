"""Results outlive a run for this user alone, and only while what computed them is the same."""

import os
import re
import stat
from pathlib import Path

import pandas as pd
import pytest

import cxresearch as cx
from cxresearch import shared, store
from cxresearch.report import lasting, record

PACKAGE = Path(cx.__file__).parent
ANSWERS = "wave,nps,sat\n" + "\n".join(f"{2023 + i % 2},{i % 11},{1 + i % 7}" for i in range(80))
PARAMS = """
study: {name: acme, title: {en: Customers, sl: Stranke}}
data: {responses: answers.csv, wave: wave}
codebook: {measures: {satisfaction: {kind: csat, columns: [sat], scale: [1, 7], top_box: 2}}}
"""


SHARED = (
    cx.kpis.measure,
    cx.servqual.gaps,
    cx.trends.compare,
    cx.trends.track,
    cx.trends.forecast,
    cx.drivers.importance,
    cx.drivers.priorities,
    cx.drivers.simulate,
    cx.psychometrics.invariance,
    cx.quality.check,
)

CHOICES = {cx.psychometrics.invariance: {"across": "wave"}}


@pytest.fixture(scope="module")
def in_two_languages(root):
    path = root / "params" / "example.yml"
    return [cx.load_study(path, {"study.language": one}) for one in ("en", "ru")]


@pytest.fixture
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv(lasting.CACHE, str(folder))
    return folder


@pytest.fixture
def begin(cache, tmp_path, monkeypatch):
    """Begin another run: its own store is new, what lasts is there."""
    runs = []

    def run():
        runs.append(tmp_path / f"run-{len(runs)}")
        told = store.settings(runs[-1]) | lasting.settings()
        for name, value in told.items():
            monkeypatch.setenv(name, value)
        return runs[-1]

    return run


@pytest.fixture
def params(tmp_path):
    (tmp_path / "answers.csv").write_text(ANSWERS)
    path = tmp_path / "acme.yml"
    path.write_text(PARAMS)
    return path


def kept(cache):
    return sorted(path.name for path in cache.glob("results/*/*"))


def test_nobody_else_may_look(cache):
    told = lasting.settings()
    for path in (cache, Path(told[store.LASTING]), cache / "key"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
    assert lasting.settings() == told  # the key is made once


def test_next_run_takes_what_the_last_computed(begin, params, cache):
    own = begin()
    first = cx.kpis.measure(cx.load_study(params))
    (result,) = kept(cache)
    assert list(own.iterdir()) == []
    begin()
    again = cx.kpis.measure(cx.load_study(params))
    assert again is not first
    assert again.table.equals(first.table)
    assert kept(cache) == [result]


def test_another_language_shows_the_same_numbers(begin, params, cache):
    begin()
    english = cx.kpis.measure(cx.load_study(params))
    begin()
    slovenian = cx.kpis.measure(cx.load_study(params, {"study.language": "sl"}))
    assert len(kept(cache)) == 1
    assert slovenian.table.equals(english.table)
    assert (english.about.language, slovenian.about.language) == ("en", "sl")
    assert slovenian.about.title == {"en": "Customers", "sl": "Stranke"}


def test_other_answers_are_other_results(begin, params, cache):
    begin()
    first = cx.kpis.measure(cx.load_study(params))
    (params.parent / "answers.csv").write_text(ANSWERS.replace("2023,0,1", "2023,0,7"))
    other = cx.kpis.measure(cx.load_study(params))
    assert len(kept(cache)) == 2
    assert not other.table.equals(first.table)


def test_what_tells_of_single_respondents_ends_with_its_run(begin, params, cache):
    own = begin()
    found = cx.quality.check(cx.load_study(params))
    assert found.personal
    assert len(list(own.iterdir())) == 1
    assert kept(cache) == []


def test_other_code_or_libraries_compute_anew(cache, monkeypatch):
    places = [lasting.settings()[store.LASTING]]
    monkeypatch.setattr(record, "kernel_code_hash", lambda: "other")
    places.append(lasting.settings()[store.LASTING])
    monkeypatch.setattr(record, "versions", lambda: {"numpy": "0"})
    places.append(lasting.settings()[store.LASTING])
    assert len(set(places)) == 3


def test_result_that_someone_else_wrote_is_never_read(begin, params, cache):
    begin()
    study = cx.load_study(params)
    cx.kpis.measure(study)
    (file,) = cache.glob("results/*/*")
    (cache / "key").write_bytes(b"0" * 32)  # of another user's cache
    begin()
    asked = []

    @shared.by_run
    def measure(study, /):
        asked.append(study)
        return cx.kpis.measure.__wrapped__(study)

    name = file.name
    assert store.take(name) is None
    measure(study)
    assert len(asked) == 1


@pytest.mark.parametrize("analysis", SHARED, ids=lambda one: f"{one.__module__}.{one.__name__}")
def test_no_shared_result_depends_on_the_language(analysis, in_two_languages):
    english, russian = in_two_languages
    assert shared.identity(english) == shared.identity(russian)
    choices = CHOICES.get(analysis, {})
    found, other = analysis(english, **choices), analysis(russian, **choices)
    assert (found.method, found.n, found.notes) == (other.method, other.n, other.notes)
    for name, frame in found.frames().items():
        pd.testing.assert_frame_equal(frame, other.frames()[name])


def test_every_shared_analysis_is_looked_at():
    marked = {
        (path.relative_to(PACKAGE).with_suffix("").as_posix().replace("/", "."), name)
        for path in PACKAGE.rglob("*.py")
        for name in re.findall(r"^@by_run\ndef (\w+)", path.read_text(encoding="utf-8"), re.M)
    }
    assert marked == {(one.__module__.partition(".")[2], one.__name__) for one in SHARED}


def test_folder_that_others_may_write_is_refused(cache):
    cache.mkdir()
    cache.chmod(0o777)
    assert lasting.settings() == {}


def test_no_cache_wanted_or_to_be_had(monkeypatch, tmp_path):
    monkeypatch.setenv(lasting.CACHE, "")
    assert lasting.settings() == {}
    lasting.prune()
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(lasting.CACHE, str(tmp_path / "file" / "cache"))
    assert lasting.settings() == {}


def test_the_oldest_go_first(cache):
    place = Path(lasting.settings()[store.LASTING])
    other = cache / "results" / "of-other-code"
    other.mkdir()
    for age, path in enumerate([place / "new", place / "old", other / "oldest"]):
        path.write_bytes(b"x" * 100)
        os.utime(path, ns=(10**18 - age, 10**18 - age))
    lasting.prune(most=250)
    assert kept(cache) == ["new", "old"]
    assert not other.exists()
    lasting.prune(most=250)
    assert kept(cache) == ["new", "old"]
