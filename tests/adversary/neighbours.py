"""Alice and Bob, who edit one document through the server that is under attack."""

import asyncio
from collections.abc import Callable
from typing import Self

from jupyter_automerge.repo import DocHandle, Repo
from jupyter_automerge.values.status import Level

WAIT_SECONDS = 20.0


class Neighbours:
    """Both are connected and have the document when `of` returns."""

    def __init__(self) -> None:
        self.alice = Repo(name="Alice")
        self.bob = Repo(name="Bob")
        self.at_alice: DocHandle
        self.at_bob: DocHandle
        self._edits = 0

    @classmethod
    async def of(cls, url: str, document: str | None = None, **headers: str) -> Self:
        """Around the server at this URL, with this document or one that Alice makes."""
        both = cls()
        for repo in (both.alice, both.bob):
            await repo.open()
            repo.connect(url, headers=headers)
        both.at_alice = (
            both.alice.create({"edits": 0}) if document is None else await both.alice.find(document)
        )
        await both.at_alice.synced(level=Level.RECEIVED, timeout=WAIT_SECONDS)
        both.at_bob = await both.bob.find(both.at_alice.url)
        return both

    async def close(self) -> None:
        await self.alice.close()
        await self.bob.close()

    async def edit(self) -> None:
        """Alice edits, Bob reads it."""
        self._edits += 1
        number = self._edits
        with self.at_alice.change() as root:
            root["edits"] = number
        story = f"Bob sees edit {number} of Alice"
        await until(self.bob, lambda: self.at_bob.value.get("edits") == number, story)


async def until(repo: Repo, holds: Callable[[], bool], story: str) -> None:
    """Wait, looking again at each event of the Repo."""
    happened = asyncio.Event()
    stop = repo.on_event(lambda _: happened.set())
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            while not holds():
                happened.clear()
                await happened.wait()
    except TimeoutError:
        raise AssertionError(f"not within {WAIT_SECONDS:.0f} s: {story}") from None
    finally:
        stop()
