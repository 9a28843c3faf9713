"""A whole network of Repos in one process, on one virtual clock, from one seed. Nothing sleeps; every run
replays.

    sim = Simulation(seed=7)
    alice, bob = sim.repos("alice", "bob")
    sim.connect(alice, bob)
    note = alice.create({"n": 0})
    sim.run_until_quiet()
"""

import heapq
import random
from collections import deque
from collections.abc import Callable, Iterable
from itertools import count, pairwise
from typing import Any

from jupyter_automerge.engine import effects as f
from jupyter_automerge.engine import events as e
from jupyter_automerge.testing.simulated_link import SimulatedLink
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.values.ids import ConnectionId, DocumentId
from jupyter_automerge.values.status import Access, Direction
from jupyter_automerge.wire.codec import decode
from jupyter_automerge.wire.messages import Request, Sync

STORY_LINES = 40


class Simulation:
    """The clock, the cables and the record of what happened. `seed` decides all that is random."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.random = random.Random(seed)
        self.now = 0.0
        self.links: list[SimulatedLink] = []
        self.everybody: list[SimulatedRepo] = []
        self.steps = 0
        self._queue: list[tuple[float, int, SimulatedRepo, Callable[[], None]]] = []
        self._alarms: dict[SimulatedRepo, float] = {}
        self._order = count()
        self._connection_ids = count(1)
        self._record: deque[tuple[float, str, Any]] = deque(maxlen=STORY_LINES)

    # Who and how

    def repos(self, *names: str, **options: Any) -> list[SimulatedRepo]:
        return [self.repo(name, **options) for name in names]

    def repo(self, name: str, **options: Any) -> SimulatedRepo:
        repo = SimulatedRepo(self, name, **options)
        self.everybody.append(repo)
        return repo

    def connect(
        self, caller: SimulatedRepo, listener: SimulatedRepo, access: Access = Access.WRITE
    ) -> SimulatedLink:
        """Plug a cable in; it stays until it is cut."""
        link = SimulatedLink(caller, listener, access)
        self.links.append(link)
        self.open(link)
        return link

    def line(self, *repos: SimulatedRepo) -> list[SimulatedLink]:
        return [self.connect(left, right) for left, right in pairwise(repos)]

    def cut(self, link: SimulatedLink) -> None:
        """Pull the cable: what is on its way is lost."""
        link.plugged = False
        self.hang_up(link, "the cable was pulled")

    def heal(self, link: SimulatedLink) -> None:
        if not link.plugged:
            link.plugged = True
            self.open(link)

    # Time

    def run(self, seconds: float) -> None:
        """Let this much time pass."""
        until = self.now + seconds
        while self._step(until):
            pass
        self.now = until

    def run_until_quiet(self, limit: float = 600.0) -> None:
        """Go on until nothing is on its way; timers alone keep nobody waiting."""
        until = self.now + limit
        while self._queue:
            if not self._step(until):
                raise AssertionError(f"not quiet after {limit:g} virtual seconds\n{self.story()}")

    def after(self, delay: float, repo: SimulatedRepo, action: Callable[[], None]) -> None:
        heapq.heappush(self._queue, (self.now + delay, next(self._order), repo, action))

    def arm(self, repo: SimulatedRepo) -> None:
        wakeup = repo.engine.next_wakeup()
        if wakeup is None:
            self._alarms.pop(repo, None)
        else:
            self._alarms[repo] = wakeup

    def forget(self, repo: SimulatedRepo) -> None:
        """Nothing that was to happen to the repo happens any more."""
        self._queue = [entry for entry in self._queue if entry[2] is not repo]
        heapq.heapify(self._queue)
        self._alarms.pop(repo, None)

    def _step(self, until: float) -> bool:
        alarm = min(((when, repo.name, repo) for repo, when in self._alarms.items()), default=None)
        due = self._queue[0][0] if self._queue else None
        if alarm is not None and alarm[0] <= until and (due is None or alarm[0] < due):
            self.now = max(self.now, alarm[0])
            del self._alarms[alarm[2]]
            alarm[2].feed(e.Tick())
        elif due is not None and due <= until:
            self.now, _, _, action = heapq.heappop(self._queue)
            action()
        else:
            return False
        self.steps += 1
        if self.steps > 2_000_000:
            raise AssertionError(f"this never ends\n{self.story()}")
        return True

    # Cables

    def open(self, link: SimulatedLink) -> None:
        if not (link.caller.running and link.listener.running):
            return
        link.connection = ConnectionId(next(self._connection_ids))
        link.clear_at.clear()
        for end in link.ends():
            end.links[link.connection] = link
        connection = link.connection
        link.listener.feed(
            e.ConnectionOpened(connection, Direction.INCOMING, link.caller.name, access=link.access)
        )
        link.caller.feed(e.ConnectionOpened(connection, Direction.OUTGOING, link.listener.name))

    def hang_up(self, link: SimulatedLink, reason: str) -> None:
        connection, link.connection = link.connection, None
        if connection is None:
            return
        for end in link.ends():
            if end.links.pop(connection, None) is not None:
                end.feed(e.ConnectionClosed(connection, None, reason))

    def close(self, repo: SimulatedRepo, effect: f.Close) -> None:
        link = repo.links.get(effect.connection)
        if link is not None and link.connection == effect.connection:
            # What was sent before still arrives, as on a socket.
            self.after(link.latency, link.other(repo), lambda: self.hang_up(link, effect.reason))
            repo.links.pop(effect.connection)

    def carry(self, repo: SimulatedRepo, effect: f.Send) -> None:
        """Bring a frame to the other end, in order; the cable takes the next one when this one is through."""
        link = repo.links.get(effect.connection)
        if link is None or link.connection is None:
            return
        self._count(link, effect.frame)
        other, connection = link.other(repo), effect.connection
        arrival = max(self.now + link.latency, link.clear_at.get(other.name, 0.0))
        link.clear_at[other.name] = arrival

        def arrive() -> None:
            if link.connection == connection and connection in other.links:
                other.feed(e.FrameReceived(connection, effect.frame))

        def cleared() -> None:
            if link.connection == connection:
                repo.feed(e.Writable(connection))

        self.after(arrival - self.now, other, arrive)
        self.after(min(arrival - self.now, 0.0005), repo, cleared)

    def _count(self, link: SimulatedLink, frame: bytes) -> None:
        message = decode(frame)
        if isinstance(message, Sync | Request):
            link.count(message.document_id, len(message.data))

    # The story

    def record(self, repo: SimulatedRepo, things: Iterable[Any]) -> None:
        self._record.extend((self.now, repo.name, thing) for thing in things)

    def story(self) -> str:
        """Seed, time and what happened last, for a failing test to print."""
        lines = [f"seed {self.seed} | t={self.now:.3f} s | last {len(self._record)} events:"]
        lines += [f"  t={when:.3f} {who}: {_brief(thing)}" for when, who, thing in self._record]
        return "\n".join(lines)

    def documents_equal(self, document_id: DocumentId, repos: Iterable[SimulatedRepo] | None = None) -> bool:
        heads = {
            repo.document(document_id).heads for repo in (repos if repos is not None else self.everybody)
        }
        return len(heads) == 1


def _brief(thing: Any) -> str:
    text = repr(thing)
    return text if len(text) <= 160 else f"{text[:157]}..."
