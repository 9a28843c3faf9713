"""What is heard of a store's folder: who writes there, under which keys, and when nothing can be heard."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from jupyter_automerge.repo import FileStorage
from jupyter_automerge.storage import watching_files
from jupyter_automerge.storage.mounts import _type_at, silent_file_system
from jupyter_automerge.values.keys import StorageKey
from tests.unit.repo.story import story

DOCUMENT = "3L1mwcxaFLKxA93YEbmLYbyq5Krz"
SNAPSHOT = (DOCUMENT, "snapshot", "11" * 32)
PATIENCE = 20.0
PROBE_SECONDS = 0.3


class Ears:
    """Everything that a store tells, as it comes."""

    def __init__(self, storage: FileStorage) -> None:
        self.heard: list[StorageKey] = []
        self._storage = storage
        self._more = asyncio.Event()
        self._probed = asyncio.Event()
        self._probes = 0
        self._first_probe = ""

    async def listen(self) -> None:
        changes = self._storage.watch()
        assert changes is not None
        async for place in changes:
            if "probes" in place:
                # Those of earlier times may be told as removed.
                if place[-1].isdigit() and place[-1] >= self._first_probe:
                    self._probed.set()
            else:
                self.heard.append(place)
                self._more.set()

    async def until(self, *places: StorageKey) -> None:
        """All of these were told."""
        async with asyncio.timeout(PATIENCE):
            while not set(places) <= set(self.heard):
                self._more.clear()
                await self._more.wait()

    async def ready(self) -> None:
        """Nothing is missed from here on: what is written is heard."""
        self._probed.clear()
        self._first_probe = f"{self._probes:06}"
        probes = self._storage.path / ".jupyter-automerge" / "probes"
        async with asyncio.timeout(PATIENCE):
            while not self._probed.is_set():
                probes.mkdir(parents=True, exist_ok=True)
                (probes / f"{self._probes:06}").write_bytes(b"")
                self._probes += 1
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._probed.wait(), PROBE_SECONDS)
        self.heard.clear()


@asynccontextmanager
async def ears_on(folder: Path) -> AsyncIterator[Ears]:
    storage = FileStorage(folder)
    ears = Ears(storage)
    listening = asyncio.create_task(ears.listen())
    try:
        yield ears
    finally:
        await storage.close()
        async with asyncio.timeout(PATIENCE):
            await listening  # The iteration ends with the store.


@story
async def test_what_another_process_writes_is_told_by_its_key(tmp_path: Path) -> None:
    other = FileStorage(tmp_path)
    await other.save(("storage-adapter-id",), b"id")
    async with ears_on(tmp_path) as ears:
        await ears.ready()
        await other.save(SNAPSHOT, b"one")
        await ears.until(SNAPSHOT)
        ears.heard.clear()
        await other.remove(SNAPSHOT)
        await ears.until((DOCUMENT,))
        await other.save((".jupyter-automerge", "tombstones", DOCUMENT), b"deleted")
        await ears.until((".jupyter-automerge", "tombstones", DOCUMENT))
    await other.close()


@story
async def test_a_folder_that_comes_to_be_later_is_heard(tmp_path: Path) -> None:
    async with ears_on(tmp_path / "not" / "yet") as ears:
        other = FileStorage(tmp_path / "not" / "yet")
        await other.save(SNAPSHOT, b"one")
        await ears.ready()
        second = (DOCUMENT, "incremental", "22" * 32)
        await other.save(second, b"two")
        await ears.until(second)
        await other.close()


@story
async def test_a_folder_that_is_emptied_and_made_anew_is_heard_again(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    folder.mkdir()
    async with ears_on(folder) as ears:
        await ears.ready()
        shutil.rmtree(folder)
        other = FileStorage(folder)
        await other.save(SNAPSHOT, b"one")
        await ears.ready()
        await other.save((DOCUMENT, "incremental", "22" * 32), b"two")
        await ears.until((DOCUMENT, "incremental", "22" * 32))
        await other.close()


@story
async def test_files_in_a_folder_that_was_moved_in_whole_are_told_each(tmp_path: Path) -> None:
    """As a tool that syncs folders may do."""
    prepared = tmp_path / "prepared"
    other = FileStorage(prepared)
    increments = [(DOCUMENT, "incremental", f"{number:064x}") for number in range(3)]
    for key in (SNAPSHOT, *increments):
        await other.save(key, b"bytes")
    await other.close()
    folder = tmp_path / "store"
    folder.mkdir()
    async with ears_on(folder) as ears:
        await ears.ready()
        (prepared / DOCUMENT[:2]).rename(folder / DOCUMENT[:2])
        await ears.until(SNAPSHOT, *increments)


@story
async def test_unfinished_files_and_those_of_others_are_not_told(tmp_path: Path) -> None:
    async with ears_on(tmp_path) as ears:
        await ears.ready()
        for foreign in (".tmp", "notes", "24/.hidden"):
            (tmp_path / foreign).mkdir(parents=True)
            (tmp_path / foreign / "file").write_bytes(b"x")
        await FileStorage(tmp_path).save(SNAPSHOT, b"one")
        await ears.until(SNAPSHOT)
        assert {place for place in ears.heard if place} == {SNAPSHOT}


@story
async def test_where_the_system_tells_nothing_anything_may_have_changed_every_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(watching_files, "silent_file_system", lambda path: "nfs4")
    async with ears_on(tmp_path) as ears:
        for _ in range(3):
            ears.heard.clear()
            await ears.until(())
    assert caplog.text.count("it lies on nfs4") == 1


@story
async def test_where_the_limit_of_watches_is_reached_it_is_looked_instead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refused(*_args: object, **_options: object) -> None:
        raise OSError("OS file watch limit reached.")

    monkeypatch.setattr(watching_files, "watch", refused)
    async with ears_on(tmp_path) as ears:
        for _ in range(3):
            ears.heard.clear()
            await ears.until(())
    assert caplog.text.count("watch limit reached") == 1


def test_the_file_system_of_a_path_is_that_of_the_innermost_mount() -> None:
    mounts = [
        "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw",
        "40 22 0:40 / /home rw,relatime shared:2 - nfs4 server:/home rw",
        "41 40 0:41 / /home/ada/with\\040blank rw - fuse.sshfs ada@host: rw",
        "not a mount",
    ]
    assert _type_at(Path("/var/lib"), mounts) == "ext4"
    assert _type_at(Path("/home/ada"), mounts) == "nfs4"
    assert _type_at(Path("/home/ada/with blank/store"), mounts) == "fuse.sshfs"
    assert silent_file_system(Path(os.sep)) == "" or os.name != "posix"
