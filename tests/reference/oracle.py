"""Values that R computed on the reference data, by topic and case."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def expected(reference: Path, topic: str, case: str) -> dict[str, Any]:
    """What the named case of a topic expects."""
    cases = json.loads((reference / "oracles" / f"{topic}.json").read_text(encoding="utf-8"))
    return next(one["expected"] for one in cases if one["id"] == case)
