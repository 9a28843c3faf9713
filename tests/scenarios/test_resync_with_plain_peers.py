"""Peers that are Automerge and nothing else, as JavaScript's are, and come back to a document of 20 000 changes."""

from collections.abc import Iterator

import pytest

from jupyter_automerge.document import Document
from jupyter_automerge.engine.sync_forms import encode_state, prime
from jupyter_automerge.testing.simulated_link import SimulatedLink, Tamper
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulated_stranger import TypingStranger
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.heads import NO_HEADS, Heads
from jupyter_automerge.values.identity import PeerMetadata
from jupyter_automerge.values.ids import StorageId
from jupyter_automerge.values.keys import snapshot_key, sync_state_key
from jupyter_automerge.values.limits import CROSSING_SECONDS
from jupyter_automerge.wire.messages import Message, PeerMessage
from tests.scenarios.book import BLOOM, BOOK, LITTLE, Book, only_version_1
from tests.scenarios.filter_of_first_edit import FilterOfFirstEdit

STORE = StorageId("store-bob")


class EagerStranger(TypingStranger):
    """It speaks of its document as soon as it is greeted, without waiting to be spoken to."""

    def _read(self, message: Message) -> None:
        super()._read(message)
        if isinstance(message, PeerMessage):
            self.speak()


@pytest.fixture(params=["version 2", "version 1"])
def old(request: pytest.FixtureRequest) -> Iterator[bool]:
    """Whether Bob's Automerge is from before version 2."""
    yield request.param == "version 1"


@pytest.fixture(params=[TypingStranger, EagerStranger], ids=["answering", "eager"])
def manners(request: pytest.FixtureRequest) -> Iterator[type[TypingStranger]]:
    """Whether Bob speaks first, so that his words and the server's cross."""
    yield request.param


def server_with(sim: Simulation, book: Book, *, shared: Heads = NO_HEADS, edits: int = 0) -> SimulatedRepo:
    """The server has the book and edits of its own, and remembers what it shares with Bob's store."""
    server = sim.repo("server")
    server.disk.entries[snapshot_key(BOOK, book.heads)] = book.data
    server.find(BOOK)
    sim.run_until_quiet()
    for number in range(edits):
        server.change(BOOK, server=number)
        sim.run_until_quiet()
    if shared:
        remember(sim, server, shared)
    return server


def remember(sim: Simulation, server: SimulatedRepo, shared: Heads) -> None:
    server.crash()
    server.disk.entries[sync_state_key(BOOK, STORE)] = encode_state(shared)
    server.restart()
    server.find(BOOK)
    sim.run_until_quiet()


def edited(sim: Simulation, book: Book, edits: int) -> Document:
    document = book.open(sim.actor())
    for number in range(edits):
        with document.change() as root:
            root["bob"] = number
    return document


def meet(
    sim: Simulation,
    server: SimulatedRepo,
    bob: TypingStranger,
    *,
    old: bool,
    primed: Heads = NO_HEADS,
    tamper: Tamper = lambda sender, frame: frame,
) -> SimulatedLink:
    """Bob calls the server, believing to share what it is primed with, and they talk until all is quiet."""
    bob.metadata = PeerMetadata(storage_id=STORE, is_ephemeral=False)
    if primed:
        bob.document.receive(bob.sync, prime(primed).encode())
    aged = only_version_1 if old else lambda sender, frame: frame
    link = sim.connect(bob, server, tamper=lambda sender, frame: aged(sender, tamper(sender, frame)))
    bob.join()
    sim.run_until_quiet()
    return link


def assert_well(sim: Simulation, server: SimulatedRepo, bob: TypingStranger, link: SimulatedLink) -> None:
    """Both are equal, an edit of either passes at once, and then there is silence."""
    assert bob.document.heads == server.heads(BOOK), sim.story()
    link.reset_counts()
    bob.type(word="Bob's")
    sim.run_until_quiet()
    assert server.value(BOOK)["word"] == "Bob's", sim.story()
    server.change(BOOK, word="the server's")
    sim.run_until_quiet()
    assert bob.document.get(["word"]) == "the server's", sim.story()
    assert link.sync_messages[BOOK] <= 6, sim.story()
    link.reset_counts()
    sim.run(60.0)
    assert not link.sync_messages, sim.story()


Manners = type[TypingStranger]


@pytest.mark.parametrize("remembered", [True, False], ids=["remembered", "forgotten"])
def test_a_wiped_plain_peer_gets_the_whole_document_once(
    sim: Simulation, book: Book, manners: Manners, old: bool, remembered: bool
) -> None:
    server = server_with(sim, book, shared=book.heads if remembered else NO_HEADS)
    bob = manners(sim, "bob", BOOK, Document(actor=sim.actor()))
    link = meet(sim, server, bob, old=old)
    must_move = book.bytes_of_changes if old else len(book.data)
    assert link.sync_bytes[BOOK] < must_move + LITTLE, sim.story()
    assert_well(sim, server, bob, link)


def test_a_plain_peer_that_lost_what_the_server_took_for_settled_gets_it_back(
    sim: Simulation, book: Book, manners: Manners, old: bool
) -> None:
    server = server_with(sim, book, edits=10)
    remember(sim, server, server.heads(BOOK))
    bob = manners(sim, "bob", BOOK, book.open(sim.actor()))
    link = meet(sim, server, bob, old=old, primed=book.heads)
    assert link.sync_bytes[BOOK] < LITTLE, sim.story()
    assert_well(sim, server, bob, link)


