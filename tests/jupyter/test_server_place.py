"""Where a server keeps its documents: said by one setting, told without its secrets."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from traitlets.config import Config

from jupyter_automerge.errors import InvalidId
from jupyter_automerge.server.extension import JupyterAutomerge
from tests.contracts.redis_server import RedisProcess
from tests.jupyter.servers import RunningServer

SECRET = "pa55word"


@pytest.fixture(scope="module")
def locked_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisProcess]:
    redis = RedisProcess(tmp_path_factory.mktemp("redis"), requirepass=SECRET)
    redis.start()
    yield redis
    redis.stop()


@pytest.fixture
def jp_server_config(jp_server_config: dict[str, Any], locked_redis: RedisProcess) -> dict[str, Any]:
    url = f"redis://:{SECRET}@127.0.0.1:{locked_redis.port}/0"
    return {**jp_server_config, "JupyterAutomerge": {"store": url}}


async def test_documents_are_kept_in_a_redis_whose_password_nobody_is_told(
    server: RunningServer, locked_redis: RedisProcess, caplog: pytest.LogCaptureFixture
) -> None:
    created = await server.fetch("api", "automerge", "documents", method="POST", body='{"value": {"n": 1}}')
    document = json.loads(created.body)["url"].removeprefix("automerge:")
    await server.repo.saved()
    assert locked_redis.ask("HLEN", f"automerge:{document}") >= 1
    info = await server.json(headers={"Authorization": f"Bearer {server.kernel_token}"})
    assert info["store"] == locked_redis.url()
    assert SECRET not in caplog.text + json.dumps(info)


def test_a_folder_is_made_for_its_owner_alone_and_one_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    made, there = tmp_path / "made", tmp_path / "there"
    there.mkdir(mode=0o755)
    for folder in (made, there):
        JupyterAutomerge(config=Config({"JupyterAutomerge": {"store": str(folder)}}))._make_storage()
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    assert stat.S_IMODE(there.stat().st_mode) == 0o755


def test_what_names_no_store_is_refused_without_its_secret() -> None:
    config = Config({"JupyterAutomerge": {"store": f"ftp://:{SECRET}@example.org/documents"}})
    with pytest.raises(InvalidId, match="it must be a folder, file:///") as refused:
        JupyterAutomerge(config=config)._make_storage()
    assert SECRET not in str(refused.value)
