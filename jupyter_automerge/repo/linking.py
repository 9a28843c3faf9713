"""Two Repos of one process, connected without a socket."""

from typing import TYPE_CHECKING

from jupyter_automerge.network import MemoryTransport, memory_pair
from jupyter_automerge.values.status import Direction

if TYPE_CHECKING:
    from jupyter_automerge.repo.running import Running


def link(mine: "Running", theirs: "Running") -> MemoryTransport:
    """See Repo.link."""
    left, right = memory_pair(mine.home.loop, theirs.home.loop)

    def call() -> None:
        endpoint = f"memory:{theirs.local.peer_id}"
        left.start(mine.links.open(left, Direction.OUTGOING, endpoint, in_process=True))

    def answer() -> None:
        theirs.check()
        theirs.directory.is_reachable = True
        endpoint = f"memory:{mine.local.peer_id}"
        right.start(theirs.links.open(right, Direction.INCOMING, endpoint, in_process=True))

    mine.home.soon(call)
    theirs.home.soon(answer)
    return left
