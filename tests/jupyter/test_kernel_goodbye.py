"""The end of a kernel: a second to send what is unsent, and a word about what could not be."""

import asyncio
import os
import sys
import time
from pathlib import Path

SCRIPT = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell()
shell.run_line_magic("load_ext", "jupyter_automerge")
{connect}
shell.run_line_magic("automerge", "new plan")
"""


async def end_of(script: str, folder: Path) -> tuple[str, float]:
    """What a process that ran the script wrote to stderr, and how many seconds it took to end."""
    (folder / "script.py").write_text(script + "\nprint('last line', flush=True)\n")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(folder / "script.py"),
        env={**os.environ, "JUPYTER_RUNTIME_DIR": str(folder), "IPYTHONDIR": str(folder)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    while b"last line" not in (await process.stdout.readline()):
        pass
    ending = time.monotonic()
    _, told = await asyncio.wait_for(process.communicate(), 20)
    return told.decode(), time.monotonic() - ending


async def test_what_could_not_be_sent_is_named_within_a_second_or_two(tmp_path: Path) -> None:
    connect = "shell.run_line_magic('automerge', 'connect ws://127.0.0.1:1')"
    told, seconds = await end_of(SCRIPT.format(connect=connect), tmp_path)
    assert "was not sent: nobody is connected" in told and "automerge:" in told, told
    assert "Traceback" not in told and seconds < 5


async def test_without_a_server_there_is_nothing_to_wait_for_or_to_say(tmp_path: Path) -> None:
    told, seconds = await end_of(SCRIPT.format(connect=""), tmp_path)
    assert "not sent" not in told and "Traceback" not in told and seconds < 3
