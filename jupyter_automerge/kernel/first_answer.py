"""How the first try of a connection went, for those who are about to tell a person."""

import asyncio

from jupyter_automerge.repo import Dialer, Notice, Repo
from jupyter_automerge.values.status import DialerState

UNDER_WAY = frozenset({DialerState.IDLE, DialerState.DIALING})


async def first_answer(repo: Repo, dialer: Dialer, seconds: float) -> None:
    """Wait on the Repo's loop until a try under way has ended, well or not, at most `seconds`."""
    moved = asyncio.Event()

    def look(notice: Notice) -> None:
        moved.set()

    unsubscribe = repo.on_event(look)
    try:
        async with asyncio.timeout(seconds):
            while dialer.state in UNDER_WAY:
                moved.clear()
                await moved.wait()
    except TimeoutError:
        return  # Still under way; what is shown then says so.
    finally:
        unsubscribe()
