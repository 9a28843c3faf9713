"""Group M of the acceptance catalogue: Repos that serve, relay and find each other's documents."""

import random
from dataclasses import replace
from typing import Any

from jupyter_automerge.document import Document
from jupyter_automerge.engine.events import Broadcast
from jupyter_automerge.engine.local import FixedShare
from jupyter_automerge.engine.notices import DocumentStateChanged, EphemeralReceived, PeerUp, RowsChanged
from jupyter_automerge.engine.sync_forms import decode_state
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulated_stranger import Stranger
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.identity import PeerMetadata
from jupyter_automerge.values.ids import DocumentId, StorageId, document_id_from_bytes
from jupyter_automerge.values.keys import KeyKind, key_kind, sync_state_key
from jupyter_automerge.values.status import DocumentState, Link
from jupyter_automerge.wire.messages import DocUnavailable, RemoteHeadsChanged, Request, StoreHeads
from jupyter_automerge.wire.sync_message import V1, Have, SyncMessage

MISSING = document_id_from_bytes(b"nobody has this.")
ON_REQUEST = FixedShare(announce=False)
UNAVAILABLE = DocumentState.UNAVAILABLE


def values(repos: list[SimulatedRepo], document: DocumentId) -> list[Any]:
    return [repo.value(document) for repo in repos]


def stages(repo: SimulatedRepo, document: DocumentId) -> list[DocumentState]:
    return [notice.state for notice in repo.heard(DocumentStateChanged) if notice.document_id == document]


def test_M1_ten_repos_in_a_line_deliver_from_end_to_end_both_ways(sim: Simulation) -> None:
    repos = sim.repos(*(f"r{number}" for number in range(10)))
    sim.line(*repos)
    note = sim.shared(repos[0], *repos[1:])
    assert values(repos, note) == [{"n": 0}] * 10, sim.story()
    repos[-1].change(note, back=True)
    sim.run_until_quiet()
    assert values(repos, note) == [{"n": 0, "back": True}] * 10, sim.story()


def test_M2_a_pending_find_completes_when_the_peer_comes_by_another_connection(sim: Simulation) -> None:
    alice = sim.repo("alice")
    server = sim.repo("server", peer_id="server")
    note = sim.shared(server)
    first = sim.connect(alice, server)
    first.clogged = True
    alice.find(note)
    sim.run(5.0)
    assert alice.state(note) is DocumentState.REQUESTING, sim.story()
    sim.connect(alice, server)
    sim.run_until_quiet()
    assert alice.value(note) == {"n": 0}, sim.story()


def test_M3_traffic_moves_to_the_newer_connection_of_a_javascript_peer(sim: Simulation) -> None:
    alice = sim.repo("alice")
    page = sim.repo("page", plain=True, peer_id="page")
    first = sim.connect(page, alice)
    note = sim.shared(alice, page)
    second = sim.connect(page, alice)
    sim.run_until_quiet()
    first.reset_counts()
    alice.change(note, n=1)
    sim.run_until_quiet()
    assert page.value(note) == {"n": 1}, sim.story()
    assert not first.sync_messages and second.sync_messages, sim.story()


def test_M4_the_end_of_the_older_connection_does_not_stop_syncing(sim: Simulation) -> None:
    alice, page = sim.repo("alice"), sim.repo("page", plain=True, peer_id="page")
    first = sim.connect(page, alice)
    note = sim.shared(alice, page)
    sim.connect(page, alice)
    sim.cut(first)
    sim.run_until_quiet()
    for number, writer, reader in ((1, alice, page), (2, page, alice)):
        writer.change(note, n=number)
        sim.run_until_quiet()
        assert reader.value(note) == {"n": number}, sim.story()


def test_M5_the_far_node_loads_a_changed_document_through_the_middle(sim: Simulation) -> None:
    alice, bob, carol = sim.repos("alice", "bob", "carol")
    sim.connect(alice, bob)
    note = sim.shared(alice)
    alice.change(note, n=1)
    sim.run_until_quiet()
    assert bob.value(note) == {"n": 1}, sim.story()
    sim.connect(carol, bob)
    carol.find(note)
    sim.run_until_quiet()
    assert carol.value(note) == {"n": 1}, sim.story()


