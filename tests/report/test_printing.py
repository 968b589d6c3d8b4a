"""PDF by a browser without a window: whole, the same bytes, a clear word where it fails."""

import os
import stat
import subprocess
import sys

import pytest

from cxresearch.errors import OutputError
from cxresearch.report import chromium, printing

PAGE = "<!DOCTYPE html><html lang='en'><title>Gaps</title><h1>Gaps</h1><p>{}</p></html>"


@pytest.fixture(scope="module")
def program():
    found = chromium.program()
    if found is None:
        pytest.skip("no Chromium on this computer")
    return found


@pytest.mark.browser
def test_one_browser_prints_several_pages_and_the_same_bytes_each_time(program, tmp_path):
    pages = [tmp_path / "a.html", tmp_path / "b č.html"]
    for number, page in enumerate(pages):
        page.write_text(PAGE.format(number), encoding="utf-8")
    first = dict(printing.to_pdf(pages, program))
    again = dict(printing.to_pdf(pages, program))
    assert list(first) == pages
    assert all(content.startswith(b"%PDF") for content in first.values())
    assert first == again
    assert first[pages[0]] != first[pages[1]]


def test_browser_that_ends_at_once_is_an_error_with_a_way_out(tmp_path):
    page = tmp_path / "a.html"
    page.write_text(PAGE.format(1))
    with pytest.raises(OutputError, match="it ended") as caught:
        list(printing.to_pdf([page], sys.executable))
    assert "print the page from your own browser" in str(caught.value)


def test_profile_and_process_are_gone_after_a_failure(tmp_path, monkeypatch):
    sleeper = tmp_path / "sleeper"
    sleeper.write_text("#!/bin/sh\nexec sleep 60\n")
    sleeper.chmod(sleeper.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr(chromium, "_PATIENCE", 0.3)
    with pytest.raises(OutputError, match="no answer"):
        list(printing.to_pdf([tmp_path / "a.html"], str(sleeper)))
    assert [path.name for path in tmp_path.iterdir()] == ["sleeper"]


def test_browser_is_named_by_an_environment_variable(monkeypatch):
    monkeypatch.setenv(chromium.BROWSER, sys.executable)
    assert chromium.program() == sys.executable
    monkeypatch.setenv(chromium.BROWSER, "no-such-browser")
    assert chromium.program() is None
    assert "no-such-browser" in str(chromium.missing())


def test_descriptors_are_given_back(tmp_path):
    page = tmp_path / "a.html"
    page.write_text(PAGE.format(1))
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    for _ in range(3):
        with pytest.raises(OutputError):
            list(printing.to_pdf([page], "/bin/true"))
    after = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    assert after == before
    assert subprocess.run(["true"], check=False).returncode == 0


def test_a_browser_that_cannot_be_started_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def refused(*_command, **_given):
        raise OSError("no more processes")

    monkeypatch.setattr(subprocess, "Popen", refused)
    opened, closed = [], []
    pipe, close = os.pipe, os.close
    monkeypatch.setattr(os, "pipe", lambda: opened.append(pipe()) or opened[-1])
    monkeypatch.setattr(os, "close", lambda one: closed.append(one) or close(one))
    with pytest.raises(OSError, match="no more processes"), chromium.started("chromium"):
        pass
    ends = {end for pair in opened for end in pair}
    assert ends <= set(closed)  # removing the profile closes others
    assert list(tmp_path.iterdir()) == []
