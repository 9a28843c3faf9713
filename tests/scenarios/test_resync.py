"""Peers that come back with less than they had, at 20 000 changes: everybody converges, and cheaply."""

import pytest

from jupyter_automerge.engine.sync_forms import encode_state
from jupyter_automerge.testing.simulated_link import LinkEnd, SimulatedLink
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.keys import snapshot_key, sync_state_key
from jupyter_automerge.wire.codec import decode
from jupyter_automerge.wire.messages import Sync
from jupyter_automerge.wire.sync_message import parse
from tests.scenarios.book import BOOK, LITTLE, Book, only_version_1


@pytest.fixture
def world(sim: Simulation, book: Book) -> tuple[SimulatedRepo, SimulatedRepo, SimulatedLink]:
    """Alice and a server that both have the book on disk, have met, and know so."""
    alice, server = sim.repos("alice", "server")
    for repo in (alice, server):
        put_on_the_disk(repo, book)
        repo.find(BOOK)
    sim.run_until_quiet()
    link = sim.connect(alice, server)
    sim.run(15.0)
    sim.run_until_quiet()
    return alice, server, link


def put_on_the_disk(repo: SimulatedRepo, book: Book) -> None:
    repo.disk.entries[snapshot_key(BOOK, book.heads)] = book.data


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


def test_a_wiped_peer_gets_the_whole_document_once(sim: Simulation, world: World, book: Book) -> None:
    """Its question and the server's first words cross."""
    alice, server, link = world
    alice.crash()
    alice.disk.wipe()
    assert come_back(sim, alice, link) < len(book.data) + LITTLE, sim.story()
    assert_well(sim, alice, server, link)


def test_so_does_one_that_forgot_who_it_was(sim: Simulation, world: World, book: Book) -> None:
    alice, server, link = world
    alice.crash()
    alice.disk.wipe()
    alice.store = "store-alice-anew"
    assert come_back(sim, alice, link) < len(book.data) + LITTLE, sim.story()
    assert_well(sim, alice, server, link)


def test_a_wiped_peer_that_asks_later_gets_it_once_too(sim: Simulation, world: World, book: Book) -> None:
    alice, server, link = world
    alice.crash()
    alice.disk.wipe()
    link.reset_counts()
    alice.restart()
    sim.run_until_quiet()
    alice.find(BOOK)
    sim.run_until_quiet()
    assert link.sync_bytes[BOOK] < len(book.data) + LITTLE, sim.story()
    assert_well(sim, alice, server, link)


@pytest.mark.parametrize("wrong", ["alice", "the server", "both"])
@pytest.mark.parametrize("number", [1, 30])
def test_peers_that_believe_wrongly_what_they_share_exchange_what_each_lacks(
    sim: Simulation, world: World, wrong: str, number: int
) -> None:
    """A saved sync state names heads which the other one never had."""
    alice, server, link = world
    assert resync_after_wrong_belief(sim, alice, server, link, wrong, number) < LITTLE, sim.story()
    assert_well(sim, alice, server, link)


def resync_after_wrong_belief(
    sim: Simulation,
    alice: SimulatedRepo,
    server: SimulatedRepo,
    link: SimulatedLink,
    wrong: str,
    number: int,
) -> int:
    """How many bytes it took besides the changes that each made, so many of them."""
    sim.cut(link)
    before = alice.heads(BOOK)
    for step in range(number):
        alice.change(BOOK, by=f"alice {step}")
        server.change(BOOK, by=f"the server {step}")
        sim.run_until_quiet()
    must_move = sum(len(repo.document(BOOK).save_since(before)) for repo in (alice, server))
    heads = {repo: repo.heads(BOOK) for repo in (alice, server)}
    for repo, other, name in ((alice, "store-server", "alice"), (server, "store-alice", "the server")):
        repo.crash()
        if wrong in (name, "both"):
            repo.disk.entries[sync_state_key(BOOK, other)] = encode_state(heads[repo])  # type: ignore[arg-type]
        repo.restart()
        repo.find(BOOK)
    sim.run_until_quiet()
    link.reset_counts()
    sim.heal(link)
    sim.run_until_quiet()
    return link.sync_bytes[BOOK] - must_move


def test_strangers_with_the_same_past_tell_by_a_few_hashes_where_they_parted(
    sim: Simulation, book: Book
) -> None:
    alice, server = sim.repos("alice", "server")
    for repo in (alice, server):
        put_on_the_disk(repo, book)
        repo.find(BOOK)
    sim.run_until_quiet()
    alice.change(BOOK, by="alice")
    server.change(BOOK, by="the server")
    link = sim.connect(alice, server)
    sim.run_until_quiet()
    assert link.sync_bytes[BOOK] < LITTLE, sim.story()
    assert_well(sim, alice, server, link)


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


def test_a_version_1_peer_that_was_rolled_back_by_ten_changes_gets_them(
    sim: Simulation, world: World
) -> None:
    alice, server, link = world
    link.tamper = only_version_1
    backup = alice.disk.copy()
    for number in range(10):
        alice.change(BOOK, last=number)
        sim.run(0.1)
    sim.run(30.0)
    alice.crash()
    alice.disk.roll_back(backup)
    assert come_back(sim, alice, link) < LITTLE, sim.story()
    assert_well(sim, alice, server, link)


@pytest.mark.parametrize("wrong", ["alice", "the server", "both"])
def test_so_do_version_1_peers_that_believe_wrongly_what_they_share(
    sim: Simulation, world: World, wrong: str
) -> None:
    alice, server, link = world
    link.tamper = only_version_1
    assert resync_after_wrong_belief(sim, alice, server, link, wrong, 1) < LITTLE, sim.story()
    assert_well(sim, alice, server, link)


def test_a_wiped_version_1_peer_gets_everything_once_change_by_change(
    sim: Simulation, world: World, book: Book
) -> None:
    alice, server, link = world
    link.tamper = only_version_1
    alice.crash()
    alice.disk.wipe()
    assert come_back(sim, alice, link) < book.bytes_of_changes + LITTLE, sim.story()
    assert_well(sim, alice, server, link)


def test_a_latecomer_that_has_everything_already_is_not_sent_it_again(sim: Simulation, book: Book) -> None:
    """A stranger to us with the same history and no memory of us: a short answer."""
    server, guest = sim.repos("server", "guest")
    for repo in (server, guest):
        put_on_the_disk(repo, book)
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

    link = sim.connect(guest, server, tamper=weigh)
    sim.run_until_quiet()
    assert sim.documents_equal(BOOK), sim.story()
    assert link.sync_bytes[BOOK] < LITTLE, sim.story()
    assert sum(answers) < 1_000, f"the server sent {answers} bytes of changes\n{sim.story()}"
