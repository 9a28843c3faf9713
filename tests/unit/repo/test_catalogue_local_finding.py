"""The acceptance catalogue, group L: finding documents, in vain, in time, at past heads, and giving up."""

import asyncio
from concurrent.futures import CancelledError

import pytest

from jupyter_automerge.errors import DocumentReadOnly, DocumentUnavailable, FindTimeout
from jupyter_automerge.repo import DocHandle, DocView, Repo
from jupyter_automerge.repo.searching import WAITING_FOR_HEADS
from jupyter_automerge.values.keys import KeyKind
from jupyter_automerge.values.url import AutomergeUrl
from tests.unit.repo.gated import GatedConnector
from tests.unit.repo.stores import ObservedStorage
from tests.unit.repo.story import story, turns, until

NOWHERE = "automerge:4NMNnkMhL8jXrdJ9jamS58PAVdXu"


@story
async def test_L10_a_document_that_nobody_has_is_unavailable() -> None:
    async with Repo() as alice:
        with pytest.raises(DocumentUnavailable, match="nobody is there to ask"):
            await alice.find(NOWHERE)


@story
async def test_L11_it_is_so_promptly_again_and_for_a_second_asker_too() -> None:
    async with Repo(name="alice") as alice, Repo(name="bob") as bob, Repo(name="carol") as carol:
        alice.link(bob)
        carol.link(bob)
        await until(lambda: len(bob.peers) == 2, bob)
        for asker in (alice, alice, carol, alice):
            # One who is not answered would end with FindTimeout.
            with pytest.raises(DocumentUnavailable, match="bob: "):
                await asker.find(NOWHERE, timeout=5)


@story
async def test_L12_it_is_not_unavailable_before_the_first_try_to_connect_has_ended() -> None:
    async with Repo() as alice, Repo() as bob:
        note = bob.create({"n": 1})
        connector = GatedConnector(bob)
        alice.dial(connector)
        finding = alice.find(note.url)
        await until(lambda: connector.tries, alice)
        await turns()
        assert not finding.done(), "declared unavailable while a connection was being made"
        assert alice.search(note.url).found().done() is False
        connector.gate.set()
        assert (await finding).value == {"n": 1}


@story
async def test_L23_many_who_look_at_once_share_one_reading_and_one_handle() -> None:
    store = ObservedStorage()
    async with Repo(store) as alice:
        note = alice.create({"n": 1})
        await note.saved()
        await alice.unload(note.url)
        store.loads.clear()
        gate = store.gates[note.document_id] = asyncio.Event()
        searches = [alice.find(note.url) for _ in range(20)]
        await turns()
        gate.set()
        handles = {id(await search) for search in searches}
        assert len(handles) == 1
        assert store.loads[(note.document_id,)] == 1


@story
async def test_L35_heads_in_the_url_give_a_view_that_stands_still() -> None:
    async with Repo() as alice:
        note = alice.create({"n": 1})
        then = note.heads
        past = note.at(then)
        with note.change("later") as d:
            d["n"] = 2
        assert AutomergeUrl.parse(past.url).heads == then
        found = await alice.find(past.url)
        for view in (past, found):
            assert isinstance(view, DocView)
            assert (view.value, view.heads, view.get(["n"])) == ({"n": 1}, then, 1)
            assert [change.message for change in view.history()] == [None]
            assert alice.clone(view).value == alice.import_document(view.save()).value == {"n": 1}
        live = await alice.find(note.url)
        assert live is note
        assert not isinstance(live, DocView)
        assert live.value == {"n": 2}


@story
async def test_L35_edits_to_a_view_fail_and_nothing_is_told_to_it() -> None:
    async with Repo() as alice:
        note = alice.create({"n": 1})
        view = note.at(note.heads)
        told: list[object] = []
        view.on_change(told.append)
        with pytest.raises(DocumentReadOnly, match="clone"), view.change() as d:
            d["n"] = 2
        with pytest.raises(DocumentReadOnly):
            view.merge(note)
        with note.change() as d:
            d["n"] = 2
        await turns()
        assert told == []
        assert [event async for event in view.changes()] == []
        other = alice.create({})
        other.merge(view)
        assert other.value == {"n": 1}, "merging a view brought what came after it"


@story
async def test_L36_a_search_for_heads_that_are_not_here_yet_waits_for_them_and_says_so() -> None:
    async with Repo(name="alice") as alice, Repo(name="bob") as bob:
        theirs = bob.create({"n": 1})
        note = alice.import_document(theirs.save(), document_id=theirs.url)
        with theirs.change() as d:
            d["n"] = 2
        ahead = theirs.at(theirs.heads).url
        connector = GatedConnector(bob, "memory:bob")
        alice.dial(connector)
        finding, search = alice.find(ahead), alice.search(ahead)
        await until(lambda: search.progress.stage == WAITING_FOR_HEADS, alice)
        assert not finding.done()
        with pytest.raises(FindTimeout, match="waiting for the heads asked for") as late:
            await alice.find(ahead, timeout=0.05)
        assert late.value.progress.dialing == ("memory:bob",)  # type: ignore[attr-defined]  # an object there
        connector.gate.set()
        view = await finding
        assert (view.url, view.value) == (ahead, {"n": 2})
        assert (await search.found()).value == {"n": 2}
        assert [progress.stage async for progress in search][-1] == "found"
        assert note.value == {"n": 2}


@story
async def test_L36_heads_that_nobody_can_bring_are_unavailable() -> None:
    async with Repo() as alice, Repo() as bob:
        note, other = alice.create({"n": 1}), bob.create({"n": 2})
        nowhere = str(AutomergeUrl(note.document_id, other.heads))
        with pytest.raises(DocumentUnavailable, match="nobody is there to ask"):
            await alice.find(nowhere)


@story
async def test_L37_who_gives_up_is_rid_of_it_and_the_search_of_others_goes_on() -> None:
    async with Repo() as alice, Repo() as bob:
        note = bob.create({"n": 1})
        connector = GatedConnector(bob)
        alice.dial(connector)
        waits = alice.metrics()["waits"]
        impatient, patient = alice.find(note.url), alice.find(note.url)
        await until(lambda: connector.tries, alice)
        assert impatient.cancel()
        with pytest.raises((CancelledError, asyncio.CancelledError)):
            await impatient
        connector.gate.set()
        assert isinstance(await patient, DocHandle)
        assert alice.metrics()["waits"] == waits


@story
async def test_L37_a_cancelled_task_gets_its_own_reason_back() -> None:
    async with Repo() as alice, Repo() as bob:
        connector = GatedConnector(bob)
        alice.dial(connector)
        finding = asyncio.ensure_future(alice.find(NOWHERE, timeout=None))
        await until(lambda: alice.metrics()["waits"] == 1, alice)
        finding.cancel("the cell was interrupted")
        with pytest.raises(asyncio.CancelledError):
            await finding
        await turns()
        assert alice.metrics()["waits"] == 0


@story
async def test_L20_looking_at_an_unchanged_document_writes_nothing() -> None:
    store = ObservedStorage()
    async with Repo(store) as alice:
        note = alice.create({"n": 1})
        await note.saved()
    before = store.contents
    for _ in range(3):
        store = store.reborn()
        async with Repo(store) as alice:
            assert (await alice.find(note.url)).value == {"n": 1}
        assert store.contents == before
        assert store.writes_of(note.document_id) == 0
    assert len(store.chunks(note.document_id)[KeyKind.SNAPSHOT]) == 1
