"""A server that cannot write: nobody is told that anything is stored, work goes on, and later it is."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_automerge.errors import SaveTimeout, StorageError, SyncTimeout
from jupyter_automerge.repo import DocHandle, FileStorage, Repo
from jupyter_automerge.values.keys import StorageKey
from jupyter_automerge.values.status import Level, Safety
from tests.interop.python_peer import until
from tests.interop.stage import Stage

DISK_KILOBYTES = 512
PAGE = 20_000  # bytes of an edit that cannot be compressed
NO_PATIENCE = 1.0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of half a megabyte, where one can be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_KILOBYTES}k", "tmpfs", str(folder)]
    if not sys.platform.startswith("linux") or subprocess.run(command, capture_output=True).returncode != 0:
        pytest.skip("only root can mount a small disk, on Linux")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


class ReadOnlyStorage(FileStorage):
    """A folder that can be read and, while `broken`, not written."""

    broken = False

    async def save(self, key: StorageKey, data: bytes) -> None:
        if self.broken:
            raise StorageError(f"cannot write {self.path}: read-only file system")
        await super().save(key, data)


async def test_a_full_disk_stores_nothing_and_says_so(stage: Stage, small_disk: Path) -> None:
    server = await stage.serve(str(small_disk / "store"))
    bob, notes, at_bob = await two_at(stage, server.url)
    ballast = small_disk / "ballast"
    fill(ballast)
    await write_and_read(notes, at_bob, bob)
    await check_not_stored(notes)
    ballast.unlink()
    assert (await notes.synced(timeout=40)).durability == "stored"
    await server.kill()
    heir = await stage.python("heir", store_path=small_disk / "store")
    assert (await heir.find(notes.url)).value == notes.value


async def test_a_server_that_stops_with_a_full_disk_says_what_it_could_not_save(
    stage: Stage, small_disk: Path
) -> None:
    server = await stage.serve(str(small_disk / "store"))
    bob, notes, at_bob = await two_at(stage, server.url)
    fill(small_disk / "ballast")
    await write_and_read(notes, at_bob, bob)
    assert await server.terminate() != 0, "it stopped as if all were well"
    await check_not_stored(notes)


async def test_a_store_that_becomes_read_only_and_is_mended(stage: Stage) -> None:
    storage = ReadOnlyStorage(stage.store("server"))
    async with Repo(storage, name="server", kind="server") as server:
        bob, notes, at_bob = await two_at(stage, (await server.listen()).url)
        carol = await stage.javascript("carol")
        await carol.connect(bob.dialers[0].url)
        await carol.find(notes.url)
        storage.broken = True
        await write_and_read(notes, at_bob, bob)
        await carol.change(notes.url, {"edit": "push", "path": ["pages"], "value": "of Carol"})
        await until(bob, lambda: at_bob.value["pages"][-1] == "of Carol", "Bob reads what Carol wrote")
        await check_not_stored(notes)
        storage.broken = False
        assert (await notes.synced(timeout=40)).durability == "stored"
    heir = await stage.python("heir", store="server")
    assert (await heir.find(notes.url)).value == notes.value


async def two_at(stage: Stage, url: str) -> tuple[Repo, DocHandle, DocHandle]:
    """Alice with a stored document, and the same document at Bob: Bob, hers, his."""
    alice, bob = await stage.python("alice"), await stage.python("bob")
    for repo in (alice, bob):
        repo.connect(url)
    notes = alice.create({"pages": []})
    await notes.synced(timeout=20)
    return bob, notes, await bob.find(notes.url)


async def write_and_read(notes: DocHandle, at_bob: DocHandle, bob: Repo) -> None:
    """Alice writes three pages, and Bob has each: what is not stored is passed on all the same.

    She also knows that the server has them.
    """
    for _ in range(3):
        with notes.change() as root:
            root["pages"].append(os.urandom(PAGE))
        await until(bob, lambda: at_bob.heads == notes.heads, "Bob has the page")
        await notes.synced(level=Level.RECEIVED, timeout=20)


async def check_not_stored(notes: DocHandle) -> None:
    """Alice is told so, and by no row the contrary."""
    with pytest.raises(SyncTimeout, match="has not stored it yet"):
        await notes.synced(timeout=NO_PATIENCE)
    assert Level.STORED not in {row.level for row in notes.peers}


def fill(file: Path) -> None:
    """Take all the space there is."""
    with file.open("wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(os.urandom(4096))
        except OSError:
            return


async def test_a_full_disk_is_shown_where_one_looks_and_nothing_in_memory_is_lost(small_disk: Path) -> None:
    async with Repo(FileStorage(small_disk / "store"), name="alice") as alice:
        notes = alice.create({"pages": []})
        await notes.saved()
        ballast = small_disk / "ballast"
        fill(ballast)
        with notes.change() as root:
            root["pages"].append(os.urandom(PAGE))
        with pytest.raises(SaveTimeout, match="No space left"):
            await notes.saved(timeout=NO_PATIENCE)
        assert "No space left" in notes.local.trouble and notes.local.missing == 1
        assert notes.sync.state is Safety.ERROR
        ballast.unlink()
        await notes.saved(timeout=40)
        assert not notes.local.trouble
        value = notes.value
    async with Repo(FileStorage(small_disk / "store")) as heir:
        assert (await heir.find(notes.url)).value == value


async def test_a_disk_that_becomes_read_only_while_it_is_written(small_disk: Path) -> None:
    async with Repo(FileStorage(small_disk / "store"), name="alice") as alice:
        notes = alice.create({"n": 0})
        await notes.saved()
        remount(small_disk, "ro")
        with notes.change() as root:
            root["n"] = 1
        with pytest.raises(SaveTimeout, match="Read-only"):
            await notes.saved(timeout=NO_PATIENCE)
        remount(small_disk, "rw")
        await notes.saved(timeout=40)
        remount(small_disk, "ro")
        with notes.change() as root:
            root["n"] = 2
        report = await alice.close(timeout=NO_PATIENCE)
        assert report.unsaved == (notes.document_id,)
    remount(small_disk, "rw")
    async with Repo(FileStorage(small_disk / "store")) as heir:
        assert (await heir.find(notes.url)).value == {"n": 1}


def remount(folder: Path, mode: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{mode}", str(folder)], check=True, capture_output=True)
