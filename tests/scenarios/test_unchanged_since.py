"""Two Repos that know each other meet again, and nothing has happened since."""

import pytest

from jupyter_automerge.testing.simulated_link import LinkEnd, SimulatedLink
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.wire.codec import decode
from jupyter_automerge.wire.messages import RemoteHeadsChanged, Stored, Sync

MOST_BYTES = 80
BYTES_A_HEAD = 64
DOCUMENTS = 10


class Listener:
    """Whatever goes over a cable, by kind."""

    def __init__(self, link: SimulatedLink) -> None:
        self.sync: list[Sync] = []
        self.reports: list[Stored | RemoteHeadsChanged] = []
        link.tamper = self._read

    def _read(self, sender: LinkEnd, frame: bytes) -> bytes:
        message = decode(frame)
        if isinstance(message, Sync):
            self.sync.append(message)
        if isinstance(message, Stored | RemoteHeadsChanged):
            self.reports.append(message)
        return frame


@pytest.mark.parametrize("changes", [1, 300, 2_000])
@pytest.mark.parametrize("heads", [1, 3])
def test_R5_an_unchanged_document_costs_two_short_messages_whatever_its_history(
    sim: Simulation, changes: int, heads: int
) -> None:
    alice, bob = sim.repos("alice", "bob")
    link = sim.connect(alice, bob)
    notes = [sim.shared(alice, bob, n=number) for number in range(DOCUMENTS)]
    for number in range(changes):
        alice.change(notes[0], n=number)
    sim.run_until_quiet()
    forks = [alice.document(notes[0]).fork(actor=sim.random.randbytes(16)) for _ in range(heads)]
    for number, fork in enumerate(forks):
        with fork.change() as root:
            root[f"by {number}"] = number
    for fork in forks:
        alice.merge(notes[0], fork)
    sim.run(15.0)
    sim.cut(link)
    for repo in (alice, bob):
        repo.restart()
        for note in notes:
            repo.find(note)
    sim.run_until_quiet()
    heard = Listener(link)
    sim.heal(link)
    sim.run_until_quiet()
    assert sim.documents_equal(notes[0]) and len(alice.heads(notes[0])) == heads, sim.story()
    for note in notes:
        sizes = [len(message.data) for message in heard.sync if message.document_id == note]
        most = MOST_BYTES + BYTES_A_HEAD * (heads - 1 if note == notes[0] else 0)
        assert len(sizes) == 2 and max(sizes) <= most, f"{sizes}\n{sim.story()}"
    assert [type(report) for report in heard.reports] == [Stored, Stored], f"one each\n{sim.story()}"
    assert all(set(report.heads) == set(notes) for report in heard.reports if isinstance(report, Stored))
    for note in notes:
        assert alice.row(note, bob).stored == alice.heads(note), sim.story()
