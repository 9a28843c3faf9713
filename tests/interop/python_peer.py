"""Waiting for what a Python Repo comes to know, and saying what it knows when that does not come."""

import asyncio
from collections.abc import Callable
from typing import Any

from jupyter_automerge.repo import DocHandle, Repo
from jupyter_automerge.values.heads import heads_to_text

WAIT_SECONDS = 20.0


async def until(repo: Repo, holds: Callable[[], bool], story: str, within: float = WAIT_SECONDS) -> None:
    """Wait, looking again at each event of the Repo. Fails with the story and what the Repo knows."""
    happened = asyncio.Event()
    stop = repo.on_event(lambda _: happened.set())
    try:
        async with asyncio.timeout(within):
            while not holds():
                happened.clear()
                await happened.wait()
    except TimeoutError:
        raise AssertionError(f"not within {within:.0f} s: {story}; {_knowledge(repo)}") from None
    finally:
        stop()


async def until_value(repo: Repo, handle: DocHandle, value: Any) -> None:
    await until(repo, lambda: handle.value == value, f"{repo.name} sees {value!r}"[:400])


async def until_peers(repo: Repo, count: int = 1) -> None:
    await until(repo, lambda: len(repo.peers) == count, f"{repo.name} has {count} peers")


def heads_text(handle: DocHandle) -> frozenset[str]:
    """Heads as JavaScript spells them."""
    return frozenset(heads_to_text(handle.heads))


def _knowledge(repo: Repo) -> str:
    values = {handle.url: handle.value for handle in repo.handles.values()}
    return f"{repo.name} has peers {[peer.peer_id for peer in repo.peers]}, dialers {repo.dialers}, {values}"[
        :2000
    ]
