"""`jupyter automerge wait` as a shell runs it: a process, its exit code, what it said."""

import asyncio
import os
import sys
from dataclasses import dataclass

WITHIN_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """How it ended."""

    code: int
    said: str
    complained: str


async def wait_command(*arguments: str, **environment: str) -> Answer:
    """Run it to its end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "jupyter_automerge.cli", "wait", *arguments,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env={**os.environ, **environment},
    )  # fmt: skip
    try:
        async with asyncio.timeout(WITHIN_SECONDS):
            said, complained = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode is not None
    return Answer(process.returncode, said.decode(), complained.decode())
