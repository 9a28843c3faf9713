"""What people who mean harm may try, logged in or not."""

import asyncio
import errno
import json
import logging
import socket
import stat
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPRequest, HTTPResponse
from tornado.websocket import WebSocketClientConnection, websocket_connect

from jupyter_automerge import Repo
from jupyter_automerge.server.connection_file import ConnectionFile
from jupyter_automerge.server.documents import title_of
from jupyter_automerge.server.view_page import sockets_of
from jupyter_automerge.server.watch import MAX_WATCHED, Watch
from jupyter_automerge.values.ids import document_id_from_bytes
from jupyter_automerge.values.limits import MAX_JSON_BYTES
from tests.jupyter.servers import RunningServer, until

DOCUMENT = "4NMNnkMhL8jXrdJ9jamS58PAVdXu"


async def raw(server: RunningServer, path: str, **options: Any) -> HTTPResponse:
    """A request for exactly this path, below the base URL, with the server's token."""
    headers = {"Authorization": f"token {server.token}", **options.pop("headers", {})}
    return await AsyncHTTPClient().fetch(
        server.url + path, headers=headers, raise_error=False, follow_redirects=False, **options
    )


# What is asked for, and under which name


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
        answer = await raw(server, f"automerge/static/{name}")
        assert answer.code in {403, 404}, f"{name} was answered with {answer.code}"
        assert "X-Injected" not in answer.headers
    assert (await raw(server, "automerge/static/page.js")).code == 200


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
        answer = await raw(server, place.format(text))
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
    answer = await raw(server, f"automerge/view/{DOCUMENT}")
    policy = answer.headers["Content-Security-Policy"]
    directives = {
        name: words for name, *words in (part.split() for part in policy.split(";") if part.strip())
    }
    host = f"127.0.0.1:{server.app.port}"
    assert directives["connect-src"] == ["'self'", f"ws://{host}", f"wss://{host}"]
    assert directives["frame-ancestors"] == ["'self'"] and directives["base-uri"] == ["'none'"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


# What is sent


BODIES = [
    (b'{"value": {"n": NaN}}', 400),
    (b'{"value": {"n": -Infinity}}', 400),
    (b'{"value": {"n": 1e999}}', 201),
    (b'{"value": {"n": ' + b"9" * 5000 + b"}}", 400),
    (b'{"value": {"n": ' + b"9" * 30 + b"}}", 400),
    (b'{"value": {"a": "\\ud800"}}', 400),
    (b'{"value": {"\\ud800": 1}}', 400),
    (b'{"value": {"\xff": 1}}', 400),
    (b"[" * 100_000, 400),
    (b'{"value": ' + b'{"a": ' * 900 + b"1" + b"}" * 901, 400),
    (b'{"value": {"": 1}}', 201),
    (b'{"value": {"__proto__": {"polluted": true}}}', 201),
    (b"null", 400),
]


async def test_a_body_is_a_document_or_is_refused(server: RunningServer) -> None:
    for body, status in BODIES:
        answer = await raw(server, "api/automerge/documents", method="POST", body=body)
        assert answer.code == status, f"{body[:60]!r}: {answer.body!r}"
        if status == 201:
            created = json.loads(answer.body)["id"]
            read = await raw(server, f"api/automerge/documents/{created}")
            json.loads(read.body, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
        else:
            assert b"Traceback" not in answer.body and json.loads(answer.body)["message"]


async def test_a_body_that_is_too_long_is_not_read_as_json(server: RunningServer) -> None:
    body = b'{"value": {"text": "' + b"x" * MAX_JSON_BYTES + b'"}}'
    answer = await raw(server, "api/automerge/documents", method="POST", body=body)
    assert answer.code == 413 and str(MAX_JSON_BYTES) in json.loads(answer.body)["message"]


async def test_a_document_that_nobody_can_write_down_hides_no_other(server: RunningServer) -> None:
    plan, abyss = server.repo.create({"title": "Plan"}), server.repo.create({"title": {"no": "text"}})
    with abyss.change() as doc:
        inner: Any = doc
        for _ in range(600):
            inner["a"] = {}
            inner = inner["a"]
    answer = await raw(server, f"api/automerge/documents/{abyss.document_id}")
    assert answer.code == 422 and "nested too deeply" in json.loads(answer.body)["message"]
    listed = json.loads((await raw(server, "api/automerge/documents")).body)["documents"]
    assert {row["id"]: row.get("title") for row in listed}[plan.document_id] == "Plan"


async def test_a_title_is_as_long_as_a_title(server: RunningServer) -> None:
    assert len(title_of(server.repo.create({"title": "x" * 10_000})) or "") == 200


# In whose name


async def signed_in(server: RunningServer) -> tuple[str, str]:
    """The cookies of a browser that is logged in, and the token of its forms."""
    answer = await server.fetch("api", "me")
    cookies = {
        line.partition(";")[0].partition("=")[0]: line.partition(";")[0].partition("=")[2]
        for line in answer.headers.get_list("Set-Cookie")
    }
    cookies.setdefault("_xsrf", "form-token-of-this-browser")
    return "; ".join(f"{name}={value}" for name, value in cookies.items()), cookies["_xsrf"]


@pytest.mark.parametrize("method", ["POST", "DELETE"])
async def test_another_site_cannot_act_with_a_browsers_cookie(server: RunningServer, method: str) -> None:
    cookie, form = await signed_in(server)
    plan = server.repo.create({})
    path = "api/automerge/documents" + (f"/{plan.document_id}?force=1" if method == "DELETE" else "")
    body = b"{}" if method == "POST" else None

    async def act(**headers: str) -> int:
        sent = {"Authorization": "", "Cookie": cookie, **headers}
        return (await raw(server, path, method=method, body=body, headers=sent)).code

    home = server.url.partition("/a%40b")[0]
    assert await act() == 403, "a form of another site carries the cookie but not the token"
    assert await act(Referer="http://evil.example/") == 403
    foreign = await act(**{"X-XSRFToken": form, "Origin": "http://evil.example"})
    assert foreign in {403, 404}
    assert plan.document_id in server.repo.handles
    assert await act(**{"X-XSRFToken": form, "Origin": home}) in {201, 204}


async def test_no_token_is_ever_logged(server: RunningServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server.app.log.propagate = True
    wrong = "a-token-of-somebody-else"
    tokens = (server.token, server.kernel_token, wrong)
    for token in tokens:
        headers = {"Authorization": f"token {token}"}
        for path in ("api/automerge", "api/automerge/documents/x", f"automerge/view/{DOCUMENT}"):
            await raw(server, path, headers=headers)
        await raw(server, f"api/automerge?token={token}", headers={"Authorization": ""})
        await raw(server, "api/automerge/documents", method="POST", body=b"{", headers=headers)
        async with Repo(name="Bob") as bob:
            dialer = bob.connect(server.sync_url, headers=headers)
            await until(lambda dialer=dialer: dialer.state in {"connected", "failed"}, "an answer")  # type: ignore[misc]
    await server.extension.stop_extension()
    logged = caplog.text + "".join(str(record.__dict__) for record in caplog.records)
    assert caplog.records and not [token for token in tokens if token in logged]


# How much


async def page(server: RunningServer) -> WebSocketClientConnection:
    url = server.sync_url.replace("sync", "events")
    return await websocket_connect(HTTPRequest(url, headers={"Authorization": f"token {server.token}"}))


@pytest.mark.parametrize(
    "message",
    [
        json.dumps({"type": [], "documentId": DOCUMENT}),
        json.dumps({"type": {}, "documentId": DOCUMENT}),
        json.dumps({"type": "watch", "documentId": ["x"]}),
        "[" * 100_000,
        b"\xff\xfe",
    ],
)
async def test_odd_messages_of_a_page_close_its_socket_with_a_reason(
    server: RunningServer, message: str | bytes
) -> None:
    told = await page(server)
    await told.write_message(message, binary=isinstance(message, bytes))
    async with asyncio.timeout(10):
        while await told.read_message() is not None:
            pass
    assert told.close_code == 1003


async def test_a_page_that_watches_all_there_is_costs_no_more_than_the_bound(server: RunningServer) -> None:
    told = await page(server)
    for number in range(MAX_WATCHED + 500):
        document_id = document_id_from_bytes(number.to_bytes(16, "big"))
        await told.write_message(json.dumps({"type": "watch", "documentId": document_id}))
    answered = 0
    async with asyncio.timeout(20):
        while answered < MAX_WATCHED:
            answered += json.loads(str(await told.read_message()))["type"] == "peers"
        await told.write_message("{}")
        while (last := await told.read_message()) is not None:
            answered += json.loads(str(last))["type"] == "peers"
    assert answered == MAX_WATCHED


async def test_a_page_that_does_not_read_is_sent_the_newest_and_not_all(server: RunningServer) -> None:
    plan = server.repo.create({"n": 0})
    may_send, sent = asyncio.Event(), []

    async def send(message: dict[str, Any]) -> bool:
        await may_send.wait()
        sent.append(message)
        return True

    watch = Watch(server.repo, send, lambda: None)
    watch.add(plan.document_id)
    async with Repo(name="Alice") as alice:
        alice.connect(server.sync_url, headers={"Authorization": f"token {server.token}"})
        copy = await alice.find(plan.url, timeout=10)
        for number in range(1, 101):
            with copy.change() as edited:
                edited["n"] = number
        await until(lambda: plan.value["n"] == 100, "all of Alice's edits")
        may_send.set()
        await until(
            lambda: sent and sent[-1]["rows"] and sent[-1]["rows"][0]["missingThere"] == 0, "the rows"
        )
    assert len(sent) < 10
    watch.stop()


async def test_a_stream_that_nobody_reads_holds_no_more_than_its_buffer(server: RunningServer) -> None:
    plan = server.repo.create({"n": 0})
    with socket.create_connection(("127.0.0.1", server.app.port)) as idle:
        path = f"{server.app.base_url}api/automerge/events?document={plan.document_id}"
        idle.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n"
            f"Authorization: token {server.token}\r\n\r\n".encode()
        )
        listeners = server.repo._open().listeners
        before = len(listeners)
        await until(lambda: len(listeners) > before, "the stream")
    await until(lambda: len(listeners) == before, "the end of the stream with its client")


async def test_a_page_is_not_left_waiting_for_news_that_never_come(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Watch) -> None:
        raise RuntimeError("a defect")

    told = await page(server)
    monkeypatch.setattr(Watch, "_next", broken)
    await told.write_message(json.dumps({"type": "watch", "documentId": DOCUMENT}))
    async with asyncio.timeout(10):
        while await told.read_message() is not None:
            pass
    assert told.close_code == 1011


# On the machine itself


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
