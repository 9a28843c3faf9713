"""What the server answers to people and programs that may do everything."""

import json
import os
import stat
from pathlib import Path

import pytest

from jupyter_automerge.network.server_files import read_connection_file
from jupyter_automerge.server.routes import ROUTES
from tests.jupyter.servers import RunningServer


async def test_the_info_tells_a_page_all_it_needs(server: RunningServer) -> None:
    info = await server.json()
    assert info["peerId"] == server.repo.peer_id and info["storageId"] == server.repo.storage_id
    assert info["access"] == "write" and info["protocol"] == "1"
    assert info["user"]["username"] and info["limits"]["messageBytes"] == 100 * 2**20
    assert info["catalogue"].startswith("automerge:")
    assert "store" not in info, "guests need not know where documents lie"


def test_every_endpoint_is_in_the_documentation() -> None:
    page = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    section = page.partition("## Over HTTP")[2].partition("\n## ")[0]
    names = {str(path).split("/")[3] for path, _ in ROUTES if str(path).startswith("/api/automerge/")}
    assert not [name for name in names if f"`.../{name}`" not in section and f" .../{name}" not in section]


async def test_a_document_is_created_listed_read_and_deleted(server: RunningServer) -> None:
    created = await server.fetch(
        "api",
        "automerge",
        "documents",
        method="POST",
        body=json.dumps({"value": {"title": "Plan", "n": [1]}}),
    )
    assert created.code == 201
    document = json.loads(created.body)
    listed = {row["id"]: row for row in (await server.json("documents"))["documents"]}
    assert listed[document["id"]]["title"] == "Plan" and listed[document["id"]]["state"] == "ready"
    read = await server.json("documents", document["id"])
    assert read["value"] == {"title": "Plan", "n": [1]} and read["url"] == document["url"] and read["heads"]
    path = ("api", "automerge", "documents", document["id"])
    assert await server.status(*path, method="DELETE") == 409, "the only copy went without a question"
    assert await server.status(*path, method="DELETE", params={"force": "1"}) == 204
    assert await server.status(*path) == 404


@pytest.mark.parametrize("text", ["x", "..%2F..%2Fetc", "3v4iGbUDqoFwtWTBfRqErMcTYpoo"])
async def test_what_is_no_id_is_refused_before_it_touches_a_path(server: RunningServer, text: str) -> None:
    assert await server.status("api", "automerge", "documents", text) == 400


async def test_a_document_nobody_has_is_404_with_a_reason(server: RunningServer) -> None:
    server.extension.repo_host.find_timeout = 0.1
    assert await server.status("api", "automerge", "documents", "4NMNnkMhL8jXrdJ9jamS58PAVdXu") == 404


@pytest.mark.parametrize("body", ["[]", '{"value": 3}', "{"])
async def test_what_is_no_document_is_refused(server: RunningServer, body: str) -> None:
    assert await server.status("api", "automerge", "documents", method="POST", body=body) == 400


async def test_kernels_find_the_server_by_its_private_file(
    server: RunningServer, jp_runtime_dir: Path
) -> None:
    path = jp_runtime_dir / f"automerge-{os.getpid()}.json"
    address, _ = read_connection_file(path)
    assert address.url == server.url and address.token == server.kernel_token
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    await server.extension.stop_extension()
    assert not path.exists(), "the file outlived the server"


async def test_the_catalogue_is_the_same_after_a_restart(server: RunningServer) -> None:
    before = (await server.json())["catalogue"]
    host = server.extension.repo_host
    await host.stop(5)
    assert await server.status("api", "automerge") == 503
    await host.start()
    assert (await server.json())["catalogue"] == before
    assert (await server.json("documents", before.removeprefix("automerge:")))["value"]["docs"] == []


async def test_documents_survive_a_restart(server: RunningServer) -> None:
    document = server.repo.create({"title": "Plan"})
    host = server.extension.repo_host
    await host.stop(5)
    await host.start()
    assert (await server.json("documents", document.document_id))["value"] == {"title": "Plan"}


async def test_the_view_page_needs_a_login(server: RunningServer) -> None:
    document = server.repo.create({})
    path = ("automerge", "view", document.document_id)
    assert await server.status(*path, headers={"Authorization": ""}) == 302
    assert await server.status("automerge", "view", "nonsense") == 404
