"""Fixtures that every test may ask for."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# no test reads or leaves results in the cache of who runs it
os.environ["CXRESEARCH_CACHE"] = ""


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder with reference data and oracles; tests that need it skip where it is absent."""
    folder = Path(os.environ.get("CXRESEARCH_REFERENCE", ROOT.parent / "shared"))
    if not (folder / "oracles").is_dir():
        pytest.skip(f"no reference data at {folder} (set CXRESEARCH_REFERENCE)")
    return folder
