"""Which life of a store was heard to hold what: written beside the document, and read in whatever form it is found."""

import pytest

from jupyter_automerge.document import Document
from jupyter_automerge.engine.store_files import SavedRow, read_row, write_row
from jupyter_automerge.repo.shelved_rows import ShelvedStore
from jupyter_automerge.values.heads import NO_HEADS, Heads
from jupyter_automerge.values.identity import PeerMetadata
from jupyter_automerge.values.ids import StorageId
from jupyter_automerge.values.limits import MAX_LIVES_PER_STORE
from jupyter_automerge.values.status import Link
from jupyter_automerge.values.store import KnownStore
from jupyter_automerge.wire import cbor
from tests.unit.engine.ledger import Ledger

ONE, OTHER = frozenset([b"\x01" * 32]), frozenset([b"\x02" * 32])
SCRIPT = PeerMetadata(storage_id=StorageId("script"))
TWO_LIVES = SavedRow(ONE | OTHER, as_of=1.0, lives={"first": ONE, "second": OTHER})


def written(ledger: Ledger, store: str) -> SavedRow:
    row = read_row(ledger.remembering.row_bytes(ledger.record.stores[store]))
    assert row is not None
    return row


def test_a_session_is_named_by_itself_and_javascript_by_our_connection(
    ledger: Ledger, plan: Document
) -> None:
    ledger.holds(ledger.connect("lab", "monday"), plan.heads)
    page = ledger.connect("script", peer="page", claims=SCRIPT)
    ledger.holds(page, plan.heads)
    assert written(ledger, "lab").lives == {"monday": plan.heads}
    assert written(ledger, "script").lives == {f"our-session/{page.connection.id}": plan.heads}


def test_each_life_has_its_own_and_only_the_newest_are_named(ledger: Ledger) -> None:
    for number in range(MAX_LIVES_PER_STORE + 3):
        ledger.holds(ledger.connect("lab", str(number)), frozenset([bytes([number]) * 32]))
    row = written(ledger, "lab")
    assert len(row.received) == MAX_LIVES_PER_STORE + 3
    assert list(row.lives) == [str(number) for number in range(3, MAX_LIVES_PER_STORE + 3)]
    assert row.lives["5"] == frozenset([bytes([5]) * 32])


@pytest.mark.parametrize("lives", [None, 1, ["first"], {"first": b"torn"}, {"first": [b"short", 7]}])
def test_lives_that_do_not_read_are_as_if_not_kept(lives: object) -> None:
    row = read_row(cbor.encode({"received": sorted(ONE), "asOf": 1.0, "lives": lives}))
    assert row is not None and row.received == ONE
    assert row.held_by(["first"]) == NO_HEADS


def test_more_lives_than_are_written_are_not_read() -> None:
    row = read_row(write_row(SavedRow(ONE, lives={str(number): ONE for number in range(100)})))
    assert row is not None and len(row.lives) == MAX_LIVES_PER_STORE


@pytest.mark.parametrize(
    ("link", "lives", "held"),
    [
        (Link.OFFLINE, [], ONE | OTHER),
        (Link.RELAYED, [], ONE | OTHER),
        (Link.CONNECTED, ["first"], ONE),
        (Link.CONNECTED, ["second", "third"], OTHER),
        (Link.CONNECTED, ["third"], NO_HEADS),
        (Link.CONNECTED, [], NO_HEADS),
        (Link.OFFLINE, ["third"], NO_HEADS),
    ],
)
def test_memory_counts_by_the_lives_that_are_connected(link: Link, lives: list[str], held: Heads) -> None:
    assert ShelvedStore(KnownStore("lab", link=link), lives=frozenset(lives)).held(TWO_LIVES) == held


# Read again with the document


def come_back(ledger: Ledger, row: SavedRow) -> None:
    ledger.evidence.loaded(ledger.record, {StorageId("lab"): row})


def test_a_life_that_goes_on_holds_what_it_held(ledger: Ledger, plan: Document) -> None:
    ledger.connect("lab", "monday")
    come_back(ledger, SavedRow(plan.heads | ONE, as_of=1.0, lives={"sunday": ONE, "monday": plan.heads}))
    row = ledger.rows()["lab"]
    assert (row.received, row.last_heard) == (plan.heads, NO_HEADS)


def test_unless_it_has_spoken_since(ledger: Ledger, plan: Document) -> None:
    lab = ledger.connect("lab", "monday")
    ledger.asks(lab)
    come_back(ledger, SavedRow(plan.heads, as_of=1.0, lives={"monday": plan.heads}))
    row = ledger.rows()["lab"]
    assert (row.received, row.last_heard) == (NO_HEADS, NO_HEADS)


def test_the_word_of_one_life_does_not_silence_another_that_goes_on(ledger: Ledger, plan: Document) -> None:
    ledger.asks(ledger.connect("lab", "monday"))
    ledger.connect("lab", "tuesday")
    come_back(ledger, SavedRow(plan.heads, as_of=1.0, lives={"tuesday": plan.heads}))
    assert ledger.rows()["lab"].received == plan.heads


def test_a_connection_of_an_earlier_life_of_ours_is_not_the_one_of_that_number(
    ledger: Ledger, plan: Document
) -> None:
    page = ledger.connect("script", peer="page", claims=SCRIPT)
    row = SavedRow(plan.heads, as_of=1.0, lives={f"an-earlier-session/{page.connection.id}": plan.heads})
    ledger.evidence.loaded(ledger.record, {StorageId("script"): row})
    assert ledger.rows()["script"].received == NO_HEADS
