"""Claims of peers: clocks that are ahead, words that nobody knows, a thousand stores, names to mislead people."""

from typing import Any

import cbor2
import pytest

from jupyter_automerge.engine.notices import ClaimsCut, ConnectionChanged
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulated_stranger import Stranger
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.base58 import encode_check
from jupyter_automerge.values.identity import PeerMetadata
from jupyter_automerge.values.ids import DocumentId, StorageId
from jupyter_automerge.values.limits import (
    CLOCK_AHEAD_SECONDS,
    MAX_HEADS_PER_STORE,
    MAX_NAME_CHARACTERS,
    MAX_STORES_PER_DOCUMENT,
    MAX_STORES_PER_REPORTER,
)
from jupyter_automerge.values.status import Link, Relation
from jupyter_automerge.wire.messages import RemoteHeadsChanged, StoreHeads
from tests.scenarios.javascript import FAR, JavaScript, javascript
from tests.scenarios.onlooker import Onlooker


def tell(worker: Stranger, note: DocumentId, heads: frozenset[bytes], stamp: float) -> None:
    worker.send(RemoteHeadsChanged(worker.peer_id, worker.target, note, {FAR: StoreHeads(heads, stamp)}))
    worker.sim.run(1.0)


def test_S8_a_clock_that_is_an_hour_ahead_is_flagged_and_counts_as_any_other(sim: Simulation) -> None:
    server = sim.repo("server")
    note = sim.shared(server)
    worker = javascript(sim, "worker", server, note)
    for hours, ahead in ((1.0, True), (0.0, False)):
        server.change(note, hours=hours)
        stamp = (server.sim.now + hours * 3600) * 1000
        tell(worker, note, server.heads(note), stamp)
        row = next(row for row in Onlooker(server, note).peers if row.id == FAR)
        assert row.relation is Relation.SYNCED and row.clock_ahead is ahead, sim.story()
        assert row.as_of is not None and row.as_of.timestamp() <= sim.now, sim.story()
    assert CLOCK_AHEAD_SECONDS < 3600


STRANGE: dict[str, dict[str, Any]] = {
    "a type that nobody knows": {"type": "who-knows", "documentId": 7},
    "keys that nobody knows": {
        "type": "remote-subscription-change",
        "add": ["s"],
        "remove": [],
        "extra": {"a": 1},
    },
    "no list of what is removed": {"type": "remote-subscription-change", "add": ["s"]},
    "an undefined list": {"type": "remote-subscription-change", "add": ["s"], "remove": cbor2.undefined},
    "an empty list": {"type": "remote-subscription-change", "add": None, "remove": None},
}


@pytest.mark.parametrize("what", STRANGE)
def test_S22_what_nobody_knows_is_ignored_and_the_connection_stays(sim: Simulation, what: str) -> None:
    server = sim.repo("server")
    note = sim.shared(server)
    worker = javascript(sim, "worker", server, note)
    message = {"senderId": worker.peer_id, "targetId": worker.target, **STRANGE[what]}
    worker.send_frames(cbor2.dumps(message))
    sim.run(1.0)
    assert not worker.closed and all(one.open for one in server.heard(ConnectionChanged)), sim.story()
    works(sim, server, worker, note)


@pytest.mark.parametrize("stamp", [7, 7.25, 2**63, -1.0, 1e300, None])
def test_S22_a_stamp_of_any_kind_is_a_stamp(sim: Simulation, stamp: object) -> None:
    server = sim.repo("server")
    note = sim.shared(server)
    worker = javascript(sim, "worker", server, note)
    heads = [encode_check(head) for head in server.heads(note)]
    message = {
        "type": "remote-heads-changed",
        "senderId": worker.peer_id,
        "targetId": worker.target,
        "documentId": note,
        "newHeads": {FAR: {"heads": [*heads, "no head"], "timestamp": stamp}, "bad": 3},
    }
    worker.send_frames(cbor2.dumps(message))
    sim.run(1.0)
    assert not worker.closed, sim.story()
    row = next((row for row in Onlooker(server, note).peers if row.id == FAR), None)
    assert stamp is None or (row is not None and row.heads == server.heads(note)), sim.story()
    works(sim, server, worker, note)


def test_S38_a_thousand_invented_stores_are_cut_and_told(sim: Simulation) -> None:
    server = sim.repo("server")
    note = sim.shared(server)
    worker = javascript(sim, "worker", server, note)
    heads = server.heads(note)
    for hundred in range(0, 2 * MAX_STORES_PER_DOCUMENT, 100):
        invented = {
            StorageId(f"store-{number}"): StoreHeads(heads, 1.0) for number in range(hundred, hundred + 100)
        }
        worker.send(RemoteHeadsChanged(worker.peer_id, worker.target, note, invented))
        sim.run(1.0)
    rows = server.engine.rows(note)
    assert len(rows) <= MAX_STORES_PER_DOCUMENT, len(rows)
    assert len(server.engine.stores()) <= MAX_STORES_PER_REPORTER + 1
    (cut,) = server.heard(ClaimsCut)
    assert (cut.peer_id, "stores" in cut.reason) == (worker.peer_id, True), cut
    assert any(row.peer_ids == (worker.peer_id,) for row in rows), "the real one stays\n" + sim.story()


def test_S38_ten_thousand_heads_are_cut_and_told(sim: Simulation) -> None:
    server = sim.repo("server")
    note = sim.shared(server)
    worker = javascript(sim, "worker", server, note)
    for thousand in range(10):
        invented = {(thousand * 1000 + number).to_bytes(32, "big") for number in range(1000)}
        tell(worker, note, frozenset(invented), 1.0)
    row = next(row for row in server.engine.rows(note) if row.store_id == FAR)
    assert len(row.relayed) <= MAX_HEADS_PER_STORE, sim.story()
    (cut,) = server.heard(ClaimsCut)
    assert (cut.peer_id, "heads" in cut.reason) == (worker.peer_id, True), cut
    seen = next(row for row in Onlooker(server, note).peers if row.id == FAR)
    assert seen.relation is Relation.DIVERGED and not seen.certain and not seen.safe, sim.story()


MISLEADING = {
    "turned round": ("lab\u202egpj.exe", "lab gpj.exe"),
    "with control characters": ("lab\x00\x1b[31m\nserver", "lab [31m server"),
    "10 kB long": ("x" * 10_240, "x" * MAX_NAME_CHARACTERS),
}


@pytest.mark.parametrize("how", MISLEADING)
def test_S39_a_name_is_cleaned_and_cut_before_anybody_sees_it(sim: Simulation, how: str) -> None:
    server = sim.repo("server")
    claimed, shown = MISLEADING[how]
    metadata = PeerMetadata(storage_id=StorageId("store-mallory"), name=claimed)
    mallory = Stranger(sim, "mallory", metadata)
    sim.connect(mallory, server)
    mallory.join()
    note = sim.shared(server)
    mallory.ask(note)
    sim.run(1.0)
    (store,) = server.engine.stores()
    (row,) = Onlooker(server, note).peers
    assert store.name == row.name == shown, (store.name, row.name)
    assert row.link is Link.CONNECTED and row.id[:8] in row.label


def works(sim: Simulation, server: SimulatedRepo, worker: JavaScript, note: DocumentId) -> None:
    """The worker still syncs."""
    worker.type(after="all")
    sim.run(1.0)
    assert server.value(note)["after"] == "all", sim.story()
