"""A peer that may read and not write: it follows everything, and nothing of its own gets in."""

import pytest

from jupyter_automerge.engine.notices import ChangesRefused, NoticeReceived
from jupyter_automerge.testing.simulated_link import SimulatedLink
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.status import Access, Activity, Level, PeerState
from tests.scenarios.onlooker import Onlooker

EDITS = 20
Cast = tuple[SimulatedRepo, SimulatedRepo, SimulatedRepo, SimulatedLink]


@pytest.fixture(params=[False, True], ids=["one of ours", "plain as JavaScript"])
def cast(sim: Simulation, request: pytest.FixtureRequest) -> Cast:
    """A server, a writer, and a reader with its cable."""
    server, writer = sim.repos("server", "writer")
    reader = sim.repo("reader", plain=request.param)
    sim.connect(writer, server)
    return server, writer, reader, sim.connect(reader, server, access=Access.READ)


def test_a_reader_types_while_a_writer_types(sim: Simulation, cast: Cast) -> None:
    server, writer, reader, link = cast
    note = sim.shared(server, writer, reader, edits=[])
    link.reset_counts()
    for number in range(EDITS):
        for repo in (reader, writer):
            with repo.changing(note) as root:
                root["edits"].append(f"{repo.name} {number}")
        sim.run(0.1)
    sim.run_until_quiet()
    written = [f"writer {number}" for number in range(EDITS)]
    assert server.value(note)["edits"] == writer.value(note)["edits"] == written, sim.story()
    assert [edit for edit in reader.value(note)["edits"] if "writer" in edit] == written, sim.story()
    assert link.sync_messages[note] <= 3 * 2 * EDITS, sim.story()
    link.reset_counts()
    sim.run(60.0)
    assert not link.sync_messages, sim.story()


def test_a_reader_of_ours_is_told_once_per_refused_point_and_javascript_is_not(
    sim: Simulation, cast: Cast
) -> None:
    server, _, reader, link = cast
    note = sim.shared(server, reader)
    link.reset_counts()
    reader.change(note, mine=1)
    sim.run_until_quiet()
    server.change(note, n=1)
    server.change(note, n=2)
    sim.run_until_quiet()
    (refusal,) = server.heard(ChangesRefused)
    assert (refusal.peer_id, refusal.muted) == (reader.peer_id, False), sim.story()
    told = [notice.reason for notice in reader.heard(NoticeReceived)]
    assert told == ([] if reader.plain else [refusal.reason]), sim.story()
    assert "read-only" in refusal.reason, sim.story()


def test_a_reader_that_comes_back_with_edits_of_its_own_still_follows(sim: Simulation, cast: Cast) -> None:
    server, _, reader, link = cast
    note = sim.shared(server, reader)
    sim.cut(link)
    for number in range(5):
        reader.change(note, mine=number)
        server.change(note, n=number)
    sim.heal(link)
    sim.run_until_quiet()
    assert reader.value(note) == {"n": 4, "mine": 4}, sim.story()
    assert server.value(note) == {"n": 4}, sim.story()


def test_a_reader_is_not_asked_for_what_the_server_lacks(sim: Simulation, cast: Cast) -> None:
    """It could not supply it: its changes are not applied."""
    server, _, reader, _ = cast
    note = sim.shared(reader)
    server.find(note)
    sim.run_until_quiet()
    assert not server.document(note).heads, sim.story()


def test_a_readers_changes_do_not_come_in_by_way_of_the_batch(sim: Simulation, cast: Cast) -> None:
    server, writer, reader, _ = cast
    note = sim.shared(server, writer, reader)
    with server.changing(note) as root:
        root["n"] = 1
        for number in range(3):
            reader.change(note, mine=number)
            writer.change(note, theirs=number)
        sim.run(1.0)
    sim.run_until_quiet()
    assert server.value(note) == {"n": 1, "theirs": 2}, sim.story()


def test_a_reader_that_becomes_a_writer_gets_its_edits_in(sim: Simulation, cast: Cast) -> None:
    server, _, reader, link = cast
    note = sim.shared(server, reader)
    reader.change(note, mine=1)
    sim.run_until_quiet()
    link.access = Access.WRITE
    sim.replug(link)
    sim.run_until_quiet()
    assert server.value(note) == {"n": 0, "mine": 1}, sim.story()


def test_a_reader_learns_that_its_server_lost_the_document(sim: Simulation) -> None:
    """Its changes may not be taken, so nothing is asked of it, and nothing else would be said."""
    server, reader = sim.repo("server"), sim.repo("reader")
    sim.connect(reader, server, access=Access.READ)
    note = sim.shared(server, reader)
    assert reader.row(note, server).stored == reader.heads(note), sim.story()
    server.crash()
    server.disk.wipe()
    server.restart()
    server.find(note)
    sim.run(5.0)
    row = reader.row(note, server)
    assert row.unavailable and not row.received, sim.story()
    writer = sim.repo("writer")
    sim.connect(writer, server)
    writer.take_in(reader.document(note).fork(), document_id=note)
    writer.change(note, n=1)
    sim.run(5.0)
    assert reader.value(note) == {"n": 1} == server.value(note), sim.story()
    row = reader.row(note, server)
    assert not row.unavailable and row.received == reader.heads(note), sim.story()


def test_what_a_reader_changed_does_not_stall_it_at_the_server(sim: Simulation) -> None:
    """It reports what it stored, its own changes among it, and those are never accepted."""
    server, reader = sim.repos("server", "reader")
    link = sim.connect(reader, server, access=Access.READ)
    note = sim.shared(server, reader)
    eyes = Onlooker(server, note)
    for number in range(2):
        reader.change(note, mine=number)
        sim.run(20.0)
        server.change(note, n=number)
        sim.run(20.0)
        row = eyes.row(reader)
        assert row.reader and row.missing_here and row.missing_there == 0, sim.story()
        assert (row.state, row.activity) == (PeerState.BEHIND, Activity.IDLE), sim.story()
        assert row.level is Level.STORED and row.safe and not eyes.peers.all_synced, sim.story()
        assert "its edits are not accepted" in repr(row), sim.story()
    link.access = Access.WRITE
    sim.replug(link)
    sim.run(20.0)
    row = eyes.row(reader)
    assert not row.reader and row.state is PeerState.SYNCED and eyes.peers.all_synced, sim.story()


def test_a_reader_that_lacks_something_of_ours_stalls_as_others_do(sim: Simulation) -> None:
    server, reader = sim.repos("server", "reader")
    link = sim.connect(reader, server, access=Access.READ)
    note = sim.shared(server, reader)
    eyes = Onlooker(server, note)
    link.bytes_per_second = 1.0
    server.change(note, n=1)
    assert eyes.row(reader).state is PeerState.SYNCING, sim.story()
    sim.run(6.0)
    row = eyes.row(reader)
    assert row.reader and (row.state, row.missing_there) == (PeerState.STALLED, 1), sim.story()
