"""The same table at a Jupyter server's endpoint, where only those who are logged in get that far."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adversary.attacks import TABLES, Target
from tests.adversary.neighbours import Neighbours
from tests.adversary.outcome import ending_of
from tools.jupyter_server import JupyterServer


@pytest.fixture
def jupyter(tmp_path: Path) -> Iterator[JupyterServer]:
    """A running Jupyter server with the extension, in a home of its own."""
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    server = JupyterServer(
        Path(sys.executable), tmp_path, notebooks,
        program="jupyter_server",
        options=["--ServerApp.jpserver_extensions={'jupyter_automerge': True}"],
        environment={"HOME": str(tmp_path)},
    )  # fmt: skip
    server.start()
    yield server
    server.stop()


async def test_the_jupyter_endpoint_ends_bad_input_as_the_table_says(
    jupyter: JupyterServer, tmp_path: Path
) -> None:
    url = f"{jupyter.url.replace('http', 'ws', 1)}api/automerge/sync"
    allowed = {"Authorization": f"token {jupyter.token}"}
    honest = await Neighbours.of(url, **allowed)
    info = await asyncio.to_thread(jupyter.get, "api/automerge")
    target = Target(honest.at_alice.document_id, info["peerId"], honest.alice.peer_id)
    wrong = []
    for attack in (attack for table in TABLES.values() for attack in table):
        wrong += [f"{attack.name}: {one}" for one in await ending_of(attack, url, target, **allowed)]
        await honest.edit()
    assert not wrong, "not as the table says:\n" + "\n".join(wrong)
    await honest.at_alice.synced(timeout=20)
    there = await asyncio.to_thread(jupyter.get, f"api/automerge/documents/{honest.at_alice.document_id}")
    assert there["value"] == honest.at_alice.value
    await honest.close()
    listed = await asyncio.to_thread(jupyter.get, "api/automerge/documents")
    known = {honest.at_alice.url, info["catalogue"]}
    assert {document["url"] for document in listed["documents"]} == known, "a document of nobody's"
    assert not list((tmp_path / "notebooks").iterdir()), "something was written outside the store"
