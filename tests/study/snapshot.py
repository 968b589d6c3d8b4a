"""Texts of faults, kept beside the tests so that they are read in review like prose."""

import os
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent / "snapshots"


def cases(name: str) -> dict[str, str]:
    """The texts that go wrong, by the name of the case."""
    return yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))


def agrees(name: str, told: dict[str, str]) -> None:
    """Compare with what was told last time; CXRESEARCH_SNAPSHOTS=write keeps the new texts."""
    path = FOLDER / f"{name}.txt"
    text = "\n\n".join(f"=== {case}\n{faults}" for case, faults in told.items()) + "\n"
    if os.environ.get("CXRESEARCH_SNAPSHOTS") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