def test_a_plain_peer_gives_the_server_back_what_that_lost(
    sim: Simulation, book: Book, manners: Manners, old: bool
) -> None:
    server = server_with(sim, book, shared=book.heads)
    document = edited(sim, book, 10)
    bob = manners(sim, "bob", BOOK, document)
    link = meet(sim, server, bob, old=old, primed=document.heads)
    assert link.sync_bytes[BOOK] < LITTLE, sim.story()
    assert_well(sim, server, bob, link)


@pytest.mark.parametrize("wrong", ["Bob", "the server", "both"])
def test_a_plain_peer_and_the_server_that_believe_wrongly_what_they_share_exchange_what_each_lacks(
    sim: Simulation, book: Book, manners: Manners, old: bool, wrong: str
) -> None:
    server = server_with(sim, book, shared=book.heads, edits=3)
    document = edited(sim, book, 3)
    if wrong != "Bob":
        remember(sim, server, server.heads(BOOK))
    bob = manners(sim, "bob", BOOK, document)
    link = meet(sim, server, bob, old=old, primed=book.heads if wrong == "the server" else document.heads)
    assert link.sync_bytes[BOOK] < LITTLE, sim.story()
    assert_well(sim, server, bob, link)


def test_an_edit_that_a_bloom_filter_hides_costs_a_question_more_and_not_the_whole_document(
    sim: Simulation, book: Book, manners: Manners, old: bool
) -> None:
    """One filter in thirty hides one of three edits: the others come without what they are based on."""
    server = server_with(sim, book, shared=book.heads, edits=3)
    document = edited(sim, book, 3)
    hiding = FilterOfFirstEdit(document, book.heads)
    bob = manners(sim, "bob", BOOK, document)
    link = meet(sim, server, bob, old=old, primed=document.heads, tamper=hiding.slip_in)
    assert hiding.is_in, "the server sent none itself\n" + sim.story()
    assert link.sync_bytes[BOOK] < LITTLE, sim.story()
    assert_well(sim, server, bob, link)


def test_a_plain_peer_that_the_server_never_met_is_told_no_filter(
    sim: Simulation, book: Book, manners: Manners, old: bool
) -> None:
    """It may send one itself: no more than that."""
    server = server_with(sim, book, edits=3)
    bob = manners(sim, "bob", BOOK, edited(sim, book, 3))
    link = meet(sim, server, bob, old=old)
    assert link.sync_bytes[BOOK] < 2 * BLOOM + LITTLE, sim.story()
    assert_well(sim, server, bob, link)


def test_a_wiped_server_gets_the_whole_document_once_from_a_plain_peer(
    sim: Simulation, book: Book, manners: Manners, old: bool
) -> None:
    """Plain Automerge puts a Bloom filter beside it."""
    server = sim.repo("server")
    server.find(BOOK)
    sim.run_until_quiet()
    bob = manners(sim, "bob", BOOK, book.open(sim.actor()))
    link = meet(sim, server, bob, old=old, primed=book.heads)
    must_move = (book.bytes_of_changes if old else len(book.data)) + BLOOM
    assert link.sync_bytes[BOOK] < must_move + LITTLE, sim.story()
    assert_well(sim, server, bob, link)


# What seemed to cross was meant


def test_a_peer_that_lost_the_document_on_the_way_gets_it_again_when_it_asks_twice(
    sim: Simulation, book: Book
) -> None:
    server = server_with(sim, book)
    bob = sim.stranger("bob", server)
    bob.join()
    bob.ask(BOOK)
    sim.run_until_quiet()
    bob.forget()
    bob.ask(BOOK)
    bob.ask(BOOK)
    sim.run_until_quiet()
    assert [len(message.changes) for message in bob.sync_messages(BOOK)] == [1], sim.story()


def test_and_after_a_while_when_it_asks_once(sim: Simulation, book: Book) -> None:
    server = server_with(sim, book)
    bob = sim.stranger("bob", server)
    bob.join()
    bob.ask(BOOK)
    sim.run_until_quiet()
    bob.forget()
    bob.ask(BOOK)
    sim.run_until_quiet()
    assert not bob.sync_messages(BOOK), sim.story()
    sim.run(CROSSING_SECONDS + 1.0)
    assert [len(message.changes) for message in bob.sync_messages(BOOK)] == [1], sim.story()
    sim.run(60.0)
    assert len(bob.sync_messages(BOOK)) == 1, sim.story()


def test_a_server_whose_question_stayed_without_an_answer_asks_again(sim: Simulation, book: Book) -> None:
    """Bob names his heads and nothing more."""
    server = sim.repo("server")
    server.find(BOOK)
    bob = sim.stranger("bob", server)
    bob.join()
    sim.run_until_quiet()
    assert len(bob.sync_messages(BOOK)) == 1, sim.story()
    bob.say(BOOK, prime(book.heads).encode())
    sim.run_until_quiet()
    assert len(bob.sync_messages(BOOK)) == 1, sim.story()
    sim.run(CROSSING_SECONDS + 1.0)
    assert [message.need for message in bob.sync_messages(BOOK)] == [(), tuple(book.heads)], sim.story()
