"""The examples of docs/api.md are one session, and what it says comes out."""

import ast
import asyncio
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parent.parent / "docs" / "api.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROMISE = re.compile(r"^(?P<expression>\S.*?)  # -> (?P<value>.+)$", re.MULTILINE)


def as_program(block: str) -> str:
    """The block with each promised value as a check."""
    return PROMISE.sub(_as_check, block)


def _as_check(found: re.Match[str]) -> str:
    expression, promised = found["expression"], found["value"]
    return f"check({expression!r}, ({expression}), {promised})"


def check(expression: str, value: object, promised: object) -> None:
    assert value == promised, f"the page says that {expression} gives {promised!r}"


async def run(blocks: list[str]) -> None:
    session: dict[str, Any] = {"check": check}
    for number, block in enumerate(blocks, 1):
        code = compile(as_program(block), f"example {number}", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        outcome = eval(code, session)
        if inspect.isawaitable(outcome):
            await outcome


def test_the_examples_run_and_keep_their_promises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    assert len(blocks) > 10
    asyncio.run(asyncio.wait_for(run(blocks), 30))


def test_the_page_shows_every_public_method() -> None:
    from jupyter_automerge import DocHandle, Repo

    page = PAGE.read_text(encoding="utf-8")
    names = {name for kind in (Repo, DocHandle) for name in vars(kind) if not name.startswith("_")}
    unsaid = sorted(name for name in names - KNOWN_BY_OTHERS if not re.search(rf"\b{name}\b", page))
    assert not unsaid, f"docs/api.md says nothing of {', '.join(unsaid)}"


# For hosts (a Jupyter server's sockets, other transports), or said by their names.
KNOWN_BY_OTHERS = {"accept", "dial", "peers_at", "closed", "name", "peer_id", "session_id", "storage_id"}
