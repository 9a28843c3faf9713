"""The name of a store, by which everybody else knows it for good."""

import asyncio
import uuid
from pathlib import Path

from jupyter_automerge.repo import FileStorage, Repo


async def storage_id(folder: Path) -> str:
    async with Repo(FileStorage(folder)) as repo:
        assert repo.storage_id is not None
        return repo.storage_id


def test_X9_a_storage_id_is_a_uuid_and_stays(tmp_path: Path) -> None:
    first = asyncio.run(storage_id(tmp_path / "one"))
    assert str(uuid.UUID(first)) == first and uuid.UUID(first).version == 4
    assert asyncio.run(storage_id(tmp_path / "one")) == first
    assert asyncio.run(storage_id(tmp_path / "two")) != first


def test_an_id_that_a_killed_writer_left_empty_is_given_anew(tmp_path: Path) -> None:
    (tmp_path / "st").mkdir()
    (tmp_path / "st" / "orage-adapter-id").touch()
    first = asyncio.run(storage_id(tmp_path))
    assert uuid.UUID(first).version == 4 and asyncio.run(storage_id(tmp_path)) == first
