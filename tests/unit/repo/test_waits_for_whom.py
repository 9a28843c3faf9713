"""Whom synced() waits for, in every way a store can be named, and in which direction."""

import asyncio
from dataclasses import replace

import pytest

from jupyter_automerge.errors import (
    DialError,
    DocumentUnavailable,
    NoPeers,
    PeerGone,
    SyncDenied,
    SyncTimeout,
)
from jupyter_automerge.repo import DocHandle, MemoryStorage, PeerInfo, Repo, SafetyPolicy, any_of
from jupyter_automerge.repo.targets import One
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.status import Level, Link, PeerState, Safety, Trust
from tests.unit.repo.gated import GatedConnector
from tests.unit.repo.stores import ObservedStorage
from tests.unit.repo.story import story, turns, until


def edit(note: DocHandle, value: int) -> None:
    with note.change() as d:
        d["n"] = value


class SlowStorage(ObservedStorage):
    """Writes chunks only once its gates are open."""

    def __init__(self) -> None:
        super().__init__()
        self.gates = {kind: asyncio.Event() for kind in ("snapshot", "incremental")}

    def open_gates(self) -> None:
        for gate in self.gates.values():
            gate.set()


@story
async def test_every_way_to_name_a_store_names_it() -> None:
    async with Repo(name="alice") as alice, Repo(MemoryStorage(), name="server") as server:
        dialer = alice.connect((await server.listen()).url)
        note = alice.create({"n": 1})
        await note.synced()
        (row,), (peer,), (connection,), (store,) = note.peers, alice.peers, alice.connections, alice.stores
        assert server.storage_id is not None
        names: list[One | list[One]] = [
            row,
            store,
            peer,
            connection,
            dialer,
            dialer.info,
            dialer.url,
            server.storage_id,
            server.peer_id,
            "server",
            lambda row: row.kind == "script",
            any_of("nobody", "server"),
            ["server", peer],
        ]
        for name in names:
            report = await note.synced(with_=name, timeout=5)
            assert [copy.id for copy in report.copies] == [server.storage_id]


@story
async def test_of_a_list_all_are_waited_for_and_of_any_of_the_first() -> None:
    gated = SlowStorage()
    async with (
        Repo(name="alice") as alice,
        Repo(MemoryStorage(), name="quick") as quick,
        Repo(gated, name="slow") as sluggish,
    ):
        alice.link(quick)
        alice.link(sluggish)
        note = alice.create({"n": 1})

        first = await note.synced(with_=any_of("quick", "slow"))
        assert [row.name for row in first.copies] == ["quick"]
        both = note.synced(with_=["quick", "slow"])
        with pytest.raises(SyncTimeout, match=r"stored by quick; slow \(.*\) has not stored it yet"):
            await note.synced(with_=["quick", "slow"], timeout=0.1)
        gated.open_gates()
        assert {row.name for row in (await both).copies} == {"quick", "slow"}


@story
async def test_an_empty_list_names_nobody_and_nobody_is_no_copy() -> None:
    async with Repo(name="alice") as alice, Repo(MemoryStorage(), name="bob") as bob:
        alice.link(bob)
        note = alice.create({"n": 1})
        await note.synced()
        with pytest.raises(NoPeers, match="an empty list names nobody"):
            await note.synced(with_=[row for row in note.peers if row.kind == "server"])
        with pytest.raises(NoPeers):
            await alice.synced(with_=())


@story
async def test_what_gives_names_one_by_one_names_them_for_every_document() -> None:
    async with Repo(name="alice") as alice, Repo(MemoryStorage(), name="bob") as bob:
        alice.link(bob)
        notes = [alice.create({"n": number}) for number in range(3)]
        report = await alice.synced(with_=(name for name in ["bob"]))
        assert [len(report.documents[note.document_id].copies) for note in notes] == [1, 1, 1]


