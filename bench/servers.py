"""The servers under measurement, each in a process of its own, on loopback, with a folder of its own."""

import asyncio
import re
import signal
import sys
from abc import ABC, abstractmethod
from pathlib import Path

from tests.interop.javascript import JavaScriptPeer

OURS = "jupyter_automerge"
JAVASCRIPT = "automerge-repo 2.5.6"
PYCRDT = "pycrdt-websocket"
READY_SECONDS = 30.0


class Server(ABC):
    """A sync server that can be stopped and started again on the same documents."""

    name: str

    def __init__(self, store: Path) -> None:
        self.store = store
        self.url = ""

    @abstractmethod
    async def start(self) -> None:
        """Start it; `url` is set when it listens."""

    @abstractmethod
    async def stop(self) -> None:
        """Stop it gracefully: what it holds is in its store afterwards."""

    @abstractmethod
    async def resident_bytes(self) -> int:
        """Memory of its process."""

    async def restart(self) -> None:
        await self.stop()
        await self.start()


class PythonServer(Server):
    """A Python program that prints one line with its URL."""

    arguments: tuple[str, ...]
    _process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", *self.arguments, stdout=asyncio.subprocess.PIPE
        )
        assert self._process.stdout is not None
        async with asyncio.timeout(READY_SECONDS):
            line = (await self._process.stdout.readline()).decode()
        found = re.search(r"ws://\S+", line)
        if found is None:
            raise RuntimeError(f"{self.name} did not say where it listens: {line!r}")
        self.url = found[0]

    async def stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
            await self._process.wait()

    async def resident_bytes(self) -> int:
        assert self._process is not None
        return await resident_bytes_of(self._process.pid)


class OurServer(PythonServer):
    name = OURS

    def __init__(self, store: Path) -> None:
        super().__init__(store)
        self.arguments = ("jupyter_automerge.cli", "serve", "--port=0", f"--store={store}")


class PycrdtServer(PythonServer):
    """pycrdt-websocket behind tornado, as in jupyter-collaboration; it keeps documents in memory only."""

    name = PYCRDT
    arguments = ("bench.pycrdt_server",)


class JavaScriptServer(Server):
    """automerge-repo's stock server adapter and nodefs storage; it pushes nothing unasked, as ours."""

    name = JAVASCRIPT
    _peer: JavaScriptPeer | None = None

    async def start(self) -> None:
        self._peer = await JavaScriptPeer.start("server", storage=self.store, announce=False)
        self.url = await self._peer.listen()

    async def stop(self) -> None:
        if self._peer is not None:
            await self._peer.stop()
            self._peer = None

    async def resident_bytes(self) -> int:
        assert self._peer is not None
        return await self._peer.memory()


async def resident_bytes_of(pid: int) -> int:
    """Resident memory of a process, as `ps` says."""
    process = await asyncio.create_subprocess_exec(
        "ps", "-o", "rss=", "-p", str(pid), stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    return int(output) * 1024
