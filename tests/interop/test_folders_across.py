"""Folders of documents: what one language wrote, the other opens, in turn."""

import base64
from hashlib import sha256
from pathlib import Path

import pytest

from jupyter_automerge.repo import DocHandle, Repo
from tests.interop.javascript import JavaScriptPeer
from tests.interop.pairs import connected_pair
from tests.interop.python_peer import heads_text, until, until_peers, until_value
from tests.interop.stage import Stage

# 3 kB that cannot be compressed: its snapshot is large enough for increments beside it.
NOISE = base64.b64encode(b"".join(sha256(bytes([n])).digest() for n in range(100))).decode()


def keys_in(folder: Path) -> set[str]:
    """The files of a store, without what is not nodefs."""
    files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path.as_posix() for path in files if not path.parts[0].startswith(".")}


def chunks(folder: Path, kind: str) -> list[str]:
    return sorted(key for key in keys_in(folder) if f"/{kind}/" in key)


async def test_L13_L14_javascript_opens_a_folder_that_python_wrote(stage: Stage) -> None:
    alice = await stage.python("alice", store="shared")
    small, grown = alice.create({"n": 1}), alice.create({"text": ""})
    for index in range(300):
        with grown.change() as d:
            d["text"].splice(index, 0, "x")
        await grown.saved()
    storage_id = alice.storage_id
    await alice.close()
    bob = await stage.javascript("bob", storage=stage.store("shared"))
    assert await bob.storage_id() == storage_id
    assert (await bob.find(small.url)).value == {"n": 1}
    assert (await bob.find(grown.url)).value == {"text": "x" * 300}
    assert await bob.change_count(grown.url) == 301


async def test_L13_L14_python_opens_a_folder_that_javascript_wrote(stage: Stage) -> None:
    bob = await stage.javascript("bob", storage=stage.store("shared"))
    small, grown = await bob.create({"n": 1}), await bob.create({"text": "", "blob": {"$bytes": NOISE}})
    # Saves are 100 ms apart, so that there are increments besides the snapshot.
    await bob.type(grown.url, [{"edit": "splice", "path": ["text"], "index": 0, "insert": "x"}] * 4, 150)
    storage_id = await bob.storage_id()
    await bob.stop()
    assert chunks(stage.store("shared"), "incremental"), "the story needs an increment"
    alice = await stage.python("alice", store="shared")
    assert alice.storage_id == storage_id
    assert (await alice.find(small.url)).value == {"n": 1}
    assert (await alice.find(grown.url)).value["text"] == "xxxx"
    assert set(await alice.document_ids()) == {
        url.removeprefix("automerge:") for url in (small.url, grown.url)
    }


async def test_the_folder_changes_hands_again_and_again(stage: Stage) -> None:
    url, length = "", 0
    for _ in range(3):
        alice = await stage.python("alice", store="shared")
        handle = await alice.find(url) if url else alice.create({"text": ""})
        url = handle.url
        for _ in range(20):
            with handle.change() as d:
                d["text"].splice(0, 0, "alice")
            await handle.saved()
        await alice.close()
        bob = await stage.javascript("bob", storage=stage.store("shared"))
        await bob.find(url)
        edit = {"edit": "splice", "path": ["text"], "index": 0, "insert": "bob"}
        await bob.type(url, [edit] * 20, interval_ms=5)
        await bob.stop()
        length += 20 * len("alicebob")
    last = await stage.python("alice", store="shared")
    text = (await last.find(url)).value["text"]
    assert (len(text), text.count("alice"), text.count("bob")) == (length, 60, 60)


async def test_L20_L21_opening_what_the_other_wrote_changes_no_key(stage: Stage) -> None:
    bob = await stage.javascript("bob", storage=stage.store("shared"))
    note = await bob.create({"text": "", "blob": {"$bytes": NOISE}})
    await bob.type(note.url, [{"edit": "splice", "path": ["text"], "index": 0, "insert": "y"}] * 4, 150)
    await bob.stop()
    before = keys_in(stage.store("shared"))
    for _ in range(3):
        alice = await stage.python("alice", store="shared")
        await alice.find(note.url)
        await alice.close()
    assert keys_in(stage.store("shared")) == before
    again = await stage.javascript("bob", storage=stage.store("shared"))
    assert (await again.find(note.url)).value["text"] == "yyyy"


