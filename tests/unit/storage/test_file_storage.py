"""A folder as a store: shared with others, interrupted, full, forbidden."""

import asyncio
import errno
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from jupyter_automerge.errors import StorageError
from jupyter_automerge.storage import FileStorage, fsync
from jupyter_automerge.storage.os_port import RealOs

DOCUMENT = "3L1mwcxaFLKxA93YEbmLYbyq5Krz"
SNAPSHOT = (DOCUMENT, "snapshot", "aa")
CHUNK = (DOCUMENT, "incremental", "bb")


def _raising(number: int) -> Callable[..., NoReturn]:
    def fail(*_: object) -> NoReturn:
        raise OSError(number, os.strerror(number))

    return fail


def test_the_folder_looks_as_javascript_would_have_made_it(tmp_path: Path) -> None:
    async def play() -> None:
        store = FileStorage(tmp_path)
        await store.save(("storage-adapter-id",), b"an id")
        await store.save(SNAPSHOT, b"a document")
        await store.close()

    asyncio.run(play())
    files = {
        str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()
    }
    assert files == {
        "st/orage-adapter-id": b"an id",
        "3L/1mwcxaFLKxA93YEbmLYbyq5Krz/snapshot/aa": b"a document",
    }


def test_what_javascript_wrote_is_read_and_the_rest_of_the_folder_is_left_alone(tmp_path: Path) -> None:
    snapshot = tmp_path / "3L" / "1mwcxaFLKxA93YEbmLYbyq5Krz" / "snapshot"
    snapshot.mkdir(parents=True)
    (snapshot / "aa").write_bytes(b"by JavaScript")
    (snapshot / ".DS_Store").write_bytes(b"by a file browser")
    (snapshot / "a\\b").write_bytes(b"by another system")
    (tmp_path / "README.md").write_text("by a person")
    (tmp_path / "loop").symlink_to(tmp_path)

    async def play() -> None:
        store = FileStorage(tmp_path)
        assert await store.load_range(()) == [(SNAPSHOT, b"by JavaScript")]
        assert [info.key for info in await store.keys((DOCUMENT,))] == [SNAPSHOT]
        await store.close()

    asyncio.run(play())
    assert (tmp_path / "README.md").exists()
    assert (snapshot / ".DS_Store").exists()


def test_reading_makes_no_folder(tmp_path: Path) -> None:
    async def play() -> None:
        store = FileStorage(tmp_path / "store")
        assert await store.load(SNAPSHOT) is None
        assert await store.load_range(()) == []
        await store.remove(SNAPSHOT)
        await store.remove_range((DOCUMENT,))
        await store.close()

    asyncio.run(play())
    assert list(tmp_path.iterdir()) == [], "a store that was only read made folders"


def test_leftovers_of_dead_writers_go_and_those_of_living_ones_stay(tmp_path: Path) -> None:
    temporary = tmp_path / ".tmp"
    temporary.mkdir()
    ended = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    dead = temporary / f"{int(ended.stdout)}.11-22"
    living = temporary / f"{os.getppid()}.33-44"
    own = temporary / f"{os.getpid()}.55-66"
    earlier_life = temporary / f"{os.getpid()}.77-88"
    of_somebody = temporary / "notes.txt"
    for path in (dead, living, own, earlier_life, of_somebody):
        path.write_bytes(b"half a wri")
    os.utime(earlier_life, (0, 0))
    half_removed = temporary / f"{int(ended.stdout)}.99-00"
    (half_removed / "snapshot").mkdir(parents=True)

    async def play() -> None:
        store = FileStorage(tmp_path)
        await store.load(SNAPSHOT)
        await store.close()

    asyncio.run(play())
    left = {path.name for path in temporary.iterdir()}
    assert left == {living.name, own.name, of_somebody.name}, f"left in .tmp: {left}"


def test_two_stores_on_one_folder_see_each_other_and_may_delete_under_each_other(tmp_path: Path) -> None:
    async def play() -> None:
        alice, bob = FileStorage(tmp_path), FileStorage(tmp_path)
        await alice.save(SNAPSHOT, b"by alice")
        assert await bob.load(SNAPSHOT) == b"by alice"
        await bob.save(SNAPSHOT, b"by bob")
        assert await alice.load(SNAPSHOT) == b"by bob"
        # Alice believes that the document's folders are there and durable.
        await bob.remove_range((DOCUMENT,))
        await alice.save(CHUNK, b"by alice again")
        assert await bob.load_range((DOCUMENT,)) == [(CHUNK, b"by alice again")]
        await alice.close()
        await bob.close()

    asyncio.run(play())


