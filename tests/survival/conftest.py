"""Stories of survival are told as those in a browser: with a desk of windows and a stage of peers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import desk, pytest_pyfunc_call, stage
from tests.browser.servers import TestServer
from tests.survival.servers import server_in

__all__ = ["desk", "pytest_pyfunc_call", "stage"]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[TestServer]:
    """A running Jupyter server that may be killed and started again."""
    it = server_in(tmp_path / "server")
    it.start()
    yield it
    it.stop()
