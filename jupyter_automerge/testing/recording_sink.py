"""A sink that writes down what a transport tells it, and can be waited for."""

import asyncio
from collections.abc import Callable

from jupyter_automerge.network.contract import Transport

PATIENCE_SECONDS = 15.0


class RecordingSink:
    """What one end of a connection heard, in order. `name` appears in the words of a failure."""

    def __init__(self, name: str, transport: Transport) -> None:
        self.name = name
        self.transport = transport
        self.frames: list[bytes | str] = []
        self.writables = 0
        self.moves = 0
        self.round_trips: list[float] = []
        self.endings: list[tuple[int | None, str]] = []
        self.after_the_end: list[str] = []
        self._news = asyncio.Event()

    def frame(self, data: bytes | str) -> None:
        """Note a frame."""
        self.frames.append(data)
        self._note("a frame")

    def writable(self) -> None:
        """Note that the transport takes more."""
        self.writables += 1
        self._note("writable()")

    def moved(self) -> None:
        """Note that part of a frame moved."""
        self.moves += 1
        self._note("moved()")

    def round_trip(self, seconds: float) -> None:
        """Note how long an answer took."""
        self.round_trips.append(seconds)
        self._note("round_trip()")

    def closed(self, code: int | None, reason: str) -> None:
        """Note the end."""
        if self.endings:
            self.after_the_end.append("closed()")
        self.endings.append((code, reason))
        self._news.set()

    async def until(self, reached: Callable[[], bool], wish: str) -> None:
        """Wait until `reached()`; fails with what was wished for and what was heard instead."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not reached():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"{self.name} waited for {wish}, and heard {self}") from None

    async def until_frames(self, count: int) -> None:
        """Wait for that many frames in all."""
        await self.until(lambda: len(self.frames) >= count, f"{count} frames")

    async def until_closed(self) -> tuple[int | None, str]:
        """Wait for the end; its code and reason."""
        await self.until(lambda: bool(self.endings), "the end of the connection")
        return self.endings[0]

    def __str__(self) -> str:
        return f"{len(self.frames)} frames, {self.writables} writable(), endings {self.endings}"

    def _note(self, what: str) -> None:
        if self.endings:
            self.after_the_end.append(what)
        self._news.set()
