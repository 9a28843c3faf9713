"""Stories of survival are told as those in a browser: with a desk of windows and a stage of peers."""

from collections.abc import Iterator

import pytest

from tests.browser.conftest import desk, pytest_pyfunc_call, stage
from tests.browser.servers import TestServer
from tests.survival.servers import server_in

__all__ = ["desk", "pytest_pyfunc_call", "stage"]


@pytest.fixture(scope="session")
def only_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestServer]:
    """One for all stories: it is a hardy one."""
    it = server_in(tmp_path_factory.mktemp("server"))
    yield it
    it.stop()


@pytest.fixture
def server(only_server: TestServer) -> TestServer:
    """A running Jupyter server that may be killed and started again."""
    if not only_server.is_running():
        only_server.start()
    return only_server
