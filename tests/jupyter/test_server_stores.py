"""The stores that a server knows: what they are called, how far they are relied on, and that they can be forgotten."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from jupyter_automerge import MemoryStorage, Repo
from tests.jupyter.servers import RunningServer, until

STORES = ("api", "automerge", "stores")


def header(server: RunningServer) -> dict[str, str]:
    return {"Authorization": f"token {server.token}"}


@asynccontextmanager
async def alice_at(server: RunningServer) -> AsyncIterator[Repo]:
    """Alice, who keeps a store of her own, connected."""
    async with Repo(MemoryStorage(), name="Alice", kind="script") as alice:
        alice.connect(server.sync_url, headers=header(server))
        await until(lambda: [one.name for one in server.repo.stores] == ["Alice"], "Alice's coming")
        yield alice


async def known(server: RunningServer) -> list[Any]:
    stores: list[Any] = (await server.json("stores"))["stores"]
    return stores


async def patch(server: RunningServer, store: str, **wishes: object) -> Any:
    response = await server.fetch(*STORES, store, method="PATCH", body=json.dumps(wishes))
    return json.loads(response.body)


async def test_a_store_is_listed_with_who_runs_on_it_and_who_is_logged_in_there(
    server: RunningServer,
) -> None:
    assert await known(server) == []
    async with alice_at(server) as alice:
        (store,) = await known(server)
        assert (store["id"], store["name"], store["claimed"]) == (alice.storage_id, "Alice", "Alice")
        assert (store["kind"], store["petname"], store["trust"]) == ("script", "", "normal")
        assert (store["link"], store["durableAcks"], store["ephemeral"]) == ("connected", True, False)
        assert (store["sameStore"], store["clone"], store["endpoints"]) == (False, False, [])
        assert store["peers"] == [{"peerId": alice.peer_id, "sessionId": alice.session_id}]
        assert store["user"]["username"] and store["firstSeen"] <= store["lastSeen"]


async def test_a_store_is_called_what_somebody_here_calls_it(server: RunningServer) -> None:
    async with alice_at(server) as alice:
        store = str(alice.storage_id)
        named = await patch(server, store, petname="Alice's  old\u202e laptop", trust="untrusted")
        assert (named["name"], named["claimed"]) == (named["petname"], "Alice")
        assert "\u202e" not in named["petname"] and named["petname"].startswith("Alice's")
        assert named["trust"] == "untrusted"
        assert await known(server) == [named]
        unnamed = await patch(server, store, petname="")
        assert (unnamed["name"], unnamed["petname"], unnamed["trust"]) == ("Alice", "", "untrusted")


async def test_rows_show_a_new_name_at_once(server: RunningServer) -> None:
    plan = server.repo.create({})
    async with alice_at(server) as alice:
        await alice.find(plan.url)
        await until(lambda: plan.peers, "Alice's row")
        await patch(server, str(alice.storage_id), petname="laptop", trust="dead")
        (row,) = (await server.json("documents", plan.document_id, "peers"))["peers"]
        assert (row["name"], row["trust"], row["safe"]) == ("laptop", "dead", False)


async def test_a_store_that_left_is_forgotten_with_what_it_had(server: RunningServer) -> None:
    plan = server.repo.create({})
    async with alice_at(server) as alice:
        await alice.find(plan.url)
        await until(lambda: plan.peers, "Alice's row")
        store = str(alice.storage_id)
    await until(lambda: not server.repo.connections, "Alice's leaving")
    assert [(one["id"], one["link"]) for one in await known(server)] == [(store, "offline")]
    assert await server.status(*STORES, store, method="DELETE") == 204
    assert await known(server) == [] and not plan.peers
    assert await server.status(*STORES, store, method="DELETE") == 404


async def test_a_store_is_named_by_its_id_and_by_nothing_else(server: RunningServer) -> None:
    async with alice_at(server):
        assert await server.status(*STORES, "Alice", method="DELETE") == 404
        assert await server.status(*STORES, "Alice", method="PATCH", body='{"trust": "dead"}') == 404


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        '{"name": "laptop"}',
        '{"petname": 3}',
        '{"petname": "' + 65 * "x" + '"}',
        '{"trust": "blind"}',
        '{"trust": ["dead"]}',
        '{"petname": "laptop", "trust": "blind"}',
    ],
)
async def test_what_is_no_wish_changes_nothing(server: RunningServer, body: str) -> None:
    async with alice_at(server) as alice:
        before = await known(server)
        assert await server.status(*STORES, str(alice.storage_id), method="PATCH", body=body) == 400
        after = await known(server)
        assert [{**one, "lastSeen": ""} for one in after] == [{**one, "lastSeen": ""} for one in before]


async def test_a_reader_may_look_and_say_nothing(server: RunningServer) -> None:
    async with alice_at(server) as alice:
        store = str(alice.storage_id)
        server.allow("read")
        assert len(await known(server)) == 1
        assert await server.status(*STORES, store, method="PATCH", body='{"trust": "dead"}') == 403
        assert await server.status(*STORES, store, method="DELETE") == 403


async def test_a_kernel_may_do_all_of_it(server: RunningServer) -> None:
    async with alice_at(server) as alice:
        store, kernel = str(alice.storage_id), {"Authorization": f"token {server.kernel_token}"}
        assert await server.status(*STORES, headers=kernel) == 200
        body = '{"petname": "laptop"}'
        assert await server.status(*STORES, store, headers=kernel, method="PATCH", body=body) == 200
        assert await server.status(*STORES, store, headers=kernel, method="DELETE") == 204


async def test_strangers_change_nothing(server: RunningServer) -> None:
    async with alice_at(server) as alice:
        store, nobody = str(alice.storage_id), {"Authorization": ""}
        body = '{"trust": "dead"}'
        assert await server.status(*STORES, store, headers=nobody, method="PATCH", body=body) == 403
        assert await server.status(*STORES, store, headers=nobody, method="DELETE") == 403
