"""Where studies are spoilt."""

from pathlib import Path

import pytest


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """The working folder, so that no message speaks of a path that a test made."""
    monkeypatch.chdir(tmp_path)
    return Path()