class CreatedFirst(RealOs):
    """Another process creates the key just before we do, after we had looked."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def link(self, source: Path, target: Path) -> None:
        self.path.write_bytes(b"of another")
        super().link(source, target)


class NoLinks(RealOs):
    """A file system without hard links."""

    def link(self, source: Path, target: Path) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM), str(target))


def test_of_two_processes_that_create_a_key_the_later_one_gets_what_the_earlier_wrote(tmp_path: Path) -> None:
    async def play() -> None:
        store = FileStorage(tmp_path, os=CreatedFirst(tmp_path / "st" / "orage-adapter-id"))
        assert await store.create(("storage-adapter-id",), b"ours") == b"of another"
        assert await store.load(("storage-adapter-id",)) == b"of another"
        assert list((tmp_path / ".tmp").iterdir()) == []
        await store.close()

    asyncio.run(play())


def test_without_hard_links_a_key_is_created_all_the_same(tmp_path: Path) -> None:
    async def play() -> None:
        store = FileStorage(tmp_path, os=NoLinks())
        assert await store.create(SNAPSHOT, b"first") == b"first"
        assert await store.create(SNAPSHOT, b"second") == b"first"
        await store.close()

    asyncio.run(play())


def test_a_folder_says_where_it_is(tmp_path: Path) -> None:
    assert FileStorage(tmp_path).place == str(tmp_path)


class Compacting(RealOs):
    """Another process replaces the chunk by a snapshot just before we read it."""

    def __init__(self, chunk: Path, snapshot: Path) -> None:
        self.chunk = chunk
        self.snapshot = snapshot

    def read(self, path: Path) -> bytes:
        if path == self.chunk and self.chunk.exists():
            self.snapshot.parent.mkdir(exist_ok=True)
            self.snapshot.write_bytes(b"everything")
            self.chunk.unlink()
        return super().read(path)


def test_a_compaction_between_listing_and_reading_loses_nothing(tmp_path: Path) -> None:
    document = tmp_path / DOCUMENT[:2] / DOCUMENT[2:]
    compacting = Compacting(document / "incremental" / "bb", document / "snapshot" / "new")

    async def play() -> None:
        store = FileStorage(tmp_path, os=compacting)
        await store.save(CHUNK, b"a part")
        assert dict(await store.load_range((DOCUMENT,))) == {(DOCUMENT, "snapshot", "new"): b"everything"}
        await store.close()

    asyncio.run(play())


class Restless(RealOs):
    """Another process replaces the snapshot by a newer one whenever we are about to read it."""

    def __init__(self, times: int) -> None:
        self.times = times

    def read(self, path: Path) -> bytes:
        if path.parent.name == "snapshot" and self.times:
            self.times -= 1
            path.with_name(f"newer-{self.times}").write_bytes(path.read_bytes())
            path.unlink()
        return super().read(path)


@pytest.mark.parametrize(("times", "is_found"), [(4, True), (5, False)])
def test_a_document_that_is_never_read_whole_is_not_taken_for_none(
    tmp_path: Path, times: int, is_found: bool
) -> None:
    async def play() -> None:
        store = FileStorage(tmp_path, os=Restless(times))
        await store.save(SNAPSHOT, b"all of it")
        if is_found:
            assert [data for _, data in await store.load_range((DOCUMENT,))] == [b"all of it"]
        else:
            with pytest.raises(StorageError, match="others replace its files faster than they can be read"):
                await store.load_range((DOCUMENT,))
            assert len(await store.load_range((DOCUMENT,))) == 1
        await store.close()

    asyncio.run(play())


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOSPC, "No space left on device; free some space on this disk"),
        (errno.EROFS, "Read-only file system; the file system is read-only"),
        (errno.EIO, "Input/output error; the disk reports a fault"),
        (errno.EMFILE, "Too many open files; too many files are open in this process"),
    ],
)
def test_a_failed_put_names_path_and_remedy_keeps_the_old_bytes_and_leaves_no_waste(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, remedy: str
) -> None:
    async def play() -> None:
        store = FileStorage(tmp_path)
        await store.save(SNAPSHOT, b"old")
        with monkeypatch.context() as broken:
            broken.setattr(fsync, "sync_file", _raising(number))
            with pytest.raises(StorageError) as caught:
                await store.save(SNAPSHOT, b"new")
        assert f"cannot write {tmp_path}/3L/1mwcxaFLKxA93YEbmLYbyq5Krz/snapshot/aa: {remedy}" in str(
            caught.value
        )
        assert await store.load(SNAPSHOT) == b"old"
        assert list((tmp_path / ".tmp").iterdir()) == [], "the unfinished file of the failed put stayed"
        await store.save(SNAPSHOT, b"new")
        assert await store.load(SNAPSHOT) == b"new"
        await store.close()

    asyncio.run(play())


def test_a_file_system_that_cannot_sync_folders_is_used_all_the_same_and_told_of_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = os.fsync

    def picky(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        real(descriptor)

    async def play() -> None:
        store = FileStorage(tmp_path)
        monkeypatch.setattr(os, "fsync", picky)
        for data in (b"one", b"two"):
            await store.save(SNAPSHOT, data)
        assert await store.load(SNAPSHOT) == b"two"
        await store.close()

    asyncio.run(play())
    told = [record.message for record in caplog.records if "cannot sync folders" in record.message]
    assert len(told) == 1, f"it should be said once, and was said {len(told)} times"


def test_a_folder_that_cannot_be_read_is_an_error_and_not_an_empty_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def play() -> None:
        store = FileStorage(tmp_path)
        await store.save(SNAPSHOT, b"there")
        monkeypatch.setattr(Path, "read_bytes", _raising(errno.EACCES))
        for reading in (store.load(SNAPSHOT), store.load_range((DOCUMENT,))):
            with pytest.raises(StorageError, match="Permission denied; check who owns"):
                await reading
        await store.close()

    asyncio.run(play())


def test_a_file_in_place_of_the_store_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("not a folder")

    async def play() -> None:
        store = FileStorage(tmp_path / "store")
        with pytest.raises(StorageError, match="a file is where a folder must be: move it away"):
            await store.save(SNAPSHOT, b"data")
        await store.close()

    asyncio.run(play())


def test_the_loop_goes_on_while_the_disk_is_busy_and_the_default_executor_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk_is_free = threading.Event()
    threads: set[str] = set()

    def slow(_: object) -> None:
        threads.add(threading.current_thread().name)
        assert disk_is_free.wait(10)

    async def play() -> None:
        store = FileStorage(tmp_path)
        await store.save(CHUNK, b"already there")
        monkeypatch.setattr(fsync, "sync_file", slow)
        saving = [asyncio.ensure_future(store.save((DOCUMENT, "x", str(n)), b"x")) for n in range(20)]
        # All writing threads hang in the disk; reading still answers, and so does the loop.
        assert await store.load(CHUNK) == b"already there"
        assert not any(put.done() for put in saving)
        disk_is_free.set()
        await asyncio.gather(*saving)
        await store.close()

    asyncio.run(play())
    assert all(name.startswith("automerge-store-write") for name in threads), threads
    assert len(threads) <= 32, f"the pool is bounded, and {len(threads)} threads wrote"


def test_a_put_that_nobody_waits_for_any_more_still_keeps_its_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk_is_free = threading.Event()
    has_begun = threading.Event()

    def slow(_: object) -> None:
        has_begun.set()
        assert disk_is_free.wait(10)

    async def play() -> None:
        store = FileStorage(tmp_path)
        monkeypatch.setattr(fsync, "sync_file", slow)
        cancelled = asyncio.ensure_future(store.save(SNAPSHOT, b"first"))
        await asyncio.to_thread(has_begun.wait, 10)
        cancelled.cancel()
        second = asyncio.ensure_future(store.save(SNAPSHOT, b"second"))
        with pytest.raises(asyncio.CancelledError):
            await cancelled
        disk_is_free.set()
        await second
        assert await store.load(SNAPSHOT) == b"second"
        await store.close()

    asyncio.run(play())


def test_closing_finishes_a_put_whose_caller_was_cancelled(tmp_path: Path) -> None:
    async def play() -> None:
        store = FileStorage(tmp_path)
        saving = asyncio.ensure_future(store.save(SNAPSHOT, b"data"))
        await asyncio.sleep(0)
        saving.cancel()
        await store.close()

    asyncio.run(play())
    assert (tmp_path / DOCUMENT[:2] / DOCUMENT[2:] / "snapshot" / "aa").read_bytes() == b"data"
