"""What a server's owner asks for before a document may be called safe."""

from typing import Any

import pytest
from traitlets import TraitError
from traitlets.config import Config

from jupyter_automerge import MemoryStorage, Repo
from jupyter_automerge.server.extension import JupyterAutomerge
from tests.jupyter.servers import RunningServer, until


@pytest.fixture
def jp_server_config(jp_server_config: dict[str, Any]) -> dict[str, Any]:
    settings = {"safety_copies": 1, "safety_level": "received", "safety_stores": ["archive"]}
    return {**jp_server_config, "JupyterAutomerge": settings}


async def test_only_the_stores_that_are_named_count(server: RunningServer) -> None:
    plan = server.repo.create({"n": 0})
    headers = {"Authorization": f"token {server.token}"}
    async with Repo(MemoryStorage(), name="Alice") as alice, Repo(MemoryStorage(), name="archive") as archive:
        alice.connect(server.sync_url, headers=headers)
        await alice.find(plan.url)
        await until(lambda: [row.missing_there for row in plan.peers] == [0], "Alice's having it")
        assert not plan.peers.safe and plan.sync.copies == 0
        archive.connect(server.sync_url, headers=headers)
        await archive.find(plan.url)
        await until(lambda: plan.sync.copies == 1, "the archive's having it")
        rows = (await server.json("documents", plan.document_id, "peers"))["peers"]
        assert {row["name"]: row["safe"] for row in rows} == {"Alice": False, "archive": True}


def test_what_no_stores_could_ever_meet_is_refused_when_the_server_starts() -> None:
    config = Config({"JupyterAutomerge": {"safety_copies": 2, "safety_stores": ["archive"]}})
    with pytest.raises(TraitError, match="2 copies among 1 stores"):
        JupyterAutomerge(config=config)._safety()
