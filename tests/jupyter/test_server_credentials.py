"""In whose name somebody asks: another site's pages, and tokens in logs."""

import logging

import pytest

from jupyter_automerge import Repo
from tests.jupyter.servers import DOCUMENT, RunningServer, until


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
        return (await server.raw(path, method=method, body=body, headers=sent)).code

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
            await server.raw(path, headers=headers)
        await server.raw(f"api/automerge?token={token}", headers={"Authorization": ""})
        await server.raw("api/automerge/documents", method="POST", body=b"{", headers=headers)
        async with Repo(name="Bob") as bob:
            dialer = bob.connect(server.sync_url, headers=headers)
            await until(lambda dialer=dialer: dialer.state in {"connected", "failed"}, "an answer")  # type: ignore[misc]
    await server.extension.stop_extension()
    logged = caplog.text + "".join(str(record.__dict__) for record in caplog.records)
    assert caplog.records and not [token for token in tokens if token in logged]
