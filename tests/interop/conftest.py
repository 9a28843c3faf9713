"""Interop stories are coroutines; each gets a Stage that is closed in the same event loop."""

import asyncio
import inspect
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from tests.interop.packages import PROGRAMS, SYNC_SERVER, installed
from tests.interop.stage import Stage


@pytest.fixture(scope="session", autouse=True)
def _npm_packages() -> None:
    for folder in (PROGRAMS, SYNC_SERVER):
        installed(folder)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    stages = [value for value in arguments.values() if isinstance(value, Stage)]
    asyncio.run(_tell(pyfuncitem.obj(**arguments), stages))
    return True


async def _tell(story: Coroutine[Any, Any, None], stages: list[Stage]) -> None:
    try:
        await story
    finally:
        for stage in stages:
            await stage.close()
