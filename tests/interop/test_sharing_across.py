"""Group P of the acceptance catalogue: share policies between languages. And what a reader may not do."""

import asyncio
from dataclasses import dataclass, field

import pytest

from jupyter_automerge.errors import DocumentUnavailable
from jupyter_automerge.network import Transport, TransportSink, listen
from jupyter_automerge.repo import ChangesRefused, FixedShare, Notice, PeerInfo
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.status import Access
from tests.interop.process import JavaScriptFailed
from tests.interop.python_peer import heads_text, until, until_peers, until_value
from tests.interop.stage import Stage

ON_REQUEST = FixedShare(announces=False, gives=True)


@dataclass
class Changeable:
    """A share policy that a test turns."""

    announces: bool = False
    gives: set[str] = field(default_factory=set)

    def announce(self, peer: PeerInfo, document_id: DocumentId | None) -> bool:
        return self.announces

    def access(self, peer: PeerInfo, document_id: DocumentId) -> bool:
        return document_id in self.gives


async def test_P1_documents_are_pushed_unasked_both_ways(stage: Stage) -> None:
    alice, url = await stage.python_server("alice")
    bob = await stage.javascript("bob")
    mine, theirs = alice.create({"n": 1}), await bob.create({"n": 2})
    await bob.connect(url)
    await until(alice, lambda: theirs.url in {handle.url for handle in alice.handles.values()}, "bob pushes")
    await bob.wait_document(mine.url)


async def test_P2_P3_P4_a_server_that_announces_nothing_serves_requests(stage: Stage) -> None:
    alice, url = await stage.python_server("alice", share=ON_REQUEST)
    bob = await stage.javascript("bob")
    asked, never_asked = alice.create({"n": 1}), alice.create({"n": 2})
    await bob.connect(url)
    await bob.wait_peers()
    assert (await bob.find(asked.url)).value == {"n": 1}
    with asked.change() as d:
        d["n"] = 3
    await bob.wait_value(asked.url, {"n": 3})
    assert never_asked.url not in await bob.documents()


async def test_P3_a_javascript_server_that_announces_nothing_serves_our_requests(stage: Stage) -> None:
    bob = await stage.javascript_server("bob", announce=False)
    alice = await stage.python("alice")
    note = await bob.create({"n": 1})
    alice.connect(bob.url)
    await until_peers(alice)
    assert (await alice.find(note.url)).value == {"n": 1}


async def test_P5_M9_M26_what_is_denied_is_unavailable_to_javascript(stage: Stage) -> None:
    alice, url = await stage.python_server("alice", share=FixedShare(announces=False, gives=False))
    bob = await stage.javascript("bob")
    secret = alice.create({"n": 1})
    await bob.connect(url)
    await bob.wait_peers()
    with pytest.raises(JavaScriptFailed, match="is unavailable"):
        await bob.find(secret.url, within=5)


async def test_P5_what_javascript_denies_is_unavailable_to_us(stage: Stage) -> None:
    bob = await stage.javascript_server("bob", announce=False, access=False)
    alice = await stage.python("alice")
    secret = await bob.create({"n": 1})
    alice.connect(bob.url)
    await until_peers(alice)
    with pytest.raises(DocumentUnavailable):
        await alice.find(secret.url)


async def test_P6_deny_wins_over_announce(stage: Stage) -> None:
    alice, url = await stage.python_server("alice", share=FixedShare(announces=True, gives=False))
    bob = await stage.javascript("bob")
    secret = alice.create({"n": 1})
    await bob.connect(url)
    await bob.wait_peers()
    with pytest.raises(JavaScriptFailed, match="is unavailable"):
        await bob.find(secret.url, within=5)


async def test_P7_a_refused_request_is_satisfied_once_the_policy_allows_it(stage: Stage) -> None:
    policy = Changeable()
    alice, url = await stage.python_server("alice", share=policy)
    bob = await stage.javascript("bob")
    document = alice.create({"n": 1})
    await bob.connect(url)
    await bob.wait_peers()
    with pytest.raises(JavaScriptFailed, match="is unavailable"):
        await bob.find(document.url, within=5)
    policy.gives.add(document.document_id)
    alice.share_policy_changed()
    await bob.wait_document(document.url)


async def test_P7_our_refused_request_is_satisfied_once_javascript_allows_it(stage: Stage) -> None:
    bob = await stage.javascript_server("bob", announce=False, access=False)
    alice = await stage.python("alice")
    note = await bob.create({"n": 1})
    alice.connect(bob.url)
    await until_peers(alice)
    with pytest.raises(DocumentUnavailable):
        await alice.find(note.url)
    await bob.allow(announce=True, access=True)
    await until(alice, lambda: note.url in {handle.url for handle in alice.handles.values()}, "it comes")


