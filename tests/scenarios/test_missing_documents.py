"""Documents that nobody has: asked for in thousands, they cost next to nothing, and are delivered if they turn up."""

import gc
import tracemalloc

import pytest

from jupyter_automerge.document import document as room
from jupyter_automerge.document.core import CoreDocument, new_document
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulated_stranger import Stranger
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.ids import DocumentId, document_id_from_bytes
from jupyter_automerge.wire.messages import DocUnavailable, Request, Sync
from jupyter_automerge.wire.sync_message import Have, SyncMessage

FEW = 200
QUESTION = SyncMessage(have=(Have(),), tail=bytes.fromhex("020102")).encode()


@pytest.fixture
def cores(monkeypatch: pytest.MonkeyPatch) -> list[CoreDocument]:
    """Every empty Automerge document that is made from here on; each takes eight kilobytes."""
    made: list[CoreDocument] = []

    def counting() -> CoreDocument:
        made.append(new_document())
        return made[-1]

    monkeypatch.setattr(room, "new_document", counting)
    return made


def numbered(number: int) -> DocumentId:
    return document_id_from_bytes(number.to_bytes(16, "big"))


def ask_for(bob: Stranger, numbers: range) -> None:
    for number in numbers:
        bob.send(Request(bob.peer_id, bob.target, numbered(number), QUESTION))
    bob.sim.run_until_quiet()


@pytest.fixture
def server(sim: Simulation) -> SimulatedRepo:
    return sim.repo("server")


@pytest.fixture
def bob(sim: Simulation, server: SimulatedRepo) -> Stranger:
    stranger = sim.stranger("bob", server)
    stranger.join()
    return stranger


def test_a_request_for_what_nobody_has_makes_no_automerge_document(
    sim: Simulation, server: SimulatedRepo, bob: Stranger, cores: list[CoreDocument]
) -> None:
    ask_for(bob, range(FEW))
    assert len(bob.got(DocUnavailable)) == FEW, sim.story()
    assert not cores, f"{len(cores)} were made\n{sim.story()}"


def test_nor_does_it_when_others_are_asked_first(
    sim: Simulation, server: SimulatedRepo, bob: Stranger, cores: list[CoreDocument]
) -> None:
    elsewhere = sim.repo("elsewhere")
    sim.connect(server, elsewhere)
    sim.run_until_quiet()
    ask_for(bob, range(FEW))
    assert len(bob.got(DocUnavailable)) == FEW, sim.story()
    assert not cores, f"{len(cores)} were made\n{sim.story()}"


def test_a_request_takes_less_than_2_500_bytes(sim: Simulation, server: SimulatedRepo, bob: Stranger) -> None:
    """Measured: 2 080 bytes of Python's; with a core it was 13 900."""
    number, step = 3_000, 100
    ask_for(bob, range(step))
    bob.forget()
    tracemalloc.start()
    try:
        for first in range(step, step + number, step):
            ask_for(bob, range(first, first + step))
            bob.forget()
            server.notices.clear()
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0] / number
    finally:
        tracemalloc.stop()
    assert taken < 2_500, f"{taken:.0f} bytes a request"


def test_who_asked_gets_the_document_when_it_turns_up(
    sim: Simulation, server: SimulatedRepo, bob: Stranger
) -> None:
    ask_for(bob, range(2))
    bob.forget()
    server.create({"title": "found"}, document_id=numbered(1))
    sim.run_until_quiet()
    assert [len(message.changes) for message in bob.sync_messages(numbered(1))] == [1], sim.story()
    assert not bob.sync_messages(numbered(0)), sim.story()


def test_who_asked_for_a_document_can_still_bring_it(
    sim: Simulation, server: SimulatedRepo, bob: Stranger
) -> None:
    ask_for(bob, range(1))
    alice = sim.repo("alice")
    alice.create({"title": "hers"}, document_id=numbered(0))
    sim.connect(alice, server)
    sim.run_until_quiet()
    assert server.value(numbered(0)) == {"title": "hers"}, sim.story()


def test_two_that_hold_nothing_ask_each_other_once(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    for repo in (alice, bob):
        repo.find(numbered(0))
    link = sim.connect(alice, bob)
    sim.run_until_quiet()
    assert link.sync_messages[numbered(0)] <= 2, sim.story()
    sim.run(60.0)
    assert link.sync_messages[numbered(0)] <= 2, sim.story()


def test_an_empty_answer_after_a_no_is_answered_by_silence(
    sim: Simulation, server: SimulatedRepo, bob: Stranger
) -> None:
    """As the npm sync server gives it."""
    server.find(numbered(0))
    sim.run_until_quiet()
    assert len(bob.got(Request)) == 1, sim.story()
    bob.send(
        DocUnavailable(bob.peer_id, bob.target, numbered(0)),
        Sync(bob.peer_id, bob.target, numbered(0), QUESTION),
    )
    sim.run(60.0)
    assert len(bob.got(Request)) + len(bob.got(Sync)) == 1, sim.story()


@pytest.mark.parametrize("capabilities", ["", "020102", "020284", "03010203", "050102030405"])
def test_whatever_capabilities_a_question_names_it_is_answered(
    sim: Simulation, server: SimulatedRepo, bob: Stranger, capabilities: str
) -> None:
    question = SyncMessage(have=(Have(),), tail=bytes.fromhex(capabilities)).encode()
    bob.say(numbered(0), question, request=True)
    sim.run_until_quiet()
    assert len(bob.got(DocUnavailable)) == 1, sim.story()
    server.create({"title": "found"}, document_id=numbered(0))
    sim.run_until_quiet()
    assert any(message.changes for message in bob.sync_messages(numbered(0))), sim.story()
