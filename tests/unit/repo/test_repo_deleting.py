"""Deleting our own copy: refused while others do not keep the document as the policy asks."""

import pytest

from jupyter_automerge.errors import UnsafeDelete
from jupyter_automerge.repo import MemoryStorage, Repo, SafetyPolicy
from jupyter_automerge.values.keys import document_prefix
from jupyter_automerge.values.status import Trust
from tests.unit.repo.story import story, until

TWO = SafetyPolicy(copies=2)


@story
async def test_one_copy_is_too_few_where_the_policy_asks_for_two() -> None:
    async with (
        Repo(MemoryStorage(), name="alice", safety=TWO) as alice,
        Repo(MemoryStorage(), name="bob") as bob,
        Repo(MemoryStorage(), name="carol") as carol,
    ):
        alice.link(bob)
        note = alice.create({"n": 1})
        await note.synced(copies=1)
        with pytest.raises(UnsafeDelete, match=r"stored by bob; 2 copies are asked for.*force=True"):
            await alice.delete(note.url)
        assert note.value == {"n": 1}
        alice.link(carol)
        await note.synced()
        await alice.delete(note.url)
        assert await alice.document_ids() == ()


@story
async def test_only_those_whom_the_policy_names_are_copies() -> None:
    archive = SafetyPolicy(stores=["archive"])
    async with (
        Repo(MemoryStorage(), name="alice", safety=archive) as alice,
        Repo(MemoryStorage(), name="bob") as bob,
    ):
        alice.link(bob)
        note = alice.create({"n": 1})
        await note.synced(with_="bob")
        with pytest.raises(
            UnsafeDelete, match="1 copy is asked for, and no other store that counts is known"
        ):
            await alice.delete(note.url)
        await alice.delete(note.url, force=True)


@story
async def test_a_document_on_the_shelf_is_judged_as_one_that_is_open() -> None:
    store = MemoryStorage()
    async with (
        Repo(store, name="alice") as alice,
        Repo(MemoryStorage(), name="bob") as bob,
    ):
        note = alice.create({"n": 1})
        await note.saved()
        await alice.unload(note.url)
        with pytest.raises(UnsafeDelete, match="no other store is known"):
            await alice.delete(note.url)
        assert await store.keys(document_prefix(note.document_id))

        cable = alice.link(bob)
        await (await alice.find(note.url)).synced()
        await alice.saved()
        await alice.unload(note.url)
        await alice.delete(note.url)
        assert not await store.keys(document_prefix(note.document_id))
        assert (await bob.find(note.url)).value == {"n": 1}
        cable.close(None, "the cable was pulled")


@story
async def test_what_is_remembered_does_not_do_for_a_document_on_the_shelf() -> None:
    async with (
        Repo(MemoryStorage(), name="alice") as alice,
        Repo(MemoryStorage(), name="bob") as bob,
    ):
        cable = alice.link(bob)
        note = alice.create({"n": 1})
        await note.synced()
        await alice.saved()
        await alice.unload(note.url)
        cable.close(None, "the cable was pulled")
        await until(lambda: not alice.connections, alice)
        with pytest.raises(
            UnsafeDelete, match="no other store that is connected says that it keeps all of it"
        ):
            await alice.delete(note.url)
        assert (await alice.find(note.url)).sync.copies == 1


@story
async def test_whom_our_user_does_not_trust_keeps_nothing_for_us() -> None:
    async with (
        Repo(MemoryStorage(), name="alice") as alice,
        Repo(MemoryStorage(), name="bob") as bob,
    ):
        alice.link(bob)
        note = alice.create({"n": 1})
        await note.synced()
        await alice.stores.trust("bob", Trust.UNTRUSTED)
        await until(lambda: not note.sync.copies, alice)
        with pytest.raises(UnsafeDelete, match="no other store is known"):
            await alice.delete(note.url)


@story
async def test_what_is_nowhere_or_already_deleted_is_not_brought_back_to_be_judged() -> None:
    async with (
        Repo(MemoryStorage(), name="alice") as alice,
        Repo(MemoryStorage(), name="bob") as bob,
    ):
        alice.link(bob)
        note = alice.create({"n": 1})
        await note.synced()
        for _ in range(2):
            await alice.delete(note.url)
        theirs = bob.create({"n": 2})
        await bob.unload(theirs.url)
        await alice.delete(theirs.url)
        assert await alice.document_ids() == () and not alice.handles
