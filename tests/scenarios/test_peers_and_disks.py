"""What a store keeps, and who is told that it does: slow disks, failing ones, wiped ones, and none at all."""

import cbor2

from jupyter_automerge.engine.notices import (
    DocumentRemoved,
    DocumentSaved,
    PeerUp,
    StorageTrouble,
    StoreRegressed,
)
from jupyter_automerge.engine.removal import UNSAFE
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.keys import KeyKind, key_kind
from jupyter_automerge.values.limits import MAX_HEADS_PER_STORE
from jupyter_automerge.values.status import Level, Link, PeerState, Relation, Safety
from jupyter_automerge.wire.codec import encode
from jupyter_automerge.wire.messages import Join
from tests.scenarios.onlooker import Onlooker


def test_S10_the_server_has_it_at_once_and_stores_it_three_seconds_later(sim: Simulation) -> None:
    alice, server = sim.repos("alice", "server")
    sim.connect(alice, server)
    note = sim.shared(alice, server)
    sim.run(1.0)
    seen = Onlooker(alice, note)
    server.disk.latency = 3.0
    alice.change(note, n=1)
    sim.run(0.1)
    assert (seen.row(server).level, seen.sync.state) == (Level.RECEIVED, Safety.SYNCING), sim.story()
    sim.run(2.8)
    assert seen.row(server).level is Level.RECEIVED and not seen.row(server).safe, sim.story()
    sim.run(0.2)
    assert (seen.row(server).level, seen.sync.state) == (Level.STORED, Safety.SAFE), sim.story()


def test_S11_a_server_whose_disk_fails_never_says_stored_and_says_what_fails(sim: Simulation) -> None:
    alice, server = sim.repos("alice", "server")
    sim.connect(alice, server)
    note = sim.shared(alice, server)
    sim.run(1.0)
    server.disk.failing = "no space left on the disk"
    for number in range(1, 6):
        alice.change(note, n=number)
        sim.run(10.0)
        row = Onlooker(alice, note).row(server)
        assert row.relation is Relation.SYNCED and row.level is Level.RECEIVED and not row.safe, sim.story()
    here = Onlooker(server, note).sync
    assert here.state is Safety.ERROR and "no space left" in here.words, sim.story()
    server.disk.failing = ""
    sim.run(40.0)
    assert Onlooker(alice, note).row(server).level is Level.STORED, sim.story()


