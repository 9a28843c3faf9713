"""Group M of the acceptance catalogue: what is remembered of other stores, and told about them."""

from dataclasses import replace

from jupyter_automerge.engine.notices import PeerUp, RowsChanged
from jupyter_automerge.engine.sync_forms import decode_state
from jupyter_automerge.testing.simulated_stranger import Stranger
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.identity import PeerMetadata
from jupyter_automerge.values.ids import StorageId
from jupyter_automerge.values.keys import KeyKind, key_kind, sync_state_key
from jupyter_automerge.values.status import Link
from jupyter_automerge.wire.messages import RemoteHeadsChanged, StoreHeads


def test_M18_shared_heads_with_other_stores_are_saved(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    alice.change(note, n=1)
    sim.run(15.0)
    for repo, other in ((alice, "store-bob"), (bob, "store-alice")):
        state = repo.disk.entries[sync_state_key(note, StorageId(other))]
        assert decode_state(state) == alice.heads(note), sim.story()


def test_M20_shared_heads_with_ephemeral_peers_are_not_saved(sim: Simulation) -> None:
    alice, page = sim.repo("alice"), sim.repo("page", stores=False)
    sim.connect(page, alice)
    note = sim.shared(alice, page)
    page.change(note, n=1)
    sim.run(30.0)
    assert KeyKind.SYNC_STATE not in map(key_kind, alice.disk.entries), sim.story()


def test_M21_a_saved_sync_state_spares_messages_after_a_restart(sim: Simulation) -> None:
    """Measured against the same restart with the saved states thrown away."""
    cost = []
    for keep in (True, False):
        alice, bob = sim.repos(f"alice-{keep}", f"bob-{keep}")
        link = sim.connect(alice, bob)
        note = sim.shared(alice, bob)
        for number in range(300):
            alice.change(note, n=number)
        sim.run(15.0)
        for repo in (alice, bob):
            repo.crash()
            for key in [key for key in repo.disk.entries if key_kind(key) is KeyKind.SYNC_STATE and not keep]:
                del repo.disk.entries[key]
        link.reset_counts()
        for repo in (alice, bob):
            repo.restart()
            repo.find(note)
        sim.run(5.0)
        assert sim.documents_equal(note, (alice, bob)), sim.story()
        cost.append((link.sync_messages[note], link.sync_bytes[note]))
    assert cost[0] <= cost[1] and cost[0][1] * 2 < cost[1][1], f"{cost}\n{sim.story()}"


def test_M22_a_stores_report_of_its_heads_is_told_with_its_id(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    alice.change(note, n=1)
    sim.run(5.0)
    row = alice.row(note, bob)
    assert (row.store_id, row.stored, row.known) == ("store-bob", alice.heads(note), True), sim.story()
    assert row in alice.heard(RowsChanged)[-1].rows, sim.story()


def test_M22_only_a_store_itself_is_believed_and_only_if_it_promised_to_mean_it(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = sim.shared(alice)
    own = StorageId("store-mallory")
    for promised in (False, True):
        mallory = Stranger(sim, f"mallory-{promised}", PeerMetadata(storage_id=own, durable_acks=promised))
        sim.connect(mallory, alice)
        mallory.join()
        mallory.ask(note)
        sim.run_until_quiet()
        reported = {
            StorageId(name): StoreHeads(alice.heads(note), 1.0) for name in ("store-alice", "store-bob")
        }
        reported |= {} if promised else {own: StoreHeads(alice.heads(note), 1.0)}
        for store, heads in reported.items():
            message = RemoteHeadsChanged(mallory.peer_id, alice.peer_id, note, {store: heads})
            mallory.send(message)
        sim.run_until_quiet()
        assert not any(row.stored for row in alice.engine.rows(note)), sim.story()
    mallory.send(replace(message, new_heads={own: heads}))
    sim.run_until_quiet()
    stored = {row.store_id: row.stored for row in alice.engine.rows(note)}
    assert stored == {own: alice.heads(note), "store-bob": frozenset()}, sim.story()


def test_M23_connected_peers_are_listed(sim: Simulation) -> None:
    alice, bob, carol = sim.repos("alice", "bob", "carol")
    for peer in (bob, carol):
        sim.connect(alice, peer)
    note = sim.shared(alice, bob, carol)
    assert [up.peer_id for up in alice.heard(PeerUp)] == [bob.peer_id, carol.peer_id], sim.story()
    assert {row.store_id for row in alice.engine.rows(note)} == {"store-bob", "store-carol"}, sim.story()
    sim.cut(sim.links[0])
    assert alice.row(note, bob).link is Link.OFFLINE, "known, but away\n" + sim.story()
