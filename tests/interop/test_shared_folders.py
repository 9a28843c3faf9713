"""Several programs on one folder, with no link between them: what one writes the others hear from the folder."""

import asyncio
from pathlib import Path

import pytest

from jupyter_automerge.errors import DocumentUnavailable
from jupyter_automerge.repo import DocHandle, ForeignWritersSeen, Repo
from jupyter_automerge.values.status import Origin
from tests.interop.python_peer import until, until_value
from tests.interop.stage import Stage
from tests.interop.test_folders_across import NOISE, chunks

WITHIN = 10.0  # The bench says how soon; here it is enough that it comes.


def origins_of(handle: DocHandle) -> list[Origin]:
    """Where each change from now on comes from."""
    origins: list[Origin] = []
    handle.on_change(lambda event: origins.append(event.origin))
    return origins


async def test_two_processes_on_one_folder_see_each_other_without_a_link(stage: Stage) -> None:
    server = await stage.serve("shared")
    carol = await stage.python("carol")
    carol.connect(server.url)
    at_carol = carol.create({"n": 0})
    await at_carol.synced(timeout=20)
    alice = await stage.python("alice", store_path=stage.folder / "shared")
    at_alice = await alice.find(at_carol.url)
    assert not alice.connections
    origins = origins_of(at_alice)
    for number in range(3):
        with at_carol.change() as d:
            d["carol"] = number
        await until_value(alice, at_alice, at_carol.value)
        with at_alice.change() as d:
            d["alice"] = number
        await until_value(carol, at_carol, at_alice.value)
    assert {one for one in origins if one is not Origin.LOCAL} == {Origin.STORAGE}
    assert alice.own_store is not None and alice.own_store.foreign_writers is None


async def test_what_a_process_deletes_leaves_the_others_memory(stage: Stage) -> None:
    alice = await stage.python("alice", store="shared")
    bob = await stage.python("bob", store="shared")
    handle = alice.create({"n": 0})
    await handle.saved()
    at_bob = await bob.find(handle.url)
    await alice.delete(handle.url, force=True)
    await until(bob, lambda: at_bob.state.value == "deleted", "Bob's copy is gone as well", WITHIN)
    assert not await bob.document_ids()


async def test_javascript_writes_into_the_folder_and_python_hears_it(stage: Stage) -> None:
    folder = stage.store("shared")
    bob = await stage.javascript("bob", storage=folder)
    note = await bob.create({"text": "", "blob": {"$bytes": NOISE}})
    await wait_for_chunks(folder)
    alice = await stage.python("alice", store="shared")
    seen: list[object] = []
    alice.on_event(seen.append, ForeignWritersSeen)
    at_alice = await alice.find(note.url)
    origins = origins_of(at_alice)
    await bob.type(note.url, [{"edit": "splice", "path": ["text"], "index": 0, "insert": "x"}] * 5, 150)
    await until(alice, lambda: at_alice.value["text"] == "xxxxx", "Alice reads what JavaScript wrote", WITHIN)
    assert set(origins) == {Origin.STORAGE}
    await until(alice, lambda: bool(seen), "the folder is marked", WITHIN)
    assert at_alice.local.foreign_writers and alice.own_store is not None and alice.own_store.foreign_writers
    with at_alice.change() as d:
        d["alice"] = True
    await at_alice.saved()
    await one_snapshot(alice, folder)
    await bob.stop()
    heir = await stage.javascript("heir", storage=folder)
    value = (await heir.find(note.url)).value
    assert (value["text"], value["alice"]) == ("xxxxx", True)


async def test_what_javascript_destroys_python_writes_again(stage: Stage) -> None:
    """It read the folder before Alice wrote, and compacts what it knows; she has it all in memory."""
    folder = stage.store("shared")
    alice = await stage.python("alice", store="shared")
    at_alice = alice.create({"text": "", "blob": NOISE})
    await at_alice.saved()
    for number in range(3):
        with at_alice.change() as d:
            d[f"alice-{number}"] = number
        await at_alice.saved()
    bob = await stage.javascript("bob", storage=folder)
    await bob.find(at_alice.url)
    for _ in range(4):
        edit = {"edit": "set", "path": ["more"], "value": NOISE * 2}
        await bob.change(at_alice.url, edit)
        with at_alice.change() as d:
            d["text"].splice(0, 0, "y")
        await at_alice.saved()
    await until(alice, lambda: at_alice.value.get("more") == NOISE * 2, "Alice has what Bob wrote", WITHIN)
    await bob.stop()
    await one_snapshot(alice, folder)
    value = at_alice.value
    await alice.close()
    carol = await stage.python("carol", store="shared")
    assert (await carol.find(at_alice.url)).value == value and value["text"] == "yyyy"


async def test_a_folder_that_is_copied_file_by_file_into_an_open_store(stage: Stage) -> None:
    """As a tool that syncs folders does: in any order, in pieces, under odd names."""
    bob = await stage.python("bob", store="elsewhere")
    theirs = bob.create({"blob": NOISE, "text": ""})
    await theirs.saved()
    for _ in range(3):
        with theirs.change() as d:
            d["text"].splice(0, 0, "z")
        await theirs.saved()
    url, value = theirs.url, theirs.value
    await bob.close()
    alice = await stage.python("alice", store="shared")
    with pytest.raises(DocumentUnavailable):
        await alice.find(url)
    files = [stage.store("elsewhere") / name for name in chunks(stage.store("elsewhere"), "incremental")]
    files += [stage.store("elsewhere") / name for name in chunks(stage.store("elsewhere"), "snapshot")]
    for number, file in enumerate(files):
        target = stage.store("shared") / file.relative_to(stage.store("elsewhere"))
        target.parent.mkdir(parents=True, exist_ok=True)
        if number % 2:
            target = target.with_name(f"{target.name} (conflicted copy 2026-11-23)")
        data = file.read_bytes()
        target.write_bytes(data[: len(data) // 2])
        await asyncio.sleep(0.1)
        target.write_bytes(data)
    # It was looked for, so it appears by itself.
    await until(alice, lambda: bool(alice.handles), "the document is there", WITHIN)
    (handle,) = alice.handles.values()
    await until_value(alice, handle, value)


async def wait_for_chunks(folder: Path) -> None:
    async with asyncio.timeout(WITHIN):
        while not chunks(folder, "snapshot"):
            await asyncio.sleep(0.05)


async def one_snapshot(repo: Repo, folder: Path) -> None:
    """The document came to rest."""

    def is_one() -> bool:
        return len(chunks(folder, "snapshot")) == 1 and not chunks(folder, "incremental")

    async with asyncio.timeout(30):
        while not is_one():
            await asyncio.sleep(0.2)
    assert all(handle.local.missing == 0 for handle in repo.handles.values())
