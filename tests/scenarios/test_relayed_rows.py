"""What Repos tell each other of stores that are somewhere else, and how sure that is."""

import pytest

from jupyter_automerge.engine.events import PolicyChanged, TrustStore
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.ids import StorageId
from jupyter_automerge.values.status import Link, Trust
from jupyter_automerge.wire.messages import RemoteHeadsChanged, StoreHeads
from tests.scenarios.javascript import FAR, OURS, javascript, ours, told

BOB = StorageId("store-bob")
HOUR_MS = 3_600_000.0


# Between Repos of ours


def test_S17_a_store_behind_a_server_is_a_row_with_what_the_server_heard(sim: Simulation) -> None:
    alice, server, bob = sim.repos("alice", "server", "bob")
    sim.line(alice, server, bob)
    note = sim.shared(alice, server, bob)
    sim.run(1.0)
    row = alice.row(note, bob)
    assert (row.link, row.via, row.name) == (Link.RELAYED, ("store-server",), "bob"), sim.story()
    assert row.relayed == alice.heads(note) and not row.stored and not row.received, sim.story()
    behind = row.relayed
    sim.cut(sim.links[1])
    alice.change(note, n=1)
    sim.run(10.0)
    assert alice.row(note, bob).relayed == behind, "as he was last heard\n" + sim.story()
    sim.heal(sim.links[1])
    sim.run(1.0)
    row = alice.row(note, bob)
    assert row.relayed == alice.heads(note) and row.link is Link.RELAYED, sim.story()


def test_S17_what_was_last_heard_an_hour_ago_is_told_as_old(sim: Simulation) -> None:
    alice, server, bob = sim.repos("alice", "server", "bob")
    link, far = sim.line(alice, server, bob)
    note = sim.shared(alice, server, bob)
    sim.run(1.0)
    sim.cut(far)
    sim.cut(link)
    sim.run(3600.0)
    alice.restart()
    alice.find(note)
    sim.heal(link)
    sim.run(1.0)
    row = alice.row(note, bob)
    assert row.relayed == alice.heads(note) and row.link is Link.OFFLINE, sim.story()
    assert row.as_of is not None and row.as_of < sim.now - 3500, sim.story()


@pytest.mark.parametrize("trust", [Trust.NORMAL, Trust.TRUSTED])
def test_what_a_trusted_server_says_is_stored_counts_as_stored(sim: Simulation, trust: Trust) -> None:
    alice, server, bob = sim.repos("alice", "server", "bob")
    sim.line(alice, server, bob)
    note = sim.shared(alice, server, bob)
    alice.feed(TrustStore("store-server", trust))
    bob.disk.paused = True
    alice.change(note, n=1)
    sim.run(1.0)
    row = alice.row(note, bob)
    assert row.relayed == alice.heads(note) and row.stored != alice.heads(note), sim.story()
    bob.resume_disk()
    sim.run(1.0)
    assert (alice.row(note, bob).stored == alice.heads(note)) is (trust is Trust.TRUSTED), sim.story()


def test_stored_goes_as_far_as_everybody_on_the_way_is_trusted(sim: Simulation) -> None:
    alice, s1, s2, bob = sim.repos("alice", "s1", "s2", "bob")
    sim.line(alice, s1, s2, bob)
    note = sim.shared(alice, s1, s2, bob)
    alice.feed(TrustStore("store-s1", Trust.TRUSTED))
    sim.run(1.0)
    row = alice.row(note, bob)
    assert row.relayed == alice.heads(note) and not row.stored, "s1 does not rely on s2\n" + sim.story()
    s1.feed(TrustStore("store-s2", Trust.TRUSTED))
    alice.change(note, n=1)
    sim.run(1.0)
    assert alice.row(note, bob).stored == alice.heads(note), sim.story()


def test_nobody_vouches_for_a_store_that_he_distrusts(sim: Simulation) -> None:
    alice, server, bob = sim.repos("alice", "server", "bob")
    sim.line(alice, server, bob)
    sim.run_until_quiet()
    alice.feed(TrustStore("store-server", Trust.TRUSTED))
    server.feed(TrustStore("store-bob", Trust.UNTRUSTED))
    note = sim.shared(alice, server, bob)
    sim.run(1.0)
    row = alice.row(note, bob)
    assert row.relayed == alice.heads(note) and not row.stored, sim.story()


