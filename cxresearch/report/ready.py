"""What the server that forks workers does once for all: import, compile templates, put aside."""

from __future__ import annotations

import gc

from cxresearch.report import export, work

__all__ = ["work"]

export.prepare()
# what is imported stays: no worker's collector needs to go through it, nor copy its pages
gc.collect()
gc.freeze()
