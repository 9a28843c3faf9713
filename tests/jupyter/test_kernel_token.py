"""A kernel's token opens the endpoints of this extension, all of them, and nothing else of Jupyter."""

import json
import re
from collections.abc import Iterator

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.web import RequestHandler
from tornado.websocket import websocket_connect

from jupyter_automerge.server.kernel_token import KernelTokenMixin, carries_token
from jupyter_automerge.server.static_files import FrontEndHandler
from tests.jupyter.servers import RunningServer

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

# What the groups in Jupyter's route patterns stand for in a request.
EXAMPLES = {
    r"(?P<path>(?:(?:/[^/]+)+|/?))": "/x",
    r"\w+-\w+-\w+-\w+-\w+": "a-b-c-d-e",
    "restart|interrupt": "restart",
    "[^/]+": "x",
    r"[\w\.\-%]+": "x",
    r"[\w-]+": "x",
    r"/?(.*)": "/x",
    ".*": "x",
    r"\w+": "x",
}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"token {token}"}


def example(pattern: str) -> str:
    """A path that the route's pattern matches."""
    path = pattern.removesuffix("$")
    for group, text in EXAMPLES.items():
        path = path.replace(group, text)
    path = re.sub(r"\((?:\?P<\w+>)?([^()]*)\)", r"\1", path)
    assert re.fullmatch(pattern, path), f"{path!r} is no example of {pattern!r}"
    return path


def others(server: RunningServer) -> Iterator[tuple[str, str]]:
    """Method and path of everything in Jupyter that needs a login and is not ours."""
    for group in server.app.web_app.default_router.rules:
        for rule in getattr(group.target, "rules", ()):
            handler = rule.target
            if issubclass(handler, KernelTokenMixin) or handler is FrontEndHandler:
                continue
            for method in METHODS:
                call = getattr(handler, method.lower())
                implemented = call is not RequestHandler._unimplemented_method
                if implemented and not getattr(call, "__allow_unauthenticated", False):
                    yield method, example(rule.matcher.regex.pattern)


async def test_every_other_endpoint_of_jupyter_refuses_it(server: RunningServer) -> None:
    client, asked = AsyncHTTPClient(), list(others(server))
    for method, path in asked:
        answer = await client.fetch(
            server.url.partition("/a%40b/")[0] + path,
            method=method,
            headers=bearer(server.kernel_token),
            body="" if method in {"POST", "PUT", "PATCH"} else None,
            follow_redirects=False,
            raise_error=False,
        )
        # Pages for people refuse by sending to the login form.
        to_login = answer.code == 302 and "/login" in answer.headers["Location"]
        assert answer.code == 403 or to_login, f"{method} {path}: {answer.code}"
    assert len(asked) > 40, "most of Jupyter was not asked"


async def test_it_starts_no_kernel(server: RunningServer) -> None:
    headers = bearer(server.kernel_token)
    assert await server.status("api", "kernels", headers=headers, method="POST", body="{}") == 403


async def test_a_kernel_is_its_owner_and_known_as_a_kernel(server: RunningServer) -> None:
    info = await server.json(headers=bearer(server.kernel_token))
    assert info["access"] == "write" and info["store"] == server.extension.store


async def test_it_needs_no_xsrf_cookie_and_no_origin(server: RunningServer) -> None:
    """What Jupyter grants to token-authenticated requests; fails when it asks for it differently."""
    headers = {**bearer(server.kernel_token), "Origin": "http://elsewhere.example"}
    body = json.dumps({"value": {}})
    created = await server.status("api", "automerge", "documents", headers=headers, method="POST", body=body)
    assert created == 201
    url = server.sync_url
    socket = await websocket_connect(HTTPRequest(url, headers=headers))
    socket.close()


async def test_the_authorizer_rules_over_kernels_too(server: RunningServer) -> None:
    server.allow("read")
    headers = bearer(server.kernel_token)
    assert (await server.json(headers=headers))["access"] == "read"
    assert (
        await server.status("api", "automerge", "documents", headers=headers, method="POST", body="{}") == 403
    )


async def test_it_is_worth_nothing_in_a_url(server: RunningServer) -> None:
    refused = {"Authorization": ""}
    params = {"token": server.kernel_token}
    assert await server.status("api", "automerge", headers=refused, params=params) == 403


async def test_it_ends_with_the_server(server: RunningServer) -> None:
    token = server.kernel_token
    await server.extension.repo_host.stop(5)
    assert await server.status("api", "automerge", headers=bearer(token)) == 403


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("token secret", True),
        ("Token secret", True),
        ("Bearer secret", True),
        ("secret", False),
        ("Basic secret", False),
        ("token secre", False),
        ("token secret2", False),
        ("token", False),
        ("", False),
        ("token sécret", False),
    ],
)
def test_only_the_whole_token_is_the_token(header: str, expected: bool) -> None:
    assert carries_token(header, "secret") is expected


def test_without_kernel_access_no_token_is_right() -> None:
    assert not carries_token("token ", None) and not carries_token("token None", None)
