"""Rows as time goes by: what stands still, what only looks like it, what is deleted, and clocks that jump."""

from datetime import UTC, datetime, timedelta

from jupyter_automerge.engine.events import BytesMoved, ForgetStore
from jupyter_automerge.engine.notices import RowsChanged, StoreForgotten
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.limits import STALLED_AFTER_SECONDS, STORE_FORGOTTEN_SECONDS
from jupyter_automerge.values.status import Activity, Link, PeerState, Safety
from jupyter_automerge.wire.messages import RemoteHeadsChanged, StoreHeads
from tests.scenarios.javascript import FAR, javascript
from tests.scenarios.onlooker import Onlooker


def test_S32_a_peer_that_ignores_us_for_five_seconds_is_stalled(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = sim.shared(alice)
    bob = javascript(sim, "bob", alice, note)
    seen = Onlooker(alice, note)
    sim.run(60.0)
    (row,) = seen.peers
    assert (row.state, row.activity) == (PeerState.SYNCED, Activity.IDLE), (
        "done is not stalled\n" + sim.story()
    )
    bob.speak = lambda: None  # type: ignore[method-assign]
    alice.change(note, n=1)
    assert [row.state for row in seen.peers] == [PeerState.SYNCING], sim.story()
    sim.run(STALLED_AFTER_SECONDS - 0.1)
    assert [row.state for row in seen.peers] == [PeerState.SYNCING], sim.story()
    told = len(alice.heard(RowsChanged))
    sim.run(0.2)
    assert (seen.peers[0].state, seen.sync.state) == (PeerState.STALLED, Safety.STALLED), sim.story()
    assert len(alice.heard(RowsChanged)) > told, "who watches hears of it\n" + sim.story()
    del bob.speak
    alice.change(note, n=2)
    sim.run(1.0)
    assert seen.peers[0].state is PeerState.SYNCED, sim.story()


def test_S32_a_slow_transfer_that_moves_is_never_stalled(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    cable = sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    sim.run(1.0)
    seen = Onlooker(alice, note)
    cable.bytes_per_second = 500.0
    alice.change(note, film=sim.random.randbytes(30_000))
    assert cable.connection is not None
    for _ in range(14):
        assert [row.state for row in seen.peers] == [PeerState.SYNCING], sim.story()
        sim.run(STALLED_AFTER_SECONDS - 1.0)
        assert [row.state for row in seen.peers] == [PeerState.SYNCING], sim.story()
        alice.feed(BytesMoved(cable.connection))
    sim.run(STALLED_AFTER_SECONDS)
    assert seen.peers[0].state is PeerState.SYNCED, sim.story()


def test_S37_late_reports_of_a_deleted_document_bring_no_row_back(sim: Simulation) -> None:
    alice, server, bob = sim.repos("alice", "server", "bob")
    sim.line(alice, server, bob)
    note = sim.shared(alice, server, bob)
    worker = javascript(sim, "worker", alice, note)
    sim.run(1.0)
    assert len(alice.engine.rows(note)) == 3, sim.story()
    heads = alice.heads(note)
    alice.remove(note, force=True)
    sim.run(1.0)
    bob.change(note, n=1)
    said = {FAR: StoreHeads(heads, 1.0)}
    worker.send(RemoteHeadsChanged(worker.peer_id, worker.target, note, said))
    sim.run(30.0)
    assert alice.state(note) is None and not alice.engine.rows(note), sim.story()
    assert not alice.disk.below(note), sim.story()


def test_S37_a_forgotten_store_is_not_brought_back_by_what_others_say(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = sim.shared(alice)
    worker = javascript(sim, "worker", alice, note)

    def report() -> None:
        alice.change(note, at=sim.now)
        said = {FAR: StoreHeads(alice.heads(note), 1.0)}
        worker.send(RemoteHeadsChanged(worker.peer_id, worker.target, note, said))
        sim.run(1.0)

    report()
    assert FAR in {row.store_id for row in alice.engine.rows(note)}, sim.story()
    alice.feed(ForgetStore(FAR))
    for _ in range(29):
        report()
        assert FAR not in {row.store_id for row in alice.engine.rows(note)}, sim.story()
        assert FAR not in {store.id for store in alice.engine.stores()}, sim.story()
        sim.run(24 * 3600.0)
    assert alice.heard(StoreForgotten) == [StoreForgotten(FAR)], sim.story()
    sim.run(STORE_FORGOTTEN_SECONDS - 28 * 24 * 3600.0)
    report()
    assert FAR in {row.store_id for row in alice.engine.rows(note)}, "a month is enough\n" + sim.story()


def test_S37_a_forgotten_store_that_comes_itself_is_met_anew(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = sim.shared(alice)
    worker = javascript(sim, "worker", alice, note)
    said = {FAR: StoreHeads(alice.heads(note), 1.0)}
    worker.send(RemoteHeadsChanged(worker.peer_id, worker.target, note, said))
    sim.run(1.0)
    alice.feed(ForgetStore(FAR))
    far = sim.repo("far", store=FAR)
    sim.connect(far, alice)
    far.find(note)
    sim.run(1.0)
    row = Onlooker(alice, note).row(far)
    assert (row.link, row.state) == (Link.CONNECTED, PeerState.SYNCED), sim.story()


def test_S42_a_system_clock_that_jumps_back_a_day_stalls_nobody_and_dates_nothing_ahead(
    sim: Simulation,
) -> None:
    alice = sim.repo("alice")
    note = sim.shared(alice)
    bob = javascript(sim, "bob", alice, note)
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    seen = Onlooker(alice, note, wall=noon)
    alice.change(note, n=1)
    sim.run(1.0)
    before = seen.peers[0].as_of
    seen.wall = noon - timedelta(days=1)
    bob.speak = lambda: None  # type: ignore[method-assign]
    alice.change(note, n=2)
    (row,) = seen.peers
    assert row.state is PeerState.SYNCING, sim.story()
    assert row.as_of is not None and row.unsent_since is not None and before is not None
    assert row.as_of <= seen.wall and row.unsent_since <= seen.wall, (row.as_of, row.unsent_since)
    sim.run(STALLED_AFTER_SECONDS + 0.1)
    assert seen.peers[0].state is PeerState.STALLED, sim.story()
