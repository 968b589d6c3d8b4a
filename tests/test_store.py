"""What a run keeps for its own kernels is read by them alone, and only as they wrote it."""

import pickle
from dataclasses import replace
from pathlib import Path

import pytest

import cxresearch as cx
from cxresearch import shared, store

ANSWERS = "wave,nps,sat\n" + "\n".join(f"{2023 + i % 2},{i % 11},{1 + i % 7}" for i in range(80))
PARAMS = """
study: {name: acme}
data: {responses: answers.csv, wave: wave}
codebook: {measures: {satisfaction: {kind: csat, columns: [sat], scale: [1, 7], top_box: 2}}}
"""


@pytest.fixture
def settings(tmp_path):
    return store.settings(tmp_path / "store")


@pytest.fixture
def params(tmp_path):
    (tmp_path / "answers.csv").write_text(ANSWERS)
    path = tmp_path / "acme.yml"
    path.write_text(PARAMS)
    return path


def test_what_was_put_is_taken(settings):
    assert store.take("a", settings) is None
    assert store.put("a", {"n": 3}, settings)
    assert store.take("a", settings) == {"n": 3}
    assert store.take("b", settings) is None


def test_nobody_else_may_look(settings, tmp_path):
    store.put("a", 1, settings)
    assert (tmp_path / "store").stat().st_mode & 0o077 == 0
    assert (tmp_path / "store" / "a").stat().st_mode & 0o077 == 0


class Bomb:
    def __reduce__(self):
        return (pytest.fail, ("what this run did not write was unpickled",))


def test_file_that_this_run_did_not_write_is_never_unpickled(settings, tmp_path):
    store.put("a", 1, settings)
    file = tmp_path / "store" / "a"
    signed = file.read_bytes()
    bomb = pickle.dumps(Bomb())
    for content in (bomb, signed[:32] + bomb, signed[:-1], b"", signed[:10]):
        file.write_bytes(content)
        assert store.take("a", settings) is None
    (tmp_path / "store" / "b").write_bytes(signed)  # the signature holds under its own name only
    assert store.take("b", settings) is None
    other = {**settings, store.KEY: "00" * 32}
    file.write_bytes(signed)
    assert store.take("a", other) is None
    assert store.take("a", settings) == 1


def test_full_disk_only_means_computing_again(settings, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.os, "replace", full)
    store.put("a", 1, settings)
    assert store.take("a", settings) is None
    assert list(Path(settings[store.FOLDER]).iterdir()) == []


def test_without_a_run_nothing_is_kept(tmp_path):
    assert not store.put("a", 1, {})
    assert store.take("a", {}) is None


def test_names_tell_everything_apart():
    names = [store.name("a", "bc"), store.name("ab", "c"), store.name("abc"), store.name(b"abc")]
    assert len(set(names)) == 4


def test_study_of_a_run_is_the_one_that_was_checked(params, settings, monkeypatch):
    checked = cx.load_study(params)
    from cxresearch.study.loading import kept_as

    store.put(kept_as(params, {}), checked, settings)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    (params.parent / "answers.csv").unlink()  # it is not read again
    again = cx.load_study(params, {})
    assert again is not checked
    assert again.fingerprint == checked.fingerprint
    assert again.about == checked.about
    assert again.full.equals(checked.full)
    assert cx.kpis.measure(again).table.equals(cx.kpis.measure(checked).table)
    with pytest.raises(cx.CxError):  # other overrides are another study
        cx.load_study(params, {"analysis.seed": 7})


@pytest.fixture
def in_a_run(settings, monkeypatch):
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return Path(settings[store.FOLDER])


def test_results_of_a_run_are_computed_once(params, in_a_run):
    study = cx.load_study(params)
    first = cx.kpis.measure(study)
    (kept,) = in_a_run.iterdir()
    assert b"acme" not in kept.read_bytes()  # labels and titles are not kept
    again = cx.kpis.measure(cx.load_study(params))
    assert again is not first
    assert again.table.equals(first.table)
    assert again.about == first.about == study.about
    assert list(in_a_run.iterdir()) == [kept]


def test_other_questions_are_other_results(params, in_a_run):
    study = cx.load_study(params)
    levels = [cx.kpis.measure(study, conf_level=level).table for level in (0.95, 0.8)]
    assert not levels[0].equals(levels[1])
    waves = [cx.kpis.measure(study.wave(label)) for label in (2023, 2024)]
    assert waves[0].n + waves[1].n == study.n
    assert cx.kpis.measure(study, by="wave").by == ("wave",)
    assert len(list(in_a_run.iterdir())) == 5
    half = replace(study, ratings=study.ratings / 2)  # as an analysis of filled answers does
    assert shared.identity(half) != shared.identity(study)


def test_what_its_text_does_not_tell_apart_is_computed(params, in_a_run):
    asked = []

    @shared.by_run
    def analysis(study, /, *, choice=None):
        asked.append(choice)
        return cx.kpis.measure.__wrapped__(study)

    study = cx.load_study(params)
    frame = cx.kpis.measure.__wrapped__(study).table
    for choice in (frame, frame, ["a"], ["a"], ("a", 1.5, None), print, print):
        analysis(study, choice=choice)
    assert len(asked) == 6
