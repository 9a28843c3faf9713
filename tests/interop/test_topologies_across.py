"""Three and more Repos of both languages, in lines, stars and meshes."""

import asyncio
import random

from jupyter_automerge.repo import DocHandle, Repo
from tests.interop.javascript import JavaScriptPeer
from tests.interop.python_peer import heads_text, until, until_peers, until_value
from tests.interop.stage import Stage


async def test_N7_javascript_clients_converge_through_our_server(stage: Stage) -> None:
    server, url = await stage.python_server()
    peers = [await stage.javascript(name) for name in ("bob", "carol", "dave")]
    await asyncio.gather(*(peer.connect(url) for peer in peers))
    await until_peers(server, 3)
    note = await peers[0].create({"list": []})
    for peer in peers[1:]:
        await peer.find(note.url)
    await asyncio.gather(*(peer.type(note.url, pushes(peer.name, 20), 10) for peer in peers))
    handle = await server.find(note.url)
    await until(server, lambda: len(handle.value["list"]) == 60, "all sixty are here")
    for peer in peers:
        state = await peer.wait_heads(note.url, heads_text(handle))
        assert state.value["list"] == handle.value["list"]
    for peer in peers:
        own = [item for item in handle.value["list"] if item.startswith(peer.name)]
        assert own == [f"{peer.name} {number}" for number in range(20)]


async def test_N7_python_clients_converge_through_a_javascript_server(stage: Stage) -> None:
    server = await stage.javascript_server()
    repos = [await stage.python(name) for name in ("alice", "carol")]
    for repo in repos:
        repo.connect(server.url)
    await server.wait_peers(2)
    mine = repos[0].create({"list": []})
    theirs = await repos[1].find(mine.url)
    for number in range(20):
        for repo, handle in zip(repos, (mine, theirs), strict=True):
            with handle.change() as d:
                d["list"].append(f"{repo.name} {number}")
    for repo, handle in zip(repos, (mine, theirs), strict=True):
        await until(repo, lambda h=handle: len(h.value["list"]) == 40, f"{repo.name} has all")  # type: ignore[misc]
    assert mine.value == theirs.value


async def test_M1_M5_a_document_goes_down_a_line_of_both_languages_and_back(stage: Stage) -> None:
    """Python and JavaScript in turn, six in a line; each dials its left neighbour."""
    line: list[Repo | JavaScriptPeer] = []
    url = ""
    for number in range(6):
        if number % 2 == 0:
            repo = await stage.python(f"repo-{number}")
            if url:
                repo.connect(url)
                await until_peers(repo)
            url = (await repo.listen()).url
            line.append(repo)
        else:
            peer = await stage.javascript(f"repo-{number}")
            await peer.connect(url)
            await peer.wait_peers()
            if number < 5:
                # A listening JavaScript Repo does nothing until somebody has connected to it.
                url = await peer.listen()
            line.append(peer)
    first, last = line[0], line[-1]
    assert isinstance(first, Repo)
    assert isinstance(last, JavaScriptPeer)
    document = first.create({"n": 1})
    await last.wait_document(document.url)
    await last.change(document.url, {"edit": "set", "path": ["n"], "value": 2})
    await until_value(first, document, {"n": 2})
    note = await last.create({"back": True})
    await until(first, lambda: note.url in urls(first), "the last one's document arrives at the first")


async def test_M10_a_request_goes_through_servers_that_do_not_have_the_document(stage: Stage) -> None:
    """Bob asks our server, which asks a JavaScript one, which asks Alice."""
    far = await stage.javascript_server("far")
    alice = await stage.python("alice")
    alice.connect(far.url)
    await until_peers(alice)
    near, near_url = await stage.python_server("near")
    near.connect(far.url)
    await until_peers(near)
    bob = await stage.javascript("bob")
    await bob.connect(near_url)
    await bob.wait_peers()
    document = alice.create({"n": 1})
    assert (await bob.find(document.url)).value == {"n": 1}


async def test_M16_a_hundred_random_edits_over_three_repos(stage: Stage) -> None:
    chance = random.Random(7)
    server, url = await stage.python_server()
    alice = await stage.python("alice")
    alice.connect(url)
    bob = await stage.javascript("bob")
    await bob.connect(url)
    await until_peers(server, 2)
    notes = [(await bob.create({"list": []})).url for _ in range(3)]
    mine: dict[str, DocHandle] = {note: await alice.find(note) for note in notes}
    for number in range(100):
        note = chance.choice(notes)
        if chance.random() < 0.5:
            with mine[note].change() as d:
                d["list"].insert(chance.randint(0, len(d["list"])), number)
        else:
            await bob.change(note, {"edit": "push", "path": ["list"], "value": number})
    hosted = [await server.find(note) for note in notes]
    await until(
        server, lambda: sum(len(handle.value["list"]) for handle in hosted) == 100, "all are at the server"
    )
    for handle in hosted:
        await bob.wait_heads(handle.url, heads_text(handle))
        await until(alice, lambda h=handle: mine[h.url].heads == h.heads, "alice has all")  # type: ignore[misc]
    assert sorted(n for handle in hosted for n in handle.value["list"]) == list(range(100))
    assert all(repo.metrics()["defects"] == 0 for repo in (server, alice))


def pushes(name: str, count: int) -> list[dict[str, object]]:
    return [{"edit": "push", "path": ["list"], "value": f"{name} {number}"} for number in range(count)]


def urls(repo: Repo) -> set[str]:
    return {handle.url for handle in repo.handles.values()}
