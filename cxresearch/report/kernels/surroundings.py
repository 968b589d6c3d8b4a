"""What a kernel finds around it: environment, private folders, places short enough for sockets."""

from __future__ import annotations

import os
import site
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from cxresearch import handover

WARM = "CXRESEARCH_WARM"
"""Environment variable that names the socket of the warm parent."""

SOCKETS = "CXRESEARCH_SOCKETS"
"""Environment variable that names the batch's folder for the sockets of its kernels."""

# One thread of linear algebra per kernel: notebooks run side by side, and more threads than
# cores cost 8 to 14 % of the computing time. Hashes and dates are fixed for the same bytes.
FIXED = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    # Arrow's allocator starts a thread at import; a process with threads cannot be forked safely
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "PYTHONHASHSEED": "0",
    "SOURCE_DATE_EPOCH": "1735689600",
}

# what may differ between a kernel and the process it is forked from, beside our own variables
_OWN_PREFIX = "CXRESEARCH_"
_OWN = frozenset(
    {
        "IPYTHONDIR",
        "JUPYTER_RUNTIME_DIR",
        "JPY_PARENT_PID",
        "JPY_SESSION_NAME",
        "PYDEVD_DISABLE_FILE_VALIDATION",  # ipykernel sets it for its debugger
        "PWD",
        "OLDPWD",
        "SHLVL",
        "_",
    }
)

# the address of a Unix socket holds 108 bytes; file names follow the folder's
_LONGEST_FOLDER = 60


def environment() -> dict[str, str]:
    """Return what is set for every kernel of a batch, beside what the caller has."""
    settings = {
        name: os.environ.get(name, value) if name == "SOURCE_DATE_EPOCH" else value
        for name, value in FIXED.items()
    }
    package = Path(__file__).resolve().parents[3]
    installed = {Path(place).resolve() for place in site.getsitepackages()}
    if package not in installed:
        # a source checkout that is not installed: kernels start in another folder
        known = os.environ.get("PYTHONPATH", "")
        if str(package) not in known.split(os.pathsep):
            settings["PYTHONPATH"] = os.pathsep.join(filter(None, (str(package), known)))
    return settings


def private(notebook: str, folder: Path) -> dict[str, str]:
    """Return what is set for one kernel alone, whose private folder is `folder`."""
    return {
        handover.FOLDER: str(folder / "handover"),
        handover.NOTEBOOK: notebook,
        # no start-up files and no history of whoever runs this; no home folder is needed
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
    }


def shared(variables: Mapping[str, str]) -> dict[str, str]:
    """Return those variables in which a kernel and its warm parent must agree."""
    return {
        name: value
        for name, value in variables.items()
        if name not in _OWN and not name.startswith(_OWN_PREFIX)
    }


def socket_folder(within: Path | None = None) -> Path | None:
    """Make a private folder (0700) whose path is short enough for sockets; None without one.

    Parameters
    ----------
    within : Path, optional
        Where to make it; by default among the temporary files of this computer.
    """
    if sys.platform == "win32":
        return None
    for place in (within, Path(tempfile.gettempdir()), Path("/tmp")):
        if place is None or len(os.fsencode(place)) > _LONGEST_FOLDER or not place.is_dir():
            continue
        if os.access(place, os.W_OK | os.X_OK):
            return Path(tempfile.mkdtemp(prefix="cx-", dir=place))
    return None
