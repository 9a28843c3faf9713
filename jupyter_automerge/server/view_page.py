"""`automerge/view/<id>`: a document in its own window. The same page module, no notebook, no kernel."""

import json
import re
import secrets
from functools import cached_property
from html import escape
from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from jupyter_automerge.errors import InvalidId
from jupyter_automerge.server.endpoint import one_line
from jupyter_automerge.server.front_end import BuiltFile, file_url
from jupyter_automerge.server.settings import AUTH_RESOURCE, host_of
from jupyter_automerge.values.ids import interpret_document_id
from jupyter_automerge.values.url import AutomergeUrl

_HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]+)?|\[[0-9A-Fa-f:.]+\](:[0-9]+)?")
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>body {{ margin: 1rem; font-family: system-ui, sans-serif; }}</style>
<script id="jupyter-config-data" type="application/json">{config}</script>
</head>
<body>
<main id="document"></main>
<noscript>This page shows a live document and needs JavaScript.</noscript>
<script type="module" nonce="{nonce}">
import {{ mount }} from {page};
mount(document.getElementById("document"), {{ url: {url}, view: "document", trusted: true }});
</script>
</body>
</html>
"""


class ViewHandler(JupyterHandler):
    """Needs a login like any page of the server; sends to the login form and back."""

    auth_resource = AUTH_RESOURCE

    @web.authenticated
    @authorized
    async def get(self, text: str) -> None:
        try:
            url = str(AutomergeUrl(interpret_document_id(text)))
        except InvalidId as error:
            raise web.HTTPError(404, one_line(error)) from error
        page = host_of(self).front_end.page
        if page is None:
            raise web.HTTPError(503, "The front-end was not built; run `make build` in the source folder.")
        self._send(url, page)

    @cached_property
    def _nonce(self) -> str:
        return secrets.token_urlsafe(16)

    @property
    def content_security_policy(self) -> str:
        """Jupyter's own, and code from this server alone, which speaks to this server alone."""
        return "; ".join(
            (
                super().content_security_policy,
                "default-src 'self'",
                f"script-src 'self' 'nonce-{self._nonce}' 'wasm-unsafe-eval'",
                "style-src 'self' 'unsafe-inline'",
                "img-src 'self' data:",
                f"connect-src 'self'{sockets_of(self.request.host)}",
                "object-src 'none'",
                "base-uri 'none'",
                "form-action 'self'",
            )
        )

    def _send(self, url: str, page: BuiltFile) -> None:
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Referrer-Policy", "no-referrer")
        self.finish(
            PAGE.format(
                title=escape(url),
                config=script_json({"baseUrl": self.base_url, "wsUrl": ""}),
                page=script_json(file_url(self.base_url, page)),
                url=script_json(url),
                nonce=self._nonce,
            )
        )


def sockets_of(host: str) -> str:
    """The sockets of this host as sources of a policy: not every browser counts them as 'self'."""
    return f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""


def script_json(value: Any) -> str:
    """JSON that can stand inside a script element: nothing in it ends the element or opens a comment."""
    return json.dumps(value).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