def test_through_javascript_nothing_is_more_than_received(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = sim.shared(alice)
    worker = javascript(sim, "worker", alice, note)
    alice.feed(TrustStore("store-worker", Trust.TRUSTED))
    said = StoreHeads(alice.heads(note), 1.0, stored=True, name="Lab")
    worker.send(RemoteHeadsChanged(worker.peer_id, worker.target, note, {FAR: said}))
    sim.run_until_quiet()
    (row,) = [row for row in alice.engine.rows(note) if row.store_id == FAR]
    assert row.relayed == alice.heads(note) and not row.stored, sim.story()


def test_nobody_is_told_of_himself_or_of_the_teller_or_what_he_said(sim: Simulation) -> None:
    server = sim.repo("server")
    note = sim.shared(server)
    peers = [ours(sim, name, server) for name in ("s1", "s2")]
    for peer in peers:
        peer.ask(note)
    sim.run_until_quiet()
    said = StoreHeads(server.heads(note), 1.0)
    stores = (FAR, StorageId("store-s1"), StorageId("store-s2"), OURS)
    peers[0].send(RemoteHeadsChanged(peers[0].peer_id, peers[0].target, note, dict.fromkeys(stores, said)))
    sim.run(5.0)
    assert {store for message in peers[0].got(RemoteHeadsChanged) for store in message.new_heads} <= {OURS}
    heard = {store for message in peers[1].got(RemoteHeadsChanged) for store in message.new_heads}
    assert heard <= {OURS, FAR, StorageId("store-s1")} and FAR in heard, sim.story()
    assert {row.store_id for row in server.engine.rows(note)} == {"store-s1", "store-s2", FAR}, sim.story()


def test_a_teller_is_not_told_its_own_word_when_others_know_less(sim: Simulation) -> None:
    server = sim.repo("server")
    note = sim.shared(server)
    early = server.heads(note)
    server.change(note, n=1)
    late = server.heads(note)
    knows, lags = (ours(sim, name, server) for name in ("knows", "lags"))
    for peer, heads in ((knows, late), (lags, early)):
        peer.ask(note)
        sim.run_until_quiet()
        said = {FAR: StoreHeads(heads, 1.0)}
        peer.send(RemoteHeadsChanged(peer.peer_id, peer.target, note, said))
        sim.run(5.0)
    assert [row.heads for row in told(knows, note, FAR)] == [early], sim.story()
    assert [row.heads for row in told(lags, note, FAR)] == [late], sim.story()


def test_the_memory_of_a_page_is_not_told_of_and_a_page_is_not_told(sim: Simulation) -> None:
    alice, server = sim.repos("alice", "server")
    page = sim.repo("page", stores=False)
    sim.line(alice, server, page)
    note = sim.shared(alice, server, page)
    sim.run(1.0)
    assert {row.store_id for row in alice.engine.rows(note)} == {"store-server"}, sim.story()


@pytest.mark.parametrize("late", [False, True])
def test_what_an_earlier_life_heard_is_told_on_also_when_the_disk_is_slow(
    sim: Simulation, late: bool
) -> None:
    """Alice speaks of the document before the server has read what it knew of Bob."""
    alice, server, bob = sim.repos("alice", "server", "bob")
    link, far = sim.line(alice, server, bob)
    note = sim.shared(alice, server, bob)
    sim.run(5.0)
    sim.cut(far)
    carol = sim.repo("carol")
    carol.find(note)
    if late:
        server.disk.delayed[(note,)] = 2.0
    server.restart()
    sim.cut(link)
    sim.connect(carol, server)
    sim.run(10.0)
    row = carol.row(note, bob)
    assert row.relayed == server.heads(note) and row.name == "bob", sim.story()


def test_S38_what_a_peer_was_told_is_remembered_of_so_many_stores_and_no_more(
    sim: Simulation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jupyter_automerge.engine.retelling.MAX_STORES_PER_DOCUMENT", 5)
    server = sim.repo("server")
    note = sim.shared(server)
    mallory, hearer = (ours(sim, name, server) for name in ("mallory", "hearer"))
    for peer in (mallory, hearer):
        peer.ask(note)
    said = StoreHeads(server.heads(note), 1.0)
    for number in range(20):
        fake = {StorageId(f"fake-{number}"): said}
        mallory.send(RemoteHeadsChanged(mallory.peer_id, mallory.target, note, fake))
    sim.run(5.0)
    assert len([store for message in hearer.got(RemoteHeadsChanged) for store in message.new_heads]) >= 20
    (session,) = [
        session
        for session in server.engine._documents[note].sessions.values()
        if session.connection.peer_id == hearer.peer_id
    ]
    assert session.rows is not None and len(session.rows.told) == 5, sim.story()


def test_S18_reports_in_a_ring_of_repos_come_to_rest(sim: Simulation) -> None:
    alice, s1, s2, s3, bob = repos = sim.repos("alice", "s1", "s2", "s3", "bob")
    for caller, listener in ((alice, s1), (s1, s2), (s2, s3), (s3, s1), (s2, bob)):
        sim.connect(caller, listener)
    note = sim.shared(*repos)
    for number in range(20):
        alice.change(note, n=number)
        bob.change(note, m=number)
        sim.run(0.05)
    sim.run(60.0)
    before = sum(link.frames for link in sim.links)
    sim.run(3600.0)
    assert sum(link.frames for link in sim.links) == before, sim.story()
    for repo in repos:
        for other in repos:
            if other is not repo:
                row = repo.row(note, other)
                assert repo.heads(note) in (row.stored, row.relayed | row.received), sim.story()


def test_a_hundred_edits_a_second_are_told_of_ten_times_a_second(sim: Simulation) -> None:
    alice, server, bob = sim.repos("alice", "server", "bob")
    link, _ = sim.line(alice, server, bob)
    note = sim.shared(alice, server, bob)
    sim.run(5.0)
    link.reset_counts()
    for number in range(300):
        alice.change(note, n=number)
        sim.run(0.01)
    sim.run(1.0)
    assert alice.row(note, bob).relayed == alice.heads(note), sim.story()
    reported = link.frames - link.sync_messages[note]
    own_word_both_ways = 2 * 20 * 4
    assert reported <= own_word_both_ways + 10 * 4 + 2, f"{reported} reports\n{sim.story()}"


def test_what_several_say_is_told_once(sim: Simulation) -> None:
    server, bob = sim.repos("server", "bob")
    sim.connect(server, bob)
    note = sim.shared(server, bob)
    hearer, echo = (ours(sim, name, server) for name in ("hearer", "echo"))
    for peer in (hearer, echo):
        peer.ask(note)
    sim.run(1.0)
    before = told(hearer, note, BOB)
    said = {BOB: StoreHeads(server.heads(note), 1.0)}
    echo.send(RemoteHeadsChanged(echo.peer_id, echo.target, note, said))
    sim.run(5.0)
    assert before and told(hearer, note, BOB) == before, sim.story()


# Whom nothing is told


@pytest.mark.parametrize("plain", [True, False])
def test_S20_a_document_that_a_peer_may_not_have_is_never_named_to_it(sim: Simulation, plain: bool) -> None:
    """JavaScript names it to every peer that it shares any document with (trap 7)."""
    server, bob = sim.repo("server", share=None), sim.repo("bob")
    sim.connect(server, bob)
    secret = sim.shared(server, bob)
    server.policy.rule("eve", announce=False, access=False)
    eve = javascript(sim, "eve", server, secret) if plain else ours(sim, "eve", server)
    if not plain:
        eve.ask(secret)
    else:
        eve.follow(BOB)  # type: ignore[attr-defined]
    server.change(secret, n=1)
    sim.run(5.0)
    assert not eve.got(RemoteHeadsChanged), sim.story()
    server.policy.rule("eve", announce=True, access=True)
    server.feed(PolicyChanged())
    sim.run(5.0)
    if plain:
        eve.speak()  # type: ignore[attr-defined]
    sim.run(5.0)
    assert told(eve, secret, BOB), "and is once it may\n" + sim.story()
    server.policy.rule("eve", announce=False, access=False)
    server.feed(PolicyChanged())
    sim.run(1.0)
    eve.forget()
    server.change(secret, n=2)
    sim.run(5.0)
    assert not eve.got(RemoteHeadsChanged), "and no longer\n" + sim.story()


def test_a_document_that_a_repo_of_ours_has_not_spoken_of_is_never_named_to_it(sim: Simulation) -> None:
    server, bob = sim.repos("server", "bob")
    sim.connect(server, bob)
    opened, other = sim.shared(server, bob), sim.shared(server, bob)
    carol = ours(sim, "carol", server)
    carol.ask(opened)
    sim.run(1.0)
    for note in (opened, other):
        server.change(note, n=1)
    sim.run(5.0)
    assert told(carol, opened, BOB) and not told(carol, other, BOB), sim.story()


def test_what_is_said_of_a_document_that_is_not_here_makes_none(sim: Simulation) -> None:
    server = sim.repo("server")
    note = sim.shared(server)
    worker = javascript(sim, "worker", server, note)
    elsewhere = sim.repo("elsewhere")
    missing = sim.shared(elsewhere)
    said = {FAR: StoreHeads(elsewhere.heads(missing), 1.0)}
    worker.send(RemoteHeadsChanged(worker.peer_id, worker.target, missing, said))
    sim.run(1.0)
    assert server.state(missing) is None and server.engine.metrics()["documents"] == 1, sim.story()
