"""Browser tests are coroutines: each gets a Desk of browser windows that is closed in the same event loop.

The servers are shared by all tests of a run; a test that stops or kills one has its own by `own_server`.
"""

import asyncio
import inspect
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.desk import Desk
from tests.browser.servers import TestServer
from tests.interop.stage import Stage

STORY_SECONDS = 150  # then a story fails with its screenshots; pytest itself waits a little longer
HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestServer]:
    """A running JupyterLab."""
    yield from _running(TestServer(tmp_path_factory.mktemp("lab")))


@pytest.fixture(scope="session")
def notebook7(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestServer]:
    """A running Notebook 7."""
    yield from _running(TestServer(tmp_path_factory.mktemp("notebook7"), program="notebook"))


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Callable[..., TestServer]]:
    """Start servers that only this test knows; arguments as for TestServer."""
    servers: list[TestServer] = []

    def start(**options: Any) -> TestServer:
        servers.append(TestServer(tmp_path / f"server-{len(servers)}", **options))
        servers[-1].start()
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def desk(request: pytest.FixtureRequest) -> Desk:
    """The browser windows of one test; screenshots are named after it."""
    return Desk(request.node.name.removeprefix("test_"))


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """JavaScript peers of one test."""
    return Stage(tmp_path / "stage")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give pytest's own time limit some room after ours."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.timeout(STORY_SECONDS + 60))


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a coroutine test and close what it opened, a screenshot of every window first if it fails."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    desks = [value for value in arguments.values() if isinstance(value, Desk)]
    stages = [value for value in arguments.values() if isinstance(value, Stage)]
    asyncio.run(_tell(pyfuncitem.obj(**arguments), desks, stages))
    return True


async def _tell(story: Coroutine[Any, Any, None], desks: list[Desk], stages: list[Stage]) -> None:
    try:
        async with asyncio.timeout(STORY_SECONDS):
            await story
        for desk in desks:
            desk.check_console()
    except BaseException:  # a timeout is a CancelledError: its screenshots are those that matter most
        for desk in desks:
            await desk.photograph("failed")
        raise
    finally:
        for desk in desks:
            await desk.close()
        for stage in stages:
            await stage.close()


def _running(server: TestServer) -> Iterator[TestServer]:
    server.start()
    yield server
    server.stop()
