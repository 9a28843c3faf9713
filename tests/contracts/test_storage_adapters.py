"""Every storage adapter of the package through the shipped contract."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jupyter_automerge.storage import FileStorage, MemoryStorage, Storage
from jupyter_automerge.testing.storage_contract import ONE, StorageContract


class TestMemoryStorage(StorageContract):
    @pytest.fixture(autouse=True)
    def _store(self) -> None:
        self.entries = MemoryStorage()

    def open_storage(self) -> Storage:
        return self.entries.reopened()


class TestFileStorage(StorageContract):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path / "not" / "there yet"

    def open_storage(self) -> Storage:
        return FileStorage(self.folder)

    @contextmanager
    def writes_fail(self, storage: Storage) -> Iterator[None]:
        self.folder.mkdir(parents=True)
        in_the_way = self.folder / ONE[0][:2]
        in_the_way.write_text("a file where a folder must be")
        yield
        in_the_way.unlink()
