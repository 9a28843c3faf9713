"""`make lab` on a fresh clone: one URL, everything in one folder, nothing left running."""

import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.packaging.conftest import Copy
from tools.jupyter_server import JupyterServer
from tools.lab import serve
from tools.steps import ROOT, SetupError

pytestmark = pytest.mark.timeout(400)
SECOND = "02-who-has-my-changes.ipynb"
URL = re.compile(r"(http://127\.0\.0\.1:\d+/)lab/tree/01-first-document\.ipynb\?token=(\w{40,})\n")


class Lab:
    """A running `make lab` in a process group of its own, as in a terminal."""

    def __init__(self, copy: Copy, home: Path) -> None:
        self.folder = copy.folder / ".lab"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
        self._process = subprocess.Popen(
            ["make", "--no-print-directory", "lab", f"PYTHON={sys.executable}"],
            cwd=copy.folder,
            env=environment | {"HOME": str(home), "DISPLAY": ""},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        self.said = self._process.stdout.readline()
        assert URL.fullmatch(self.said), f"make lab said {self.said!r}"

    @property
    def set_up(self) -> str:
        """The commands that this start had to run to set itself up."""
        return (self.folder / "log" / "setup.log").read_text(encoding="utf-8")

    def answers(self) -> bool:
        """Whether the server takes the token of the URL."""
        match = URL.fullmatch(self.said)
        assert match is not None
        with urllib.request.urlopen(f"{match[1]}api/automerge?token={match[2]}", timeout=10) as answer:
            return bool(answer.status == 200)

    def press_ctrl_c(self) -> str:
        """What it says after one Ctrl-C, which goes to everything in the terminal."""
        os.killpg(self._process.pid, signal.SIGINT)
        more, _ = self._process.communicate(timeout=60)
        return str(more)


def address_in(said: str) -> str:
    """Where the server listens, without the token."""
    match = URL.fullmatch(said)
    assert match is not None
    return match[1]


@contextmanager
def lab(copy: Copy, home: Path) -> Iterator[Lab]:
    """A `make lab` that is stopped by Ctrl-C, after which nothing of it may run."""
    running = Lab(copy, home)
    try:
        yield running
    finally:
        assert running.press_ctrl_c() == "", "make lab says more than its URL"
        assert not processes_in(running.folder), "make lab left something running"


def processes_in(folder: Path) -> list[str]:
    """The command lines of all processes that were started from this folder's environment."""
    lines = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return [line for line in lines.splitlines() if str(folder / "venv") in line]


def test_make_lab_from_a_fresh_clone_and_again(copy: Copy, wheel: Path, tmp_path: Path) -> None:
    assert wheel.is_file()
    home = tmp_path / "home"
    home.mkdir()
    shutil.rmtree(copy.folder / ".lab", ignore_errors=True)
    with lab(copy, home) as first:
        assert first.answers()
        assert "pip install" in first.set_up
        copied = {path.name for path in (first.folder / "notebooks").glob("*.ipynb")}
        assert copied == {path.name for path in (copy.folder / "notebooks").glob("*.ipynb")} >= {SECOND}
    notebook = first.folder / "notebooks" / "01-first-document.ipynb"
    notebook.write_text(notebook.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    worked_on = notebook.read_bytes()
    with lab(copy, home) as second:
        assert second.answers()
        assert second.set_up == "", "a second start installs and builds nothing"
    assert notebook.read_bytes() == worked_on, "the user's copy of the notebook is the user's"
    assert first.said != second.said, "each start has a token of its own"
    assert address_in(first.said) == address_in(second.said), "windows that stayed open must find it again"
    ours = [path.name for path in home.iterdir() if "jupyter" in path.name or "ipython" in path.name]
    assert not ours, "the user's own folders stay as they were"
    assert (first.folder / "data" / "automerge").is_dir(), "documents are kept in .lab"


def test_a_server_that_breaks_down_is_no_quiet_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class KilledServer(JupyterServer):
        def start(self) -> None: ...

        def wait(self) -> int:
            return -signal.SIGKILL

    monkeypatch.setattr("tools.lab.PORT", tmp_path / "port")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    server = KilledServer(Path(sys.executable), ROOT / ".lab", tmp_path)
    with pytest.raises(SetupError, match=r"ended by itself, with -9 \(details: \.lab/log/jupyterlab\.log\)"):
        serve(server)
    assert (tmp_path / "port").read_text(encoding="ascii") == str(server.port)
