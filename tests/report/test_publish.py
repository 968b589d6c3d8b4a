"""Publishing: whole or not at all; locks; colours."""

import multiprocessing
import os

import pytest

from cxresearch.errors import OutputError
from cxresearch.report import look, publish
from cxresearch.report.lock import Lock


def work(folder, page="page", table="table"):
    given = folder / "handover"
    given.mkdir(parents=True)
    (folder / "page.html").write_text(page)
    (folder / "notebook.ipynb").write_text("{}")
    (given / "30_x-01-a.csv").write_text(table)
    return folder


def test_tables_of_an_earlier_run_leave_and_those_of_others_stay(tmp_path):
    target = tmp_path / "acme"
    (target / "tables").mkdir(parents=True)
    (target / "tables" / "30_x-02-old.csv").write_text("old")
    (target / "tables" / "30_x_more-01-a.csv").write_text("of another notebook")
    made = publish.good("30_x", work(tmp_path / "work"), target)
    assert made[0] == target / "30_x.html"
    assert sorted(path.name for path in (target / "tables").iterdir()) == [
        "30_x-01-a.csv",
        "30_x_more-01-a.csv",
    ]


def test_text_that_cannot_be_written_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "index.html"
    publish.whole(path, "old")

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        publish.whole(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_run_left_behind_is_cleared(tmp_path):
    left = publish.workplace(tmp_path, "acme")
    other = publish.workplace(tmp_path, "beta")
    now = publish.workplace(tmp_path, "acme")
    assert not left.exists()
    assert other.exists()
    assert now.exists()


def test_what_another_study_works_on_stays_where_its_name_begins_alike(tmp_path):
    other = publish.workplace(tmp_path, "acme-north")
    publish.workplace(tmp_path, "acme")
    assert other.exists()


def _hold(folder, ready, go):
    with Lock(folder, "acme"):
        ready.set()
        go.wait(20)


def test_lock_is_let_go_when_its_holder_is_killed(tmp_path):
    context = multiprocessing.get_context("spawn")
    ready, go = context.Event(), context.Event()
    holder = context.Process(target=_hold, args=(tmp_path, ready, go))
    holder.start()
    assert ready.wait(20)
    with pytest.raises(OutputError, match="another run"):
        Lock(tmp_path, "acme")
    with Lock(tmp_path, "beta"):
        pass
    holder.kill()
    holder.join()
    with Lock(tmp_path, "acme"):
        pass


@pytest.mark.parametrize("accent", ["#ffd400", "#1f5c99", "#000000", "#ffffff", "#00ff88"])
def test_any_accent_is_readable_on_light_and_dark_paper(accent):
    for paper in ("#ffffff", "#f5f6f8", "#14181d", "#1c2229"):
        assert look.contrast(look.readable(accent, paper), paper) >= 4.5


def test_fixed_colours_of_the_style_are_readable():
    css = look.style("#1f5c99")
    light, dark = css.split("@media (prefers-color-scheme:dark)")[:2]
    for scheme, papers in ((light, ("#ffffff", "#f5f6f8")), (dark, ("#14181d", "#1c2229"))):
        for name in ("fg", "quiet", "accent", "bad", "warn", "good"):
            colour = scheme.split(f"--{name}:")[1][:7]
            for paper in papers:
                assert look.contrast(colour, paper) >= 4.5, (name, colour, paper)
