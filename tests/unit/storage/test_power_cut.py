"""The disk forgets, at the worst moment, all that was not synced. What was acknowledged must still be there.

The model keeps for each inode what fsync made durable: a file's bytes, a folder's names. Two worlds are
looked at after every step, as file systems may do either: one where names reach the disk only by an fsync of
their folder, and one where they reach it at once.
"""

import asyncio
import os
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import RLock
from typing import Any

import pytest

from jupyter_automerge.storage import FileStorage, fsync
from jupyter_automerge.values.keys import StorageKey

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the model finds open files through /proc")

DOCUMENT = "3L1mwcxaFLKxA93YEbmLYbyq5Krz"
SNAPSHOT = (DOCUMENT, "snapshot", "aa")
CHUNK = (DOCUMENT, "incremental", "bb")
TOMBSTONE = (".jupyter-automerge", "tombstones", DOCUMENT)

Names = dict[str, int]
Image = dict[tuple[str, ...], bytes]


class Disk:
    """Watches the os calls of a store below `root` and knows what a loss of power would leave."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.contents: dict[int, bytes] = {}
        self.names: dict[int, Names] = {root.stat().st_ino: {}}
        self.steps: list[str] = []
        self.after_each_step: Callable[[], None] = lambda: None
        self._names_now: dict[int, Names] = {}
        self._lock = RLock()

    def watch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """From here on all is noted."""
        for name in ("mkdir", "replace", "rename", "unlink"):
            monkeypatch.setattr(os, name, self._noted(name, getattr(os, name)))
        monkeypatch.setattr(os, "open", self._opened(os.open))
        monkeypatch.setattr(os, "fsync", self._synced(os.fsync))

    def after_power_cut(self, *, names_at_once: bool = False) -> Image:
        """The files that are left, by their path below the root."""
        with self._lock:
            self._look()
            return dict(self._left(self.root.stat().st_ino, (), names_at_once))

    def _left(
        self, folder: int, parts: tuple[str, ...], at_once: bool
    ) -> Iterator[tuple[tuple[str, ...], bytes]]:
        names = self._names_now.get(folder, {}) if at_once else self.names.get(folder, {})
        for name, inode in names.items():
            if inode in self.names:
                yield from self._left(inode, (*parts, name), at_once)
            else:
                yield (*parts, name), self.contents.get(inode, b"<torn>")

    def _look(self) -> None:
        folders = [self.root, *(path for path in self.root.rglob("*") if path.is_dir())]
        self._names_now = {folder.stat().st_ino: _names_in(folder) for folder in folders}
        for inode in self._names_now:
            self.names.setdefault(inode, {})

    def _noted(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*arguments: Any, **options: Any) -> Any:
            with self._lock:
                result = call(*arguments, **options)
                if name == "mkdir":
                    self._forget(inode := Path(arguments[0]).stat().st_ino)
                    self.names[inode] = {}
                self._step(f"{name} {Path(arguments[-1] if name != 'mkdir' else arguments[0]).name}")
                return result

        return noted

    def _opened(self, call: Callable[..., int]) -> Callable[..., int]:
        def opened(path: Any, flags: int, *arguments: Any, **options: Any) -> int:
            with self._lock:
                descriptor = call(path, flags, *arguments, **options)
                if flags & os.O_CREAT:
                    self._forget(os.fstat(descriptor).st_ino)
                return descriptor

        return opened

    def _synced(self, call: Callable[[int], None]) -> Callable[[int], None]:
        def synced(descriptor: int) -> None:
            with self._lock:
                call(descriptor)
                status = os.fstat(descriptor)
                path = Path(f"/proc/self/fd/{descriptor}").resolve()
                if stat.S_ISDIR(status.st_mode):
                    self.names[status.st_ino] = _names_in(path)
                else:
                    self.contents[status.st_ino] = path.read_bytes()
                self._step(f"fsync {path.name}")

        return synced

    def _forget(self, inode: int) -> None:
        # The number may be that of something removed long ago.
        self.contents.pop(inode, None)
        self.names.pop(inode, None)

    def _step(self, what: str) -> None:
        self.steps.append(what)
        self.after_each_step()


def _names_in(folder: Path) -> Names:
    return {path.name: path.stat().st_ino for path in folder.iterdir()}


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    watched = Disk(tmp_path)
    watched.watch(monkeypatch)
    return watched


def _restored(image: Image, folder: Path) -> dict[StorageKey, bytes]:
    for parts, data in image.items():
        path = folder.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    async def read() -> dict[StorageKey, bytes]:
        store = FileStorage(folder / "store")
        try:
            return dict(await store.load_range(()))
        finally:
            await store.close()

    return asyncio.run(read())


def test_every_acknowledged_put_survives(disk: Disk, tmp_path_factory: pytest.TempPathFactory) -> None:
    async def play() -> list[tuple[dict[StorageKey, bytes], Image]]:
        store = FileStorage(disk.root / "store")
        acknowledged: dict[StorageKey, bytes] = {}
        moments = []
        for key, data in (
            (("storage-adapter-id",), b"an id"),
            (SNAPSHOT, b"first"),
            (CHUNK, b"second"),
            (SNAPSHOT, b"replaced"),
            (TOMBSTONE, b"gone"),
            ((DOCUMENT[::-1], "snapshot", "aa"), b"another document"),
        ):
            await store.save(key, data)
            acknowledged[key] = data
            moments.append((dict(acknowledged), disk.after_power_cut()))
        await store.close()
        return moments

    for acknowledged, image in asyncio.run(play()):
        left = _restored(image, tmp_path_factory.mktemp("after"))
        assert left == acknowledged, f"acknowledged were {acknowledged}, left are {left}; steps: {disk.steps}"


def test_puts_at_once_into_new_folders_survive(disk: Disk, tmp_path_factory: pytest.TempPathFactory) -> None:
    entries = {
        (f"{number:02}{DOCUMENT}", kind, "aa"): b"data" for number in range(4) for kind in ("one", "two")
    }

    async def play() -> None:
        store = FileStorage(disk.root / "store")
        await asyncio.gather(*(store.save(key, data) for key, data in entries.items()))

    asyncio.run(play())
    left = _restored(disk.after_power_cut(), tmp_path_factory.mktemp("after"))
    assert left == entries, f"lost are {sorted(set(entries) - set(left))}"


def test_a_removal_that_was_acknowledged_stays_one(
    disk: Disk, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async def play() -> tuple[Image, Image]:
        store = FileStorage(disk.root / "store")
        for key in (SNAPSHOT, CHUNK, TOMBSTONE):
            await store.save(key, b"data")
        await store.remove(TOMBSTONE)
        one_less = disk.after_power_cut()
        await store.remove_range((DOCUMENT,))
        return one_less, disk.after_power_cut()

    one_less, nothing = asyncio.run(play())
    assert set(_restored(one_less, tmp_path_factory.mktemp("one"))) == {SNAPSHOT, CHUNK}
    assert _restored(nothing, tmp_path_factory.mktemp("nothing")) == {}, "a deleted document came back"


@pytest.mark.parametrize("names_at_once", [False, True], ids=["names wait for fsync", "names at once"])
def test_at_no_moment_is_an_entry_half_old_half_new(disk: Disk, names_at_once: bool) -> None:
    path = ("store", DOCUMENT[:2], DOCUMENT[2:], "snapshot", "aa")
    seen: set[bytes | None] = set()
    disk.after_each_step = lambda: seen.add(disk.after_power_cut(names_at_once=names_at_once).get(path))

    async def play() -> None:
        store = FileStorage(disk.root / "store")
        for data in (b"old", b"new"):
            await store.save(SNAPSHOT, data)

    asyncio.run(play())
    assert seen == {None, b"old", b"new"}, f"a loss of power would have left {seen}; steps: {disk.steps}"


def test_at_no_moment_is_a_document_half_deleted(disk: Disk) -> None:
    document = ("store", DOCUMENT[:2], DOCUMENT[2:])
    seen: set[int] = set()

    def count() -> None:
        image = disk.after_power_cut(names_at_once=True)
        seen.add(len([path for path in image if path[:3] == document]))

    async def play() -> None:
        store = FileStorage(disk.root / "store")
        await store.save(SNAPSHOT, b"data")
        await store.save(CHUNK, b"data")
        disk.after_each_step = count
        await store.remove_range((DOCUMENT,))

    asyncio.run(play())
    assert seen == {0}, (
        f"while the document was removed a loss of power would have left {seen} of its 2 files"
    )


def test_the_order_of_the_steps(disk: Disk) -> None:
    async def play() -> None:
        store = FileStorage(disk.root / "store")
        await store.save(SNAPSHOT, b"old")
        disk.steps.clear()
        await store.save(SNAPSHOT, b"new")

    asyncio.run(play())
    file, move, folder = disk.steps
    assert file.startswith(f"fsync {os.getpid()}."), f"the file's bytes come first: {disk.steps}"
    assert move == "replace aa", f"then it gets its name: {disk.steps}"
    assert folder == "fsync snapshot", f"then the name is made durable: {disk.steps}"


def test_a_folder_that_a_dead_process_left_unsynced_is_synced_by_the_next(
    disk: Disk, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (disk.root / "store" / DOCUMENT[:2] / DOCUMENT[2:] / "snapshot").mkdir(parents=True)

    async def play() -> None:
        store = FileStorage(disk.root / "store")
        await store.save(SNAPSHOT, b"data")

    asyncio.run(play())
    # The base itself was there before the store: making that durable is its owner's affair.
    disk.names[disk.root.stat().st_ino] = _names_in(disk.root)
    assert _restored(disk.after_power_cut(), tmp_path_factory.mktemp("after")) == {SNAPSHOT: b"data"}


@pytest.mark.parametrize("switched_off", ["sync_file", "sync_directory"])
def test_the_model_notices_when_a_sync_is_missing(
    disk: Disk, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, switched_off: str
) -> None:
    monkeypatch.setattr(fsync, switched_off, lambda _: None)

    async def play() -> None:
        store = FileStorage(disk.root / "store")
        await store.save(SNAPSHOT, b"data")

    asyncio.run(play())
    left = _restored(disk.after_power_cut(), tmp_path_factory.mktemp("after"))
    assert left != {SNAPSHOT: b"data"}, (
        f"without {switched_off} nothing is durable, and the model did not see it"
    )
