"""What JavaScript is told of stores that are somewhere else, and what it is asked about."""

from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.ids import DocumentId, StorageId
from jupyter_automerge.wire.messages import RemoteHeadsChanged, StoreHeads
from tests.scenarios.javascript import FAR, asked, javascript, told

BOB = StorageId("store-bob")
HOUR_MS = 3_600_000.0


def test_G10_G11_a_subscriber_hears_at_once_what_is_known_of_the_documents_that_it_holds(
    sim: Simulation,
) -> None:
    server, bob = sim.repos("server", "bob")
    sim.connect(server, bob)
    note, other = sim.shared(server, bob), sim.shared(server, bob)
    tab = javascript(sim, "tab", server, note)
    tab.follow(BOB)
    assert [row.heads for row in told(tab, note, BOB)] == [server.heads(note)], sim.story()
    assert not told(tab, other, BOB), "it does not hold that one\n" + sim.story()
    tab.document_id, tab.document = other, server.document(other).fork()
    tab.sync = type(tab.sync)()
    tab.speak()
    sim.run(1.0)
    assert [row.heads for row in told(tab, other, BOB)] == [server.heads(other)], "once\n" + sim.story()


def test_G4_G9_a_subscriber_hears_of_changes_of_stores_near_and_far(sim: Simulation) -> None:
    server, bob, carol = sim.repos("server", "bob", "carol")
    sim.line(server, bob, carol)
    note = sim.shared(server, bob, carol)
    tab, stranger = javascript(sim, "tab", server, note), javascript(sim, "stranger", server, note)
    tab.follow(BOB, StorageId("store-carol"))
    server.change(note, n=1)
    sim.run(1.0)
    for store in ("store-bob", "store-carol"):
        assert told(tab, note, store)[-1].heads == server.heads(note), sim.story()
    assert not stranger.got(RemoteHeadsChanged), "it follows nobody\n" + sim.story()
    tab.unfollow(BOB, StorageId("store-carol"))
    tab.forget()
    server.change(note, n=2)
    sim.run(1.0)
    assert not tab.got(RemoteHeadsChanged), sim.story()


def test_what_goes_to_javascript_has_nothing_of_ours(sim: Simulation) -> None:
    server, bob = sim.repos("server", "bob")
    sim.connect(server, bob)
    note = sim.shared(server, bob)
    tab = javascript(sim, "tab", server, note)
    tab.follow(BOB)
    row = told(tab, note, BOB)[-1]
    assert row == StoreHeads(row.heads, row.timestamp), sim.story()


def test_S9_stamps_to_javascript_grow_strictly_and_two_hundred_rapid_updates_end_at_the_last(
    sim: Simulation,
) -> None:
    """JavaScript drops the second of two reports of one millisecond (trap 1 and 2a.6d)."""
    server, bob = sim.repos("server", "bob")
    sim.connect(server, bob)
    note = sim.shared(server, bob)
    tab = javascript(sim, "tab", server, note)
    tab.follow(BOB)
    for number in range(200):
        bob.change(note, n=number)
        sim.run(0.0001)
    sim.run(1.0)
    rows = told(tab, note, BOB)
    assert rows[-1].heads == bob.heads(note) == server.heads(note), sim.story()
    stamps = [row.timestamp for row in rows]
    assert stamps == sorted(set(stamps)) and len(stamps) < 30, sim.story()


def test_S8_a_report_stamped_an_hour_ahead_masks_no_later_one(sim: Simulation) -> None:
    """In JavaScript one clock that is ahead silences all others about that store (trap 1)."""
    server = sim.repo("server")
    note = sim.shared(server)
    worker, tab = javascript(sim, "worker", server, note), javascript(sim, "tab", server, note)
    tab.follow(FAR)
    ahead = server.engine._desk.wall_ms + HOUR_MS
    for stamp in (ahead, 1e300, float(2**63), 5.0, 5.0, 0.0):
        server.change(note, at=stamp)
        said = {FAR: StoreHeads(server.heads(note), stamp)}
        worker.send(RemoteHeadsChanged(worker.peer_id, worker.target, note, said))
        sim.run(1.0)
        row = next(row for row in server.engine.rows(note) if row.store_id == FAR)
        assert row.relayed == server.heads(note), sim.story()
        assert told(tab, note, FAR)[-1].heads == server.heads(note), sim.story()
    stamps = [row.timestamp for row in told(tab, note, FAR)]
    assert stamps == sorted(set(stamps)) and stamps[-1] < ahead, "our own clock\n" + sim.story()


def test_equal_stamps_of_two_reporters_both_count(sim: Simulation) -> None:
    server = sim.repo("server")
    note = sim.shared(server)
    workers = [javascript(sim, name, server, note) for name in ("w1", "w2")]
    forks = [server.document(note).fork(actor=sim.actor()) for _ in workers]
    for number, (worker, fork) in enumerate(zip(workers, forks, strict=True)):
        with fork.change() as root:
            root["by"] = number
        said = {FAR: StoreHeads(fork.heads, 7.0)}
        worker.send(RemoteHeadsChanged(worker.peer_id, worker.target, note, said))
    sim.run(1.0)
    row = next(row for row in server.engine.rows(note) if row.store_id == FAR)
    assert row.relayed == forks[0].heads | forks[1].heads, sim.story()


# Asking because of our own rows


def offline_store(sim: Simulation, server: SimulatedRepo, note: DocumentId) -> StorageId:
    """A durable store that had the document, and is away."""
    bob = sim.repo("bob")
    link = sim.connect(server, bob)
    bob.find(note)
    sim.run(1.0)
    sim.cut(link)
    return BOB


def test_javascript_that_holds_the_document_is_asked_about_stores_that_are_away(sim: Simulation) -> None:
    server = sim.repo("server")
    note = sim.shared(server)
    away = offline_store(sim, server, note)
    early, other = javascript(sim, "early", server, note), javascript(sim, "other", server)
    sim.run(1.0)
    assert asked(early) == [((away,), ())], sim.story()
    assert not asked(other), "it does not hold it\n" + sim.story()


def test_javascript_is_asked_when_a_store_leaves(sim: Simulation) -> None:
    server, bob = sim.repos("server", "bob")
    link = sim.connect(server, bob)
    note = sim.shared(server, bob)
    tab = javascript(sim, "tab", server, note)
    assert not asked(tab), "he is here\n" + sim.story()
    sim.cut(link)
    sim.run(1.0)
    assert asked(tab) == [((BOB,), ())], sim.story()


def test_javascript_that_follows_the_store_itself_is_not_asked(sim: Simulation) -> None:
    """When we left, it would cancel its own subscription along with ours (trap 4)."""
    server = sim.repo("server")
    note = sim.shared(server)
    away = offline_store(sim, server, note)
    worker = javascript(sim, "worker", server)
    worker.follow(away)
    worker.document_id, worker.document = note, server.document(note).fork()
    worker.speak()
    sim.run(1.0)
    assert not asked(worker), sim.story()


def test_javascript_that_comes_to_follow_the_store_itself_is_asked_no_more(sim: Simulation) -> None:
    server = sim.repo("server")
    note = sim.shared(server)
    away = offline_store(sim, server, note)
    worker = javascript(sim, "worker", server, note)
    worker.follow(away)
    assert asked(worker) == [((away,), ()), ((), (away,))], sim.story()
