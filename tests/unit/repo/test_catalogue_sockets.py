"""The acceptance catalogue, group M, where real sockets and files may show something of their own."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from jupyter_automerge.errors import DocumentUnavailable
from jupyter_automerge.repo import DocHandle, FileStorage, FixedShare, Repo
from jupyter_automerge.values.status import DialerState
from tests.unit.repo.story import story, until


@asynccontextmanager
async def line(*repos: Repo) -> AsyncIterator[None]:
    """All open, each connected to the next by a WebSocket."""
    async with AsyncExitStack() as stack:
        for repo in repos:
            await stack.enter_async_context(repo)
        for left, right in pairwise(repos):
            dialer = left.connect((await right.listen()).url)
            await until(lambda dialer=dialer: dialer.state is DialerState.CONNECTED, left)  # type: ignore[misc]
        yield


async def shows(handle: DocHandle, value: object, repo: Repo) -> None:
    await until(lambda: handle.value == value, repo)


@story
async def test_M1_ten_repos_in_a_line_of_sockets_deliver_from_end_to_end() -> None:
    repos = [Repo(name=str(number)) for number in range(10)]
    async with line(*repos):
        first, last = repos[0], repos[-1]
        there, back = first.create({"from": "the first"}), last.create({"from": "the last"})
        assert (await last.find(there.url)).value == {"from": "the first"}
        arrived = await first.find(back.url)
        assert arrived.value == {"from": "the last"}
        with arrived.change() as d:
            d["seen"] = True
        await shows(back, {"from": "the last", "seen": True}, last)


@story
async def test_M5_the_far_repo_loads_what_the_middle_has_on_its_disk(tmp_path: Path) -> None:
    left, right = Repo(name="left"), Repo(name="right")
    middle = Repo(FileStorage(tmp_path), name="middle", share=FixedShare(announces=False))
    async with line(left, middle, right):
        note = left.create({"n": 1})
        with note.change() as d:
            d["n"] = 2
        assert (await note.synced()).durability == "stored"
        await middle.unload(note.url)
        assert note.document_id not in middle.handles
        assert (await right.find(note.url)).value == {"n": 2}


@story
async def test_M10_M11_what_is_announced_to_nobody_is_asked_for_through_others() -> None:
    left, middle, right = Repo(name="left", share=FixedShare(announces=False)), Repo(), Repo(name="right")
    async with line(left, middle, right):
        note = left.create({"n": 1})
        assert not middle.handles
        assert (await right.find(note.url)).value == {"n": 1}
        assert note.document_id in middle.handles, "the one between got it on the way"
        elsewhere = Repo()
        async with elsewhere:
            nowhere = elsewhere.create().url
        with pytest.raises(DocumentUnavailable):
            await right.find(nowhere, timeout=10)


@story
async def test_M16_a_hundred_random_edits_over_three_repos_with_files(tmp_path: Path) -> None:
    chance = random.Random(16)
    repos = [Repo(FileStorage(tmp_path / name), name=name) for name in ("alice", "server", "bob")]
    async with line(*repos):
        first = repos[0].create({"edits": {}})
        urls = [first.url]
        for repo in repos[1:]:
            await repo.find(first.url)
        for number in range(100):
            repo = chance.choice(repos)
            if number % 20 == 10:
                urls.append(repo.create({"edits": {}}).url)
            note = await repo.find(chance.choice(urls))
            with note.change() as d:
                d["edits"][str(number)] = repo.name
        ends = [[await repo.find(url) for repo in repos] for url in urls]
        for handles in ends:
            await until(lambda row=handles: len({one.heads for one in row}) == 1, *repos)  # type: ignore[misc]
            assert handles[0].value == handles[1].value == handles[2].value
        assert sum(len(handles[0].value["edits"]) for handles in ends) == 100
        for repo in repos:
            await repo.saved()
            assert repo.metrics()["defects"] == 0
    async with Repo(FileStorage(tmp_path / "server")) as again:
        found = [await again.find(url) for url in urls]
        assert sum(len(note.value["edits"]) for note in found) == 100


@story
async def test_M19_M25_imports_clones_and_merges_arrive(tmp_path: Path) -> None:
    alice, bob = Repo(name="alice"), Repo(FileStorage(tmp_path), name="bob")
    async with line(alice, bob):
        note = alice.create({"n": 1})
        imported = alice.import_document(note.save())
        clone = alice.clone(note)
        theirs = {one.url: await bob.find(one.url) for one in (note, imported, clone)}
        assert [one.value for one in theirs.values()] == [{"n": 1}] * 3
        with theirs[clone.url].change() as d:
            d["by bob"] = True
        theirs[note.url].merge(theirs[clone.url])
        await shows(note, {"n": 1, "by bob": True}, alice)
        await shows(clone, {"n": 1, "by bob": True}, alice)
        assert imported.value == {"n": 1}


@story
async def test_M23_connected_peers_are_listed_and_leave_the_list_with_their_socket() -> None:
    alice, server = Repo(name="alice"), Repo(name="server")
    async with line(alice, server), Repo(name="bob") as bob:
        dialer = bob.connect((await server.listen()).url)
        await until(lambda: len(server.peers) == 2, server)
        await until(lambda: bob.peers, bob)
        assert {peer.name for peer in server.peers} == {"alice", "bob"}
        assert [peer.name for peer in bob.peers] == ["server"]
        dialer.close()
        await until(lambda: len(server.peers) == 1, server)
        await until(lambda: not bob.peers, bob)


@story
async def test_M21_reconnecting_with_many_documents_costs_little_for_each(tmp_path: Path) -> None:
    async with Repo(FileStorage(tmp_path / "server"), name="server") as server:
        listener = await server.listen()
        alice = Repo(FileStorage(tmp_path / "alice"), name="alice")
        async with alice:
            dialer = alice.connect(listener.url)
            notes = [alice.create({"text": "x" * 500, "n": n}) for n in range(30)]
            await asyncio.gather(*(note.synced() for note in notes))
            before = alice.metrics()
            dialer.close()
            await until(lambda: not server.peers, server)
            alice.connect(listener.url)
            await asyncio.gather(*(note.synced() for note in notes))
            await until(lambda: all(note.peers.all_synced for note in notes), alice)
            after = alice.metrics()
        assert after["bytes_sent"] - before["bytes_sent"] < 30 * 500, "the documents were sent again"
