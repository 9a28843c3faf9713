"""What a store says of itself in every handshake: its id, and which life of it this is."""

import pytest

from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.errors import StorageError
from jupyter_automerge.repo.identity import introduce
from jupyter_automerge.storage.memory import MemoryStorage
from jupyter_automerge.values.ids import PeerId, SessionId
from jupyter_automerge.values.keys import EPOCH_KEY, STORAGE_ID_KEY
from tests.unit.repo.story import story


async def life(storage: MemoryStorage | None) -> LocalPeer:
    return await introduce(PeerId("alice"), SessionId("a-session"), "Alice", "script", storage)


@story
async def test_each_life_on_a_store_has_its_id_and_its_epoch() -> None:
    storage = MemoryStorage()
    first, second = await life(storage), await life(storage)
    assert first.storage_id and first.epoch and first == second
    claims = second.metadata()
    assert (claims.storage_id, claims.epoch) == (first.storage_id, first.epoch)


@story
async def test_a_store_that_was_wiped_and_kept_its_id_has_another_epoch() -> None:
    storage, wiped = MemoryStorage(), MemoryStorage()
    before = await life(storage)
    assert before.storage_id is not None
    await wiped.save(STORAGE_ID_KEY, before.storage_id.encode())
    after = await life(wiped)
    assert after.storage_id == before.storage_id and after.epoch not in (None, before.epoch)


@story
async def test_a_copied_store_has_the_epoch_of_the_original() -> None:
    """So it is no wiped one; that it is a copy shows by its leases."""
    storage, copy = MemoryStorage(), MemoryStorage()
    before = await life(storage)
    for key, data in await storage.load_range(()):
        await copy.save(key, data)
    assert await life(copy) == before


@story
async def test_a_repo_without_a_store_has_neither() -> None:
    alice, again = await life(None), await life(None)
    assert alice.storage_id is alice.epoch is None
    assert alice.ephemeral_store_id and alice.ephemeral_store_id != again.ephemeral_store_id


@story
async def test_a_store_with_nonsense_for_an_id_is_refused() -> None:
    storage = MemoryStorage()
    await storage.save(STORAGE_ID_KEY, b"../../etc/passwd")
    with pytest.raises(StorageError, match="id"):
        await life(storage)
    assert await storage.load(EPOCH_KEY) is not None
