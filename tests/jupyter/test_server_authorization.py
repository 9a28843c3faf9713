"""Login, then the rights to read and to write, then the Origin; nothing is allocated before all of them."""

import asyncio
import gc
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from jupyter_server.utils import JupyterServerAuthWarning
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from jupyter_automerge import Access, Repo
from jupyter_automerge.network.socket_transport import SocketTransport
from jupyter_automerge.server.watch import Watch
from tests.jupyter.servers import DOCUMENT, RunningServer, until

SOCKETS = ("sync", "events")
READING = [
    ("api", "automerge"),
    ("api", "automerge", "documents"),
    ("api", "automerge", "documents", DOCUMENT),
    ("api", "automerge", "documents", DOCUMENT, "peers"),
    ("api", "automerge", "dialers"),
    ("api", "automerge", "stores"),
]


async def try_socket(server: RunningServer, name: str, headers: dict[str, str]) -> int:
    """The status with which an upgrade is answered; 101 when the socket opened."""
    url = f"{server.url.replace('http', 'ws', 1)}api/automerge/{name}"
    try:
        socket = await websocket_connect(HTTPRequest(url, headers=headers))
    except HTTPClientError as refused:
        return int(refused.code)
    socket.close()
    return 101


def allocated() -> int:
    gc.collect()
    return sum(isinstance(one, SocketTransport | Watch) for one in gc.get_objects())


@pytest.mark.parametrize("name", SOCKETS)
async def test_a_stranger_gets_403_and_allocates_nothing(server: RunningServer, name: str) -> None:
    before = allocated()
    assert await try_socket(server, name, {}) == 403
    assert await try_socket(server, name, {"Authorization": "token wrong"}) == 403
    assert allocated() == before and not server.repo.connections


@pytest.mark.parametrize("name", SOCKETS)
async def test_a_foreign_page_gets_403_and_allocates_nothing(server: RunningServer, name: str) -> None:
    login = await server.fetch("api", "me")
    cookie = login.headers["Set-Cookie"].partition(";")[0]
    before = allocated()
    headers = {"Cookie": cookie, "Origin": "http://evil.example"}
    assert await try_socket(server, name, headers) == 403
    assert allocated() == before and not server.repo.connections
    assert (
        await try_socket(server, name, {"Cookie": cookie, "Origin": server.url.rpartition("/a%40b")[0]})
        == 101
    )


@pytest.mark.parametrize("path", READING)
async def test_strangers_read_nothing(server: RunningServer, path: tuple[str, ...]) -> None:
    assert await server.status(*path, headers={"Authorization": ""}) == 403


@pytest.mark.parametrize("path", READING)
async def test_kernels_read_what_their_owner_may_read(server: RunningServer, path: tuple[str, ...]) -> None:
    server.extension.repo_host.find_timeout = 0.1
    kernel = {"Authorization": f"token {server.kernel_token}"}
    assert await server.status(*path, headers=kernel) == (404 if DOCUMENT in path else 200)


@pytest.mark.parametrize("path", READING)
async def test_without_the_right_to_read_nothing_is_read(
    server: RunningServer, path: tuple[str, ...]
) -> None:
    server.allow("write")
    assert await server.status(*path) == 403


@pytest.mark.parametrize("name", SOCKETS)
async def test_without_the_right_to_read_no_socket_opens(server: RunningServer, name: str) -> None:
    server.allow("write")
    assert await try_socket(server, name, {"Authorization": f"token {server.token}"}) == 403
    assert not server.repo.connections


async def test_a_reader_may_not_create_or_delete(server: RunningServer) -> None:
    document = server.repo.create({})
    server.allow("read")
    assert await server.status("api", "automerge", "documents", method="POST", body="{}") == 403
    path = ("api", "automerge", "documents", document.document_id)
    assert await server.status(*path, method="DELETE", params={"force": "1"}) == 403
    assert (await server.json())["access"] == "read"


async def test_a_readers_changes_are_not_applied_and_it_is_told(server: RunningServer) -> None:
    document = server.repo.create({"title": "as it was"})
    server.allow("read")
    async with Repo(name="Bob") as bob:
        bob.connect(server.sync_url, headers={"Authorization": f"token {server.token}"})
        copy = await bob.find(document.url, timeout=10)
        told: asyncio.Queue[Any] = asyncio.Queue()
        bob.on_event(lambda notice: told.put_nowait(notice) if "Notice" in type(notice).__name__ else None)
        with copy.change() as edited:
            edited["title"] = "as Bob wants it"
        await asyncio.wait_for(told.get(), 10)
        assert server.repo.connections[0].access is Access.READ
        assert document.value == {"title": "as it was"}


async def test_identity_comes_from_jupyter_and_not_from_the_peer(server: RunningServer) -> None:
    async with Repo(name="I am the admin") as bob:
        dialer = bob.connect(server.sync_url, headers={"Authorization": f"token {server.token}"})
        await until(lambda: dialer.state == "connected" and bool(server.repo.connections))
        user = server.repo.connections[0].user
        assert user is not None and not user.is_kernel and user.name != "I am the admin"


def test_every_handler_states_who_may_call_it(
    jp_server_config: dict[str, Any], jp_configurable_serverapp: Callable[..., Any]
) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        jp_configurable_serverapp(config=jp_server_config)
    told = [str(one.message) for one in caught if one.category is JupyterServerAuthWarning]
    # Others' handlers may have to be told of (jupyter_server_terminals has one).
    assert not [line for message in told for line in message.splitlines() if "automerge" in line]
