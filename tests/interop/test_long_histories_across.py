"""Documents whose Bloom filters would be long: JavaScript understands what is said instead (P50, P51, P52)."""

import asyncio

import pytest

from jupyter_automerge.document import Document
from tests.interop.javascript import JavaScriptPeer
from tests.interop.pairs import DIALED_BY, connected_pair
from tests.interop.python_peer import until, until_peers, until_value
from tests.interop.stage import Stage

CHANGES = 4_000
LITTLE = 5_000
BLOOM = CHANGES * 10 // 8 + 100
BOOK = "4NMNnkMhL8jXrdJ9jamS58PAVdXu"


@pytest.fixture(scope="module")
def book() -> bytes:
    document = Document(actor=bytes(16))
    for number in range(CHANGES):
        with document.change() as root:
            root["n"] = number
    return document.save()


async def bytes_moved(bob: JavaScriptPeer) -> int:
    await bob.quiet()
    frames = await bob.frames()
    return frames.sent_bytes + frames.received_bytes


@pytest.mark.parametrize("dialed_by", DIALED_BY)
async def test_javascript_with_nothing_gets_the_document_once(
    stage: Stage, dialed_by: str, book: bytes
) -> None:
    pair = await connected_pair(stage, dialed_by)
    await pair.bob.reset_frames()
    note = pair.alice.import_document(book, document_id=BOOK)
    assert (await pair.bob.find(note.url)).value == {"n": CHANGES - 1}
    assert await bytes_moved(pair.bob) < len(book) + LITTLE


@pytest.mark.parametrize("dialed_by", DIALED_BY)
async def test_two_who_never_met_and_share_nearly_all_exchange_what_each_lacks(
    stage: Stage, dialed_by: str, book: bytes
) -> None:
    """JavaScript may send its own filter, and again with its answer."""
    alice = await stage.python("alice")
    bob = await stage.javascript("bob")
    note = alice.import_document(book, document_id=BOOK)
    await bob.import_document(book, BOOK)
    for number in range(3):
        with note.change() as root:
            root["alice"] = number
        await bob.change(note.url, {"edit": "set", "path": ["bob"], "value": number})
    if dialed_by == "python":
        alice.connect(await bob.listen())
    else:
        await bob.connect((await alice.listen()).url)
    both = {"n": CHANGES - 1, "alice": 2, "bob": 2}
    await until_value(alice, note, both)
    await bob.wait_value(note.url, both)
    assert await bytes_moved(bob) < 2 * BLOOM + LITTLE

    await bob.reset_frames()
    with note.change() as root:
        root["after"] = True
    await bob.wait_value(note.url, {**both, "after": True})
    assert await bytes_moved(bob) < 1_000


async def test_the_npm_sync_server_and_python_give_each_other_the_document_once(
    stage: Stage, book: bytes
) -> None:
    """Its Automerge is of 2024: 2.2.9."""
    server = await stage.sync_server()
    alice = await stage.python("alice")
    alice.connect(server.url)
    await until_peers(alice)
    note = alice.import_document(book, document_id=BOOK)
    await note.synced(timeout=15)
    carol = await stage.python("carol")
    carol.connect(server.url)
    await until_peers(carol)
    theirs = await carol.find(note.url)
    with theirs.change() as root:
        root["carol"] = True
    await until(alice, lambda: "carol" in note.value, "alice has carol's edit")
    async with asyncio.timeout(15):
        await theirs.synced()
