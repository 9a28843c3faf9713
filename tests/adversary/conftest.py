"""Stories of attacks are coroutines; each has a time limit of its own, so that a hang fails with its name."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from tests.adversary.village import Village

STORY_SECONDS = 60.0

OpenVillage = Callable[[], AbstractAsyncContextManager[Village]]


@pytest.fixture
def village(tmp_path: Path) -> OpenVillage:
    """`async with village() as it`: a server with two honest peers, and what it has not saved yet."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Village]:
        it = await Village.founded(tmp_path)
        try:
            yield it
        finally:
            await it.close()

    return opened


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a coroutine test on a loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    asyncio.run(asyncio.wait_for(pyfuncitem.obj(**arguments), STORY_SECONDS))
    return True
