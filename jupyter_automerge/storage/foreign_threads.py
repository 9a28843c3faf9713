"""Threads that Rust made, and the end of Python: one that is within it then takes the whole process down."""

import atexit
import sys
import threading
import time
from functools import cache

MOST_SECONDS = 1.0
"""A request that nobody waits for any more may take its thread longer; the process ends all the same."""
_LOOK_SECONDS = 0.001


@cache
def awaited_at_exit() -> None:
    """From now on this process waits at its end, before Python is taken apart, until they have left it.

    obstore's client answers on such threads. The loop may have the answer while its thread is still on the
    way back; if Python ends meanwhile, the thread is unwound through Rust, and that aborts the process: what
    was done well has exit code 134 (PyO3/pyo3-async-runtimes#40).
    """
    atexit.register(wait_left)


def wait_left(seconds: float = MOST_SECONDS) -> None:
    """Return once no thread runs Python that Python's `threading` does not know, or it took so long."""
    deadline = time.monotonic() + seconds
    while _within() and time.monotonic() < deadline:
        time.sleep(_LOOK_SECONDS)  # lets go of the interpreter, which is what they wait for


def _within() -> bool:
    return not sys._current_frames().keys() <= {thread.ident for thread in threading.enumerate()}
