"""Who wants to be told what happens in a Repo: callbacks and streams, of everything or of some kinds."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from jupyter_automerge.repo.feed import Feed
from jupyter_automerge.repo.listeners import Unsubscribe
from jupyter_automerge.repo.verdicts import VERDICTS, Notice

if TYPE_CHECKING:
    from jupyter_automerge.repo.running import Running

Kinds = tuple[type[Notice], ...]


def tell(running: "Running", callback: Callable[[Notice], object], kinds: Kinds) -> Unsubscribe:
    """See Repo.on_event. Ending it twice has no effect."""

    def hear(notice: Notice) -> object:
        return callback(notice) if not kinds or isinstance(notice, kinds) else None

    unsubscribe = running.listeners.add(hear)
    wants_verdicts = not kinds or any(issubclass(kind, VERDICTS) for kind in kinds)
    if wants_verdicts:
        running.verdicts.begin()
    is_over = False

    def end() -> None:
        nonlocal is_over
        if not is_over and wants_verdicts:
            running.verdicts.end()
        is_over = True
        unsubscribe()

    return end


def stream(running: "Running", kinds: Kinds) -> Feed[Notice]:
    """See Repo.events."""

    def forget(feed: Feed[Notice]) -> None:
        end()
        running.streams.discard(feed)

    feed: Feed[Notice] = Feed(forget)
    end = tell(running, feed.put, kinds)
    running.streams.add(feed)
    return feed
