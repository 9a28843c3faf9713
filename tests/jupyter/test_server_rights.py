"""Rights that change while a socket is open."""

import asyncio
import json
from typing import Any

import pytest
from tornado.httpclient import HTTPRequest
from tornado.web import HTTPError
from tornado.websocket import websocket_connect

from jupyter_automerge import Access, Repo
from jupyter_automerge.repo import SyncSocketHandler
from jupyter_automerge.server import rights
from jupyter_automerge.server.sync_socket import SyncHandler
from tests.jupyter.servers import NamedRights, RunningServer, until


def header(server: RunningServer) -> dict[str, str]:
    return {"Authorization": f"token {server.token}"}


@pytest.fixture(autouse=True)
def asked_at_each_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rights, "RECHECK_SECONDS", 0.0)


async def test_a_writer_who_becomes_a_reader_writes_no_more(server: RunningServer) -> None:
    plan = server.repo.create({"n": 0})
    async with Repo(name="Bob") as bob:
        dialer = bob.connect(server.sync_url, headers=header(server))
        copy = await bob.find(plan.url, timeout=10)
        server.allow("read")
        with copy.change() as edited:
            edited["n"] = 1  # may still arrive: the question is asked as this is read
        await until(lambda: dialer.last_close is not None, "the end of the writer's socket")
        assert dialer.last_close == (1012, "your rights have changed: connect again")
        await until(
            lambda: [one.access for one in server.repo.connections] == [Access.READ],
            "Bob's return as a reader",
        )
        with copy.change() as edited:
            edited["n"] = 2
        await bob.find(server.repo.create({}).url, timeout=10)
        assert plan.value["n"] != 2


async def test_who_may_no_longer_read_is_sent_away(server: RunningServer) -> None:
    plan = server.repo.create({"n": 0})
    async with Repo(name="Bob") as bob:
        dialer = bob.connect(server.sync_url, headers=header(server))
        await bob.find(plan.url, timeout=10)
        server.allow()
        with plan.change() as edited:
            edited["n"] = 1  # Bob answers it, which is a use of his socket
        await until(lambda: dialer.last_close is not None, "the end of the reader's socket")
        assert dialer.last_close is not None and dialer.last_close[0] == 4403
        await until(lambda: not server.repo.connections, "Bob's absence")


async def test_who_reads_in_silence_is_sent_away_too(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = server.repo.create({"n": 0})
    async with Repo(name="Bob") as bob:
        dialer = bob.connect(server.sync_url, headers=header(server))
        await bob.find(plan.url, timeout=10)
        monkeypatch.setattr(SyncHandler, "on_message", SyncSocketHandler.on_message)
        server.allow()
        with plan.change() as edited:
            edited["n"] = 1  # what Bob answers does not count as a use here: he might not answer
        await until(lambda: dialer.last_close is not None, "the end of the reader's socket")
        assert dialer.last_close is not None and dialer.last_close[0] == 4403


async def test_a_page_that_may_no_longer_read_hears_of_nobody_any_more(server: RunningServer) -> None:
    url = server.sync_url.replace("sync", "events")
    socket = await websocket_connect(HTTPRequest(url, headers=header(server)))
    server.allow()
    plan = server.repo.create({})
    await socket.write_message(json.dumps({"type": "watch", "documentId": plan.document_id}))
    async with asyncio.timeout(10):
        while await socket.read_message() is not None:
            pass
    assert socket.close_code == 4403


async def test_the_authorizer_is_not_asked_at_each_frame(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rights, "RECHECK_SECONDS", 3600.0)
    plan = server.repo.create({"n": 0})
    async with Repo(name="Bob") as bob:
        bob.connect(server.sync_url, headers=header(server))
        copy = await bob.find(plan.url, timeout=10)
        asked = count_questions(monkeypatch)
        for number in range(20):
            with copy.change() as edited:
                edited["n"] = number
        await until(lambda: plan.value["n"] == 19, "Bob's edits at the server")
        assert asked == []


@pytest.mark.parametrize("failure", [RuntimeError("the directory of people is down"), HTTPError(500)])
async def test_an_authorizer_that_fails_decides_nothing(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    plan = server.repo.create({"n": 0})
    async with Repo(name="Bob") as bob:
        dialer = bob.connect(server.sync_url, headers=header(server))
        copy = await bob.find(plan.url, timeout=10)
        asked = count_questions(monkeypatch, failure)
        with copy.change() as edited:
            edited["n"] = 1
        await until(lambda: asked and plan.value["n"] == 1, "Bob's edit at the server")
        assert dialer.last_close is None


def count_questions(monkeypatch: pytest.MonkeyPatch, failure: Exception | None = None) -> list[str]:
    """From now on the authorizer notes what it is asked for, and fails if it is told to."""
    asked: list[str] = []

    def is_authorized(self: NamedRights, handler: Any, user: Any, action: str, resource: str) -> bool:
        asked.append(action)
        if failure is not None:
            raise failure
        return True

    monkeypatch.setattr(NamedRights, "is_authorized", is_authorized)
    return asked