@story
async def test_who_was_named_and_never_met_is_named_again_when_the_wait_ends() -> None:
    async with Repo(name="alice") as alice, Repo(MemoryStorage(), name="bob") as bob:
        alice.link(bob)
        note = alice.create({"n": 1})
        await note.synced()
        with pytest.raises(SyncTimeout, match=r"stored by bob; carol has not been met here$"):
            await note.synced(with_=["bob", "carol"], timeout=0.1)
        with pytest.raises(SyncTimeout, match=r"one who was named has not been met here$"):
            await note.synced(with_=["bob", lambda row: False], timeout=0.1)


@story
async def test_two_copies_by_the_policy_or_by_the_call() -> None:
    async with (
        Repo(name="alice", safety=SafetyPolicy(copies=2)) as alice,
        Repo(MemoryStorage(), name="bob") as bob,
        Repo(MemoryStorage(), name="carol") as carol,
    ):
        alice.link(bob)
        note = alice.create({"n": 1})
        assert len((await note.synced(copies=1)).copies) == 1
        waiting = note.synced()
        await until(lambda: note.peers.safe, alice)
        assert not waiting.done()
        alice.link(carol)
        assert len((await waiting).copies) == 2


@story
async def test_the_policy_names_the_stores_that_count() -> None:
    async with (
        Repo(name="alice", safety=SafetyPolicy(stores=["archive"])) as alice,
        Repo(MemoryStorage(), name="bob") as bob,
        Repo(MemoryStorage(), name="archive") as archive,
    ):
        alice.link(bob)
        note = alice.create({"n": 1})
        await until(lambda: note.peers and note.peers[0].level is Level.STORED, alice)
        assert not note.peers.safe
        alice.link(archive)
        assert [row.name for row in (await note.synced()).copies] == ["archive"]


@story
async def test_S14_a_durable_store_that_leaves_is_waited_for_to_the_end_of_the_time() -> None:
    storage = SlowStorage()
    async with Repo(name="alice") as alice, Repo(storage, name="server") as server:
        note = alice.create({"n": 1})
        cable = alice.link(server)
        await until(lambda: note.peers and note.peers[0].missing_there == 0, alice)
        waiting = note.synced(with_="server", timeout=0.3)
        await turns()
        cable.close(None, "the cable was pulled")
        await until(lambda: note.peers[0].link is Link.OFFLINE, alice)
        with pytest.raises(SyncTimeout, match="has not stored it yet, out of reach"):
            await waiting
        storage.open_gates()


@story
async def test_S14_without_a_store_it_is_gone_within_a_second() -> None:
    async with Repo() as alice:
        note = alice.create({"n": 1})
        async with Repo(name="page") as page:
            alice.link(page)
            await until(lambda: note.peers, alice)
            waiting = note.synced(with_=note.peers[0], level=Level.STORED, timeout=30)
            await turns()
        began = asyncio.get_running_loop().time()
        with pytest.raises(PeerGone, match="page left"):
            await waiting
        assert asyncio.get_running_loop().time() - began < 1


@story
async def test_S44_one_of_three_leaves_midway_and_the_wait_for_the_others_ends_well() -> None:
    """Not so where syncing is one state for all peers: whoever leaves in the middle keeps it waiting."""
    disks = [SlowStorage(), SlowStorage(), SlowStorage()]
    async with (
        Repo(name="alice") as alice,
        Repo(disks[0], name="bob") as bob,
        Repo(disks[1], name="carol") as carol,
        Repo(disks[2], name="dave") as dave,
    ):
        note = alice.create({"n": 1})
        *_, cable = [alice.link(one) for one in (bob, carol, dave)]
        await until(lambda: len(note.peers) == 3, alice)
        two, everybody = note.synced(copies=2), note.synced(copies=3, timeout=0.5)
        await turns()
        cable.close(None, "the cable was pulled")
        for disk in disks[:2]:
            disk.open_gates()
        assert {row.name for row in (await two).copies} == {"bob", "carol"}
        with pytest.raises(SyncTimeout, match=r"dave \(.*out of reach"):
            await everybody
        disks[2].open_gates()


