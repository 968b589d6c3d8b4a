"""The kernel of one notebook: of this interpreter, warm if it can be, by private sockets."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

from cxresearch import handover
from cxresearch.report.kernels import surroundings
from cxresearch.report.kernels.provisioner import WarmProvisioner


class OwnKernel(AsyncKernelManager):  # type: ignore[misc]
    """A kernel of the interpreter that runs this, whatever kernels the computer has installed.

    It is reached by sockets in a private folder, not by ports: no two kernels can take the same
    one, and nobody else on the computer can listen.
    """

    current: OwnKernel | None = None
    """The kernel of this process, which runs one notebook."""
    most_memory: int | None = None
    """Bytes that it may take."""

    def __init__(self, **choices: Any) -> None:
        super().__init__(**choices)
        OwnKernel.current = self
        named = os.environ.get(surroundings.SOCKETS)
        self._sockets = surroundings.socket_folder(Path(named) if named else None)
        if self._sockets is not None:
            self.transport = "ipc"
            self.ip = str(self._sockets / "k")
            # it holds the kernel's key: it goes when the sockets go, however the kernel ends
            self.connection_file = str(self._sockets / "connection.json")

    @property
    def kernel_spec(self) -> KernelSpec:
        """How the kernel is started."""
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=command, display_name="cxresearch", language="python")

    def end_now(self) -> None:
        """Kill the kernel and what it has started."""
        pid = getattr(self.provisioner, "pid", None)
        if pid:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)

    async def _async_pre_start_kernel(self, **choices: Any) -> Any:
        if self.provisioner is None:
            self.provisioner = WarmProvisioner(
                kernel_id=self.kernel_id or "cx", kernel_spec=self.kernel_spec, parent=self
            )
        # what a kernel says outside of its cells is no part of the report
        self._words = (Path(os.environ[handover.FOLDER]).parent / "kernel.log").open("ab")
        return await super()._async_pre_start_kernel(**choices, stderr=self._words)

    async def _async_post_start_kernel(self, **choices: Any) -> None:
        self._words.close()
        pid = getattr(self.provisioner, "pid", None)
        if pid and self.most_memory is not None:
            limit_memory(pid, self.most_memory)
        await super()._async_post_start_kernel(**choices)

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart=restart)
        if not restart:
            self.tidy()

    def tidy(self) -> None:
        """Remove the sockets; nbclient does not clean up after a kernel that died."""
        if self._sockets is not None:
            shutil.rmtree(self._sockets, ignore_errors=True)


def limit_memory(pid: int, most: int) -> None:
    """Let a process take no more than this many bytes of data; Linux only, elsewhere nothing."""
    if sys.platform == "linux":
        import resource

        resource.prlimit(pid, resource.RLIMIT_DATA, (most, most))