async def test_P8_after_access_is_revoked_changes_are_not_sent(stage: Stage) -> None:
    policy = Changeable()
    alice, url = await stage.python_server("alice", share=policy)
    bob = await stage.javascript("bob")
    document, other = alice.create({"n": 1}), alice.create({"n": 1})
    policy.gives |= {document.document_id, other.document_id}
    await bob.connect(url)
    await bob.wait_peers()
    for handle in (document, other):
        await bob.find(handle.url)
    policy.gives.remove(document.document_id)
    alice.share_policy_changed()
    for handle in (document, other):
        with handle.change() as d:
            d["n"] = 2
    await bob.wait_value(other.url, {"n": 2})
    assert (await bob.state(document.url)).value == {"n": 1}


async def test_P9_a_new_connection_is_not_pushed_what_an_earlier_one_asked_for(stage: Stage) -> None:
    alice, url = await stage.python_server("alice", share=ON_REQUEST)
    document, other = alice.create({"n": 1}), alice.create({"n": 1})
    for life in ("first", "second"):
        bob = await stage.javascript("bob")
        await bob.connect(url)
        await bob.wait_peers()
        if life == "first":
            await bob.find(document.url)
        await bob.find(other.url)
        assert (document.url in await bob.documents()) == (life == "first")
        await bob.stop()
        await until_peers(alice, 0)


async def test_P10_a_plain_sync_counts_as_interest(stage: Stage) -> None:
    """Bob has the document and so sends `sync`, never `request`; allowed later, both get all."""
    policy = Changeable()
    alice, url = await stage.python_server("alice", share=policy)
    document = alice.create({"n": 1})
    bob = await stage.javascript("bob")
    await bob.import_document(document.save(), document.document_id)
    await bob.change(document.url, {"edit": "set", "path": ["bob"], "value": True})
    await bob.connect(url)
    await bob.wait_peers()
    await until(alice, lambda: bool(document.peers), "alice hears of bob's document")
    policy.gives.add(document.document_id)
    alice.share_policy_changed()
    await until_value(alice, document, {"n": 1, "bob": True})


async def test_a_javascript_reader_gets_all_edits_and_gives_none(stage: Stage) -> None:
    """Writer and reader type twenty edits each; at most three messages per edit reach or leave the reader."""
    alice = await stage.python("alice", share=ON_REQUEST)
    refused: list[Notice] = []
    alice.on_event(lambda notice: refused.append(notice) if isinstance(notice, ChangesRefused) else None)

    def as_reader(transport: Transport, endpoint: str) -> TransportSink:
        return alice.accept(transport, endpoint=endpoint, access=Access.READ)

    door = await listen(as_reader, host="127.0.0.1", port=0)
    document = alice.create({"writer": "", "reader": ""})
    writer, reader = await stage.javascript("writer"), await stage.javascript("reader")
    await writer.connect((await alice.listen()).url)
    await reader.connect(door.url)
    for peer in (writer, reader):
        await peer.wait_peers()
        await peer.find(document.url)
    for peer in (writer, reader):
        await peer.reset_frames()
    await asyncio.gather(*(peer.type(document.url, typing(peer.name), 120) for peer in (writer, reader)))
    await until_value(alice, document, {"writer": "x" * 20, "reader": ""})
    await reader.wait_value(document.url, {"writer": "x" * 20, "reader": "x" * 20})
    await writer.wait_heads(document.url, heads_text(document))
    await reader.quiet()
    frames = await reader.frames()
    assert frames.sync_messages <= 3 * 40, f"{frames} for 20 edits here and 20 there"
    assert (await writer.frames()).sync_messages <= 3 * 20
    assert not frames.received.get("doc-unavailable")
    assert document.value == {"writer": "x" * 20, "reader": ""}
    assert refused, "nobody was told that the reader's changes were not accepted"
    await door.close()


async def test_a_reader_that_only_reads_is_served_like_anybody(stage: Stage) -> None:
    alice = await stage.python("alice", share=ON_REQUEST)
    door = await listen(
        lambda transport, endpoint: alice.accept(transport, endpoint=endpoint, access=Access.READ)
    )
    document = alice.create({"text": ""})
    reader = await stage.javascript("reader")
    await reader.connect(door.url)
    await reader.wait_peers()
    await reader.find(document.url)
    for number in range(20):
        with document.change() as d:
            d["text"].splice(number, 0, "x")
    await reader.wait_heads(document.url, heads_text(document))
    await until(alice, lambda: document.peers.all_synced, "alice knows that the reader has all")
    await door.close()


def typing(key: str) -> list[dict[str, object]]:
    return [{"edit": "splice", "path": [key], "index": 0, "insert": "x"}] * 20
