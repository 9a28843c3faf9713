"""A process ends only once the threads of its bucket's client have left Python."""

import _thread
import threading

from jupyter_automerge.storage import foreign_threads


def _start(work: threading.Event, left: threading.Event, seconds: float) -> None:
    """A thread as Rust makes them: `threading` knows nothing of it."""

    def run() -> None:
        work.set()
        left.wait(seconds)
        left.set()

    _thread.start_new_thread(run, ())
    assert work.wait(5)


def test_the_end_waits_for_a_thread_that_is_still_on_its_way_back() -> None:
    left = threading.Event()
    _start(threading.Event(), left, 0.05)
    foreign_threads.wait_left(20)
    assert left.is_set()


def test_the_end_waits_neither_for_threads_of_python_nor_for_ever() -> None:
    left = threading.Event()
    thread = threading.Thread(target=left.wait)
    thread.start()
    foreign_threads.wait_left(20)
    assert not left.is_set(), "it waited for a thread that Python itself ends"
    _start(threading.Event(), left, 20)
    foreign_threads.wait_left(0.01)
    assert not left.is_set(), "it waited longer than it may"
    left.set()
    thread.join()
    foreign_threads.wait_left(20)
