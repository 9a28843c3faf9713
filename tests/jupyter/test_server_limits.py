"""What the server bears of one peer, and that each setting says what it is for."""

import asyncio
import warnings

from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from jupyter_automerge.server.extension import JupyterAutomerge
from tests.jupyter.servers import RunningServer


async def test_a_frame_over_the_limit_closes_the_socket_with_1009(server: RunningServer) -> None:
    server.extension.repo_host.message_bytes = 2**20
    headers = {"Authorization": f"token {server.token}"}
    socket = await websocket_connect(HTTPRequest(server.sync_url, headers=headers))
    await socket.write_message(bytes(2**20 + 1), binary=True)
    async with asyncio.timeout(10):
        assert await socket.read_message() is None
    assert socket.close_code == 1009


async def test_jupyters_milliseconds_do_not_become_seconds(server: RunningServer) -> None:
    """Jupyter's mixin gives ping intervals in ms, which tornado reads as seconds and warns about."""
    headers = {"Authorization": f"token {server.token}"}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for name in ("sync", "events"):
            url = server.sync_url.replace("sync", name)
            (await websocket_connect(HTTPRequest(url, headers=headers))).close()
    assert not [str(one.message) for one in caught if "ping" in str(one.message)]


def test_every_setting_says_what_it_is_for() -> None:
    settings = JupyterAutomerge.class_own_traits(config=True)
    assert {"store", "kernel_access", "max_message_mb", "ping_interval", "unload_after"} <= set(settings)
    assert not [name for name, trait in settings.items() if not trait.help]


async def test_without_kernel_access_no_file_and_no_token(server: RunningServer) -> None:
    await server.extension.stop_extension()
    server.extension.kernel_access = False
    await server.extension._start_jupyter_server_extension(server.app)
    assert server.extension.repo_host.kernel_token is None
    file = server.extension.connection_file
    assert file is not None and not file.path.exists()


async def test_a_connected_peer_keeps_an_idle_server_alive(server: RunningServer) -> None:
    assert server.extension.current_activity() is None
    async with asyncio.timeout(10):
        headers = {"Authorization": f"token {server.token}"}
        from jupyter_automerge import Repo

        async with Repo(name="Alice") as alice:
            alice.connect(server.sync_url, headers=headers)
            await alice.find(str(server.extension.repo_host.catalogue))
            assert server.extension.current_activity() == {"peers": 1}