@story
async def test_who_is_denied_among_several_ends_the_wait_only_if_he_was_needed() -> None:
    class NotForMallory:
        def announce(self, peer: PeerInfo, document_id: DocumentId | None) -> bool:
            return peer.name != "mallory"

        access = announce

    async with (
        Repo(name="alice", share=NotForMallory()) as alice,
        Repo(MemoryStorage(), name="bob") as bob,
        Repo(MemoryStorage(), name="mallory") as mallory,
    ):
        alice.link(bob)
        alice.link(mallory)
        note = alice.create({"n": 1})
        finding = mallory.find(note.url, timeout=5)
        await until(lambda: any(row.name == "mallory" for row in note.peers), alice)

        assert [row.name for row in (await note.synced()).copies] == ["bob"]
        assert (await note.synced(with_=any_of("mallory", "bob"))).copies
        with pytest.raises(SyncDenied, match="from mallory"):
            await note.synced(with_=["bob", "mallory"])
        await asyncio.gather(finding, return_exceptions=True)


@story
async def test_S35_who_had_everything_and_may_not_have_it_any_more_is_no_copy() -> None:
    class Fickle:
        given = True

        def announce(self, peer: PeerInfo, document_id: DocumentId | None) -> bool:
            return self.given

        access = announce

    share = Fickle()
    async with Repo(name="alice", share=share) as alice, Repo(MemoryStorage(), name="bob") as bob:
        alice.link(bob)
        note = alice.create({"n": 1})
        await note.synced()
        share.given = False
        alice.share_policy_changed()
        await until(lambda: note.peers[0].state is PeerState.DENIED, alice)
        assert note.peers[0].level is Level.STORED and not note.peers.safe
        for whom in (None, "bob"):
            with pytest.raises(SyncDenied):
                await note.synced(with_=whom)


# Directions


@story
async def test_in_waits_until_everything_is_here_that_they_had() -> None:
    async with Repo(name="alice") as alice, Repo(MemoryStorage(), name="bob") as bob:
        note = alice.create({"n": 1})
        alice.link(bob)
        theirs = await bob.find(note.url)
        edit(theirs, 2)
        edit(theirs, 3)
        theirs_then = theirs.heads

        await note.synced(direction="in", heads=theirs_then)
        assert note.value["n"] == 3
        report = await note.synced(with_="bob", direction="in")
        assert [row.name for row in report.copies] == ["bob"]
        assert report.durability == "reported in memory", "Alice has no store"


@story
async def test_in_is_not_done_while_what_they_named_is_not_here() -> None:
    async with Repo(name="alice") as alice, Repo(MemoryStorage(), name="bob") as bob:
        alice.link(bob)
        note = alice.create({"n": 1})
        await note.synced()
        unheard_of = frozenset([b"?" * 32])
        with pytest.raises(SyncTimeout):
            await note.synced(direction="in", heads=unheard_of, timeout=0.1)
        with pytest.raises(SyncTimeout):
            await note.synced(direction="out", heads=note.heads | unheard_of, timeout=0.1)
        assert (await note.synced(direction="both")).copies


@story
async def test_in_waits_for_what_a_store_has_and_is_not_here_yet() -> None:
    async with Repo(name="alice") as alice, Repo(MemoryStorage(), name="bob") as bob:
        alice.link(bob)
        note = alice.create({"n": 1})
        await note.synced()
        (row,) = note._live.rows
        note._live.store_rows = (replace(row, received=row.received | {b"?" * 32}),)
        for whom in (None, "bob"):
            with pytest.raises(SyncTimeout, match=r"bob \(.*\) has 1 change or more that are not here"):
                await note.synced(with_=whom, direction="in", timeout=0.05)


@story
async def test_in_with_nobody_there_is_no_success() -> None:
    async with Repo(name="alice") as alice:
        with pytest.raises(NoPeers):
            await alice.create({"n": 1}).synced(direction="in")


