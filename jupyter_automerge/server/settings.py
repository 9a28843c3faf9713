"""Where handlers find what the extension holds: the web application's settings."""

from typing import TYPE_CHECKING, cast

from tornado.web import RequestHandler

if TYPE_CHECKING:
    from jupyter_automerge.server.host import RepoHost

HOST = "jupyter_automerge_host"
AUTH_RESOURCE = "automerge"


def host_of(handler: RequestHandler) -> "RepoHost":
    """The one host of this server, put into the settings before any handler is made."""
    return cast("RepoHost", handler.settings[HOST])