def test_M6_a_document_loaded_from_storage_starts_syncing(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    sim.connect(alice, bob)
    note = sim.shared(bob)
    alice.restart()
    bob.restart()
    bob.find(note)
    sim.run_until_quiet()
    bob.change(note, n=1)
    sim.run_until_quiet()
    assert alice.value(note) == {"n": 1}, sim.story()


def test_M7_a_peer_that_still_reads_its_store_is_waited_for(sim: Simulation) -> None:
    server, middle, alice = sim.repos("server", "middle", "alice")
    note = sim.shared(server)
    server.disk.latency = 20.0
    server.restart()
    sim.line(alice, middle, server)
    sim.run(0.1)
    alice.find(note)
    sim.run(19.0)
    assert UNAVAILABLE not in stages(alice, note), sim.story()
    sim.run(20.0)
    assert alice.value(note) == {"n": 0}, sim.story()


def test_M8_ready_means_that_a_peers_advertised_heads_are_covered(sim: Simulation) -> None:
    server, alice = sim.repo("server"), sim.repo("alice", stores=False)
    note = sim.shared(server)
    for number in range(1000):
        server.change(note, n=number)
    sim.run_until_quiet()
    heads = server.heads(note)
    alice.find(note)
    sim.connect(alice, server)
    ready_at = None
    while not sim.clock.idle:
        sim.clock.step(sim.now + 60)
        if alice.state(note) is DocumentState.READY:
            ready_at = ready_at or alice.heads(note)
    assert ready_at == heads, sim.story()


def test_M8_a_document_is_not_ready_with_a_part_of_what_was_advertised(sim: Simulation) -> None:
    alice, maker = sim.repos("alice", "maker")
    note = sim.shared(maker)
    half = maker.document(note).save_since(frozenset())
    maker.change(note, n=1)
    server = sim.stranger("server", alice)
    server.join()
    alice.find(note)
    sim.run_until_quiet()
    whole = tuple(maker.heads(note))
    server.say(note, SyncMessage(V1, heads=whole, have=(Have(),), changes=(half,)).encode())
    sim.run(10.0)
    assert alice.state(note) is DocumentState.REQUESTING, sim.story()
    rest = maker.document(note).save_since(alice.heads(note))
    server.say(note, SyncMessage(V1, heads=whole, have=(Have(),), changes=(rest,)).encode())
    sim.run_until_quiet()
    assert alice.state(note) is DocumentState.READY and alice.value(note) == {"n": 1}, sim.story()


def test_M9_an_excluded_document_does_not_appear_at_the_excluded_peer(sim: Simulation) -> None:
    alice, bob, carol = sim.repo("alice"), sim.repo("bob", share=None), sim.repo("carol")
    sim.line(alice, bob, carol)
    secret = document_id_from_bytes(b"a secret for two")
    bob.policy.rule("carol", announce=False, access=False, document_id=secret)
    alice.create({"secret": True}, document_id=secret)
    note = sim.shared(alice)
    assert bob.value(secret) == {"secret": True} and carol.value(note) == {"n": 0}, sim.story()
    assert carol.state(secret) is None, sim.story()


def test_M10_a_document_that_is_not_announced_can_be_requested_across_hops(sim: Simulation) -> None:
    alice = sim.repo("alice", share=ON_REQUEST)
    middle = sim.repo("middle")
    carol = sim.repo("carol")
    sim.line(alice, middle, carol)
    note = sim.shared(alice)
    assert middle.state(note) is None, sim.story()
    carol.find(note)
    sim.run_until_quiet()
    assert carol.value(note) == {"n": 0}, sim.story()
    alice.change(note, n=1)
    sim.run_until_quiet()
    assert carol.value(note) == {"n": 1}, sim.story()


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


def test_M16_a_hundred_random_edits_and_creations_over_three_repos(sim: Simulation) -> None:
    repos = sim.repos("alice", "bob", "carol")
    sim.line(*repos)
    dice = random.Random(16)
    notes = [sim.shared(repos[0], *repos[1:])]
    for number in range(100):
        repo = dice.choice(repos)
        if dice.random() < 0.2:
            notes.append(repo.create({"number": number}))
        known = [note for note in notes if repo.state(note) is DocumentState.READY]
        repo.change(dice.choice(known), **{dice.choice("abc"): number})
        sim.run(dice.random() * 0.01)
    sim.run_until_quiet()
    for note in notes:
        assert sim.documents_equal(note), sim.story()


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


def test_M18_shared_heads_with_other_stores_are_saved(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    alice.change(note, n=1)
    sim.run(15.0)
    for repo, other in ((alice, "store-bob"), (bob, "store-alice")):
        state = repo.disk.entries[sync_state_key(note, StorageId(other))]
        assert decode_state(state) == alice.heads(note), sim.story()


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
    fork = alice.document(note).fork()
    with fork.change() as root:
        root["elsewhere"] = True
    alice.change(note, here=True)
    for stored in (False, True):
        if stored:
            alice.restart()
        alice.take_in(fork, document_id=note, fresh=False)
        sim.run_until_quiet()
        assert alice.value(note) == bob.value(note) == {"n": 0, "here": True, "elsewhere": True}, sim.story()


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
    (row,) = alice.engine.rows(note)
    assert (row.store_id, row.stored) == (own, alice.heads(note)), sim.story()


def test_M23_connected_peers_are_listed(sim: Simulation) -> None:
    alice, bob, carol = sim.repos("alice", "bob", "carol")
    for peer in (bob, carol):
        sim.connect(alice, peer)
    note = sim.shared(alice, bob, carol)
    assert [up.peer_id for up in alice.heard(PeerUp)] == [bob.peer_id, carol.peer_id], sim.story()
    assert {row.store_id for row in alice.engine.rows(note)} == {"store-bob", "store-carol"}, sim.story()
    sim.cut(sim.links[0])
    assert alice.row(note, bob).link is Link.OFFLINE, "known, but away\n" + sim.story()


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


def test_M25_clones_and_merges_propagate(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    clone = alice.take_in(alice.document(note).fork())
    sim.run_until_quiet()
    bob.change(clone, cloned=True)
    alice.change(note, n=1)
    sim.run_until_quiet()
    assert bob.value(note) == {"n": 1} and alice.value(clone) == {"n": 0, "cloned": True}, sim.story()
    alice.merge(note, alice.document(clone))
    sim.run_until_quiet()
    assert bob.value(note) == {"n": 1, "cloned": True}, sim.story()
    assert bob.value(clone) == {"n": 0, "cloned": True}, "only the target moved\n" + sim.story()


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
