"""Run a command whose kernels start warm: ``python -m cxresearch.report.kernels COMMAND …``.

For papermill and nbconvert called by hand or by a script: their kernels named "cxresearch" are
forked from one process that lives as long as the command.
"""

from __future__ import annotations

import os
import subprocess
import sys

from cxresearch.report.kernels import surroundings
from cxresearch.report.kernels.warm import Warm

if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: python -m cxresearch.report.kernels COMMAND [ARGUMENT ...]")
    with Warm() as warm:
        settings = {**surroundings.environment(), **warm.settings}
        done = subprocess.run(sys.argv[1:], env={**os.environ, **settings}, check=False)
    sys.exit(done.returncode if done.returncode >= 0 else 128 - done.returncode)
