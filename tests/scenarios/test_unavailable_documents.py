"""Group M of the acceptance catalogue: documents that nobody has, may have, or has yet."""

from jupyter_automerge.engine.local import FixedShare
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.ids import document_id_from_bytes
from jupyter_automerge.values.status import DocumentState
from jupyter_automerge.wire.messages import DocUnavailable, Request

MISSING = document_id_from_bytes(b"nobody has this.")
ON_REQUEST = FixedShare(announce=False)
UNAVAILABLE = DocumentState.UNAVAILABLE


def test_M9_an_excluded_document_does_not_appear_at_the_excluded_peer(sim: Simulation) -> None:
    alice, bob, carol = sim.repo("alice"), sim.repo("bob", share=None), sim.repo("carol")
    sim.line(alice, bob, carol)
    secret = document_id_from_bytes(b"a secret for two")
    bob.policy.rule("carol", announce=False, access=False, document_id=secret)
    alice.create({"secret": True}, document_id=secret)
    note = sim.shared(alice)
    assert bob.value(secret) == {"secret": True} and carol.value(note) == {"n": 0}, sim.story()
    assert carol.state(secret) is None, sim.story()


def test_M11_a_document_nobody_has_is_unavailable(sim: Simulation) -> None:
    repos = sim.repos("alice", "bob", "carol", "dave")
    sim.line(*repos)
    sim.run_until_quiet()
    repos[0].find(MISSING)
    sim.run_until_quiet()
    assert repos[0].state(MISSING) is UNAVAILABLE, sim.story()
    assert sim.now < 1.0, sim.story()


def test_M11_also_in_a_ring_where_everybody_waits_for_everybody(sim: Simulation) -> None:
    repos = sim.repos("alice", "bob", "carol")
    sim.line(*repos)
    sim.connect(repos[2], repos[0])
    sim.run_until_quiet()
    for repo in repos:
        repo.find(MISSING)
    sim.run(60.0)
    assert [repo.state(MISSING) for repo in repos] == [UNAVAILABLE] * 3, sim.story()


def test_M12_it_becomes_available_when_a_holder_connects_later(sim: Simulation) -> None:
    alice, server, holder = sim.repos("alice", "server", "holder")
    sim.connect(alice, server)
    note = sim.shared(holder)
    for _ in range(2):
        alice.find(note)
        sim.run_until_quiet()
        assert alice.state(note) is UNAVAILABLE, sim.story()
    sim.connect(holder, server)
    sim.run_until_quiet()
    assert alice.value(note) == {"n": 0}, sim.story()


def test_M13_it_becomes_available_when_a_connected_peer_that_does_not_announce_obtains_it(
    sim: Simulation,
) -> None:
    alice, server, holder = sim.repo("alice"), sim.repo("server", share=ON_REQUEST), sim.repo("holder")
    sim.connect(alice, server)
    note = sim.shared(holder)
    alice.find(note)
    sim.run_until_quiet()
    assert alice.state(note) is UNAVAILABLE, sim.story()
    sim.connect(holder, server)
    sim.run_until_quiet()
    assert alice.value(note) == {"n": 0}, sim.story()


def test_M14_it_becomes_available_when_there_were_no_peers_at_first(sim: Simulation) -> None:
    alice, holder = sim.repos("alice", "holder")
    note = sim.shared(holder)
    alice.find(note)
    sim.run_until_quiet()
    assert alice.state(note) is UNAVAILABLE, sim.story()
    sim.connect(alice, holder)
    sim.run_until_quiet()
    assert alice.value(note) == {"n": 0}, sim.story()


def test_M26_a_document_on_a_deny_list_is_unavailable_and_not_loaded(sim: Simulation) -> None:
    """Our deny-list is a policy that denies the document to everybody."""
    for share in (FixedShare(announce=False, access=False), None):
        server = sim.repo(f"server-{share is None}", share=share)
        server.policy.otherwise = (False, False)
        note = sim.shared(server)
        server.restart()
        guest = sim.stranger("guest", server)
        guest.join()
        guest.ask(note)
        sim.run_until_quiet()
        assert guest.got(DocUnavailable) and not guest.got(Request), sim.story()
        assert server.disk.loads.count((note,)) == 0, "not loaded\n" + sim.story()
        server.find(note)
        sim.run_until_quiet()
        assert server.value(note) == {"n": 0}, "its own user may have it\n" + sim.story()
