"""What a Repo still knows of others in its next life, and what it has forgotten."""

from math import inf

from jupyter_automerge.engine.events import ForgetStore, NameStore, Stop, TrustStore, Unload
from jupyter_automerge.engine.notices import StoreForgotten, StoreRegressed, StoreSeen
from jupyter_automerge.testing.simulated_link import LinkEnd
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.ids import DocumentId, StorageId
from jupyter_automerge.values.keys import (
    STORES_PREFIX,
    KeyKind,
    StorageKey,
    key_kind,
    remote_heads_key,
    store_key,
    sync_state_key,
)
from jupyter_automerge.values.limits import STORE_FORGOTTEN_SECONDS, STORE_KEPT_SECONDS
from jupyter_automerge.values.status import Link, Trust
from jupyter_automerge.wire.codec import decode
from jupyter_automerge.wire.messages import Message, RemoteHeadsChanged, Stored, StoreHeads
from tests.scenarios.javascript import javascript

BOB = StorageId("store-bob")


def remembered(repo: SimulatedRepo) -> list[StorageKey]:
    return [key for key in repo.disk.entries if key_kind(key) is KeyKind.REMOTE_HEADS]


def apart(sim: Simulation, alice: SimulatedRepo, bob: SimulatedRepo) -> DocumentId:
    """A document that both have, and a pulled cable."""
    cable = sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    sim.run(5.0)
    sim.cut(cable)
    sim.run(5.0)
    return note


