"""What stores keep is told, and remembered, also where documents come into memory and leave it meanwhile."""

from jupyter_automerge.engine.events import ForgetStore
from jupyter_automerge.engine.store_files import read_row
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.ids import StorageId
from jupyter_automerge.values.keys import remote_heads_key
from jupyter_automerge.values.status import Level
from tests.scenarios.onlooker import Onlooker


def test_the_server_reads_the_document_because_alice_speaks_of_it_and_says_that_it_is_stored(
    sim: Simulation,
) -> None:
    """When her only message came it was not read yet, and there was nothing to report."""
    alice, server = sim.repos("alice", "server")
    cable = sim.connect(alice, server)
    note = sim.shared(alice)
    sim.run(5.0)
    sim.cut(cable)
    alice.feed(ForgetStore(server.store))
    server.restart()
    sim.heal(cable)
    sim.run(5.0)
    assert Onlooker(alice, note).row(server).level is Level.STORED, sim.story()


def test_the_server_unloads_a_document_as_soon_as_it_is_saved_and_says_so_before(sim: Simulation) -> None:
    alice, server = sim.repos("alice", "server")
    cable = sim.connect(alice, server)
    note = sim.shared(alice)
    server.disk.paused = True
    alice.change(note, n=1)
    sim.run(1.0)
    server.unload(note)
    sim.replug(cable)
    # It has just reported what was saved before, and does not do so more than twenty times a second.
    sim.run(0.03)
    server.resume_disk()
    sim.run(1.0)
    assert server.engine.document(note) is None, sim.story()
    assert Onlooker(alice, note).row(server).level is Level.STORED, sim.story()


def test_the_server_reported_before_alice_had_the_document_and_she_remembers_it(sim: Simulation) -> None:
    alice, server = sim.repos("alice", "server")
    cable = sim.connect(alice, server)
    note = sim.shared(server)
    cable.latency = 0.3
    alice.find(note)
    sim.run(10.0)
    alice.unload(note)
    sim.run(1.0)
    kept = read_row(alice.disk.entries[remote_heads_key(note, StorageId(server.store))])
    assert kept is not None and kept.stored == server.heads(note), sim.story()
