"""A Python server with `ack_after_save`, and JavaScript that takes its word for what is kept."""

import asyncio
import time

import pytest

from jupyter_automerge.document import Document
from jupyter_automerge.repo import MemoryStorage, Repo
from jupyter_automerge.values.heads import heads_from_text
from jupyter_automerge.values.keys import KeyKind, StorageKey, key_kind
from tests.interop.python_peer import heads_text, until
from tests.interop.stage import Stage

WRITERS = 10
EDITS = 30
DISK_SECONDS = 0.2
MOST_SECONDS = 120.0  # ten writers are ten processes, and may have to share one core with others
CLOCK_TICK = 0.002  # what JavaScript's milliseconds may hide


class SlowStorage(MemoryStorage):
    """A store that takes its time for every write, and remembers when each one was done."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[tuple[float, bytes]] = []

    async def save(self, key: StorageKey, data: bytes) -> None:
        await asyncio.sleep(DISK_SECONDS)
        await super().save(key, data)
        if key_kind(key) in (KeyKind.SNAPSHOT, KeyKind.INCREMENTAL):
            self.done.append((time.time(), data))

    def as_of(self, moment: float) -> Document:
        """What could be loaded at that moment, and at any later one."""
        return Document.load([data for when, data in self.done if when <= moment + CLOCK_TICK])[0]


async def untimely(stage: Stage, *, careful: bool, writers: int = WRITERS) -> list[bool]:
    """Writers type without pause; of each report that JavaScript got, whether it came too early."""
    disk = SlowStorage()
    async with Repo(disk, name="server", ack_after_save=careful) as server:
        url, store = (await server.listen()).url, server.storage_id or ""
        note = server.create({"edits": []})
        peers = [await stage.javascript(f"writer-{number}") for number in range(writers)]
        for writer in peers:
            await writer.connect(url)
            await writer.find(note.url)
            await writer.record_sync_info(note.url, store)
        edit = {"edit": "push", "path": ["edits"]}
        typed = (
            writer.type(note.url, [{**edit, "value": f"{writer.name} {n}"} for n in range(EDITS)], 20)
            for writer in peers
        )
        await asyncio.gather(*typed)
        await until(
            server, lambda: len(note.value["edits"]) == writers * EDITS, "all edits are here", MOST_SECONDS
        )
        await note.saved(MOST_SECONDS)
        for writer in peers:
            await writer.wait_sync_info(note.url, store, heads_text(note), within=MOST_SECONDS)
        reports = {report for writer in peers for report in await writer.sync_infos()}
    assert len(reports) > writers, "each was told something"
    return [not disk.as_of(when).knows_all(heads_from_text(heads)) for when, heads in reports]


@pytest.mark.timeout(4 * MOST_SECONDS)
async def test_javascript_is_never_told_of_heads_before_their_put_returned(stage: Stage) -> None:
    assert not any(await untimely(stage, careful=True))


async def test_without_it_javascript_is_told_what_only_memory_holds(stage: Stage) -> None:
    assert any(await untimely(stage, careful=False, writers=2)), "so that the test above can fail"
