"""The table of bad input, row by row, on the simulator: the stated reason, and nobody else notices."""

from itertools import chain

import pytest

from jupyter_automerge.engine.notices import ChangesRefused, ConnectionChanged
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.ids import DocumentId, document_id_from_bytes
from jupyter_automerge.values.keys import OWN_PREFIX
from jupyter_automerge.values.limits import MAX_DOCUMENTS_PER_PEER, MAX_WAITING_FRAMES
from jupyter_automerge.wire.messages import DocUnavailable
from tests.adversary.attacks import TABLES, Attack, Target
from tests.adversary.intruder import NAME

ATTACKS = list(chain.from_iterable(TABLES.values()))


class Village:
    """A server with a document, an edit of it that is not saved yet, and an honest neighbour."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.server, self.alice = sim.repos("server", "alice")
        sim.connect(self.alice, self.server)
        self.document = sim.shared(self.server, self.alice, edits=0)
        self.server.disk.paused = True
        self.server.change(self.document, precious="not saved")
        sim.run_until_quiet()
        self.edits = 0

    @property
    def target(self) -> Target:
        return Target(self.document, self.server.peer_id, self.alice.peer_id)

    def check(self) -> None:
        """Honest work goes on at once; nothing is lost, nothing is stored that is nobody's."""
        sim, server = self.sim, self.server
        self.edits += 1
        self.alice.change(self.document, edits=self.edits)
        sim.run(0.006)
        assert server.value(self.document) == {"edits": self.edits, "precious": "not saved"}, sim.story()
        server.resume_disk()
        sim.run(5.0)
        documents = {key[0] for key in server.disk.entries if key[:1] != OWN_PREFIX}
        assert documents == {self.document}, sim.story()
        self.check_a_new_life()

    def check_a_new_life(self) -> None:
        self.server.restart()
        self.server.find(self.document)
        self.sim.run(5.0)
        assert self.server.value(self.document)["precious"] == "not saved", self.sim.story()


@pytest.fixture
def village(sim: Simulation) -> Village:
    return Village(sim)


@pytest.mark.parametrize("attack", ATTACKS, ids=[attack.name for attack in ATTACKS])
def test_bad_input_ends_as_the_table_says(sim: Simulation, village: Village, attack: Attack) -> None:
    mallory = sim.stranger(NAME, village.server)
    link = sim.links[-1]
    if attack.joins:
        mallory.join()
    mallory.send_frames(*attack.frames(village.target))
    sim.run(1.0)
    refused = [refusal.reason for refusal in village.server.heard(ChangesRefused)]
    if attack.ending is None:
        assert not mallory.closed, sim.story()
    else:
        code, reason = attack.ending
        (end,) = (end for end in village.server.heard(ConnectionChanged) if end.code is not None)
        assert end.code == code and reason in end.reason, f"{end}\n{sim.story()}"
        assert link.closings == [end.reason], sim.story()
    assert len(refused) == (attack.refused is not None), f"{refused}\n{sim.story()}"
    assert (attack.refused or "") in "".join(refused), sim.story()
    village.check()


def test_a_peer_that_never_speaks_is_let_go(sim: Simulation, village: Village) -> None:
    silent = sim.stranger("silent", village.server)
    sim.run(31.0)
    assert silent.closed == ["no handshake within 30 seconds"], sim.story()
    village.check()


def test_messages_that_wait_for_a_slow_store_are_bounded(sim: Simulation, village: Village) -> None:
    """A document that is being read: who floods it meanwhile is cut off, and nobody else."""
    server, other = village.server, nobodys(sim)
    mallory = sim.stranger("mallory", server)
    mallory.join()
    for _ in range(MAX_WAITING_FRAMES + 1):
        mallory.ask(other)
    sim.run(5.0)
    assert mallory.closed and "wait" in mallory.closed[0], sim.story()
    village.check()


def test_questions_beyond_measure_are_answered_unavailable(
    sim: Simulation, village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MAX_DOCUMENTS_PER_PEER > 1_000
    monkeypatch.setattr("jupyter_automerge.engine.inbox.MAX_DOCUMENTS_PER_PEER", 10)
    village.server.resume_disk()
    mallory = sim.stranger("mallory", village.server)
    mallory.join()
    asked = [nobodys(sim) for _ in range(15)]
    for document in asked:
        mallory.ask(document)
    sim.run(1.0)
    told = [message.document_id for message in mallory.got(DocUnavailable)]
    assert set(told) == set(asked), sim.story()
    assert village.server.engine.metrics()["documents"] <= 12, sim.story()


def nobodys(sim: Simulation) -> DocumentId:
    """An id that names no document of anybody."""
    return document_id_from_bytes(sim.random.randbytes(16))
