"""What a browser fetches: the page module, its WASM, and a document's own window."""

import gzip
import json
import re
from pathlib import Path

import pytest

from tests.jupyter.servers import RunningServer

PAGE = b"export function mount() {}"
WASM = b"\0asm\1\0\0\0"


@pytest.fixture
def built(tmp_path: Path, server: RunningServer) -> RunningServer:
    """The server with a small front-end in place of the built one."""
    folder = tmp_path / "static"
    folder.mkdir()
    (folder / "page.js").write_bytes(PAGE)
    (folder / "page.js.gz").write_bytes(gzip.compress(PAGE))
    (folder / "automerge.wasm").write_bytes(WASM)
    (folder / "secret.py").write_text("no")
    manifest = {"page": {"file": "page.js", "hash": "p1"}, "wasm": {"file": "automerge.wasm", "hash": "w1"}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    server.serve(folder)
    return server


async def test_the_module_is_sent_compressed_and_may_be_kept_for_ever(built: RunningServer) -> None:
    info = await built.json()
    assert info["page"].endswith("automerge/static/page.js?v=p1")
    headers = {"Accept-Encoding": "gzip"}
    answer = await built.fetch(
        "automerge", "static", "page.js", params={"v": "p1"}, headers=headers, decompress_response=False
    )
    assert gzip.decompress(answer.body) == PAGE and answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert "immutable" in answer.headers["Cache-Control"] and answer.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("version", [{}, {"v": "old"}])
async def test_another_version_is_never_kept(built: RunningServer, version: dict[str, str]) -> None:
    answer = await built.fetch("automerge", "static", "page.js", params=version)
    assert answer.headers["Cache-Control"] == "no-cache"


async def test_whoever_takes_no_gzip_gets_the_plain_file(built: RunningServer) -> None:
    options = {"decompress_response": False, "params": {"v": "w1"}}
    answer = await built.fetch("automerge", "static", "automerge.wasm", **options)
    assert answer.body == WASM and answer.headers["Content-Type"] == "application/wasm"
    assert "Content-Encoding" not in answer.headers


async def test_the_code_is_public_and_nothing_else_is(built: RunningServer) -> None:
    stranger = {"Authorization": ""}
    assert await built.status("automerge", "static", "page.js", headers=stranger) == 200
    assert await built.status("automerge", "static", "secret.py") == 404
    assert await built.status("automerge", "static", "..%2Fstatic%2Fpage.js") in {403, 404}
    assert await built.status("automerge", "static", "nothing.js") == 404


async def test_a_documents_window_mounts_it_and_takes_code_from_here_only(built: RunningServer) -> None:
    plan = built.repo.create({})
    answer = await built.fetch("automerge", "view", plan.document_id)
    text = answer.body.decode()
    config = re.search(r'<script id="jupyter-config-data" type="application/json">(.*?)</script>', text)
    assert config is not None and json.loads(config[1])["baseUrl"] == "/a%40b/"
    assert plan.url in text and "page.js?v=p1" in text
    policy = answer.headers["Content-Security-Policy"]
    nonce = re.search(r"'nonce-([^']+)'", policy)
    assert nonce is not None and f'nonce="{nonce[1]}"' in text and "default-src 'self'" in policy
    assert built.token not in text


async def test_without_the_front_end_the_window_says_so(server: RunningServer, tmp_path: Path) -> None:
    server.serve(tmp_path)
    plan = server.repo.create({})
    assert await server.status("automerge", "view", plan.document_id) == 503
    assert (await server.json())["page"] is None
