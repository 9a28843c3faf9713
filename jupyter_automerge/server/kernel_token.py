"""How a kernel proves to its own server who it is: a token that opens the endpoints of this extension alone.

It is accepted in the Authorization header only, never in a URL (URLs end up in logs and histories). Nothing
of Jupyter is patched: for a request that carries the token, the handler's `identity_provider` is one that
answers for that request, and all that Jupyter derives from it (current user, XSRF, Origin) follows.
"""

import getpass
import hmac
import os
from typing import Any

from jupyter_server.auth import IdentityProvider, User
from jupyter_server.base.handlers import JupyterHandler

from jupyter_automerge.server.settings import host_of


class KernelUser(User):
    """The person who owns the server, acting through a kernel."""


def kernel_user() -> KernelUser:
    """The user that a kernel is, as seen by authorizers and peers."""
    try:
        owner = os.environ.get("JUPYTERHUB_USER") or getpass.getuser()
    except (KeyError, OSError):  # no such user in the password database, as in some containers
        owner = "owner"
    return KernelUser(username=owner, name=owner, display_name=owner)


class KernelIdentity:
    """The identity provider of one request that carries the kernel token; the usual one answers the rest."""

    def __init__(self, usual: IdentityProvider) -> None:
        self._usual = usual
        self._user = kernel_user()

    def get_user(self, handler: JupyterHandler) -> User:
        return self._user

    def is_token_authenticated(self, handler: JupyterHandler) -> bool:
        return True

    def should_check_origin(self, handler: JupyterHandler) -> bool:
        return False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._usual, name)


def carries_token(header: str, token: str | None) -> bool:
    """Whether an Authorization header holds exactly this token, compared in constant time."""
    scheme, _, given = header.partition(" ")
    if token is None or scheme.lower() not in {"token", "bearer"}:
        return False
    return hmac.compare_digest(given.strip().encode(), token.encode())


class KernelTokenMixin(JupyterHandler):
    """Put in front of a Jupyter handler, lets kernels in by their token."""

    _kernel_identity: KernelIdentity | None = None

    @property
    def identity_provider(self) -> IdentityProvider:
        """The server's identity provider, or the kernel's for a request that carries the kernel token."""
        if self._kernel_identity is None:
            usual = super().identity_provider
            token = host_of(self).kernel_token
            if not carries_token(self.request.headers.get("Authorization", ""), token):
                return usual
            self._kernel_identity = KernelIdentity(usual)
        return self._kernel_identity  # type: ignore[return-value]  # the same questions, answered for one request
