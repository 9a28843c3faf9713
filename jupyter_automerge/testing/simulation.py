"""A whole network of Repos in one process, on one virtual clock, from one seed. Nothing sleeps; every run
replays.

sim = Simulation(seed=7)
alice, bob = sim.repos("alice", "bob")
sim.connect(alice, bob)
note = alice.create({"n": 0})
sim.run_until_quiet()
"""

import random
from collections.abc import Iterable
from itertools import count, pairwise
from typing import Any

from jupyter_automerge.engine import effects as f
from jupyter_automerge.engine import events as e
from jupyter_automerge.errors import AutomergeError
from jupyter_automerge.testing.simulated_clock import SimulatedClock
from jupyter_automerge.testing.simulated_link import LinkEnd, SimulatedLink
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulated_story import SimulatedStory
from jupyter_automerge.testing.simulated_stranger import Stranger
from jupyter_automerge.values.ids import ConnectionId, DocumentId
from jupyter_automerge.values.status import Direction
from jupyter_automerge.wire.codec import decode
from jupyter_automerge.wire.messages import Request, Sync


class Simulation:
    """Repos, the cables between them, and the clock. `seed` decides all that is random."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.random = random.Random(seed)
        self.clock = SimulatedClock()
        self.links: list[SimulatedLink] = []
        self.everybody: list[SimulatedRepo] = []
        self._numbers = count(1)
        self._story = SimulatedStory()

    @property
    def now(self) -> float:
        """Virtual seconds since the beginning."""
        return self.clock.now

    def number(self) -> int:
        """One that was not given before."""
        return next(self._numbers)

    def actor(self) -> bytes:
        """An actor id from the seed, for a document that is edited: hashes, and what they decide, replay."""
        return self.random.randbytes(16)

    # Who and how

    def repos(self, *names: str, **options: Any) -> list[SimulatedRepo]:
        return [self.repo(name, **options) for name in names]

    def repo(self, name: str, **options: Any) -> SimulatedRepo:
        repo = SimulatedRepo(self, name, **options)
        self.everybody.append(repo)
        return repo

    def stranger(self, name: str, listener: SimulatedRepo, **options: Any) -> Stranger:
        """Somebody who calls the Repo and has not said a word yet."""
        stranger = Stranger(self, name)
        self.connect(stranger, listener, **options)
        return stranger

    def connect(self, caller: LinkEnd, listener: LinkEnd, **options: Any) -> SimulatedLink:
        """Plug a cable in; it stays until it is cut. `options` are fields of SimulatedLink."""
        link = SimulatedLink(caller, listener, **options)
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

    def replug(self, link: SimulatedLink) -> None:
        """A new connection over the cable."""
        self.cut(link)
        self.heal(link)

    def died(self, repo: SimulatedRepo) -> None:
        for link in [link for link in self.links if repo in link.ends()]:
            self.hang_up(link, "the other machine died")

    def came_back(self, repo: SimulatedRepo) -> None:
        for link in self.links:
            if repo in link.ends() and link.plugged and link.dialer is None:
                self.open(link)

    def shared(self, maker: SimulatedRepo, *others: SimulatedRepo, **value: Any) -> DocumentId:
        """A new document of the maker that the others have opened; all is quiet."""
        document = maker.create(value or {"n": 0})
        self.run_until_quiet()
        for other in others:
            other.find(document)
        self.run_until_quiet()
        return document

    # Time

    def run(self, seconds: float) -> None:
        """Let this much time pass."""
        self.clock.run(seconds)

    def run_until_quiet(self, limit: float = 600.0) -> None:
        """Go on until nothing is on its way; timers alone keep nobody waiting."""
        until = self.now + limit
        while not self.clock.idle:
            if not self.clock.step(until):
                raise AssertionError(f"not quiet after {limit:g} virtual seconds\n{self.story()}")

    # Cables

    def open(self, link: SimulatedLink) -> None:
        if not (link.caller.running and link.listener.running):
            return
        self.hang_up(link, "another connection was opened over the same cable")
        connection = ConnectionId(self.number())
        link.opened(connection)
        for end in link.ends():
            end.links[connection] = link
        link.listener.feed(
            e.ConnectionOpened(
                connection, Direction.INCOMING, link.caller.name, user=link.user, access=link.access
            )
        )
        link.caller.feed(e.ConnectionOpened(connection, Direction.OUTGOING, link.listener.name, link.dialer))

    def dial(self, caller: SimulatedRepo, effect: f.Dial) -> None:
        """Try the door of the Repo whose name is the endpoint."""
        listener = next((repo for repo in self.everybody if repo.name == effect.endpoint), None)
        delay = 0.01 if listener is None else listener.door.delay

        def try_door() -> None:
            if listener is None or not listener.running:
                caller.feed(e.DialFailed(effect.dialer, "nobody listens there"))
            elif listener.door.refusal:
                caller.feed(e.DialFailed(effect.dialer, listener.door.refusal, listener.door.fatal))
            else:
                self.connect(caller, listener, access=listener.door.access, dialer=effect.dialer)

        self.clock.after(delay, caller, try_door)

    def hang_up(self, link: SimulatedLink, reason: str, code: int | None = None) -> None:
        """Both ends that still hold the connection learn that it is gone."""
        connection, link.connection = link.connection, None
        if connection is None:
            return
        if link.dialer is not None:
            self.links.remove(link)  # its Dialer will make another
        for end in link.ends():
            if end.links.pop(connection, None) is not None:
                end.feed(e.ConnectionClosed(connection, code, reason))

    def close(self, repo: SimulatedRepo, effect: f.Close) -> None:
        link = repo.links.pop(effect.connection, None)
        if link is None or link.connection != effect.connection:
            return
        link.closings.append(effect.reason)
        other = link.other(repo)
        # What was sent before still arrives, as on a socket.
        _, arrival = link.arrival(repo, 0, self.now)

        def ended() -> None:
            if link.connection == effect.connection:
                self.hang_up(link, effect.reason, effect.code)

        self.clock.after(arrival - self.now, other, ended)

    def carry(self, sender: LinkEnd, effect: f.Send) -> None:
        """Bring a frame to the other end, in order; the cable takes the next one when this one is through."""
        link = sender.links.get(effect.connection)
        if link is None or link.connection is None:
            return
        frame = link.tamper(sender, effect.frame) if link.tamper is not None else effect.frame
        self._count(link, frame)
        other, connection = link.other(sender), effect.connection
        through, arrival = link.arrival(sender, len(frame), self.now)

        def arrive() -> None:
            if link.connection == connection and connection in other.links:
                other.feed(e.FrameReceived(connection, frame))

        def cleared() -> None:
            if link.connection == connection:
                link.when_clear(lambda: sender.feed(e.Writable(connection)))

        self.clock.after(arrival - self.now, other, arrive)
        self.clock.after(through - self.now, sender, cleared)

    def _count(self, link: SimulatedLink, frame: bytes | str) -> None:
        link.frames += 1
        try:
            message = decode(frame) if isinstance(frame, bytes) else None
        except AutomergeError:
            return  # a test sends garbage on purpose: the Engine is to judge it, not the cable
        if isinstance(message, Sync | Request):
            link.count(message.document_id, len(message.data))

    # The story

    def record(self, end: LinkEnd, things: Iterable[Any]) -> None:
        self._story.record(self.now, end.name, things)

    def story(self) -> str:
        """Seed, time and what happened last, for a failing test to print."""
        return "\n".join(
            [f"seed {self.seed} | t={self.now:.3f} s | what happened last:", *self._story.lines()]
        )

    def documents_equal(self, document_id: DocumentId, repos: Iterable[SimulatedRepo] | None = None) -> bool:
        return len({repo.heads(document_id) for repo in repos or self.everybody}) == 1
