"""Tables of stores that are full: who leaves, and who never does."""

import pytest

from jupyter_automerge.document import Document
from jupyter_automerge.engine.notices import ClaimsCut, StoreForgotten
from jupyter_automerge.values.identity import PeerMetadata
from jupyter_automerge.values.ids import StorageId
from tests.unit.engine.ledger import Ledger


@pytest.fixture
def ledger(plan: Document, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    monkeypatch.setattr("jupyter_automerge.engine.stores.MAX_STORES", 5)
    monkeypatch.setattr("jupyter_automerge.engine.facts.MAX_STORES_PER_DOCUMENT", 5)
    return Ledger(plan)


def names(ledger: Ledger) -> list[str]:
    assert {entry.id for entry in ledger.stores} >= set(ledger.rows())
    return sorted(entry.id for entry in ledger.stores)


def test_first_leaves_who_was_only_heard_of_then_who_was_away_longest(ledger: Ledger, plan: Document) -> None:
    server = ledger.connect("server")
    ledger.holds(server, plan.heads)
    for name in ("old", "young"):
        session = ledger.connect(name)
        ledger.holds(session, plan.heads)
        ledger.disconnect(session)
        ledger.pass_time(10.0)
    for name in ("heard-1", "heard-2"):
        ledger.says_of(server, name, plan.heads)
        ledger.pass_time(1.0)
    full = names(ledger)
    assert full == ["heard-1", "heard-2", "old", "server", "young"]
    ledger.notices(StoreForgotten)
    left = []
    for name in ("new-1", "new-2", "new-3"):
        ledger.connect(name)
        left += ledger.notices(StoreForgotten)
    assert left == [StoreForgotten(name) for name in ("heard-1", "heard-2", "old")]
    assert names(ledger) == ["new-1", "new-2", "new-3", "server", "young"]
    assert set(ledger.rows()) == {"server", "young"}


def test_who_is_connected_or_has_a_name_never_leaves(ledger: Ledger, plan: Document) -> None:
    for number in range(4):
        ledger.holds(ledger.connect(f"here-{number}"), plan.heads)
    named = ledger.connect("named")
    ledger.holds(named, plan.heads)
    ledger.disconnect(named)
    ledger.stores.name("named", "my old laptop")
    server = ledger.connect("server")
    ledger.says_of(server, "invented", plan.heads)
    assert set(names(ledger)) >= {"here-0", "here-1", "here-2", "here-3", "named", "server"}
    ledger.says_of(server, "invented too", plan.heads)
    assert "invented" not in names(ledger)


def test_a_document_makes_room_by_who_was_silent_longest(ledger: Ledger, plan: Document) -> None:
    for number in range(5):
        session = ledger.connect(f"store-{number}")
        ledger.holds(session, plan.heads)
        ledger.disconnect(session)
        ledger.pass_time(1.0)
        ledger.stores.name(f"store-{number}", "named, so that the table of stores keeps it")
    ledger.holds(ledger.connect("newest"), plan.heads)
    assert sorted(ledger.rows()) == ["newest", *(f"store-{number}" for number in range(1, 5))]


def test_memories_of_processes_that_are_connected_all_have_rows(ledger: Ledger, plan: Document) -> None:
    for number in range(20):
        claims = PeerMetadata(ephemeral_store_id=StorageId(f"page-{number}"), is_ephemeral=True)
        ledger.holds(ledger.connect(f"page-{number}", claims=claims), plan.heads)
    assert len(ledger.rows()) == 20


def test_one_connection_tells_of_so_many_stores_and_is_named_for_it_once(
    ledger: Ledger, plan: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jupyter_automerge.engine.stores.MAX_STORES_PER_REPORTER", 2)
    server, other = ledger.connect("server"), ledger.connect("other")
    for number in range(6):
        ledger.says_of(server, f"invented-{number}", plan.heads)
    assert names(ledger) == ["invented-0", "invented-1", "other", "server"]
    (cut,) = ledger.notices(ClaimsCut)
    assert isinstance(cut, ClaimsCut) and cut.connection == server.connection.id
    ledger.says_of(other, "real", plan.heads)
    assert "real" in names(ledger), "others are heard as before"