def test_S12_a_write_that_failed_once_is_made_up_for_and_read_again(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = sim.shared(alice)
    sim.run(1.0)
    seen = Onlooker(alice, note)
    alice.disk.failing = "the disk hiccups"
    alice.change(note, n=1)
    sim.run(0.1)
    assert seen.sync.state is Safety.ERROR and alice.heard(StorageTrouble), sim.story()
    assert alice.heard(DocumentSaved)[-1].heads != alice.heads(note), (
        "never ahead of the disk\n" + sim.story()
    )
    alice.disk.failing = ""
    sim.run(5.0)
    assert seen.local.missing == 0 and seen.local.level is Level.STORED, sim.story()
    alice.restart()
    alice.find(note)
    sim.run(1.0)
    assert alice.value(note) == {"n": 1}, sim.story()


def test_S29_a_store_that_began_anew_is_told_and_gets_everything_again(sim: Simulation) -> None:
    alice, server = sim.repos("alice", "server")
    sim.connect(alice, server)
    note = sim.shared(alice, server)
    alice.change(note, n=1)
    sim.run(5.0)
    seen = Onlooker(alice, note)
    assert seen.sync.state is Safety.SAFE, sim.story()
    server.crash()
    server.disk.wipe()
    sim.run(1.0)
    server.disk.latency = 3.0
    server.restart()
    sim.run(1.0)
    assert StoreRegressed(server.store) in alice.heard(StoreRegressed), sim.story()
    assert seen.sync.state is not Safety.SAFE and seen.row(server).level < Level.STORED, sim.story()
    server.find(note)
    sim.run(10.0)
    assert server.value(note) == {"n": 1}, sim.story()
    assert seen.sync.state is Safety.SAFE and seen.row(server).level is Level.STORED, sim.story()


def test_S29_an_old_backup_put_back_is_found_out_by_its_first_report(sim: Simulation) -> None:
    """It has its old epoch: only what it then says that it stored tells."""
    alice, server = sim.repos("alice", "server")
    sim.connect(alice, server)
    note = sim.shared(alice, server)
    sim.run(5.0)
    backup = server.disk.copy()
    alice.change(note, n=1)
    sim.run(5.0)
    seen = Onlooker(alice, note)
    assert seen.row(server).level is Level.STORED, sim.story()
    server.crash()
    server.disk.roll_back(backup)
    server.start()
    server.disk.latency = 3.0
    sim.came_back(server)
    server.find(note)
    sim.run(3.5)
    assert StoreRegressed(server.store, note) in alice.heard(StoreRegressed), sim.story()
    assert not seen.row(server).safe and seen.sync.state is not Safety.SAFE, sim.story()
    sim.run(10.0)
    assert server.value(note) == {"n": 1} and seen.row(server).level is Level.STORED, sim.story()


def test_a_report_that_names_too_many_heads_proves_no_loss(sim: Simulation) -> None:
    """Two hundred edits side by side: reports are cut where they are read, each time elsewhere."""
    alice, server = sim.repos("alice", "server")
    sim.connect(alice, server)
    note = sim.shared(alice, server)
    before = alice.document(note).fork()
    for number in range(200):
        aside = before.fork()
        with aside.change() as root:
            root[f"edit {number}"] = number
        alice.merge(note, aside)
        sim.run(0.1)
    sim.run(5.0)
    row = Onlooker(alice, note).row(server)
    assert not alice.heard(StoreRegressed) and len(row.facts.stored) == MAX_HEADS_PER_STORE, sim.story()
    assert not row.safe and row.missing_there, "at least what is known\n" + sim.story()
    alice.change(note, all="one again")
    sim.run(5.0)
    assert Onlooker(alice, note).row(server).level is Level.STORED, sim.story()
    assert not alice.heard(StoreRegressed), sim.story()


def test_S29b_a_server_that_died_before_it_saved_has_less_when_it_comes_back(sim: Simulation) -> None:
    alice, server = sim.repos("alice", "server")
    cable = sim.connect(alice, server)
    note = sim.shared(alice, server)
    sim.run(5.0)
    seen, before = Onlooker(alice, note), alice.heads(note)
    server.disk.paused = True
    alice.change(note, n=1)
    sim.run(1.0)
    row = seen.row(server)
    assert (row.relation, row.level, row.safe) == (Relation.SYNCED, Level.RECEIVED, False), sim.story()
    server.crash()
    server.restart()
    server.find(note)
    relations = [seen.row(server).relation]
    while relations[-1] is not Relation.SYNCED or len(relations) < 3:
        assert seen.row(server).facts.stored == before, "stored it was never\n" + sim.story()
        sim.run(0.0005)
        now = seen.row(server)
        if now.relation is not relations[-1]:
            relations.append(now.relation)
        assert sim.now < 60.0, f"{relations}\n{sim.story()}"
        if now.level is Level.STORED:
            break
    assert relations == [Relation.SYNCED, Relation.AHEAD, Relation.SYNCED], f"{relations}\n{sim.story()}"
    sim.run(5.0)
    assert seen.row(server).level is Level.STORED and cable.connection is not None, sim.story()


def test_S29b_a_plain_server_that_came_back_empty_is_no_copy_by_what_it_held_before(sim: Simulation) -> None:
    alice, server = sim.repo("alice"), sim.repo("server", plain=True)
    sim.connect(alice, server)
    note = sim.shared(alice, server)
    alice.change(note, n=1)
    sim.run(5.0)
    seen = Onlooker(alice, note)
    assert seen.sync.state is Safety.SAFE, "as far as it can tell\n" + sim.story()
    server.crash()
    sim.run(1.0)
    row = seen.row(server)
    assert (row.link, row.level, row.safe) == (Link.OFFLINE, Level.RECEIVED, True), sim.story()
    server.disk.wipe()
    server.disk.delayed[(note,)] = 10.0
    server.restart()
    sim.run(1.0)
    row = seen.row(server)
    assert (row.link, row.relation, row.level) == (Link.CONNECTED, Relation.SYNCED, Level.SENT), sim.story()
    assert not row.safe and row.state is PeerState.SYNCING and not seen.peers.all_synced, sim.story()
    summary = seen.sync
    assert summary.state is Safety.SYNCING and "has not said yet" in summary.words, sim.story()
    sim.run(6.0)
    summary = seen.sync
    assert summary.state is Safety.STALLED, sim.story()
    alice.remove(note)
    assert UNSAFE in [removed.refused for removed in alice.heard(DocumentRemoved)], sim.story()
    server.find(note)
    sim.run(10.0)
    assert server.value(note) == {"n": 1} and seen.sync.state is Safety.SAFE, sim.story()


def test_S30_the_memory_of_a_page_is_nobodys_copy(sim: Simulation) -> None:
    alice, page = sim.repo("alice"), sim.repo("page", stores=False)
    sim.connect(page, alice)
    note = sim.shared(alice, page)
    for number in (1, 2):
        alice.change(note, n=number)
        sim.run(20.0)
    (up,) = alice.heard(PeerUp)
    assert up.metadata.storage_id is None and up.metadata.is_ephemeral, sim.story()
    seen = Onlooker(alice, note)
    (row,) = seen.peers
    assert row.ephemeral and row.relation is Relation.SYNCED and row.level is Level.RECEIVED, sim.story()
    assert not row.safe and seen.sync.state is Safety.ALONE and seen.sync.copies == 0, sim.story()
    others = (KeyKind.SYNC_STATE, KeyKind.REMOTE_HEADS)
    assert not [key for key in alice.disk.entries if key_kind(key) in others or row.id in key], sim.story()
    claims = cbor2.loads(encode(Join(page.peer_id, page.engine.local.metadata())))["peerMetadata"]
    assert claims["isEphemeral"] is True and "storageId" not in claims, claims
