"""Group S of the acceptance catalogue: one document and its peers."""

from itertools import chain, repeat
from unittest.mock import patch

from jupyter_automerge.document import Changed, Document, SyncSession
from jupyter_automerge.engine.events import PolicyChanged
from jupyter_automerge.engine.notices import EphemeralReceived, RowsChanged
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulated_stranger import Stranger
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.ids import DocumentId, SessionId, document_id_from_bytes
from jupyter_automerge.values.status import DocumentState
from jupyter_automerge.wire.messages import DocUnavailable, Ephemeral, Request, Sync
from jupyter_automerge.wire.sync_message import V1, Have, SyncMessage, parse

MISSING = document_id_from_bytes(b"nobody has this.")


def joined(sim: Simulation, host: SimulatedRepo, *names: str) -> list[Stranger]:
    """Strangers that introduced themselves and have said nothing else."""
    strangers = [sim.stranger(name, host) for name in names]
    for stranger in strangers:
        stranger.join()
    return strangers


def unavailable(stranger: Stranger) -> list[DocumentId]:
    return [message.document_id for message in stranger.got(DocUnavailable)]


def test_S1_adding_a_peer_to_a_document_with_data_emits_a_sync_message(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = sim.shared(alice)
    (bob,) = joined(sim, alice, "bob")
    (message,) = bob.sync_messages(note)
    assert frozenset(message.heads) == alice.heads(note), sim.story()
    assert not message.changes, "what the peer lacks is not known yet\n" + sim.story()


def test_S2_a_document_change_emits_a_sync_message_to_peers(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    link = sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    link.reset_counts()
    alice.change(note, n=1)
    sim.run(0.006)
    assert bob.value(note) == {"n": 1}, sim.story()
    assert link.sync_messages[note] == 2, "the change, and the word that it came\n" + sim.story()


def test_S3_every_move_of_a_peer_is_reported_and_the_last_one_is_current(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    seen = []
    for number in range(3):
        alice.change(note, n=number)
        sim.run_until_quiet()
        seen.append(alice.heads(note))
    told = [row.received for notice in alice.heard(RowsChanged) for row in notice.rows]
    assert [heads for heads in seen if heads in told] == seen, sim.story()
    assert alice.row(note, bob).sent == alice.heads(note), sim.story()
    assert alice.heard(RowsChanged)[-1].rows == (alice.row(note, bob),), sim.story()


def test_S4_changes_that_wait_for_the_transport_are_coalesced(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    link = sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    link.reset_counts()
    for number in range(100):
        alice.change(note, n=number)
    sim.run_until_quiet()
    assert bob.value(note) == {"n": 99}, sim.story()
    assert link.sync_messages[note] <= 6, sim.story()


def test_S5_syncing_continues_after_the_peer_is_removed_and_added_again(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    link = sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    sim.cut(link)
    alice.change(note, by_alice=1)
    bob.change(note, by_bob=1)
    sim.heal(link)
    sim.run_until_quiet()
    assert alice.value(note) == bob.value(note) == {"n": 0, "by_alice": 1, "by_bob": 1}, sim.story()


def test_S6_without_data_the_first_message_is_a_request(sim: Simulation) -> None:
    alice = sim.repo("alice")
    (bob,) = joined(sim, alice, "bob")
    alice.find(MISSING)
    sim.run_until_quiet()
    assert len(bob.got(Request)) == 1 and not bob.got(Sync), sim.story()


def test_S7_unknown_peers_are_requested_and_one_that_asked_us_is_not(sim: Simulation) -> None:
    server = sim.repo("server")
    asker, other = joined(sim, server, "asker", "other")
    asker.ask(MISSING)
    sim.run_until_quiet()
    assert [message.document_id for message in other.got(Request)] == [MISSING], sim.story()
    assert not asker.got(Request), sim.story()
    supplier = sim.repo("supplier")
    supplier.create({"late": True}, document_id=MISSING)
    sim.connect(supplier, server)
    sim.run_until_quiet()
    assert any(message.heads for message in asker.sync_messages(MISSING)), sim.story()


def test_S8_an_asker_hears_unavailable_once_the_other_peer_said_no(sim: Simulation) -> None:
    server = sim.repo("server")
    asker, other = joined(sim, server, "asker", "other")
    asker.ask(MISSING)
    sim.run_until_quiet()
    assert other.got(Request) and not unavailable(asker), sim.story()
    other.send(DocUnavailable(other.peer_id, server.peer_id, MISSING))
    sim.run_until_quiet()
    assert unavailable(asker) == [MISSING], sim.story()
    assert not unavailable(other), sim.story()


def test_S9_a_peers_answer_shows_in_its_row(sim: Simulation) -> None:
    alice = sim.repo("alice")
    (bob,) = joined(sim, alice, "bob")
    alice.find(MISSING)
    sim.run_until_quiet()
    bob.send(DocUnavailable(bob.peer_id, alice.peer_id, MISSING))
    sim.run_until_quiet()
    assert [row.unavailable for row in alice.heard(RowsChanged)[-1].rows] == [True], sim.story()


def test_S10_the_answer_to_a_question_about_an_earlier_connection_is_dropped(sim: Simulation) -> None:
    alice = sim.repo("alice", share=None)
    bob = sim.repo("bob", peer_id="bob")
    note = sim.shared(alice)
    delays = chain([5.0], repeat(0.0))
    alice.policy.delay = lambda: next(delays)
    link = sim.connect(bob, alice)
    sim.run(1.0)
    sim.replug(link)
    sim.run(1.0)
    assert bob.value(note) == {"n": 0}, sim.story()
    alice.policy.rule("bob", announce=False, access=False)
    sim.run(10.0)  # the first question is answered now: no
    alice.change(note, n=1)
    sim.run_until_quiet()
    assert bob.value(note) == {"n": 1}, sim.story()


def test_S11_a_supplier_that_still_owes_its_heads_keeps_the_asker_waiting(sim: Simulation) -> None:
    server = sim.repo("server")
    asker, supplier = joined(sim, server, "asker", "supplier")
    asker.ask(MISSING)
    sim.run_until_quiet()
    supplier.say(MISSING, SyncMessage(V1, heads=(bytes(32),), have=(Have(),)).encode())
    sim.run(60.0)
    assert not unavailable(asker), sim.story()
    sim.cut(sim.links[1])
    sim.run_until_quiet()
    assert unavailable(asker) == [MISSING], "now nobody owes anything any more\n" + sim.story()


def test_S11_nor_is_the_asker_served_a_part_of_the_document(sim: Simulation) -> None:
    server, maker = sim.repos("server", "maker")
    note = sim.shared(maker)
    half = maker.document(note).save_since(frozenset())
    maker.change(note, n=1)
    asker, supplier = joined(sim, server, "asker", "supplier")
    asker.ask(note)
    sim.run_until_quiet()
    whole = tuple(maker.heads(note))
    supplier.say(note, SyncMessage(V1, heads=whole, have=(Have(),), changes=(half,)).encode())
    sim.run(60.0)
    assert not any(message.changes for message in asker.sync_messages(note)), sim.story()
    rest = maker.document(note).save_since(server.heads(note))
    supplier.say(note, SyncMessage(V1, heads=whole, have=(Have(),), changes=(rest,)).encode())
    sim.run_until_quiet()
    assert any(message.changes for message in asker.sync_messages(note)), sim.story()


def test_S12_what_a_denied_peer_had_asked_meanwhile_is_answered_unavailable(sim: Simulation) -> None:
    alice = sim.repo("alice", share=None)
    alice.policy.otherwise = (False, False)
    alice.policy.delay = lambda: 1.0
    note = sim.shared(alice)
    (bob,) = joined(sim, alice, "bob")
    bob.ask(note)
    sim.run(0.5)
    assert not unavailable(bob), "the policy has not answered yet\n" + sim.story()
    sim.run(2.0)
    assert unavailable(bob) == [note], sim.story()
    bob.ask(note)
    sim.run_until_quiet()
    assert unavailable(bob) == [note, note], sim.story()
    assert not bob.sync_messages(note), sim.story()


def test_S13_a_denied_peer_is_re_engaged_when_the_policy_allows(sim: Simulation) -> None:
    alice = sim.repo("alice", share=None)
    bob = sim.repo("bob")
    alice.policy.otherwise = (False, False)
    note = sim.shared(alice)
    sim.connect(bob, alice)
    bob.find(note)
    sim.run_until_quiet()
    assert bob.state(note) is DocumentState.UNAVAILABLE, sim.story()
    alice.policy.otherwise = (False, True)
    alice.feed(PolicyChanged())
    sim.run_until_quiet()
    assert bob.value(note) == {"n": 0}, sim.story()
    bob.change(note, n=1)
    sim.run_until_quiet()
    assert alice.value(note) == {"n": 1}, sim.story()


def test_S14_a_broadcast_that_comes_twice_is_delivered_once(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = sim.shared(alice)
    (bob,) = joined(sim, alice, "bob")
    bob.ask(note)
    for count in (1, 1, 3, 2, 2, 3):
        session = SessionId("bob's session")
        bob.send(Ephemeral(bob.peer_id, alice.peer_id, note, count, session, bytes([count])))
    sim.run_until_quiet()
    assert [heard.data for heard in alice.heard(EphemeralReceived)] == [b"\1", b"\3", b"\2"], sim.story()


def test_S15_an_asker_hears_unavailable_when_nobody_else_is_there(sim: Simulation) -> None:
    server = sim.repo("server")
    (asker,) = joined(sim, server, "asker")
    asker.ask(MISSING)
    sim.run_until_quiet()
    assert unavailable(asker) == [MISSING], sim.story()
    asker.ask(MISSING)
    sim.run_until_quiet()
    assert unavailable(asker) == [MISSING, MISSING], sim.story()


def test_waiting_messages_of_a_peer_are_taken_in_the_order_in_which_it_sent_them(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    sent: list[tuple[bytes, ...]] = []
    taken: list[tuple[bytes, ...]] = []
    document, receive = alice.document(note), Document.receive

    def noted(self: Document, session: SyncSession, message: bytes) -> Changed | None:
        changed = receive(self, session, message)
        if self is document:
            taken.append(parse(message).heads)
        return changed

    with patch.object(Document, "receive", noted):
        with alice.changing(note) as root:
            root["by alice"] = True
            for number in range(1, 6):
                bob.change(note, n=number)
                sent.append(tuple(bob.heads(note)))
                sim.run(0.01)
        sim.run_until_quiet()
    assert [heads for heads in taken if heads in sent] == sent, sim.story()
    assert alice.value(note)["n"] == 5, sim.story()


def test_messages_wait_while_the_store_is_read(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    sim.connect(bob, alice)
    note = sim.shared(alice, bob)
    bob.change(note, n=1)
    everything = bob.document(note).save_since(frozenset())
    heads = tuple(bob.heads(note))
    sim.cut(sim.links[0])
    alice.disk.latency = 20.0
    alice.restart()
    (carol,) = joined(sim, alice, "carol")
    carol.say(note, SyncMessage(V1, heads=heads, have=(Have(),), changes=(everything,)).encode())
    sim.run(10.0)
    assert not alice.document(note).heads, sim.story()
    sim.run(15.0)
    assert alice.value(note) == {"n": 1}, sim.story()


def test_nobody_is_answered_or_asked_before_the_store_was_read(sim: Simulation) -> None:
    """Early words would name wrong heads."""
    alice = sim.repo("alice")
    note = sim.shared(alice)
    alice.disk.latency = 20.0
    alice.restart()
    asker, other = joined(sim, alice, "asker", "other")
    asker.ask(note)
    sim.run(10.0)
    for stranger in (asker, other):
        assert not stranger.sync_messages(note) and not unavailable(stranger), sim.story()
    sim.run(15.0)
    assert any(message.changes for message in asker.sync_messages(note)), sim.story()
