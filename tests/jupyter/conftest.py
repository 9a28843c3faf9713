"""Real Jupyter servers with the extension, on loopback, with folders of their own.

The fixtures of pytest-jupyter are taken by name, not as a plugin: a plugin's automatic ones would start a
server for every test of the project.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.serverapp import ServerApp
from pytest_jupyter.jupyter_core import (  # noqa: F401
    echo_kernel_spec,
    jp_asyncio_loop,
    jp_config_dir,
    jp_data_dir,
    jp_env_config_path,
    jp_env_jupyter_path,
    jp_environ,
    jp_home_dir,
    jp_kernel_dir,
    jp_runtime_dir,
    jp_system_config_path,
    jp_system_jupyter_path,
    pytest_pycollect_makeitem,
    pytest_pyfunc_call,
)
from pytest_jupyter.jupyter_server import (  # noqa: F401
    jp_argv,
    jp_auth_header,
    jp_base_url,
    jp_configurable_serverapp,
    jp_fetch,
    jp_http_port,
    jp_logging_stream,
    jp_nbconvert_templates,
    jp_root_dir,
    jp_serverapp,
    jp_web_app,
    jp_ws_fetch,
)
from pytest_jupyter.pytest_tornasync import http_server, http_server_client, http_server_port, io_loop  # noqa: F401
from tornado.httpclient import HTTPResponse

from tests.jupyter.servers import NamedRights, RunningServer


@pytest.fixture
def jp_server_config() -> dict[str, Any]:
    return {
        "ServerApp": {
            "jpserver_extensions": {"jupyter_automerge": True},
            "terminals_enabled": False,  # their handlers do not say who may use them, of which Jupyter warns
            "authorizer_class": NamedRights,
            "allow_unauthenticated_access": False,
        }
    }


@pytest.fixture
def server(
    jp_asyncio_loop: asyncio.AbstractEventLoop,  # noqa: F811
    jp_serverapp: ServerApp,  # noqa: F811
    http_server: Any,  # noqa: F811
    jp_fetch: Callable[..., Awaitable[HTTPResponse]],  # noqa: F811
) -> Iterator[RunningServer]:
    """Started as `jupyter server` starts it: extensions once the loop runs."""
    jp_asyncio_loop.run_until_complete(jp_serverapp.extension_manager.start_all_extensions())  # type: ignore[no-untyped-call]
    extension = next(iter(jp_serverapp.extension_manager.extension_apps["jupyter_automerge"]))
    yield RunningServer(
        jp_serverapp,
        extension,
        f"http://127.0.0.1:{jp_serverapp.port}{jp_serverapp.base_url}",
        jp_serverapp.identity_provider.token,
        jp_fetch,
    )
    jp_asyncio_loop.run_until_complete(jp_serverapp._cleanup())
    jp_serverapp.kernel_manager.context.destroy()
    ServerApp.clear_instance()


@pytest.fixture
def store(server: RunningServer) -> Path:
    """The folder of the server's documents."""
    return Path(server.extension.store)
