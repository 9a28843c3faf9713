"""Peers that come back with less than they had, at 20 000 changes: everybody converges, and cheaply."""

from dataclasses import replace

import pytest

from jupyter_automerge.document import Document
from jupyter_automerge.engine.sync_forms import encode_state
from jupyter_automerge.testing.simulated_link import LinkEnd, SimulatedLink
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.ids import document_id_from_bytes
from jupyter_automerge.values.keys import snapshot_key, sync_state_key
from jupyter_automerge.wire.codec import decode, encode
from jupyter_automerge.wire.messages import Request, Sync
from jupyter_automerge.wire.sync_message import V1, parse

CHANGES = 20_000
BOOK = document_id_from_bytes(b"the book of 20 k")
LITTLE = 5_000
BLOOM = CHANGES * 10 // 8 + 100
"""What a Bloom filter of all changes takes, in bytes: ten bits each."""


@pytest.fixture(scope="module")
def book() -> tuple[bytes, Heads]:
    """A document of 20 000 changes, saved."""
    document = Document(actor=bytes(16))
    for number in range(CHANGES):
        with document.change() as root:
            root["n"] = number
    return document.save(), document.heads


@pytest.fixture
def world(sim: Simulation, book: tuple[bytes, Heads]) -> tuple[SimulatedRepo, SimulatedRepo, SimulatedLink]:
    """Alice and a server that both have the book on disk, have met, and know so."""
    alice, server = sim.repos("alice", "server")
    data, heads = book
    for repo in (alice, server):
        repo.disk.entries[snapshot_key(BOOK, heads)] = data
        repo.find(BOOK)
    sim.run_until_quiet()
    link = sim.connect(alice, server)
    sim.run(15.0)
    sim.run_until_quiet()
    return alice, server, link


def come_back(sim: Simulation, alice: SimulatedRepo, link: SimulatedLink) -> int:
    """Alice starts again; how many bytes of sync messages it took until all was quiet."""
    link.reset_counts()
    alice.restart()
    alice.find(BOOK)
    sim.run(2.0)
    sim.run_until_quiet()
    return link.sync_bytes[BOOK]


def assert_well(sim: Simulation, alice: SimulatedRepo, server: SimulatedRepo, link: SimulatedLink) -> None:
    """Both are equal, an edit passes in two messages, and then there is silence."""
    assert sim.documents_equal(BOOK), sim.story()
    link.reset_counts()
    alice.change(BOOK, after="all")
    sim.run_until_quiet()
    assert server.value(BOOK)["after"] == "all", sim.story()
    assert link.sync_messages[BOOK] <= 6, sim.story()
    link.reset_counts()
    sim.run(60.0)
    assert not link.sync_messages, sim.story()


World = tuple[SimulatedRepo, SimulatedRepo, SimulatedLink]


def test_a_reconnection_with_nothing_new_moves_less_than_a_kilobyte(sim: Simulation, world: World) -> None:
    alice, server, link = world
    link.reset_counts()
    sim.replug(link)
    sim.run_until_quiet()
    assert link.sync_bytes[BOOK] < 1_000, sim.story()
    assert_well(sim, alice, server, link)


def test_a_peer_that_lost_its_last_unsaved_change_gets_it_back_for_less_than_5_kb(
    sim: Simulation, world: World
) -> None:
    alice, server, link = world
    alice.disk.paused = True
    alice.change(BOOK, last="not saved")
    sim.run_until_quiet()
    assert server.value(BOOK)["last"] == "not saved", sim.story()
    assert come_back(sim, alice, link) < LITTLE, sim.story()
    assert alice.value(BOOK)["last"] == "not saved", sim.story()
    assert_well(sim, alice, server, link)


def test_so_does_one_whose_loss_the_server_took_for_settled(sim: Simulation, world: World) -> None:
    alice, server, link = world
    backup = alice.disk.copy()
    alice.change(BOOK, last="saved, acknowledged, and rolled back")
    sim.run(30.0)
    alice.crash()
    alice.disk.roll_back(backup)
    assert come_back(sim, alice, link) < LITTLE, sim.story()
    assert "last" in alice.value(BOOK), sim.story()
    assert_well(sim, alice, server, link)


def test_a_peer_that_was_rolled_back_by_ten_changes_gets_them(sim: Simulation, world: World) -> None:
    alice, server, link = world
    backup = alice.disk.copy()
    for number in range(10):
        alice.change(BOOK, last=number)
        sim.run(0.1)
    sim.run(30.0)
    alice.crash()
    alice.disk.roll_back(backup)
    assert come_back(sim, alice, link) < LITTLE, sim.story()
    assert_well(sim, alice, server, link)


