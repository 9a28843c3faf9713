"""The words of `%automerge peers`: who, what it is, how it is reached, what it has, since when."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from jupyter_automerge.engine.notices import StoreRow
from jupyter_automerge.kernel.peer_lines import row_line, row_lines, store_lines, view_lines
from jupyter_automerge.kernel.session import KernelSession
from jupyter_automerge.kernel.wording import lasting
from jupyter_automerge.repo import DocHandle, ServerAddress
from jupyter_automerge.values.heads import NO_HEADS, Heads
from jupyter_automerge.values.identity import User
from jupyter_automerge.values.status import Link, Trust

STRANGE: Heads = frozenset({bytes(range(32))})
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def session() -> Iterator[KernelSession]:
    session = KernelSession("plan.ipynb")
    yield session
    session.close()


@pytest.fixture
def plan(session: KernelSession) -> DocHandle:
    plan = session.repo.create({"n": 0})
    with plan.change() as d:
        d["n"] = 1
    return plan


def bob(document: DocHandle, **facts: Any) -> str:
    """The line of Bob's store, of which these facts are known."""
    now = document._running.clock.now()
    known = {
        "store_id": "b0b5-store", "peer_ids": (), "sessions": 1, "name": "Bob", "kind": "script", "user": None,
        "link": Link.CONNECTED, "same_store": False, "ephemeral": False, "durable_acks": True, "denied": False,
        "unavailable": False, "sent": NO_HEADS, "received": document.heads, "stored": NO_HEADS, "known": True,
        "as_of": now, "moved_at": now, **facts,
    }  # fmt: skip
    document._live.store_rows = (StoreRow(**known),)
    return row_line(document.peers[0], {"re1ay": "lab server"})


def test_what_it_has_and_how_surely(plan: DocHandle) -> None:
    begin = "Bob (b0b5-sto)  script  connected  "
    assert bob(plan, stored=plan.heads) == f"{begin}has everything, stored"
    assert bob(plan) == f"{begin}has everything, not stored yet"
    assert bob(plan, durable_acks=False) == f"{begin}has everything, in memory"
    assert bob(plan, received=NO_HEADS, known=False) == f"{begin}has told nothing yet"
    assert bob(plan, denied=True) == f"{begin}may not have it"
    assert bob(plan, unavailable=True) == f"{begin}says that it does not have it"
    more = f"{begin}has everything, not stored yet; has 1 change that is not here"
    assert bob(plan, received=plan.heads | STRANGE) == more


def test_what_it_lacks_and_for_how_long(plan: DocHandle) -> None:
    minutes_ago = plan._running.clock.now() - 150
    early = frozenset({plan.history()[0].hash})
    lacking = bob(plan, received=early, unsent_since=minutes_ago)
    assert lacking == "Bob (b0b5-sto)  script  connected  lacks 1 change for 2 min"
    stalled = bob(plan, received=early, unsent_since=minutes_ago, moved_at=minutes_ago)
    assert stalled.startswith("Bob (b0b5-sto)  script  connected")
    unsure = bob(plan, received=early | STRANGE, unsent_since=minutes_ago)
    assert "lacks at most 1 change for 2 min; has 1 change that is not here" in unsure


def test_how_it_is_reached_and_when_it_told(plan: DocHandle) -> None:
    hours_ago = plan._running.clock.now() - 3 * 3600
    away = bob(plan, link=Link.OFFLINE, as_of=hours_ago)
    assert away == "Bob (b0b5-sto)  script  offline  has everything, not stored yet  told 3 h ago"
    relayed = bob(plan, link=Link.RELAYED, via=("re1ay", "0ther-store"), clock_ahead=True)
    assert "  relayed by lab server, 0ther-st  " in relayed
    assert relayed.endswith("  told 0 s ago, its clock is ahead")


def test_why_it_may_count_for_nothing(plan: DocHandle) -> None:
    assert "  script, memory only  " in bob(plan, ephemeral=True)
    assert "  script, on this store  " in bob(plan, same_store=True)
    assert "  script, a copied store  " in bob(plan, clone=True)
    assert "  script, dead  " in bob(plan, trust=Trust.DEAD)
    assert bob(plan, petname="laptop", user=User("bob", "Bob Boyd", "")).startswith(
        "laptop (b0b5-sto) of Bob Boyd  script  "
    )


def test_who_may_only_read_is_said_to_be_one(plan: DocHandle) -> None:
    reader = bob(plan, ephemeral=True, reader=True, received=plan.heads | STRANGE)
    assert "  script, may only read, memory only  connected  has everything" in reader
    assert reader.endswith("; its edits are not accepted")


def test_a_file_that_is_written_from_the_document_says_why_it_is_behind(plan: DocHandle) -> None:
    file = {"store_id": "file:/notes/plan.json", "name": "plan.json", "kind": "file", "is_projection": True}
    assert bob(plan, **file, stored=plan.heads) == "plan.json  file  has everything, written"
    early = frozenset({plan.history()[0].hash})
    stuck = bob(
        plan, **file, received=NO_HEADS, stored=early, link=Link.OFFLINE, trouble="the disk is full\n",
        unsent_since=plan._running.clock.now() - 150,
    )  # fmt: skip
    assert stuck == "plan.json  file  lacks 1 change for 2 min; it cannot be written: the disk is full "
    never = bob(plan, **file, received=NO_HEADS, link=Link.OFFLINE, trouble="no such folder", known=False)
    assert never == "plan.json  file  not written yet; it cannot be written: no such folder"


def test_above_the_rows_stands_what_they_come_to(plan: DocHandle) -> None:
    assert list(row_lines(plan)) == [f"{plan.url}: nobody else is known to have it."]
    bob(plan, stored=plan.heads)
    summary, row = row_lines(plan)
    assert summary == f"{plan.url}: safe: stored by Bob" and row.startswith("Bob (")


def test_without_a_connection_that_is_said_first(session: KernelSession) -> None:
    assert list(store_lines(session.repo)) == ["Not connected to anybody."]


def test_beneath_stands_whose_view_it_is_where_there_is_another(session: KernelSession) -> None:
    assert not list(view_lines(session, of_document=True)), "a kernel alone sees all there is"
    session.address = ServerAddress("http://127.0.0.1:8888/lab/", "secret")
    (of_document,) = view_lines(session, of_document=True)
    (of_stores,) = view_lines(session, of_document=False)
    begin = "This is what this kernel knows. Pages and other kernels at its server are"
    assert of_document == f"{begin} on the chips of a page."
    assert of_stores == f"{begin} listed by the server at api/automerge/stores."
    assert "secret" not in of_document + of_stores


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (119, "119 s"),
        (120, "2 min"),
        (7199, "119 min"),
        (7200, "2 h"),
        (200_000, "2 d"),
    ],
)
def test_how_long_in_one_unit(seconds: int, words: str) -> None:
    assert lasting(NOON - timedelta(seconds=seconds), NOON) == words
