"""Where a Jupyter server with documents is, and how to show it who we are."""

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request, build_opener

from jupyter_automerge.errors import DialError
from jupyter_automerge.values.limits import MAX_JSON_BYTES

PROBE_SECONDS = 3.0


class _NoRedirects(HTTPRedirectHandler):
    """A redirect would carry our token wherever it leads."""

    def redirect_request(self, *args: Any) -> None:
        """None: the answer is an error with its status."""


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


class TokenRefused(DialError):
    """The server wants another token, or one at all."""


def fetch_info(address: ServerAddress, timeout: float = PROBE_SECONDS) -> dict[str, Any]:
    """What the server says of itself (`GET api/automerge`). Raises DialError with the reason in words.

    One that waits for its store says so in `message`, and has no `storageId` yet.
    """
    try:
        request = Request(address.info_url, headers=dict(address.headers()))
        # No proxy: a kernel's own server is never behind the one for the internet.
        opener = build_opener(ProxyHandler({}), _NoRedirects(), HTTPSHandler(context=address.ssl_context()))
        with opener.open(request, timeout=timeout) as response:
            info = json.loads(response.read(MAX_JSON_BYTES))
    except HTTPError as error:
        info = _told_without_documents(error)
        if info is None:
            raise _refusal(error.code) from error
    except (OSError, HTTPException) as error:
        raise DialError(f"no answer ({_said(error)})") from error
    except (ValueError, RecursionError):
        info = None
    if not isinstance(info, dict) or "storageId" not in info:
        raise DialError("what answers there is not jupyter_automerge", fatal=True)
    return info


def _told_without_documents(error: HTTPError) -> Any:
    """What a server says of itself that waits for its store; None from any other."""
    if error.code != HTTPStatus.SERVICE_UNAVAILABLE:
        return None
    try:
        info = json.loads(error.read(MAX_JSON_BYTES))
    except (OSError, HTTPException, ValueError, RecursionError):
        return None
    return info if isinstance(info, dict) and "storageId" in info else None


def _said(error: Exception) -> str:
    reason = getattr(error, "reason", None) or error
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {reason.verify_message}"
    return str(getattr(reason, "strerror", None) or reason)


def _refusal(status: int) -> DialError:
    if status in {401, 403}:
        return TokenRefused(f"it refuses our token ({status})", fatal=True)
    if status == 404:
        return DialError("it does not have the extension jupyter_automerge (404)", fatal=True)
    if 300 <= status < 400:
        return DialError(f"it sends us elsewhere ({status}), which we do not follow", fatal=True)
    return DialError(f"it answered {status}")
