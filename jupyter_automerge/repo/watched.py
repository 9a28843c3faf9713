"""A state that is shown and followed: the first look at it, and then each other state it takes."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from jupyter_automerge.engine.notices import DocumentRemoved, DocumentUnloaded
from jupyter_automerge.errors import DocumentGone, RepoClosed
from jupyter_automerge.repo.feed import Feed
from jupyter_automerge.repo.verdicts import Notice
from jupyter_automerge.values.ids import DocumentId

if TYPE_CHECKING:
    from jupyter_automerge.repo.handle import DocHandle
    from jupyter_automerge.repo.running import Running

T = TypeVar("T")


class Watched(Generic[T]):
    """For one `async for`, on any loop: the state whenever it is another one than was given last.

    It is looked at when it is given, and never kept in a queue: so nobody is told of a state that is over, and
    a slow reader costs nothing. `close()` ends it.
    """

    def __init__(self, look: Callable[[], T], moved: Feed[None]) -> None:
        """`moved` has an item whenever the state may be another; it must be subscribed by now."""
        self._look = look
        self._moved = moved
        self.first = look()
        self._given = self.first

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while True:
            await anext(self._moved)
            try:
                state = self._look()
            except (DocumentGone, RepoClosed):
                self.close()
                raise StopAsyncIteration from None
            if state != self._given:
                self._given = state
                return state

    def close(self) -> None:
        """Nothing more will come."""
        self._moved.close()

    async def aclose(self) -> None:
        """As `close()`; lets `contextlib.aclosing` end the subscription."""
        self.close()


def watch(
    running: "Running", look: Callable[[], T], document_id: DocumentId | None = None
) -> tuple[T, Watched[T]]:
    """The state as of now, and what follows on it. With a document: only while that is in memory."""

    def hear(notice: Notice) -> None:
        about = getattr(notice, "document_id", None)
        if about in (None, document_id):
            moved.put(None)
        if about == document_id and _is_end(notice):
            moved.close()

    # One item is enough: whoever takes it looks at all that happened until then.
    moved: Feed[None] = Feed(lambda _: end(), squeeze=lambda _, newest: newest, limit=1)
    unsubscribe = running.listeners.add(hear)

    def end() -> None:
        unsubscribe()
        running.streams.discard(moved)

    running.streams.add(moved)
    try:
        watched = Watched(look, moved)
    except BaseException:  # whatever kept it from being looked at, nobody would end the subscription
        moved.close()
        raise
    return watched.first, watched


def follow(
    running: "Running",
    moved: Callable[[], object],
    ended: Callable[[], object] | None,
    handle: "DocHandle",
) -> Callable[[], None]:
    """Call `moved` with what may concern the document, and `ended` once, when nothing more will be told.

    Until then, or until what is returned is called, the handle is kept.
    """
    document_id = handle.document_id
    kept = [handle]

    def hear(notice: Notice) -> object:
        about = getattr(notice, "document_id", None)
        # What names no document may be about all of them.
        heard = moved() if about in (None, document_id) else None
        if about == document_id and _is_end(notice):
            end.close()
        return heard

    def leave() -> None:
        unsubscribe()
        running.streams.discard(end)
        kept.clear()

    def finish() -> None:
        leave()
        if ended is not None:
            ended()

    end: Feed[None] = Feed(lambda _: finish())
    unsubscribe = running.listeners.add(hear)
    running.streams.add(end)
    return leave


def _is_end(notice: Notice) -> bool:
    match notice:
        case DocumentUnloaded(kept=kept):
            return not kept
        case DocumentRemoved(refused=refused):
            return not refused
    return False
