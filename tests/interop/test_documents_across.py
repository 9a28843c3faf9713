"""Asking for documents across languages: there, missing, late, large, deleted, cloned."""

import asyncio

import pytest

from jupyter_automerge.errors import DocumentUnavailable
from jupyter_automerge.repo import Repo
from tests.interop.javascript import JavaScriptPeer
from tests.interop.pairs import DIALED_BY, connected_pair
from tests.interop.process import JavaScriptFailed
from tests.interop.python_peer import heads_text, until, until_peers, until_value
from tests.interop.stage import Stage

NOBODYS = "automerge:4NMNnkMhL8jXrdJ9jamS58PAVdXu"


@pytest.mark.parametrize("dialed_by", DIALED_BY)
async def test_L10_M11_a_missing_document_is_unavailable_to_python_at_once(
    stage: Stage, dialed_by: str
) -> None:
    pair = await connected_pair(stage, dialed_by)
    async with asyncio.timeout(5):
        with pytest.raises(DocumentUnavailable):
            await pair.alice.find(NOBODYS)


@pytest.mark.parametrize("dialed_by", DIALED_BY)
async def test_L10_L11_M11_a_missing_document_is_unavailable_to_javascript_at_once_and_again(
    stage: Stage, dialed_by: str
) -> None:
    pair = await connected_pair(stage, dialed_by)
    for _ in range(2):
        with pytest.raises(JavaScriptFailed, match="is unavailable"):
            await pair.bob.find(NOBODYS, within=5)


async def test_L11_a_second_javascript_asker_is_answered_as_promptly(stage: Stage) -> None:
    _, url = await stage.python_server()
    for name in ("bob", "carol"):
        peer = await stage.javascript(name)
        await peer.connect(url)
        await peer.wait_peers()
        with pytest.raises(JavaScriptFailed, match="is unavailable"):
            await peer.find(NOBODYS, within=5)


async def test_M12_what_javascript_missed_twice_comes_when_a_holder_connects(stage: Stage) -> None:
    server, url = await stage.python_server()
    bob = await stage.javascript("bob")
    carol = await stage.javascript("carol", storage=stage.store("carol"))
    note = await carol.create({"late": True})
    await bob.connect(url)
    await bob.wait_peers()
    for _ in range(2):
        with pytest.raises(JavaScriptFailed, match="is unavailable"):
            await bob.find(note.url)
    await carol.connect(url)
    await until_document(server, note.url)
    assert (await bob.find(note.url)).value == {"late": True}


async def test_M12_what_python_missed_comes_when_a_javascript_holder_connects(stage: Stage) -> None:
    alice, url = await stage.python_server("alice")
    bob, carol = await stage.javascript("bob"), await stage.javascript("carol")
    note = await carol.create({"late": True})
    await bob.connect(url)
    await until_peers(alice)
    with pytest.raises(DocumentUnavailable):
        await alice.find(note.url)
    await carol.connect(url)
    await until_document(alice, note.url)
    assert (await alice.find(note.url, timeout=5)).value == {"late": True}


async def test_M13_a_javascript_peer_that_does_not_announce_supplies_what_it_gets_later(stage: Stage) -> None:
    """Nobody has it; the connected peer, asked before, comes to have it."""
    alice, url = await stage.python_server("alice")
    bob = await stage.javascript("bob", announce=False)
    await bob.connect(url)
    await until_peers(alice)
    carol = await stage.javascript("carol")
    note = await carol.create({"n": 1})
    with pytest.raises(DocumentUnavailable):
        await alice.find(note.url)
    await bob.import_document(await carol.export(note.url), note.url.removeprefix("automerge:"))
    await until_document(alice, note.url)


async def test_M14_python_asks_before_anybody_is_there(stage: Stage) -> None:
    bob = await stage.javascript("bob")
    note = await bob.create({"n": 1})
    alice = await stage.python("alice")
    with pytest.raises(DocumentUnavailable):
        await alice.find(note.url)
    alice.connect(await bob.listen())
    await until_document(alice, note.url)


async def test_M14_javascript_asks_while_the_python_server_is_not_there_yet(stage: Stage) -> None:
    alice = await stage.python("alice")
    note = alice.create({"n": 1})
    bob = await stage.javascript("bob")
    with pytest.raises(JavaScriptFailed, match="is unavailable"):
        await bob.find(note.url)
    await bob.connect((await alice.listen()).url)
    await bob.wait_peers()
    found = await found_at_last(bob, note.url)
    assert found == {"n": 1}


