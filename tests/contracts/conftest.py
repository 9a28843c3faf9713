"""A Redis and an S3 service for the tests that need one, both on this machine."""

from collections.abc import Iterator

import pytest

from tests.contracts.redis_server import RedisProcess
from tests.contracts.s3_server import CREDENTIALS, S3Server


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisProcess]:
    """One for all tests, which leave it as it was but for its entries."""
    server = RedisProcess(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    """One for all tests; each makes a bucket of its own."""
    server = S3Server()
    server.start()
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that any S3 service of the tests takes."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
