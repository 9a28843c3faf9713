"""Two transports tied to one another within a process, for Repos that live in it and for tests."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

from jupyter_automerge.network.close_reason import TOO_BIG, Ending, fitted, too_big
from jupyter_automerge.network.contract import TransportSink
from jupyter_automerge.values.limits import MAX_MESSAGE_BYTES

CAPACITY_BYTES = 1024 * 1024
"""Bytes on the way beyond which the other end counts as slow."""

_CUT = Ending(None, "the connection was cut")


class MemoryTransport:
    """One end. It lives on one event loop, which may be the other end's too or run in another thread.

    Each end touches only its own state; all else is asked of the other end's loop.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, capacity: int) -> None:
        self._loop = loop
        self._capacity = capacity
        self._other = self
        self._sink: TransportSink | None = None
        self._arrived: deque[bytes | Ending] = deque()
        self._is_paused = False
        self._bytes_on_the_way = 0
        self._owes_writable = False
        self._is_over = False
        self._ending: Ending | None = None
        self._has_told = False

    def start(self, sink: TransportSink) -> None:
        """From here on the sink hears of everything, beginning with what arrived before."""
        self._sink = sink
        self._soon(self._deliver)
        self._soon(self._tell_end)

    def send(self, frame: bytes) -> bool:
        """As the contract says; the other end's loop delivers."""
        if self._is_over:
            return False
        if len(frame) > MAX_MESSAGE_BYTES:
            self.close(TOO_BIG, too_big(len(frame), MAX_MESSAGE_BYTES).reason)
            return False
        self._bytes_on_the_way += len(frame)
        self._other._soon(self._other._arrive, bytes(frame))
        self._owes_writable = self._bytes_on_the_way > self._capacity
        return not self._owes_writable

    def close(self, code: int | None, reason: str) -> None:
        """As the contract says; the other end hears of it after the frames already sent."""
        if self._is_over:
            return
        ending = Ending(code, fitted(reason))
        self._other._soon(self._other._arrive, ending if code is not None else _CUT)
        self._end(ending)

    def cut(self) -> None:
        """Lose the connection as a network does: what is on the way is lost, and nobody says why."""
        for end in (self, self._other):
            end._is_over = True
            end._soon(end._end, _CUT)

    def pause(self) -> None:
        """Be slow: nothing is delivered here, so the other end fills up."""
        self._is_paused = True

    def resume(self) -> None:
        """Deliver what has arrived, and go on."""
        self._is_paused = False
        self._soon(self._deliver)

    def _arrive(self, item: bytes | Ending) -> None:
        self._arrived.append(item)
        self._deliver()

    def _deliver(self) -> None:
        while self._arrived and self._sink is not None and not self._is_paused and not self._is_over:
            item = self._arrived.popleft()
            if isinstance(item, Ending):
                self._end(item)
                return
            self._other._soon(self._other._delivered, len(item))
            self._sink.frame(item)

    def _delivered(self, size: int) -> None:
        self._bytes_on_the_way -= size
        if self._owes_writable and self._bytes_on_the_way <= self._capacity // 2 and not self._is_over:
            self._owes_writable = False
            if self._sink is not None:
                self._sink.writable()

    def _end(self, ending: Ending) -> None:
        self._is_over = True
        if self._ending is None:
            self._ending = ending
            self._soon(self._tell_end)

    def _tell_end(self) -> None:
        if self._sink is not None and self._ending is not None and not self._has_told:
            self._has_told = True
            self._sink.closed(self._ending.code, self._ending.reason)

    def _soon(self, call: Callable[..., None], *arguments: Any) -> None:
        if self._loop.is_closed():
            return  # The Repo there has ended with its loop; nobody is left to hear.
        if _is_running(self._loop):
            self._loop.call_soon(call, *arguments)
        else:
            self._loop.call_soon_threadsafe(call, *arguments)


def memory_pair(
    left_loop: asyncio.AbstractEventLoop | None = None,
    right_loop: asyncio.AbstractEventLoop | None = None,
    *,
    capacity: int = CAPACITY_BYTES,
) -> tuple[MemoryTransport, MemoryTransport]:
    """Two ends, connected already; call `start(sink)` on each, on its own loop (default: the running one)."""
    left = MemoryTransport(left_loop or asyncio.get_running_loop(), capacity)
    right = MemoryTransport(right_loop or asyncio.get_running_loop(), capacity)
    left._other, right._other = right, left
    return left, right


def _is_running(loop: asyncio.AbstractEventLoop) -> bool:
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False
