"""A kernel's token opens the endpoints of this extension, all of them, and nothing else of Jupyter."""

import json

import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from jupyter_automerge.server.kernel_token import carries_token
from tests.jupyter.servers import RunningServer

OTHERS = [
    ("api", "me"),
    ("api", "status"),
    ("api", "contents"),
    ("api", "kernels"),
    ("api", "sessions"),
    ("api", "terminals"),
    ("api", "kernelspecs"),
    ("api", "config", "notebook"),
    ("api", "spec.yaml"),
    ("files", "secret.txt"),
    ("nbconvert", "html", "x.ipynb"),
    ("metrics",),
]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"token {token}"}


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: "/".join(path))
async def test_every_other_endpoint_of_jupyter_refuses_it(
    server: RunningServer, path: tuple[str, ...]
) -> None:
    # 302: the HTML endpoints refuse by sending to the login form.
    assert await server.status(*path, headers=bearer(server.kernel_token)) in {302, 403}


async def test_it_starts_no_kernel(server: RunningServer) -> None:
    headers = bearer(server.kernel_token)
    assert await server.status("api", "kernels", headers=headers, method="POST", body="{}") == 403


async def test_a_kernel_is_its_owner_and_known_as_a_kernel(server: RunningServer) -> None:
    info = await server.json(headers=bearer(server.kernel_token))
    assert info["access"] == "write" and info["storePath"] == server.extension.storage_dir


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
