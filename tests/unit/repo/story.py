"""What the tests of the Repo share: an async test as a story, and waiting until something is so."""

import asyncio
import functools
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec

from jupyter_automerge.repo import Repo

P = ParamSpec("P")
LIMIT_SECONDS = 20.0


def story(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run the test on an event loop of its own; one that hangs fails."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(asyncio.wait_for(test(*args, **kwargs), LIMIT_SECONDS))

    return run


async def turns(number: int = 20) -> None:
    """Let everything that is ready on the loop have its turn, some times over."""
    for _ in range(number):
        await asyncio.sleep(0)


async def until(what: Callable[[], object], *repos: Repo) -> None:
    """Return once it is so. Looks whenever something happened in one of the Repos."""
    moved = asyncio.Event()
    unsubscribes = [repo.on_event(lambda _: moved.set()) for repo in repos]
    try:
        while not what():
            moved.clear()
            await moved.wait()
    finally:
        for unsubscribe in unsubscribes:
            unsubscribe()
