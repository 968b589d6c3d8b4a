"""From a fork of the warm parent to a kernel like any other."""

from __future__ import annotations

import ctypes
import gc
import os
import random
import signal
import socket
import sys
import time
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any, NoReturn

from cxresearch.report.kernels import wire

_PR_SET_PDEATHSIG = 1


def become_kernel(
    request: dict[str, Any], files: Sequence[int], connection: socket.socket, *, parent: int
) -> NoReturn:
    """Make this forked process the kernel that was asked for; does not return.

    Parameters
    ----------
    request : mapping
        ``argv`` of ipykernel, ``env`` and ``cwd`` of the caller.
    files : sequence of int
        The caller's standard input, output and error.
    connection : socket
        Told the process number.
    parent : int
        The warm parent's process number: this process ends with it.
    """
    code = 1
    try:
        _leave(parent)
        for number, file in enumerate(files):
            os.dup2(file, number)
        for file in files:
            os.close(file)
        os.chdir(request["cwd"])
        os.environ.clear()
        os.environ.update(request["env"])
        os.environ["JPY_PARENT_PID"] = str(parent)
        time.tzset()
        _fresh_chance()
        wire.send(connection, {"pid": os.getpid()})
        connection.close()
        _run(request["argv"], parent)
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    finally:
        # never back into the parent's loop; an exception's text goes to the kernel's own stderr
        if sys.exc_info()[1] is not None:
            sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
        _flush()
        os._exit(code)


def _leave(parent: int) -> None:
    """Leave the parent's session and signals behind, but not its fate."""
    os.setsid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _fresh_chance() -> None:
    """Seed what a fork would share with its siblings."""
    random.seed()
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()


def _run(argv: Sequence[str], parent: int) -> None:
    import atexit

    from ipykernel import kernelapp

    launcher = find_spec("ipykernel_launcher")
    sys.argv = [str(launcher.origin) if launcher else "ipykernel_launcher", *argv]
    gc.enable()
    # whose process number ipykernel has read from the environment, at import, in the parent
    kernelapp.launch_new_instance(argv=[*argv, f"--IPKernelApp.parent_handle={parent}"])
    atexit._run_exitfuncs()


def _flush() -> None:
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None:
            try:
                stream.flush()
            except OSError:
                continue