@pytest.mark.parametrize("dialed_by", DIALED_BY)
async def test_a_document_of_three_megabytes_crosses_both_ways(stage: Stage, dialed_by: str) -> None:
    pair = await connected_pair(stage, dialed_by)
    noise = bytes((index * index >> 3) % 251 for index in range(3_000_000))
    mine = pair.alice.create({"blob": noise})
    theirs = await pair.bob.import_document(mine.save())
    assert (await pair.bob.find(mine.url)).heads == heads_text(mine)
    assert (await pair.alice.find(theirs.url)).value == {"blob": noise}


async def test_a_long_text_with_all_its_history_crosses(stage: Stage) -> None:
    pair = await connected_pair(stage, "javascript")
    document = pair.alice.create({"text": ""})
    for index in range(1000):
        with document.change() as d:
            d["text"].splice(index, 0, "x")
    found = await pair.bob.find(document.url)
    assert (found.value, await pair.bob.change_count(document.url)) == ({"text": "x" * 1000}, 1001)


async def test_M15_a_document_deleted_in_javascript_comes_back_newer(stage: Stage) -> None:
    pair = await connected_pair(stage, "javascript", bob_store="bob")
    document = pair.alice.create({"n": 1})
    await pair.bob.find(document.url)
    await pair.bob.flush()
    await pair.bob.delete(document.url)
    with document.change() as d:
        d["n"] = 2
    await found_at_last(pair.bob, document.url)
    await pair.bob.wait_value(document.url, {"n": 2})
    await pair.bob.change(document.url, {"edit": "set", "path": ["n"], "value": 3})
    await until_value(pair.alice, document, {"n": 3})


async def test_M15_a_document_deleted_in_python_comes_back_newer_when_asked_for(stage: Stage) -> None:
    pair = await connected_pair(stage, "javascript", alice_store="alice")
    note = await pair.bob.create({"n": 1})
    await pair.alice.find(note.url)
    await pair.alice.delete(note.url, force=True)
    await pair.bob.change(note.url, {"edit": "set", "path": ["n"], "value": 2})
    again = await pair.alice.find(note.url)
    await until_value(pair.alice, again, {"n": 2})
    with again.change() as d:
        d["n"] = 3
    await pair.bob.wait_value(note.url, {"n": 3})


async def test_a_deleted_document_is_unavailable_to_javascript(stage: Stage) -> None:
    alice, url = await stage.python_server("alice", store="alice")
    document = alice.create({"n": 1})
    await document.saved()
    await alice.delete(document.url, force=True)
    bob = await stage.javascript("bob")
    await bob.connect(url)
    await bob.wait_peers()
    with pytest.raises(JavaScriptFailed, match="is unavailable"):
        await bob.find(document.url, within=5)


async def test_M19_imported_documents_are_synced_out(stage: Stage) -> None:
    pair = await connected_pair(stage, "python")
    carol = await stage.javascript("carol")
    note = await carol.create({"from": "a file"})
    data = await carol.export(note.url)
    fresh = pair.alice.import_document(data)
    named = pair.alice.import_document(data, document_id=note.url)
    assert named.url == note.url
    for handle in (fresh, named):
        assert (await pair.bob.find(handle.url)).value == {"from": "a file"}


async def test_M25_clones_and_merges_propagate(stage: Stage) -> None:
    pair = await connected_pair(stage, "javascript")
    original = pair.alice.create({"n": 1})
    await pair.bob.find(original.url)
    copy = await pair.bob.clone(original.url)
    await pair.bob.change(copy.url, {"edit": "set", "path": ["copied"], "value": True})
    mine = await pair.alice.find(copy.url)
    await until_value(pair.alice, mine, {"n": 1, "copied": True})
    assert original.value == {"n": 1}
    original.merge(mine)
    await pair.bob.wait_value(original.url, {"n": 1, "copied": True})


async def test_an_empty_document_is_a_document_both_ways(stage: Stage) -> None:
    pair = await connected_pair(stage, "python")
    mine, theirs = pair.alice.create(), await pair.bob.create({})
    assert (await pair.bob.find(mine.url)).value == {}
    assert (await pair.alice.find(theirs.url)).value == {}


async def until_document(repo: Repo, url: str) -> None:
    document_id = url.removeprefix("automerge:")
    await until(repo, lambda: document_id in repo.handles, f"{repo.name} has {url}")


async def found_at_last(javascript: JavaScriptPeer, url: str) -> object:
    """What `find` gives once JavaScript no longer calls the document unavailable."""
    async with asyncio.timeout(15):
        while True:
            try:
                return (await javascript.find(url)).value
            except JavaScriptFailed as error:
                if "is unavailable" not in str(error):
                    raise
