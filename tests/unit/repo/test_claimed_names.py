"""Anybody may claim any name: who is meant by one in a policy, or for a wait (E44)."""

import pytest

from jupyter_automerge.errors import InvalidId, SyncTimeout
from jupyter_automerge.repo import DocHandle, MemoryStorage, Repo, SafetyPolicy, any_of
from jupyter_automerge.values.keys import STORAGE_ID_KEY
from jupyter_automerge.values.status import Safety, Trust
from tests.unit.repo.story import story, until

ARCHIVE = SafetyPolicy(stores=["archive"])


async def met(alice: Repo, *others: Repo) -> DocHandle:
    """A note of Alice's that all of them have stored."""
    note = alice.create({"n": 1})
    for other in others:
        alice.link(other)
    await note.synced(with_=[other.storage_id for other in others if other.storage_id], timeout=10)
    return note


@story
async def test_a_wait_for_a_name_that_two_go_by_says_so_at_the_call() -> None:
    async with (
        Repo(name="alice") as alice,
        Repo(MemoryStorage(), name="server") as server,
        Repo(MemoryStorage(), name="Server") as impostor,
    ):
        note = await met(alice, server, impostor)
        for name in ("server", any_of("server", "bob"), ["server"]):
            with pytest.raises(InvalidId, match=r"'server' may be .*\(.*\) or .*\(.*\): say which by its id"):
                note.synced(with_=name)
        for row in note.peers:
            (copy,) = (await note.synced(with_=row.called, timeout=5)).copies
            assert copy.id == row.id


@story
async def test_ids_addresses_and_names_of_our_own_mean_one_whatever_others_claim() -> None:
    async with (
        Repo(name="alice") as alice,
        Repo(MemoryStorage(), name="server") as server,
    ):
        url = alice.connect((await server.listen()).url).url
        note = alice.create({"n": 1})
        await note.synced()
        assert server.storage_id is not None
        await alice.stores.label(server.storage_id, "the lab's")
        for name in (url, "the lab's", server.storage_id):
            async with Repo(MemoryStorage(), name=name) as impostor:
                cable = alice.link(impostor)
                await until(lambda: len(note.peers) == 2 and note.peers.all_synced, alice)
                (copy,) = (await note.synced(with_=name, timeout=5)).copies
                assert copy.id == server.storage_id
                cable.close(None, "enough")
            await alice.stores.forget(impostor.storage_id or "")


@story
async def test_what_two_go_by_counts_for_nobody_in_a_policy_until_our_user_says_who_is_meant() -> None:
    async with (
        Repo(MemoryStorage(), name="alice", safety=ARCHIVE) as alice,
        Repo(MemoryStorage(), name="archive") as archive,
        Repo(MemoryStorage(), name="archive") as impostor,
    ):
        note = await met(alice, archive)
        await note.saved()
        assert note.sync.state is Safety.SAFE
        alice.link(impostor)
        await until(lambda: len(note.peers) == 2, alice)
        assert not note.peers.safe and note.sync.state is not Safety.SAFE
        assert "'archive' may be archive (" in note.sync.words
        assert not await alice.safe_to_exit()
        with pytest.raises(SyncTimeout, match="'archive' may be"):
            await note.synced(timeout=0.1)

        await alice.stores.label(archive.storage_id or "", "archive")
        await until(lambda: note.sync.state is Safety.SAFE, alice)
        assert [row.id for row in note.peers if row.safe] == [archive.storage_id]


@story
async def test_who_is_not_trusted_takes_no_name_from_anybody() -> None:
    async with (
        Repo(MemoryStorage(), name="alice", safety=ARCHIVE) as alice,
        Repo(MemoryStorage(), name="archive") as archive,
        Repo(MemoryStorage(), name="archive") as impostor,
    ):
        note = await met(alice, archive, impostor)
        await alice.stores.trust(impostor.storage_id or "", Trust.UNTRUSTED)
        assert [row.id for row in note.peers if row.safe] == [archive.storage_id]
        (copy,) = (await note.synced(with_="archive", timeout=5)).copies
        assert copy.id == archive.storage_id


@story
async def test_a_wait_under_way_takes_nobody_for_who_was_named_once_a_second_claims_it() -> None:
    async with (
        Repo(name="alice") as alice,
        Repo(MemoryStorage(), name="server") as server,
        Repo(MemoryStorage(), name="server") as impostor,
    ):
        await alice.listen()  # somebody may come by
        note = alice.create({"n": 1})
        waiting = note.synced(with_="server", timeout=0.5)
        first, second = server.find(note.url, timeout=5), impostor.find(note.url, timeout=5)
        alice.link(server)
        alice.link(impostor)
        with pytest.raises(SyncTimeout, match="'server' may be"):
            await waiting
        assert (await first).value == (await second).value == {"n": 1}


@story
async def test_an_id_that_was_made_to_read_as_a_name_is_no_more_than_a_claim() -> None:
    disguised = MemoryStorage()
    await disguised.save(STORAGE_ID_KEY, b"archive")
    async with (
        Repo(MemoryStorage(), name="alice", safety=ARCHIVE) as alice,
        Repo(disguised, name="bob") as impostor,
        Repo(MemoryStorage(), name="archive") as archive,
    ):
        note = await met(alice, impostor)
        assert note.peers.safe, "nobody else goes by it"
        alice.link(archive)
        await until(lambda: len(note.peers) == 2, alice)
        assert not note.peers.safe
        with pytest.raises(InvalidId):
            note.synced(with_="archive")
