"""An event loop on which no time is spent: real Repos live through hours of it in a moment, and replay from a seed."""

import asyncio
import random
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from selectors import SelectorKey, SelectSelector
from typing import Any, TypeVar, TypeVarTuple
from unittest.mock import patch

from jupyter_automerge.document import Document
from jupyter_automerge.repo import creating
from jupyter_automerge.repo.clock import Clock, Moment

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

WALL_OFFSET = 1_700_000_000.0
"""What the machines' clocks say when the loop's says 0, in seconds since 1970."""

TURN_SECONDS = 1e-6
"""What one turn of the loop takes: no two things that follow one another happen at the same time."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """Whenever nothing is left to do, the next deadline has come. Threads are none: their work is done at once."""

    def __init__(self) -> None:
        self._clock = _Skipping()
        super().__init__(self._clock)

    def time(self) -> float:
        return self._clock.now

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        done: asyncio.Future[T] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - whatever it raised is for whoever awaits it
            done.set_exception(error)
        return done


class _Skipping(SelectSelector):
    """Does not wait, and says that it has."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        ready = super().select(0)
        self.now += TURN_SECONDS
        if not ready and timeout is None:
            raise AssertionError("everybody waits for somebody else, for ever")
        if not ready and timeout is not None:
            self.now += max(timeout, 0.0)
        return ready


@contextmanager
def one_world(seed: int) -> Iterator[VirtualLoop]:
    """A loop whose Repos have their ids, their actors and the time of day from the seed and from it alone."""
    chance = random.Random(seed)

    def new_uuid() -> uuid.UUID:
        return uuid.UUID(bytes=chance.randbytes(16), version=4)

    adopt = Document._adopt

    def adopted(self: Document, core: Any, image: bytes, actor: bytes | None, queueing: bool) -> None:
        adopt(self, core, image, actor or chance.randbytes(16), queueing)

    def moment(self: Clock) -> Moment:
        now = self.now()
        return Moment(now, datetime.fromtimestamp(WALL_OFFSET + now, UTC))

    loop = VirtualLoop()
    with ExitStack() as stack:
        stack.callback(loop.close)
        stack.enter_context(patch.object(Document, "_adopt", adopted))
        stack.enter_context(patch.object(Clock, "moment", moment))
        stack.enter_context(patch.object(uuid, "uuid4", new_uuid))
        stack.enter_context(patch.object(creating, "uuid4", new_uuid))
        yield loop
