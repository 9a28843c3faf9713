"""A running Jupyter server as tests see it, and the rights they give to people."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_server.auth import Authorizer, User
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.serverapp import ServerApp
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPResponse

from jupyter_automerge import Repo
from jupyter_automerge.server.extension import JupyterAutomerge
from jupyter_automerge.server.front_end import FrontEnd

DOCUMENT = "4NMNnkMhL8jXrdJ9jamS58PAVdXu"  # well formed, and nobody has it


class NamedRights(Authorizer):
    """What tests let people do with documents; everything else in Jupyter stays allowed."""

    allowed: frozenset[str] = frozenset({"read", "write"})

    def is_authorized(self, handler: JupyterHandler, user: User, action: str, resource: str) -> bool:
        return resource != "automerge" or action in self.allowed


@dataclass
class RunningServer:
    """A Jupyter server whose extension has started, and how to talk to it."""

    app: ServerApp
    extension: JupyterAutomerge
    url: str
    token: str
    fetch: Callable[..., Awaitable[HTTPResponse]]

    @property
    def repo(self) -> Repo:
        repo = self.extension.repo_host.repo
        assert repo is not None
        return repo

    @property
    def sync_url(self) -> str:
        return self.url.replace("http", "ws", 1) + "api/automerge/sync"

    @property
    def kernel_token(self) -> str:
        token = self.extension.repo_host.kernel_token
        assert token is not None
        return token

    def serve(self, folder: Path) -> None:
        """Let the server hand out this front-end."""
        self.extension.repo_host.front_end = FrontEnd(folder)

    def allow(self, *actions: str) -> None:
        self.app.authorizer.allowed = frozenset(actions)  # type: ignore[attr-defined]

    async def json(self, *path: str, **options: Any) -> Any:
        response = await self.fetch("api", "automerge", *path, **options)
        return json.loads(response.body)

    async def raw(self, path: str, **options: Any) -> HTTPResponse:
        """A request for exactly this path, below the base URL, with the server's token."""
        headers = {"Authorization": f"token {self.token}", **options.pop("headers", {})}
        return await AsyncHTTPClient().fetch(
            self.url + path, headers=headers, raise_error=False, follow_redirects=False, **options
        )

    async def status(self, *path: str, headers: dict[str, str] | None = None, **options: Any) -> int:
        """The HTTP status of a request below the base URL, redirects not followed."""
        try:
            response = await self.fetch(*path, headers=headers, follow_redirects=False, **options)
        except HTTPClientError as refused:
            return int(refused.code)
        return int(response.code)


async def until(condition: Callable[[], object], what: str = "the condition", seconds: float = 10.0) -> None:
    """Wait until it holds, at most so many seconds; what is missing, if it does not."""
    try:
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"{what} did not come true within {seconds:g} s") from None
