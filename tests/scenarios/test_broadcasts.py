"""Group M of the acceptance catalogue: broadcasts, which reach those that have the document, once."""

from jupyter_automerge.engine.events import Broadcast
from jupyter_automerge.engine.local import FixedShare
from jupyter_automerge.engine.notices import EphemeralReceived
from jupyter_automerge.testing.simulation import Simulation

ON_REQUEST = FixedShare(announce=False)


def test_M17_broadcasts_reach_only_peers_that_have_the_document(sim: Simulation) -> None:
    alice = sim.repo("alice", share=ON_REQUEST)
    bob, carol = sim.repos("bob", "carol")
    for peer in (bob, carol):
        sim.connect(peer, alice)
    note = sim.shared(alice)
    bob.find(note)
    sim.run_until_quiet()
    alice.broadcast(note, b"\x01")
    sim.run_until_quiet()
    assert len(bob.heard(EphemeralReceived)) == 1 and not carol.heard(EphemeralReceived), sim.story()


def test_M24_a_broadcast_in_a_mesh_arrives_once_and_never_at_its_author(sim: Simulation) -> None:
    repos = sim.repos("alice", "bob", "carol", "dave")
    links = [
        sim.connect(caller, listener)
        for number, caller in enumerate(repos)
        for listener in repos[number + 1 :]
    ]
    note = sim.shared(repos[0], *repos[1:])
    for link in links:
        link.reset_counts()
    for number in range(10):
        repos[number % 4].feed(Broadcast(note, bytes([number])))
    sim.run_until_quiet()
    for number, repo in enumerate(repos):
        heard = sorted(notice.data[0] for notice in repo.heard(EphemeralReceived))
        assert heard == [one for one in range(10) if one % 4 != number], sim.story()
    assert sum(link.frames for link in links) <= 10 * 9, "and the mesh falls silent\n" + sim.story()
