"""Ten people type at once into one document that a server keeps."""

import pytest

from jupyter_automerge.testing.simulation import Simulation

SENDERS = 10
EDITS = 20


@pytest.mark.parametrize("width", [None, 4000.0], ids=["wide cables", "narrow cables"])
def test_ten_senders_at_once_lose_nothing_and_fall_silent(sim: Simulation, width: float | None) -> None:
    server = sim.repo("server")
    writers = sim.repos(*(f"writer-{number}" for number in range(SENDERS)), stores=False)
    links = [sim.connect(writer, server, bytes_per_second=width) for writer in writers]
    note = server.create({"edits": []})
    sim.run_until_quiet()
    for writer in writers:
        writer.find(note)
    sim.run_until_quiet()
    for number in range(EDITS):
        for writer in writers:
            with writer.changing(note) as root:
                root["edits"].append(f"{writer.name} {number}")
        sim.run(0.02)
    sim.run_until_quiet()
    assert sim.documents_equal(note), sim.story()
    edits = server.value(note)["edits"]
    assert sorted(edits) == sorted(f"{writer.name} {number}" for writer in writers for number in range(EDITS))
    for writer in writers:
        own = [edit for edit in edits if edit.startswith(f"{writer.name} ")]
        assert own == [f"{writer.name} {number}" for number in range(EDITS)], "each writer's own order holds"
    for link in links:
        link.reset_counts()
    sim.run(60)
    assert not any(link.sync_messages for link in links), sim.story()


def test_one_edit_to_nine_readers_costs_two_messages_on_each_cable(sim: Simulation) -> None:
    server = sim.repo("server")
    others = sim.repos(*(f"reader-{number}" for number in range(SENDERS)), stores=False)
    links = [sim.connect(other, server) for other in others]
    note = server.create({"n": 0})
    sim.run_until_quiet()
    for other in others:
        other.find(note)
    sim.run_until_quiet()
    for link in links:
        link.reset_counts()
    others[0].change(note, n=1)
    sim.run_until_quiet()
    assert sim.documents_equal(note), sim.story()
    assert [link.sync_messages.get(note) for link in links] == [2] * SENDERS, sim.story()


def test_a_slow_peer_gets_fewer_and_larger_messages(sim: Simulation) -> None:
    server, fast, slow = sim.repos("server", "fast", "slow")
    sim.connect(fast, server)
    link = sim.connect(slow, server)
    note = server.create({"edits": []})
    sim.run_until_quiet()
    for repo in (fast, slow):
        repo.find(note)
    sim.run_until_quiet()
    link.clogged = True
    link.reset_counts()
    for number in range(100):
        with fast.changing(note) as root:
            root["edits"].append(number)
        sim.run(0.01)
    assert link.sync_messages.get(note, 0) <= 2, "one message is on its way, the others wait to be made"
    link.unclog()
    sim.run_until_quiet()
    assert slow.value(note)["edits"] == list(range(100)), sim.story()
    assert link.sync_messages[note] <= 6, sim.story()