@story
async def test_what_cannot_be_wished_for_is_said_at_the_call() -> None:
    async with Repo() as alice:
        note = alice.create()
        with pytest.raises(ValueError, match="no direction"):
            note.synced(direction="sideways")  # type: ignore[arg-type]  # wrong on purpose
        with pytest.raises(ValueError, match="at least one"):
            note.synced(copies=0)
        with pytest.raises(ValueError, match="never reported"):
            note.synced(level=Level.SENT)
        with pytest.raises(TypeError, match="name at least one"):
            any_of()


@story
async def test_S13_typing_every_few_milliseconds_does_not_keep_the_wait_from_ending() -> None:
    async with Repo() as alice, Repo(MemoryStorage()) as bob:
        alice.link(bob)
        note = alice.create({"n": 0})
        typing = True

        async def type_on() -> None:
            number = 0
            while typing:
                number += 1
                edit(note, number)
                await asyncio.sleep(0.005)

        hand = asyncio.create_task(type_on())
        then = note.heads
        report = await note.synced(timeout=10)
        assert report.heads == then
        typing = False
        await hand


@story
async def test_S36_a_search_from_before_the_network_was_up_finds_once_the_dialer_connects() -> None:
    async with Repo(name="alice") as alice, Repo(MemoryStorage(), name="server") as server:
        note, connector = server.create({"n": 1}), GatedConnector(server)
        alice.dial(connector)
        search = alice.find(note.url, timeout=10)
        await turns()
        assert not search.done(), "the dialer still tries: nobody has said no"
        connector.gate.set()
        assert (await search).value == {"n": 1}


@story
async def test_S36_when_all_dialers_have_failed_it_is_unavailable_and_a_later_peer_heals_that() -> None:
    async with Repo(name="alice") as alice, Repo(MemoryStorage(), name="server") as server:
        note, connector = server.create({"n": 1}), GatedConnector(server)
        connector.fault = DialError("no such address", fatal=True)
        alice.dial(connector)
        search = alice.find(note.url, timeout=10)
        await turns()
        connector.gate.set()
        with pytest.raises(DocumentUnavailable, match="nobody is there to ask"):
            await search
        alice.link(server)
        assert (await alice.find(note.url, timeout=10)).value == {"n": 1}


@story
async def test_who_has_it_has_it_whatever_the_time() -> None:
    async with Repo(name="alice") as alice, Repo(MemoryStorage(), name="server") as server:
        alice.link(server)
        note = alice.create({"n": 1})
        await note.synced()
        assert (await note.synced(timeout=0)).copies
        edit(note, 2)
        with pytest.raises(SyncTimeout):
            await note.synced(timeout=0)


@story
async def test_who_is_lost_for_good_is_never_waited_for() -> None:
    async with Repo(name="alice") as alice, Repo(SlowStorage(), name="laptop") as laptop:
        cable = alice.link(laptop)
        note = alice.create({"n": 1})
        await until(lambda: note.peers, alice)
        cable.close(None, "it fell into the lake")
        await alice.stores.trust("laptop", Trust.DEAD)
        await until(lambda: note.peers[0].trust is Trust.DEAD, alice)
        with pytest.raises(PeerGone, match="laptop is lost for good"):
            await note.synced(with_="laptop", timeout=30)
        assert note.sync.state is Safety.ALONE
        storage = laptop._storage
        assert isinstance(storage, SlowStorage)
        storage.open_gates()


@story
async def test_a_wait_for_a_name_that_nobody_has_says_who_is_there_instead() -> None:
    async with Repo(name="alice") as alice, Repo(MemoryStorage(), name="server") as server:
        alice.link(server)
        note = alice.create({"n": 1})
        await note.synced()
        with pytest.raises(SyncTimeout, match="nobody who was named has been met here; connected: server"):
            await note.synced(with_="sever", timeout=0.01)
