"""Machines with a real Repo each, and the cables between them: they crash, come back, and are cut off."""

import asyncio
from collections.abc import Callable

from jupyter_automerge.engine.engine import Engine
from jupyter_automerge.engine.local import FixedShare, LocalPeer
from jupyter_automerge.network import MemoryTransport
from jupyter_automerge.repo import DocHandle, Repo, SafetyPolicy
from jupyter_automerge.repo.engine_view import EngineView
from jupyter_automerge.repo.running import Running
from jupyter_automerge.testing.simulated_repo import PlainPeer
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.status import DocumentState
from tests.properties.boasting import let_boast
from tests.properties.mortal_disk import MortalDisk
from tests.properties.virtual_loop import WALL_OFFSET


class Machine:
    """One computer. Without a `disk` its Repo is ephemeral; `plain`: it claims no more than JavaScript does;
    `boasts`: it says of every store of which it knows anything that it stored that.
    """

    def __init__(
        self,
        name: str,
        disk: MortalDisk | None,
        safety: SafetyPolicy,
        chance: Callable[[], float],
        *,
        plain: bool = False,
        boasts: bool = False,
    ) -> None:
        self.name = name
        self.disk = disk
        self.plain = plain
        self.boasts = boasts
        self._safety = safety
        self._chance = chance
        self.lives = 0
        self.repo: Repo
        self.running: Running | None = None
        self.held: dict[DocumentId, set[bytes]] = {}
        """All that was ever in its memory."""

    def __repr__(self) -> str:
        kind = "plain " if self.plain else "boasting " if self.boasts else ""
        return f"<{kind}{self.name}{'' if self.disk else ', no disk'}{'' if self.running else ', dead'}>"

    @property
    def store_id(self) -> str:
        assert self.running is not None or self.disk is not None
        return self.disk.store_id if self.disk is not None else self._require().local.store_id

    async def start(self) -> None:
        self.lives += 1
        store = None if self.disk is None else self.disk.mounted()
        self.repo = Repo(
            store,
            name=self.name,
            peer_id=f"{self.name}-{self.lives}",
            safety=self._safety,
            engine=self._engine,
        )
        await self.repo.open()
        self.running = self.repo._running

    async def stop(self) -> None:
        """In order; what cannot be saved in a second is lost."""
        self.note_what_is_held()
        self.running = None
        await self.repo.close(1.0)
        if self.disk is not None:
            self.disk.crash(0, tears=False)

    async def crash(self, keeps: int, *, tears: bool) -> None:
        """At once, without a word to anybody. Its cables must be cut."""
        self.note_what_is_held()
        running, self.running = self._require(), None
        running.closed = True
        running.driver.stop()
        if self.disk is not None:
            self.disk.crash(keeps, tears=tears)
        await asyncio.sleep(0)  # what was begun in this turn has to have started to be cancelled
        await running.tasks.end()

    def handle(self, document_id: DocumentId) -> DocHandle | None:
        """Of the document, if it is open there."""
        return None if self.running is None else self.running.documents.get(document_id)

    def memory(self, document_id: DocumentId) -> frozenset[bytes]:
        """The changes in its Engine's memory, whether or not its user has the document open."""
        engine = None if self.running is None else self.running.engine
        if engine is None or engine.state(document_id) is not DocumentState.READY:
            return frozenset()
        document = engine.document(document_id)
        return frozenset() if document is None else frozenset(one.hash for one in document.history())

    def note_what_is_held(self, *documents: DocumentId) -> None:
        """Remember what came here, also if it goes."""
        for document_id in documents or tuple(self.held):
            held = self.held.setdefault(document_id, set())
            held.update(self.memory(document_id), () if self.disk is None else self.disk.history(document_id))

    def _require(self) -> Running:
        assert self.running is not None, f"{self.name} is dead"
        return self.running

    def _engine(self, local: LocalPeer, share: object) -> EngineView:
        if self.plain:
            local = PlainPeer(local.peer_id, local.session_id, local.storage_id, local.ephemeral_store_id)
        engine = Engine(local, share=FixedShare(), jitter=self._chance, wall_offset=WALL_OFFSET, put_rest=3.0)
        if self.boasts:
            let_boast(engine)
        return engine


class Cable:
    """Between two machines. While it is plugged in, it is a connection whenever both run."""

    def __init__(self, one: Machine, other: Machine) -> None:
        self.one, self.other = one, other
        self.plugged = True
        self.is_held = False
        self._transport: MemoryTransport | None = None

    def __repr__(self) -> str:
        return f"{self.one.name}-{self.other.name}"

    @property
    def connects(self) -> bool:
        return self._transport is not None

    def plug(self) -> None:
        self.plugged = True
        if self._transport is None and self.one.running and self.other.running:
            self._transport = self.one.repo.link(self.other.repo)

    def pull(self) -> None:
        self.plugged = False
        self.drop()

    def drop(self) -> None:
        """The connection is lost, and with it what is on its way."""
        transport, self._transport = self._transport, None
        self.is_held = False
        if transport is not None:
            transport.cut()

    def hold(self) -> None:
        """Whatever is sent in either direction waits."""
        if self._transport is not None:
            self.is_held = True
            self._transport.pause()
            self._transport._other.pause()

    def release(self) -> None:
        if self._transport is not None:
            self.is_held = False
            self._transport.resume()
            self._transport._other.resume()
