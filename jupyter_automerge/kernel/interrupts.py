"""Lets an interrupt end an `await` in a cell at once.

ipykernel turns SIGINT into a callback on the cell's event loop, but nothing wakes that loop from its select.
A cell that awaits the work of another thread, as all waits for documents do, would notice the interrupt only
with the next message from outside.
"""

import asyncio
import contextlib
import signal
import socket
import threading


class SignalWaker:
    """Wakes one event loop whenever a signal arrives, until `stop`."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        loop.add_reader(self._reader, self._drain)
        self._previous = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)

    def _drain(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._reader.recv(4096)

    def stop(self) -> None:
        """Leave signals as they were."""
        signal.set_wakeup_fd(self._previous)
        if not self._loop.is_closed():
            self._loop.remove_reader(self._reader)
        self._reader.close()
        self._writer.close()


def wake_on_signals() -> SignalWaker | None:
    """For the loop that runs in this thread; None where there is none, or where it cannot be done."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return None
    if threading.current_thread() is not threading.main_thread():
        return None
    try:
        return SignalWaker(loop)
    except NotImplementedError:  # loops on Windows that cannot watch sockets
        return None
