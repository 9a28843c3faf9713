"""Every storage adapter of the package through the shipped contract."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jupyter_automerge.storage import FileStorage, MemoryStorage, ObjectStorage, RedisStorage, Storage
from jupyter_automerge.testing.storage_contract import ONE, StorageContract
from tests.contracts.redis_server import RedisProcess
from tests.contracts.s3_server import S3Server


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


class TestRedisStorage(StorageContract):
    @pytest.fixture(autouse=True)
    def _redis(self, redis: RedisProcess) -> None:
        redis.ask("FLUSHALL")
        self.redis = redis

    def open_storage(self) -> Storage:
        return RedisStorage(self.redis.url())

    @contextmanager
    def writes_fail(self, storage: Storage) -> Iterator[None]:
        self.redis.configure("maxmemory", "1")
        yield
        self.redis.configure("maxmemory", "0")


class TestObjectStorage(StorageContract):
    @pytest.fixture(autouse=True)
    def _bucket(self, s3: S3Server) -> None:
        self.s3 = s3
        self.bucket = f"pool-{uuid.uuid4()}"
        s3.make_bucket(self.bucket)

    def open_storage(self) -> Storage:
        return ObjectStorage(self.s3.url(self.bucket))

    @contextmanager
    def writes_fail(self, storage: Storage) -> Iterator[None]:
        with self.s3.refusing("PUT"):
            yield
