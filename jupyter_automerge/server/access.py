"""What a request may do with documents: read and write are asked of Jupyter's authorizer, one by one.

`@authorized` alone would map a socket's GET to "read" and let every reader write.
"""

from jupyter_core.utils import ensure_async
from jupyter_server.base.handlers import JupyterHandler

from jupyter_automerge.server.kernel_token import KernelUser
from jupyter_automerge.server.settings import AUTH_RESOURCE
from jupyter_automerge.values.identity import User
from jupyter_automerge.values.status import Access


async def access_of(handler: JupyterHandler) -> Access | None:
    """The access of the authenticated user of this request; None without even the right to read."""
    if not await _may(handler, "read"):
        return None
    return Access.WRITE if await _may(handler, "write") else Access.READ


async def _may(handler: JupyterHandler, action: str) -> bool:
    user = handler.current_user
    answer = handler.authorizer.is_authorized(handler, user, action, AUTH_RESOURCE)
    return user is not None and bool(await ensure_async(answer))


def identity_of(handler: JupyterHandler) -> User:
    """Who Jupyter says is asking; what a peer says of itself plays no part."""
    user = handler.current_user
    return User(
        username=user.username,
        name=user.display_name or user.name or user.username,
        color=user.color,
        is_kernel=isinstance(user, KernelUser),
    )


def access_word(access: Access | None) -> str:
    """How access is spelt in JSON."""
    return "write" if access is Access.WRITE else "read"
