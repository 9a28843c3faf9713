"""What is asked of the server: files it has not built, ids that are none, hosts with a purpose."""

import errno
import stat
from pathlib import Path

import pytest

from jupyter_automerge.server.connection_file import ConnectionFile
from jupyter_automerge.server.view_page import sockets_of
from tests.jupyter.servers import DOCUMENT, RunningServer

NO_FILES = [
    "",
    ".",
    "..",
    "../view.py",
    "..%2fview.py",
    "%2e%2e%2fview.py",
    "..%5cview.py",
    "%2fetc%2fpasswd",
    "//etc/passwd",
    "page.js%00.js",
    "%00",
    "page.js%0d%0aX-Injected:%20yes",
    "page.js/../../view.py",
    ".page.js",
    "secret.py",
    "inner/page.js",
]


async def test_only_the_built_files_are_public(server: RunningServer, tmp_path: Path) -> None:
    static = tmp_path / "widget" / "static"
    (static / "inner").mkdir(parents=True)
    for file in ("page.js", "inner/page.js", "secret.py", "../view.py"):
        (static / file).write_text("code")
    server.serve(static)
    for name in NO_FILES:
        answer = await server.raw(f"automerge/static/{name}")
        assert answer.code in {403, 404}, f"{name} was answered with {answer.code}"
        assert "X-Injected" not in answer.headers
    assert (await server.raw("automerge/static/page.js")).code == 200


NO_IDS = [
    "%3Cscript%3E",
    "..%2f..%2fapi",
    f"{DOCUMENT}%0d%0aX-Injected:%20yes",
    "automerge:%0d%0a",
    "%00",
    "%25s%25d",
    "a" * 5000,
    "%ff%fe",
]


@pytest.mark.parametrize("place", ["automerge/view/{}", "api/automerge/documents/{}"])
async def test_what_is_no_id_is_refused_and_stands_in_no_header(server: RunningServer, place: str) -> None:
    for text in NO_IDS:
        answer = await server.raw(place.format(text))
        assert answer.code in {400, 404}, f"{text} was answered with {answer.code}"
        assert "X-Injected" not in answer.headers and answer.headers["X-Content-Type-Options"] == "nosniff"
        assert b"<script>" not in answer.body or answer.headers["Content-Type"] == "application/json"


def test_a_host_that_would_write_into_the_policy_is_left_out_of_it() -> None:
    assert sockets_of("hub.example:8000") == " ws://hub.example:8000 wss://hub.example:8000"
    assert sockets_of("[::1]:8888") == " ws://[::1]:8888 wss://[::1]:8888"
    for host in ("", "a; script-src *", "a b", "a,b", "*"):
        assert sockets_of(host) == ""


async def test_a_window_speaks_to_its_own_server_only(server: RunningServer, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"page": {"file": "page.js", "hash": "1"}}')
    server.serve(tmp_path)
    answer = await server.raw(f"automerge/view/{DOCUMENT}")
    policy = answer.headers["Content-Security-Policy"]
    directives = {
        name: words for name, *words in (part.split() for part in policy.split(";") if part.strip())
    }
    host = f"127.0.0.1:{server.app.port}"
    assert directives["connect-src"] == ["'self'", f"ws://{host}", f"wss://{host}"]
    assert directives["frame-ancestors"] == ["'self'"] and directives["base-uri"] == ["'none'"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_the_folder_of_documents_is_its_owners(server: RunningServer, store: Path) -> None:
    assert stat.S_IMODE(store.stat().st_mode) == 0o700


async def test_a_server_that_cannot_write_its_file_still_serves(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    await server.extension.stop_extension()
    monkeypatch.setattr(ConnectionFile, "write", full)
    await server.extension._start_jupyter_server_extension(server.app)
    assert await server.status("api", "automerge") == 200
