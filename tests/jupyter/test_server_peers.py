"""Who has which changes, asked by a program that is no peer itself and holds no document."""

from typing import Any

import pytest

from jupyter_automerge import DocHandle, FileStorage, Level, MemoryStorage, Repo
from jupyter_automerge.errors import StorageError
from jupyter_automerge.values.heads import Heads, heads_to_text
from tests.jupyter.servers import RunningServer, until

ELSEWHERE: Heads = frozenset({bytes(range(32))})
"""Of a change that nobody here has seen."""


def header(server: RunningServer) -> dict[str, str]:
    return {"Authorization": f"token {server.token}"}


def listed(heads: Heads) -> str:
    return ",".join(heads_to_text(heads))


async def ask(server: RunningServer, document: DocHandle, heads: Heads | None = None) -> Any:
    params = {} if heads is None else {"heads": listed(heads)}
    return await server.json("documents", document.document_id, "peers", params=params)


def edit(document: DocHandle, value: int) -> Heads:
    with document.change() as edited:
        edited["n"] = value
    return document.heads


async def stored_by_alice(server: RunningServer, document: DocHandle) -> None:
    """Alice fetches the document, stores it, says so, and leaves."""
    async with Repo(MemoryStorage(), name="Alice") as alice:
        dialer = alice.connect(server.sync_url, headers=header(server))
        await alice.find(document.url)
        await until(lambda: [row.level for row in document.peers] == [Level.STORED], "Alice's word")
        dialer.close()
        await until(lambda: not server.repo.connections, "Alice leaving")


async def test_rows_are_by_the_servers_heads_unless_others_are_named(server: RunningServer) -> None:
    plan = server.repo.create({"n": 0})
    early = plan.heads
    await stored_by_alice(server, plan)
    late = edit(plan, 1)
    now = await ask(server, plan)
    assert now["heads"] == list(heads_to_text(late))
    (row,) = now["peers"]
    assert (row["name"], row["relation"], row["missingThere"]) == ("Alice", "ahead", 1)
    then = await ask(server, plan, early)
    assert then["heads"] == list(heads_to_text(early))
    (row,) = then["peers"]
    assert (row["relation"], row["level"], row["missingThere"]) == ("synced", "stored", 0)


async def test_an_edit_is_stored_on_the_server_once_its_disk_has_it(server: RunningServer) -> None:
    plan = server.repo.create({"n": 0})
    await plan.saved()
    local = (await ask(server, plan))["local"]
    assert (local["id"], local["name"]) == (server.repo.storage_id, "Jupyter server")
    assert (local["relation"], local["level"], local["trouble"]) == ("synced", "stored", "")
    assert local["stored"] == local["received"] == list(heads_to_text(plan.heads))


async def test_whoever_saw_less_hears_that_others_have_more(server: RunningServer) -> None:
    plan = server.repo.create({"n": 0})
    early = plan.heads
    edit(plan, 1)
    edit(plan, 2)
    await plan.saved()
    await stored_by_alice(server, plan)
    told = await ask(server, plan, early)
    assert (told["local"]["relation"], told["local"]["level"]) == ("behind", "stored")
    (row,) = told["peers"]
    assert (row["relation"], row["state"], row["level"]) == ("behind", "behind", "stored")
    assert (row["missingThere"], row["missingHere"], row["certain"]) == (0, 2, True)


async def test_what_the_server_does_not_know_it_does_not_have(server: RunningServer) -> None:
    plan = server.repo.create({"n": 0})
    await plan.saved()
    await stored_by_alice(server, plan)
    more = await ask(server, plan, plan.heads | ELSEWHERE)
    assert (more["local"]["relation"], more["local"]["level"]) == ("ahead", "none")
    (row,) = more["peers"]
    assert (row["relation"], row["missingThere"], row["missingHere"]) == ("ahead", 1, 0)
    assert not row["safe"] and row["level"] in ("none", "sent")
    other = await ask(server, plan, ELSEWHERE)
    assert other["local"]["relation"] == "diverged"
    (row,) = other["peers"]
    assert (row["relation"], row["missingThere"], row["missingHere"]) == ("diverged", 1, 1)
    assert not row["certain"], "beneath that change may lie all that is here"


async def test_a_document_that_nobody_opened_is_loaded_by_the_server(server: RunningServer) -> None:
    plan = server.repo.create({"n": 0})
    await plan.saved()
    heads = plan.heads
    await server.repo.unload(plan.url)
    assert (await ask(server, plan, heads))["local"]["level"] == "stored"


@pytest.mark.parametrize(
    "text", ["nonsense", "", ",", listed(ELSEWHERE)[:-1], ",".join([listed(ELSEWHERE)] * 65)]
)
async def test_what_are_no_heads_is_refused(server: RunningServer, text: str) -> None:
    plan = server.repo.create({})
    path = ("api", "automerge", "documents", plan.document_id, "peers")
    assert await server.status(*path, params={"heads": text}) == 400


async def test_a_document_that_is_nowhere_is_404(server: RunningServer) -> None:
    server.extension.repo_host.find_timeout = 0.1
    path = ("api", "automerge", "documents", "4NMNnkMhL8jXrdJ9jamS58PAVdXu", "peers")
    assert await server.status(*path, params={"heads": listed(ELSEWHERE)}) == 404


async def test_who_is_connected_and_is_not_asked_is_not_said_to_be_away(server: RunningServer) -> None:
    async with Repo(name="Alice") as alice:
        alice.connect(server.sync_url, headers=header(server))
        await until(lambda: server.repo.connections, "Alice")
        response = await server.raw("api/automerge/documents/4NMNnkMhL8jXrdJ9jamS58PAVdXu/peers")
    assert response.code == 404 and b"nobody is there to ask" in response.body


async def test_who_asks_about_a_deleted_document_does_not_bring_it_back(server: RunningServer) -> None:
    plan = server.repo.create({"n": 0})
    await stored_by_alice(server, plan)
    async with Repo(MemoryStorage(), name="Bob") as bob:
        bob.connect(server.sync_url, headers=header(server))
        copy = await bob.find(plan.url)
        await server.repo.delete(plan.url)
        path = ("api", "automerge", "documents", plan.document_id)
        server.allow("read")
        assert await server.status(*path) == 404
        assert await server.status(*path, "peers", params={"heads": listed(copy.heads)}) == 404
        edit(copy, 1)
        other = bob.create({"sent": "after the edit"})
        await until(lambda: [row.level for row in other.peers] == [Level.STORED], "all of Bob's word")
        assert plan.document_id not in await server.repo.document_ids()


async def test_while_the_store_does_not_read_who_asks_is_told_so(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = server.repo.create({"n": 0})
    await plan.saved()
    await server.repo.unload(plan.url)

    async def broken(*_: object) -> None:
        raise StorageError("the disk does not answer")

    monkeypatch.setattr(FileStorage, "load_range", broken)
    response = await server.raw(f"api/automerge/documents/{plan.document_id}/peers")
    assert response.code == 503 and b"the disk does not answer" in response.body
