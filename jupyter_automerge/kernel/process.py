"""The one session of this process, where `%autoreload`, `%reset` and a second `%load_ext` find it again."""

import atexit
import os
import sys
from types import ModuleType
from typing import cast

from jupyter_automerge.kernel.session import KernelSession

# Not a module of this package: %autoreload would run it again, and %reset knows nothing of it.
_SHELF = "_jupyter_automerge_process"


def current_session() -> KernelSession | None:
    """The open session of this very process; None in a forked child, whose session stayed with the parent."""
    session = cast("KernelSession | None", getattr(sys.modules.get(_SHELF), "session", None))
    if session is None or session.pid != os.getpid() or session.closed:
        return None
    return session


def keep_session(session: KernelSession) -> None:
    """Make it the session of this process until it is closed, at the latest when the process ends."""
    shelf = sys.modules.get(_SHELF)
    if shelf is None:
        shelf = sys.modules[_SHELF] = ModuleType(_SHELF)
        atexit.register(_say_goodbye)
    shelf.session = session  # type: ignore[attr-defined]


def _say_goodbye() -> None:
    session = current_session()
    if session is None:
        return
    for line in session.close():
        print(f"automerge: {line}", file=sys.stderr)  # noqa: T201 - the last chance to tell anybody
