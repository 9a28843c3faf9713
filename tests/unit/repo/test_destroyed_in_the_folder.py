"""Somebody removes a file of the store just after it was written: that is no echo of our own writing (P63, P64)."""

import asyncio
from pathlib import Path

import pytest

from jupyter_automerge.repo import FileStorage, Repo
from tests.unit.repo.story import story

ENDS_BEFORE_EVERYTHING_IS_LOOKED_AT = 9.0


def chunks(folder: Path) -> set[Path]:
    return {path for kind in ("snapshot", "incremental") for path in folder.glob(f"??/*/{kind}/*")}


@pytest.mark.timeout(60)
@story
async def test_what_is_destroyed_as_soon_as_it_is_stored_is_written_again(tmp_path: Path) -> None:
    async with Repo(FileStorage(tmp_path), name="Alice") as alice:
        note = alice.create({"n": 0})
        # The first time all is looked at, as the watch begins just then.
        for number in range(1, 3):
            with note.change() as draft:
                draft["n"] = number
            await note.saved()
            for path in chunks(tmp_path):
                path.unlink(missing_ok=True)
            async with asyncio.timeout(ENDS_BEFORE_EVERYTHING_IS_LOOKED_AT):
                while not chunks(tmp_path):
                    await asyncio.sleep(0.02)
        await note.saved()
    async with Repo(FileStorage(tmp_path), name="Alice again") as again:
        assert (await again.find(note.url)).value == {"n": 2}