def test_S16_after_a_restart_offline_rows_show_what_was_last_known(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    note = apart(sim, alice, bob)
    before = alice.row(note, bob)
    alice.restart()
    alice.find(note)
    sim.run(100.0)
    row = alice.row(note, bob)
    assert (row.link, row.name, row.received, row.stored) == (
        Link.OFFLINE, "bob", before.received, alice.heads(note),
    ), sim.story()  # fmt: skip
    assert row.as_of == before.as_of and row.known and row.durable_acks, sim.story()
    assert row.unsent_since is None, sim.story()
    alice.change(note, n=1)
    sim.run(5.0)
    row = alice.row(note, bob)
    assert alice.document(note).missing_from(row.received | row.stored) == 1, sim.story()
    unsent_since = row.unsent_since
    alice.restart()
    alice.find(note)
    sim.run(5.0)
    assert alice.row(note, bob).unsent_since == unsent_since, sim.story()
    assert not alice.heard(StoreSeen)[1:], "Bob is no news to Alice\n" + sim.story()


def test_S34_fifty_documents_of_one_moment_are_fifty_remembered_rows(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    sim.connect(alice, bob)
    notes = [alice.create({"n": number}) for number in range(50)]
    sim.run(1.0)
    for note in notes:
        bob.find(note)
    sim.run(3.0)
    assert {key[0] for key in remembered(alice)} == set(notes), sim.story()
    alice.restart()
    for note in notes:
        alice.find(note)
    sim.run(0.5)
    assert all(alice.row(note, bob).stored == alice.heads(note) for note in notes), sim.story()


def test_while_somebody_types_a_row_is_written_once_a_second(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    sim.run(5.0)
    alice.disk.puts.clear()
    for number in range(500):
        alice.change(note, n=number + 1)
        sim.run(0.01)
    writes = alice.disk.puts.count(remote_heads_key(note, BOB))
    assert 4 <= writes <= 6, f"{writes}\n{sim.story()}"
    sim.run(5.0)
    assert alice.disk.puts.count(remote_heads_key(note, BOB)) <= writes + 2, (
        "at rest nothing is\n" + sim.story()
    )


def test_what_was_heard_last_is_written_when_the_repo_stops_or_the_document_leaves(sim: Simulation) -> None:
    for leave in ("stop", "unload"):
        alice, bob = sim.repos(f"alice-{leave}", f"bob-{leave}")
        cable = sim.connect(alice, bob)
        note = sim.shared(alice, bob)
        sim.run(5.0)
        alice.change(note, n=1)
        sim.run(0.1)
        alice.feed(Stop() if leave == "stop" else Unload(note))
        sim.run(0.1)
        sim.cut(cable)
        alice.restart()
        alice.find(note)
        sim.run(0.5)
        assert alice.row(note, bob).stored == alice.heads(note), f"{leave}\n{sim.story()}"


def test_S30_nothing_is_kept_of_a_memory_that_ends_with_its_process(sim: Simulation) -> None:
    alice, page = sim.repo("alice"), sim.repo("page", stores=False)
    cable = sim.connect(page, alice)
    note = sim.shared(alice, page)
    page.change(note, n=1)
    sim.run(5.0)
    row = alice.row(note, page)
    assert (row.ephemeral, row.received, row.stored) == (True, alice.heads(note), frozenset()), sim.story()
    sim.cut(cable)
    assert not alice.engine.rows(note) and not alice.engine.stores(), sim.story()
    sim.run(5.0)
    assert not remembered(alice) and not alice.disk.below(*STORES_PREFIX), sim.story()


def test_S37_a_deleted_document_takes_its_rows_along_and_late_word_brings_none_back(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    sim.run(5.0)
    worker = javascript(sim, "worker", alice, note)
    alice.change(note, n=1)
    sim.run(0.2)
    alice.remove(note, force=True)
    sim.run(0.1)
    far = {StorageId("store-far"): StoreHeads(bob.heads(note), 1.0)}
    worker.send(RemoteHeadsChanged(worker.peer_id, alice.peer_id, note, far))
    sim.run(10.0)
    assert not alice.engine.rows(note) and not remembered(alice), sim.story()
    alice.restart()
    sim.run(1.0)
    assert not remembered(alice), sim.story()


def test_S37_a_forgotten_store_stays_forgotten_until_it_comes_itself(sim: Simulation) -> None:
    alice, bob, server = sim.repos("alice", "bob", "server")
    note = apart(sim, alice, bob)
    other = sim.shared(alice)
    alice.feed(Unload(other))
    sim.connect(server, bob)
    server.find(note)
    sim.run(5.0)
    alice.feed(ForgetStore(BOB))
    sim.run(2.0)
    assert not alice.engine.rows(note) and not alice.engine.stores(), sim.story()
    assert alice.heard(StoreForgotten) and not remembered(alice), sim.story()
    for _ in range(2):
        sim.connect(alice, server)
        bob.change(note, n=sim.now)
        sim.run(5.0)
        assert {row.store_id for row in alice.engine.rows(note)} == {"store-server"}, sim.story()
        alice.restart()
        alice.find(note)
        sim.run(1.0)
    sim.connect(bob, alice)
    sim.run(5.0)
    assert alice.row(note, bob).stored == alice.heads(note), sim.story()


def test_what_documents_remember_of_a_forgotten_store_is_void_when_they_are_read(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    note = apart(sim, alice, bob)
    alice.feed(Unload(note))
    sim.run(2.0)
    alice.feed(ForgetStore(BOB))
    sim.run(STORE_FORGOTTEN_SECONDS + 1.0)
    alice.restart()
    alice.find(note)
    sim.run(2.0)
    assert not alice.engine.rows(note) and not remembered(alice), sim.story()
    assert sync_state_key(note, BOB) not in alice.disk.entries, sim.story()


def test_a_forgotten_store_that_is_connected_is_as_one_that_was_just_met(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    sim.run(5.0)
    alice.feed(NameStore(BOB, "my laptop"))
    sim.run(5.0)
    alice.feed(ForgetStore(BOB))
    (store,) = alice.engine.stores()
    assert (store.called, store.link) == ("bob", Link.CONNECTED) and store.first_seen >= 10.0, sim.story()
    row = alice.row(note, bob)
    assert (row.received, row.stored, row.petname) == (alice.heads(note), frozenset(), ""), sim.story()
    sim.run(2.0)
    assert alice.row(note, bob).stored == alice.heads(note), "he was asked, at rest\n" + sim.story()
    sim.run_until_quiet()
    alice.change(note, n=1)
    sim.run(2.0)
    assert alice.row(note, bob).stored == alice.heads(note) == bob.heads(note), sim.story()


def test_names_and_trust_of_stores_are_kept(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    note = apart(sim, alice, bob)
    alice.feed(NameStore(BOB, "the lab \u202e server" + "!" * 100), TrustStore(BOB, Trust.TRUSTED))
    sim.run(2.0)
    alice.restart()
    alice.find(note)
    sim.run(2.0)
    (store,) = alice.engine.stores()
    row = alice.row(note, bob)
    for one in (store, row):
        assert (one.petname[:14], one.trust) == ("the lab server", Trust.TRUSTED), sim.story()
    assert len(store.petname) == 64, sim.story()


def test_a_store_that_nobody_named_leaves_after_half_a_year(sim: Simulation) -> None:
    alice = sim.repo("alice")
    bob, carol = sim.repos("bob", "carol")
    notes = [apart(sim, alice, peer) for peer in (bob, carol)]
    alice.feed(NameStore("store-carol", "Carol's laptop"))
    sim.run(2.0)
    alice.crash()
    sim.run(STORE_KEPT_SECONDS + 1.0)
    alice.restart()
    for note in notes:
        alice.find(note)
    sim.run(2.0)
    assert [store.called for store in alice.engine.stores()] == ["Carol's laptop"], sim.story()
    assert {row.petname for note in notes for row in alice.engine.rows(note)} == {"Carol's laptop"}, (
        sim.story()
    )
    assert store_key(BOB) not in alice.disk.entries, sim.story()
    assert {key[2] for key in remembered(alice)} == {"store-carol"}, sim.story()


def test_how_long_stores_are_remembered_is_for_our_user_to_say(sim: Simulation) -> None:
    alice, bob, carol = sim.repos("alice", "bob", "carol")
    notes = [apart(sim, alice, peer) for peer in (bob, carol)]
    alice.feed(NameStore("store-carol", "Carol's laptop"))
    sim.run(2.0)
    alice.crash()
    alice.retain = inf
    sim.run(2 * STORE_KEPT_SECONDS)
    alice.restart()
    for note in notes:
        alice.find(note)
    sim.run(2.0)
    assert {store.called for store in alice.engine.stores()} == {"bob", "Carol's laptop"}, sim.story()
    alice.crash()
    alice.retain = 3_600.0
    alice.restart()
    for note in notes:
        alice.find(note)
    sim.run(2.0)
    assert [store.called for store in alice.engine.stores()] == ["Carol's laptop"], sim.story()
    assert store_key(BOB) not in alice.disk.entries, sim.story()


def test_who_was_forgotten_stays_so_when_stores_are_remembered_for_an_hour_only(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    note = apart(sim, alice, bob)
    alice.feed(ForgetStore(BOB))
    sim.run(2.0)
    alice.crash()
    alice.retain = 3_600.0
    sim.run(STORE_FORGOTTEN_SECONDS / 2)
    alice.restart()
    alice.find(note)
    sim.run(2.0)
    assert store_key(BOB) in alice.disk.entries, sim.story()
    alice.crash()
    sim.run(STORE_FORGOTTEN_SECONDS)
    alice.restart()
    alice.find(note)
    sim.run(2.0)
    assert store_key(BOB) not in alice.disk.entries, sim.story()


def test_S29_a_wiped_store_is_found_out_by_its_epoch_even_in_a_later_life(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    note = apart(sim, alice, bob)
    later = sim.shared(alice)
    sim.heal(sim.links[0])
    bob.find(later)
    sim.run(5.0)
    alice.restart()
    alice.find(note)
    bob.crash()
    bob.disk.wipe()
    bob.start()
    sim.came_back(bob)
    sim.run(5.0)
    assert StoreRegressed(BOB) in alice.heard(StoreRegressed), sim.story()
    assert bob.value(note) == alice.value(note), "everything is sent again\n" + sim.story()
    alice.find(later)
    sim.run(0.0015)
    assert not alice.row(later, bob).stored, "of the store that was wiped\n" + sim.story()
    sim.run(5.0)
    assert alice.row(later, bob).stored == alice.heads(later), sim.story()


def test_torn_and_foreign_files_say_nothing_and_harm_nobody(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    note = apart(sim, alice, bob)
    alice.crash()
    for key in [*remembered(alice), store_key(BOB)]:
        alice.disk.entries[key] = alice.disk.entries[key][:-5]
    alice.disk.entries[(*STORES_PREFIX, "not / an id")] = b"?"
    alice.disk.entries[(note, KeyKind.REMOTE_HEADS.value, "not / an id")] = b"?"
    alice.restart()
    alice.find(note)
    sim.run(2.0)
    assert alice.value(note) == {"n": 0} and not alice.engine.stores(), sim.story()
    sim.heal(sim.links[0])
    sim.run(5.0)
    assert alice.row(note, bob).stored == alice.heads(note), sim.story()


def test_a_table_of_stores_that_cannot_be_read_is_not_written_over(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    note = apart(sim, alice, bob)
    alice.feed(NameStore(BOB, "my laptop"))
    sim.run(2.0)
    alice.disk.failing_loads = "input/output error"
    alice.restart()
    sim.heal(sim.links[0])
    sim.run(10.0)
    alice.disk.failing_loads = ""
    alice.find(note)
    sim.run(60.0)
    assert [store.petname for store in alice.engine.stores()] == ["my laptop"], sim.story()
    alice.restart()
    alice.find(note)
    sim.run(5.0)
    assert alice.row(note, bob).petname == "my laptop", sim.story()


def test_an_unchanged_document_costs_two_small_messages_after_a_restart(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    link = sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    for number in range(300):
        alice.change(note, n=number)
    sim.run(20.0)
    for repo in (alice, bob):
        repo.crash()
    link.reset_counts()
    for repo in (alice, bob):
        repo.restart()
        repo.find(note)
    sim.run(20.0)
    assert link.sync_messages[note] == 2 and link.sync_bytes[note] <= 160, sim.story()
    assert alice.row(note, bob).stored == bob.row(note, alice).stored == alice.heads(note), sim.story()


def test_that_all_is_still_stored_is_said_in_one_message_per_connection(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    link = sim.connect(alice, bob)
    notes = [sim.shared(alice, bob, n=number) for number in range(20)]
    sim.run(20.0)
    sim.cut(link)
    for repo in (alice, bob):
        repo.restart()
        for note in notes:
            repo.find(note)
    sim.run(5.0)
    heard: list[Message] = []

    def overhear(_: LinkEnd, frame: bytes) -> bytes:
        heard.append(decode(frame))
        return frame

    link.tamper = overhear
    link.reset_counts()
    sim.heal(link)
    sim.run(5.0)
    stored = [message for message in heard if isinstance(message, Stored)]
    assert [len(message.heads) for message in stored] == [20, 20], sim.story()
    assert not any(isinstance(message, RemoteHeadsChanged) for message in heard), sim.story()
    assert all(alice.row(note, bob).stored == alice.heads(note) for note in notes), sim.story()
    assert max(link.sync_messages.values()) == 2, sim.story()