async def test_snapshots_have_the_name_that_javascript_gives_them(stage: Stage) -> None:
    alice = await stage.python("alice", store="alice")
    document = alice.create({"n": 1})
    await document.saved()
    bob = await stage.javascript("bob", storage=stage.store("bob"))
    await bob.import_document(document.save(), document.document_id)
    await bob.flush()
    assert chunks(stage.store("alice"), "snapshot") == chunks(stage.store("bob"), "snapshot")


async def test_M6_a_document_from_a_folder_starts_to_sync_with_javascript(stage: Stage) -> None:
    alice = await stage.python("alice", store="alice")
    document = alice.create({"n": 1})
    await alice.close()
    again, url = await stage.python_server("alice again", store="alice")
    bob = await stage.javascript("bob")
    await bob.connect(url)
    await until_peers(again)
    handle = await again.find(document.url)
    await bob.find(document.url)
    with handle.change() as d:
        d["n"] = 2
    await bob.wait_value(document.url, {"n": 2})


async def test_M18_javascript_keeps_what_it_shares_with_our_store(stage: Stage) -> None:
    """We keep the same of stores that report what they saved; of JavaScript's once it is ten seconds old."""
    pair = await connected_pair(stage, "python", alice_store="alice", bob_store="bob")
    document = pair.alice.create({"n": 1})
    await pair.bob.find(document.url)
    await pair.bob.change(document.url, {"edit": "set", "path": ["n"], "value": 2})
    await until_value(pair.alice, document, {"n": 2})
    await pair.bob.wait_sync_info(document.url, pair.alice.storage_id or "", heads_text(document))
    await pair.bob.quiet()
    await pair.bob.stop()
    [kept] = chunks(stage.store("bob"), "sync-state")
    assert kept.split("/")[-1] == pair.alice.storage_id
    assert (stage.store("bob") / kept).read_bytes() == shared_state(document)


async def test_M20_nothing_is_kept_about_an_ephemeral_peer(stage: Stage) -> None:
    pair = await connected_pair(stage, "python", alice_store="alice")
    document = pair.alice.create({"n": 1})
    await pair.bob.find(document.url)
    await pair.alice.close()
    assert chunks(stage.store("alice"), "sync-state") == []


@pytest.mark.parametrize("returning", ["python", "javascript"])
async def test_M21_after_a_restart_little_is_sent(stage: Stage, returning: str) -> None:
    """Both keep their stores; a document of 500 kB that both have crosses no second time."""
    pair = await connected_pair(stage, "javascript", alice_store="alice", bob_store="bob")
    noise = bytes(index * index % 251 for index in range(500_000))
    document = pair.alice.create({"blob": noise})
    await pair.bob.find(document.url)
    await pair.bob.change(document.url, {"edit": "set", "path": ["n"], "value": 1})
    await until_value(pair.alice, document, {"blob": noise, "n": 1})
    await pair.bob.flush()
    await pair.alice.close()
    alice, url = await stage.python_server("alice again", store="alice")
    bob = pair.bob
    if returning == "javascript":
        await bob.stop()
        bob = await stage.javascript("bob", storage=stage.store("bob"))
    handle = await alice.find(document.url)
    await bob.connect(url)
    await bob.find(document.url)
    await bob.reset_frames()
    with handle.change() as d:
        d["n"] = 2
    await until(alice, lambda: has_all(alice, handle, bob), "alice knows that bob has all")
    frames = await bob.frames()
    assert frames.sync_messages <= 8
    assert frames.sent_bytes + frames.received_bytes < 5000


async def test_L22_a_run_of_large_changes_leaves_one_snapshot(stage: Stage) -> None:
    alice = await stage.python("alice", store="alice")
    document = alice.create({"text": ""})
    for number in range(10):
        with document.change() as d:
            d["text"] = f"{number}" * 20_000
        await document.saved()
    await alice.close()
    assert len(chunks(stage.store("alice"), "snapshot")) == 1


def shared_state(document: DocHandle) -> bytes:
    """A saved sync state as Automerge encodes it: type, count, the shared heads."""
    return bytes([0x43, len(document.heads)]) + b"".join(sorted(document.heads))


def has_all(repo: Repo, handle: DocHandle, peer: JavaScriptPeer) -> bool:
    return any(peer.peer_id in row.peer_ids and row.missing_there == 0 for row in handle.peers)


async def test_heads_of_javascript_and_python_are_one(stage: Stage) -> None:
    pair = await connected_pair(stage, "python")
    document = pair.alice.create({"n": 1})
    assert (await pair.bob.find(document.url)).heads == heads_text(document)
