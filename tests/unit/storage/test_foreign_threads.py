"""A process ends only once the threads of its bucket's client have left Python.

Each story is told in an interpreter of its own: whoever runs the tests may have such threads as well.
"""

import subprocess
import sys

STORY = '''
import _thread
import threading

from jupyter_automerge.storage import foreign_threads

def start(left, seconds):
    """A thread as Rust makes them: `threading` knows nothing of it."""
    at_work = threading.Event()

    def run():
        at_work.set()
        left.wait(seconds)
        left.set()

    _thread.start_new_thread(run, ())
    assert at_work.wait(5)

left = threading.Event()
'''


def tell(rest: str) -> None:
    told = subprocess.run([sys.executable, "-c", STORY + rest], capture_output=True, text=True, timeout=60)
    assert told.returncode == 0, told.stderr


def test_the_end_waits_for_a_thread_that_is_still_on_its_way_back() -> None:
    tell("""
start(left, 0.05)
foreign_threads.wait_left(20)
assert left.is_set()
""")


def test_the_end_waits_neither_for_threads_of_python_nor_for_ever() -> None:
    tell("""
thread = threading.Thread(target=left.wait)
thread.start()
foreign_threads.wait_left(20)
assert not left.is_set(), "it waited for a thread that Python itself ends"
start(left, 20)
foreign_threads.wait_left(0.01)
assert not left.is_set(), "it waited longer than it may"
left.set()
thread.join()
foreign_threads.wait_left(20)
""")
