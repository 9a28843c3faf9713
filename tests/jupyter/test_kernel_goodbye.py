"""The end of a kernel: a second to send what is unsent, and a word about what could not be."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from jupyter_automerge import MemoryStorage, Repo

SCRIPT = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell()
shell.run_line_magic("load_ext", "jupyter_automerge")
{connect}
shell.run_line_magic("automerge", "new plan")
"""

PATIENT = """
from jupyter_automerge.kernel.session import KernelSession
KernelSession.close.__defaults__ = (60.0,)
"""

WAIT_LONG = """
import time
from jupyter_automerge.kernel.process import current_session
with shell.user_ns["plan"].change() as doc:
    doc["last"] = "word"
while current_session().dialer.attempt < 4 or current_session().dialer.state != "waiting":
    time.sleep(0.01)
print(shell.user_ns["plan"].url)
"""


async def end_of(script: str, folder: Path) -> str:
    """What a process that ran the script wrote to stderr. It is to end by itself."""
    async with ending(script, folder) as (process, _):
        _, told = await asyncio.wait_for(process.communicate(b"end\n"), 20)
        return told.decode()


@asynccontextmanager
async def ending(script: str, folder: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, list[str]]]:
    """A process that has run the script and ends with its next line of input, and what it has printed."""
    (folder / "script.py").write_text(script + "\nprint('last line', flush=True)\ninput()\n")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(folder / "script.py"),
        env={**os.environ, "JUPYTER_RUNTIME_DIR": str(folder), "IPYTHONDIR": str(folder)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    printed: list[str] = []
    while "last line" not in printed:
        line = await process.stdout.readline()
        assert line, (await process.communicate())[1].decode()
        printed.append(line.decode().strip())
    try:
        yield process, printed
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_what_could_not_be_sent_is_named_and_nobody_waits_for_ever(tmp_path: Path) -> None:
    connect = "shell.run_line_magic('automerge', 'connect ws://127.0.0.1:1')"
    told = await end_of(SCRIPT.format(connect=connect), tmp_path)
    assert "was not sent in full: nobody is connected" in told and "automerge:" in told, told
    assert "Traceback" not in told, told


async def test_names_that_can_no_longer_be_looked_up_are_no_traceback(tmp_path: Path) -> None:
    connect = "shell.run_line_magic('automerge', 'connect ws://nobody.invalid:1')"
    told = await end_of(SCRIPT.format(connect=connect), tmp_path)
    assert "nobody is connected" in told and "Traceback" not in told, told


async def test_without_a_server_there_is_nothing_to_wait_for_or_to_say(tmp_path: Path) -> None:
    told = await end_of(SCRIPT.format(connect="") + PATIENT, tmp_path)
    assert "not sent" not in told and "Traceback" not in told, told


async def test_a_server_that_came_back_gets_the_last_edits_though_the_next_try_is_not_due(
    tmp_path: Path,
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    connect = f"shell.run_line_magic('automerge', 'connect ws://127.0.0.1:{port}')"
    script = SCRIPT.format(connect=connect) + WAIT_LONG
    async with ending(script, tmp_path) as (process, printed), Repo(MemoryStorage(), name="server") as repo:
        await repo.listen(port)
        _, told = await asyncio.wait_for(process.communicate(b"end\n"), 20)
        assert "not sent" not in told.decode(), told.decode()
        plan = await repo.find(printed[-2], timeout=5)
        assert plan.value == {"last": "word"}
