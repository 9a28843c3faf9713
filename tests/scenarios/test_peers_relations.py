"""What rows say of who has what: in the same call as the edit, and of heads that nobody has brought yet."""

from jupyter_automerge.engine.events import LocalChange
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.ids import StorageId
from jupyter_automerge.values.status import Level, PeerState, Relation, Safety
from jupyter_automerge.wire.messages import RemoteHeadsChanged, StoreHeads
from tests.scenarios.javascript import JavaScript, javascript
from tests.scenarios.onlooker import Onlooker


def test_S3_an_edit_shows_in_bobs_row_before_anything_is_sent(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    link = sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    sim.run(1.0)
    seen = Onlooker(alice, note)
    assert (seen.peers.all_synced, seen.sync.state) == (True, Safety.SAFE), sim.story()
    frames = link.frames
    document = alice.document(note)
    document.on_commit = None  # the Engine has not even heard of it
    with document.change() as root:
        root["n"] = 1
    (row,) = seen.peers
    assert (row.relation, row.state, row.missing_there) == (Relation.AHEAD, PeerState.SYNCING, 1), sim.story()
    assert not row.safe and link.frames == frames and seen.sync.state is Safety.UNSAVED, sim.story()
    alice.feed(LocalChange(note, row.heads, document.heads))
    sim.run(1.0)
    assert seen.peers.all_synced and seen.row(bob).level is Level.STORED, sim.story()


def test_S4_who_has_ours_and_more_is_behind_and_safe(sim: Simulation) -> None:
    """A worker between them knows of Bob's edit, and nobody has brought it yet."""
    alice, bob = sim.repos("alice", "bob")
    cable = sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    sim.run(1.0)
    sim.cut(cable)  # else Bob's own word is all that counts
    more = bob.document(note).fork()
    with more.change() as root:
        root["more"] = 1
    worker = javascript(sim, "worker", alice, note)
    told(worker, bob, more.heads)
    sim.run(1.0)
    row = Onlooker(alice, note).row(bob)
    assert (row.relation, row.missing_there, row.missing_here) == (Relation.BEHIND, 0, 1), sim.story()
    assert row.safe and row.heads != alice.heads(note), "equal they are not\n" + sim.story()


def test_S5_after_both_edited_nothing_is_certain_until_the_pull(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    cable = sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    sim.run(1.0)
    sim.cut(cable)
    alice.change(note, by="alice")
    bob.change(note, by="bob")
    worker = javascript(sim, "worker", alice, note)
    told(worker, bob, bob.heads(note))
    sim.run(1.0)
    row = Onlooker(alice, note).row(bob)
    assert (row.relation, row.certain, row.safe) == (Relation.DIVERGED, False, False), sim.story()
    assert row.missing_there == 1 and row.missing_here == 1, sim.story()
    sim.heal(cable)
    sim.run(5.0)
    row = Onlooker(alice, note).row(bob)
    assert (row.relation, row.certain, row.safe) == (Relation.SYNCED, True, True), sim.story()


def told(worker: JavaScript, bob: SimulatedRepo, heads: Heads) -> None:
    """The worker says that Bob has these."""
    said = {StorageId(bob.store): StoreHeads(heads, 1.0)}
    worker.send(RemoteHeadsChanged(worker.peer_id, worker.target, worker.document_id, said))
