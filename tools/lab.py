"""`make lab`: JupyterLab on copies of the notebooks, with everything that it keeps in `.lab/`.

Prints one URL, when the server answers. Ctrl-C stops the server and its kernels. The next start listens where this
one did, so that windows that stayed open find it again and send what was typed meanwhile.
"""

import fcntl
import os
import shutil
import signal
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from tools.environment import Environment
from tools.jupyter_server import JupyterServer, ServerStopped
from tools.steps import ROOT, SetupError, Steps

FOLDER = ROOT / ".lab"
NOTEBOOKS = FOLDER / "notebooks"
FIRST = "01-first-document.ipynb"
PORT = FOLDER / "port"


def copy_notebooks() -> None:
    """Give the user copies to work in. One that is there is the user's work and stays as it is."""
    NOTEBOOKS.mkdir(parents=True, exist_ok=True)
    for notebook in sorted((ROOT / "notebooks").glob("*.ipynb")):
        copy = NOTEBOOKS / notebook.name
        if not copy.exists():
            shutil.copyfile(notebook, copy)


def last_port() -> int | None:
    """Where the server listened last time; None when it never ran. Jupyter takes another port if this one is taken."""
    try:
        return int(PORT.read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None


@contextmanager
def only_one() -> Iterator[None]:
    """Hold the folder for this process. Raises SetupError when another `make lab` has it."""
    FOLDER.mkdir(exist_ok=True)
    with (FOLDER / "lock").open("w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SetupError("it already runs for this folder: stop that one first, with Ctrl-C") from None
        yield


def serve(server: JupyterServer) -> None:
    """Run the server until it ends or a signal ends us. Raises SetupError when it does not start, or breaks down."""
    try:
        server.start()
    except ServerStopped as trouble:
        raise SetupError(f"{trouble} (details: {server.log.relative_to(ROOT)})") from None
    PORT.write_text(str(server.port), encoding="ascii")
    url = f"{server.url}lab/tree/{FIRST}?token={server.token}"
    print(url, flush=True)
    if _has_display():
        webbrowser.open(url)
    try:
        code = server.wait()
    finally:
        server.stop()
    if code != 0:
        raise SetupError(f"the server ended by itself, with {code} (details: {server.log.relative_to(ROOT)})")


def main() -> None:
    """Exit with one line when something has to be installed first."""
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, _interrupt)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # ignored under nohup, which means to go on
        signal.signal(signal.SIGHUP, _interrupt)
    try:
        with only_one():
            environment = Environment(FOLDER, ("lab",), Steps(FOLDER / "log" / "setup.log"))
            environment.prepare()
            copy_notebooks()
            serve(JupyterServer(environment.python, FOLDER, NOTEBOOKS, port=last_port()))
    except SetupError as error:
        sys.exit(f"make lab: {error}")
    except KeyboardInterrupt:
        pass  # asked to stop, and stopped


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _has_display() -> bool:
    return sys.platform == "darwin" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


if __name__ == "__main__":
    main()