def test_a_server_that_was_rolled_back_gets_what_it_lost(sim: Simulation, world: World) -> None:
    alice, server, link = world
    backup = server.disk.copy()
    alice.change(BOOK, last="only here now")
    sim.run(30.0)
    server.crash()
    server.disk.roll_back(backup)
    link.reset_counts()
    server.restart()
    server.find(BOOK)
    sim.run_until_quiet()
    assert link.sync_bytes[BOOK] < LITTLE, sim.story()
    assert server.value(BOOK)["last"] == "only here now", sim.story()
    assert_well(sim, alice, server, link)


def test_a_wiped_peer_gets_the_whole_document(
    sim: Simulation, world: World, book: tuple[bytes, Heads]
) -> None:
    alice, server, link = world
    alice.crash()
    alice.disk.wipe()
    # Its request and its answer to our first words cross, so that it is sent twice; and a Bloom filter each.
    assert come_back(sim, alice, link) < 2 * len(book[0]) + 2 * BLOOM + LITTLE, sim.story()
    assert_well(sim, alice, server, link)


def test_a_wrongly_primed_peer_converges(sim: Simulation, world: World) -> None:
    """Both sides keep a saved sync state that names heads which the other one never had."""
    alice, server, link = world
    sim.cut(link)
    alice.change(BOOK, by="alice")
    server.change(BOOK, by="the server")
    sim.run_until_quiet()
    heads = {repo: repo.heads(BOOK) for repo in (alice, server)}
    for repo, other in ((alice, "store-server"), (server, "store-alice")):
        repo.crash()
        repo.disk.entries[sync_state_key(BOOK, other)] = encode_state(heads[repo])  # type: ignore[arg-type]
        repo.restart()
        repo.find(BOOK)
    sim.run_until_quiet()
    link.reset_counts()
    sim.heal(link)
    sim.run_until_quiet()
    assert link.sync_bytes[BOOK] < 4 * BLOOM + LITTLE, sim.story()
    assert_well(sim, alice, server, link)


def only_version_1(sender: LinkEnd, frame: bytes) -> bytes:
    """A peer of before version 2: it announces no capability, and so nobody uses one towards it."""
    message = decode(frame)
    if not isinstance(message, Sync | Request):
        return frame
    inside = parse(message.data)
    return encode(replace(message, data=replace(inside, version=V1, tail=b"").encode()))


def test_a_version_1_peer_that_lost_its_last_change_gets_it_back(sim: Simulation, world: World) -> None:
    alice, server, link = world
    link.tamper = only_version_1
    sim.replug(link)
    sim.run_until_quiet()
    alice.disk.paused = True
    alice.change(BOOK, last="not saved")
    sim.run_until_quiet()
    assert come_back(sim, alice, link) < LITTLE, sim.story()
    assert alice.value(BOOK)["last"] == "not saved", sim.story()
    assert_well(sim, alice, server, link)


def test_a_wiped_version_1_peer_gets_everything_change_by_change(sim: Simulation, world: World) -> None:
    alice, server, link = world
    link.tamper = only_version_1
    alice.crash()
    alice.disk.wipe()
    come_back(sim, alice, link)
    assert_well(sim, alice, server, link)


def test_a_latecomer_that_has_everything_already_is_not_sent_it_again(
    sim: Simulation, book: tuple[bytes, Heads]
) -> None:
    """A stranger to us with the same history and no memory of us: a long filter, a short answer."""
    data, heads = book
    server, guest = sim.repos("server", "guest")
    for repo in (server, guest):
        repo.disk.entries[snapshot_key(BOOK, heads)] = data
        repo.find(BOOK)
    sim.run_until_quiet()
    server.change(BOOK, new="since then")
    sim.run_until_quiet()
    answers: list[int] = []

    def weigh(sender: LinkEnd, frame: bytes) -> bytes:
        message = decode(frame)
        if isinstance(message, Sync) and sender is server:
            answers.append(sum(map(len, parse(message.data).changes)))
        return frame

    sim.connect(guest, server, tamper=weigh)
    sim.run_until_quiet()
    assert sim.documents_equal(BOOK), sim.story()
    assert sum(answers) < 1_000, f"the server sent {answers} bytes of changes\n{sim.story()}"
