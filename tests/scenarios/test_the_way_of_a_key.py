"""One key that Alice types, on its way through the server: what Bob waits for, and what he does not."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest

from jupyter_automerge.document import Document, SyncSession
from jupyter_automerge.engine.events import Stop
from jupyter_automerge.engine.notices import DocumentSaved, Stopped
from jupyter_automerge.testing.simulated_link import LinkEnd, SimulatedLink
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.limits import PUT_REST, PUT_REST_MOST_SECONDS

WRITE_SECONDS = 0.001
CYCLE = WRITE_SECONDS * (1 + PUT_REST)


@pytest.fixture
def server(sim: Simulation) -> Iterator[SimulatedRepo]:
    server = sim.repo("server", put_rest=PUT_REST)
    server.disk.latency = WRITE_SECONDS
    yield server


def rested(sim: Simulation) -> None:
    sim.run(1.0)


def test_the_readers_frame_leaves_before_the_writers_reply_is_made_and_the_document_saved(
    sim: Simulation, server: SimulatedRepo
) -> None:
    alice, bob = sim.repos("alice", "bob", plain=True, stores=False)
    to_alice, to_bob = sim.connect(alice, server), sim.connect(bob, server)
    note = sim.shared(alice, server, bob, n=0)
    rested(sim)
    diary: list[str] = []
    document = server.document(note)
    generate, save = Document.generate, Document.save

    def noted_generate(self: Document, session: SyncSession) -> bytes | None:
        if self is document:
            diary.append("made")
        return generate(self, session)

    def noted_save(self: Document) -> bytes:
        if self is document:
            diary.append("taken for the disk")
        return save(self)

    def watch(link: SimulatedLink, name: str) -> None:
        def noted(sender: LinkEnd, frame: bytes) -> bytes:
            if sender is server:
                diary.append(f"sent to {name}")
            return frame

        link.tamper = noted

    watch(to_alice, "alice")
    watch(to_bob, "bob")
    with patch.object(Document, "generate", noted_generate), patch.object(Document, "save", noted_save):
        alice.change(note, n=1)
        while "taken for the disk" not in diary:
            assert sim.clock.step(sim.now + 1.0), sim.story()
    assert diary == ["made", "sent to bob", "made", "sent to alice", "taken for the disk"], sim.story()


def typed(sim: Simulation, repo: SimulatedRepo, note: DocumentId, keys: int, pause: float) -> None:
    for number in range(keys):
        repo.change(note, n=number)
        sim.run(pause)


def test_the_first_edit_after_a_pause_is_written_at_once(sim: Simulation, server: SimulatedRepo) -> None:
    note = server.create({"n": 0})
    rested(sim)
    server.change(note, n=1)
    sim.run(2 * WRITE_SECONDS)
    assert server.heard(DocumentSaved)[-1].heads == server.heads(note), sim.story()


@pytest.mark.parametrize("write", [WRITE_SECONDS, 0.1], ids=["a quick disk", "a slow disk"])
def test_who_types_without_pause_lets_the_disk_set_the_pace_and_rest(
    sim: Simulation, server: SimulatedRepo, write: float
) -> None:
    note = server.create({"n": 0})
    rested(sim)
    server.disk.latency = write
    before = len(server.heard(DocumentSaved))
    cycle = write + min(PUT_REST * write, PUT_REST_MOST_SECONDS)
    typed(sim, server, note, keys=100, pause=cycle / 10)
    writes = len(server.heard(DocumentSaved)) - before
    assert 8 <= writes <= 11, sim.story()
    sim.run(2 * cycle)
    assert server.heard(DocumentSaved)[-1].heads == server.heads(note), sim.story()


def test_who_leaves_during_the_rest_leaves_nothing_unsaved(sim: Simulation, server: SimulatedRepo) -> None:
    note = server.create({"n": 0})
    typed(sim, server, note, keys=5, pause=WRITE_SECONDS / 2)
    server.feed(Stop())
    sim.run(2 * CYCLE)
    assert [notice.unsaved for notice in server.heard(Stopped)] == [()], sim.story()
    server.restart()
    server.find(note)
    rested(sim)
    assert server.value(note) == {"n": 4}, sim.story()


def test_who_acknowledges_after_saving_writes_without_pause(sim: Simulation) -> None:
    """There everybody waits for the put, and it for nobody."""
    server = sim.repo("server", ack_after_save=True, put_rest=PUT_REST)
    server.disk.latency = WRITE_SECONDS
    note = server.create({"n": 0})
    rested(sim)
    typed(sim, server, note, keys=5, pause=2 * WRITE_SECONDS)
    assert server.heard(DocumentSaved)[-1].heads == server.heads(note), sim.story()
