"""What a run says while it works: plain lines, or JSON lines for schedulers, on stderr."""

from __future__ import annotations

import json
import sys
from typing import Any


class Talk:
    """Says what happens; paths made go to stdout, all else to stderr.

    Parameters
    ----------
    as_json : bool
        One JSON object per line (``--log json``).
    """

    def __init__(self, *, as_json: bool = False) -> None:
        self._as_json = as_json

    def say(self, event: str, text: str, **facts: Any) -> None:
        """Say a line: its event and facts for machines, or its text for people."""
        line = json.dumps({"event": event, "text": text, **facts}, ensure_ascii=False, default=str)
        print(line if self._as_json else text, file=sys.stderr, flush=True)

    def made(self, path: Any) -> None:
        """Name a file that now stands where readers find it."""
        print(path, flush=True)
