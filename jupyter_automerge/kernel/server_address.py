"""Where a Jupyter server with documents is, and how to show it who we are."""

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

from jupyter_automerge.errors import DialError

PROBE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """A Jupyter server by its base URL, which ends in a slash. Its representation does not show the token."""

    url: str
    token: str | None = field(default=None, repr=False)
    certificate: str | None = None
    """A certificate to trust for this server alone, as it is often self-signed."""

    @property
    def info_url(self) -> str:
        return f"{self.url}api/automerge"

    @property
    def sync_url(self) -> str:
        scheme, _, rest = self.url.partition("://")
        return f"{'wss' if scheme == 'https' else 'ws'}://{rest}api/automerge/sync"

    def headers(self) -> Mapping[str, str]:
        """What authenticates a request: a header, never a part of the URL."""
        return {"Authorization": f"token {self.token}"} if self.token else {}

    def ssl_context(self) -> ssl.SSLContext | None:
        """None for plain HTTP."""
        if not self.url.startswith("https:"):
            return None
        if self.certificate is None:
            return ssl.create_default_context()
        # The server is known by its very certificate; the host name in it is seldom 127.0.0.1.
        context = ssl.create_default_context(cafile=self.certificate)
        context.check_hostname = False
        return context


def read_connection_file(path: Path) -> tuple[ServerAddress, int]:
    """The address and the process id in a server's connection file. Raises OSError or ValueError."""
    content = json.loads(path.read_text())
    if not isinstance(content, dict) or not isinstance(content.get("url"), str):
        raise ValueError("it is not a connection file")
    certificate = (content.get("ssl") or {}).get("certfile")
    return ServerAddress(content["url"], content["token"], certificate), int(content["pid"])


def fetch_info(address: ServerAddress, timeout: float = PROBE_SECONDS) -> dict[str, Any]:
    """What the server says of itself (`GET api/automerge`). Raises DialError with the reason in words."""
    request = Request(address.info_url, headers=dict(address.headers()))
    try:
        # No proxy: a kernel's own server is never behind the one for the internet.
        opener = build_opener(ProxyHandler({}), HTTPSHandler(context=address.ssl_context()))
        with opener.open(request, timeout=timeout) as response:
            info = json.load(response)
    except HTTPError as error:
        raise DialError(_refusal(error.code), fatal=True) from error
    except (URLError, OSError, ValueError) as error:
        raise DialError(f"no answer ({getattr(error, 'reason', error)})") from error
    if not isinstance(info, dict) or "storageId" not in info:
        raise DialError("what answers there is not jupyter_automerge", fatal=True)
    return info


def _refusal(status: int) -> str:
    if status in {401, 403}:
        return f"it refuses our token ({status})"
    if status == 404:
        return "it does not have the extension jupyter_automerge (404)"
    return f"it answered {status}"
