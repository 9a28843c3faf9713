"""A network of Repos as Hypothesis draws it, and the words in which is said what happens to it."""

import random
from contextlib import suppress
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, initialize

from jupyter_automerge.engine.events import TrustStore
from jupyter_automerge.errors import DocumentGone
from jupyter_automerge.testing.bad_chunks import SpoilOnce
from jupyter_automerge.testing.simulated_link import SimulatedLink
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.testing.strategies import NetworkPlan, networks
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.keys import StorageKey
from jupyter_automerge.values.status import Access, DocumentState, Trust


class DrawnNetwork(RuleBasedStateMachine):
    """Two documents, up to four Repos and perhaps a guest who may only read."""

    sim: Simulation
    repos: list[SimulatedRepo]
    links: list[SimulatedLink]
    documents: list[DocumentId]

    @initialize(plan=networks())
    def begin(self, plan: NetworkPlan) -> None:
        self.sim, self.repos, self.links = plan.build()
        self.random = random.Random(plan.seed)
        self.spoiled: list[tuple[SimulatedLink, object, SpoilOnce]] = []
        self.documents = [self.repos[0].create({"n": 0}), self.repos[1].create({"m": 0})]
        self.edits = 0
        self.backups: dict[SimulatedRepo, dict[StorageKey, bytes]] = {}
        # Documents that stores were told to delete: what they called saved is no promise any more.
        self.deleted: set[tuple[str, DocumentId]] = set()
        # Changes that stores kept until somebody emptied them, or put a backup back.
        self.taken: dict[tuple[str, DocumentId], set[bytes]] = {}
        self.sim.run_until_quiet(30.0)
        for repo in self.repos:
            self.look(repo)
        self.sim.run_until_quiet(30.0)
        # In every other network all rely on what each says of the others.
        for repo in self.repos if plan.seed % 2 else ():
            repo.feed(*(TrustStore(store.id, Trust.TRUSTED) for store in repo.engine.stores()))

    def pick(self, who: int, document: DocumentId | None = None) -> SimulatedRepo:
        """One of all, or of those in whom the document can be edited, as long as there are any."""
        able = [repo for repo in self.repos if document is not None and ready(repo, document)] or self.repos
        return able[who % len(able)]

    def cable(self, which: int) -> SimulatedLink:
        return self.links[which % len(self.links)]

    def guests(self) -> list[Any]:
        return [link.caller for link in self.links if link.access is Access.READ]

    def offences(self, link: SimulatedLink) -> int:
        """How many bad chunks came over the connection that the cable now carries."""
        over = [
            tamper
            for other, connection, tamper in self.spoiled
            if (other, connection) == (link, link.connection)
        ]
        return sum(tamper.done for tamper in over)

    def siblings(self, repo: SimulatedRepo) -> list[SimulatedRepo]:
        """Others on the same store."""
        return [
            other for other in self.repos if other is not repo and other.disk.entries is repo.disk.entries
        ]

    def thinking(self) -> float:
        """How long a user's policy takes to answer."""
        return self.random.choice([0.0, 0.0, 0.01, 1.0])

    def writers(self) -> list[SimulatedRepo]:
        return [repo for repo in self.repos if repo not in self.guests()]

    def look(self, repo: SimulatedRepo) -> None:
        for document in self.documents:
            repo.find(document)

    def write(self, repo: SimulatedRepo, document: DocumentId, key: str) -> None:
        if ready(repo, document):
            self.edits += 1
            # A document that is just leaving says so to whoever changes it.
            with suppress(DocumentGone):
                repo.change(document, **{key: self.edits})

    def tell(self, what: str) -> str:
        return f"{what}\n{self.sim.story()}"


def ready(repo: SimulatedRepo, document: DocumentId) -> bool:
    return repo.running and repo.state(document) is DocumentState.READY


def names(repos: list[SimulatedRepo]) -> str:
    return ", ".join(repo.name for repo in repos)


def cable_name(link: SimulatedLink) -> str:
    return f"{link.caller.name}-{link.listener.name}"
