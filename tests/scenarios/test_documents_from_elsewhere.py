"""Group M of the acceptance catalogue: documents that were imported, cloned, merged, or come back."""

from jupyter_automerge.document import Document
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.ids import document_id_from_bytes


def test_M15_a_deleted_document_can_be_fetched_again_with_newer_content(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    alice.remove(note)
    sim.run_until_quiet()
    bob.change(note, n=1)
    sim.run_until_quiet()
    alice.find(note)
    sim.run_until_quiet()
    assert alice.value(note) == {"n": 1}, sim.story()
    alice.change(note, n=2)
    sim.run_until_quiet()
    assert bob.value(note) == {"n": 2}, sim.story()


def test_M19_imported_documents_are_synced_out(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    sim.connect(alice, bob)
    made = Document(actor=bytes(16))
    with made.change() as root:
        root["imported"] = True
    given = document_id_from_bytes(b"chosen by a user")
    for document_id in (None, given):
        document = Document.load([made.export()])[0]
        note = alice.take_in(document, document_id=document_id, fresh=document_id is None)
        sim.run_until_quiet()
        assert bob.value(note) == {"imported": True}, sim.story()
    assert note == given


def test_M19_an_import_under_an_id_that_exists_is_merged(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    fork = alice.document(note).fork(actor=sim.actor())
    with fork.change() as root:
        root["elsewhere"] = True
    alice.change(note, here=True)
    for stored in (False, True):
        if stored:
            alice.restart()
        alice.take_in(fork, document_id=note, fresh=False)
        sim.run_until_quiet()
        assert alice.value(note) == bob.value(note) == {"n": 0, "here": True, "elsewhere": True}, sim.story()


def test_M25_clones_and_merges_propagate(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    clone = alice.take_in(alice.document(note).fork(actor=sim.actor()))
    sim.run_until_quiet()
    bob.change(clone, cloned=True)
    alice.change(note, n=1)
    sim.run_until_quiet()
    assert bob.value(note) == {"n": 1} and alice.value(clone) == {"n": 0, "cloned": True}, sim.story()
    alice.merge(note, alice.document(clone))
    sim.run_until_quiet()
    assert bob.value(note) == {"n": 1, "cloned": True}, sim.story()
    assert bob.value(clone) == {"n": 0, "cloned": True}, "only the target moved\n" + sim.story()
