"""A server with `ack_after_save`: its sync messages name nothing that its disk could still lose."""

from collections.abc import Iterator

import pytest

from jupyter_automerge.document import Document
from jupyter_automerge.testing.simulated_link import LinkEnd, SimulatedLink
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.keys import KeyKind
from jupyter_automerge.wire.codec import decode
from jupyter_automerge.wire.messages import Sync
from jupyter_automerge.wire.sync_message import parse
from tests.scenarios.shared_store import SharedStore, large

WRITERS = 10
DISK_SECONDS = 0.2


class Auditor:
    """Reads every frame as it leaves the server, and the server's disk at that moment."""

    def __init__(self, sim: Simulation, server: SimulatedRepo) -> None:
        self.sim = sim
        self.server = server
        self.read = 0

    def watch(self, link: SimulatedLink) -> None:
        link.tamper = self._inspect

    def _inspect(self, sender: LinkEnd, frame: bytes) -> bytes:
        message = decode(frame)
        if sender is self.server and isinstance(message, Sync):
            self.read += 1
            heads = frozenset(parse(message.data).heads)
            assert stored(self.server, message.document_id).knows_all(heads), self.sim.story()
        return frame


def stored(repo: SimulatedRepo, document: DocumentId) -> Document:
    """What a Repo that starts now would find."""
    chunks = [
        repo.disk.entries[key] for key in repo.disk.below(document) if key[1] in ("snapshot", "incremental")
    ]
    return Document.load(chunks)[0]


@pytest.fixture
def server(sim: Simulation) -> Iterator[SimulatedRepo]:
    server = sim.repo("server", ack_after_save=True)
    server.disk.latency = DISK_SECONDS
    yield server


def test_ten_writers_without_pause_are_never_told_of_heads_before_their_put_returned(
    sim: Simulation, server: SimulatedRepo
) -> None:
    auditor = Auditor(sim, server)
    writers = sim.repos(*(f"writer-{number}" for number in range(WRITERS)), plain=True, stores=False)
    for writer in writers:
        auditor.watch(sim.connect(writer, server))
    note = server.create({"edits": []})
    sim.run(2.0)
    for writer in writers:
        writer.find(note)
    sim.run(2.0)
    for number in range(100):
        for writer in writers:
            with writer.changing(note) as root:
                root["edits"].append(f"{writer.name} {number}")
        sim.run(0.02)
    behind = 100 * WRITERS - min(len(writer.value(note)["edits"]) for writer in writers)
    assert behind <= 100 * WRITERS * 0.75, f"they hear of each other while they type\n{sim.story()}"
    sim.run_until_quiet()
    assert sim.documents_equal(note) and len(server.value(note)["edits"]) == 100 * WRITERS, sim.story()
    assert auditor.read > 100, sim.story()


def test_what_comes_during_a_put_waits_unapplied_until_it_returned(
    sim: Simulation, server: SimulatedRepo
) -> None:
    alice = sim.repo("alice", plain=True, stores=False)
    sim.connect(alice, server)
    note = server.create({"n": 0})
    sim.run(2.0)
    alice.find(note)
    sim.run_until_quiet()
    alice.change(note, n=1)
    sim.run(0.05)
    alice.change(note, n=2)
    sim.run(0.05)
    assert server.value(note)["n"] == 1, sim.story()
    sim.run(DISK_SECONDS)
    assert server.value(note)["n"] == 2, sim.story()


def test_what_comes_during_a_put_is_put_in_one_group(sim: Simulation, server: SimulatedRepo) -> None:
    writers = sim.repos(*(f"writer-{number}" for number in range(WRITERS)), plain=True, stores=False)
    for writer in writers:
        sim.connect(writer, server)
    note = server.create({"first": 0})
    sim.run(2.0)
    for writer in writers:
        writer.find(note)
    sim.run_until_quiet()
    server.disk.puts.clear()
    for writer in writers:
        writer.change(note, **{writer.name: 1})
        sim.run(0.01)
    sim.run_until_quiet()
    puts = [key for key in server.disk.puts if key[1] in ("snapshot", "incremental")]
    assert len(puts) == 2, "the first edit, and all that came while it was written\n" + sim.story()
    assert sim.documents_equal(note), sim.story()


def test_a_server_that_types_without_pause_keeps_nobody_waiting_and_waits_for_nothing(
    sim: Simulation, server: SimulatedRepo
) -> None:
    auditor = Auditor(sim, server)
    bob = sim.repo("bob", plain=True, stores=False)
    auditor.watch(sim.connect(bob, server))
    note = server.create({"n": 0})
    sim.run(2.0)
    bob.find(note)
    sim.run_until_quiet()
    for number in range(1, 401):
        server.change(note, n=number)
        sim.run(0.005)
        lag = number - bob.value(note)["n"]
        assert lag * 0.005 < 3 * DISK_SECONDS, f"bob is {lag} edits behind\n{sim.story()}"
    sim.run_until_quiet()
    assert bob.value(note)["n"] == 400, sim.story()
    assert auditor.read > 5, sim.story()


def test_while_the_disk_fails_nobody_is_told_and_afterwards_everybody(
    sim: Simulation, server: SimulatedRepo
) -> None:
    auditor = Auditor(sim, server)
    alice, bob = sim.repos("alice", "bob", plain=True, stores=False)
    for writer in (alice, bob):
        auditor.watch(sim.connect(writer, server))
    note = server.create({"n": 0})
    sim.run(2.0)
    for writer in (alice, bob):
        writer.find(note)
    sim.run_until_quiet()
    server.disk.failing = "no space left on the disk"
    alice.change(note, n=1)
    sim.run(20.0)
    assert server.value(note)["n"] == 1 and bob.value(note)["n"] == 0, sim.story()
    server.disk.failing = ""
    sim.run(60.0)
    assert bob.value(note)["n"] == 1, sim.story()


def test_a_put_whose_ground_was_destroyed_meanwhile_is_no_news(sim: Simulation) -> None:
    store = SharedStore(sim)
    server, bob = store.repo("server", ack_after_save=True), sim.repo("bob", plain=True, stores=False)
    auditor = Auditor(sim, server)
    auditor.watch(sim.connect(bob, server))
    note = large(sim, server)
    bob.find(note)
    sim.run_until_quiet()
    bob.change(note, n=1)
    sim.run(15.0)
    server.disk.latency = DISK_SECONDS
    bob.change(note, n=2)
    sim.run(0.05)
    server.disk.latency = 0.001
    store.remove(*store.chunks(note, KeyKind.INCREMENTAL))
    sim.run_until_quiet()
    assert server.value(note)["n"] == 2 and stored(server, note).knows_all(server.heads(note)), sim.story()
    assert auditor.read > 3, sim.story()


def test_without_it_a_peer_hears_at_once(sim: Simulation) -> None:
    server, bob = sim.repo("server"), sim.repo("bob", plain=True, stores=False)
    server.disk.latency = 3.0
    sim.connect(bob, server)
    note = server.create({"n": 0})
    sim.run(8.0)
    bob.find(note)
    sim.run(1.0)
    server.change(note, n=1)
    sim.run(0.1)
    assert bob.value(note)["n"] == 1, sim.story()


def test_a_server_without_a_store_has_nothing_to_wait_for(sim: Simulation) -> None:
    server, bob = sim.repo("server", ack_after_save=True, stores=False), sim.repo("bob", plain=True)
    sim.connect(bob, server)
    note = server.create({"n": 0})
    sim.run(1.0)
    bob.find(note)
    sim.run(1.0)
    assert bob.value(note)["n"] == 0, sim.story()
