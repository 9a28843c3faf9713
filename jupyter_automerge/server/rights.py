"""Rights that are withdrawn while a socket is open.

A socket is let in once, by the rights of that moment. When a frame goes over it later, either way, Jupyter's
authorizer is asked again, at most once in `RECHECK_SECONDS`; an idle socket costs nothing. So whoever loses a
right may go on using an open socket for that long, and one that was idle for its first frame. Requests ask
each time.

Who somebody is was settled by the login: signing out closes no socket that is open, and neither does a new
token; restarting the server does.
"""

import asyncio
import logging
import time
from collections.abc import Callable

from jupyter_server.base.handlers import JupyterHandler
from tornado.web import HTTPError

from jupyter_automerge.server.access import access_of
from jupyter_automerge.values.status import Access

RECHECK_SECONDS = 10.0
NOT_ALLOWED = 4403
SERVICE_RESTART = 1012
_logger = logging.getLogger(__name__)

Close = Callable[[int, str], None]


class Rights:
    """What one socket may do, from the checks before it opened until it closes."""

    def __init__(self, handler: JupyterHandler, access: Access, close: Close) -> None:
        """`close` is called, with code and reason, when the rights are others than `access`."""
        self.access = access
        self._handler = handler
        self._close = close
        self._asked_at = time.monotonic()
        self._question: asyncio.Task[None] | None = None

    def used(self) -> None:
        """The socket was used: ask again, if it is time."""
        if self._question is None and time.monotonic() - self._asked_at >= RECHECK_SECONDS:
            self._question = asyncio.create_task(self._ask())

    def stop(self) -> None:
        """The socket is closed: nobody wants the answer any more."""
        if self._question is not None:
            self._question.cancel()

    async def _ask(self) -> None:
        try:
            access = await access_of(self._handler)
        except HTTPError as refusal:
            self._judge(None if refusal.status_code in (401, 403) else self.access)
        except Exception:
            # Its failure is no decision: a new socket would be refused, this one stays as it was let in.
            _logger.exception("the authorizer failed; an open socket keeps its rights")
        else:
            self._judge(access)
        finally:
            self._asked_at = time.monotonic()
            self._question = None

    def _judge(self, access: Access | None) -> None:
        if access is None:
            self._close(NOT_ALLOWED, "you may not read documents here any more")
        elif access is not self.access:
            # Connecting again begins a session of the new kind.
            self._close(SERVICE_RESTART, "your rights have changed: connect again")
