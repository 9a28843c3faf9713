"""What must hold in a network once everything in it is well again."""

from jupyter_automerge.document import Document
from jupyter_automerge.engine.events import PolicyChanged
from jupyter_automerge.engine.notices import DocumentSaved
from jupyter_automerge.repo import DocPeer, SafetyPolicy
from jupyter_automerge.testing.simulated_link import SimulatedLink
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulated_story import describe
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.keys import KeyKind, key_kind
from jupyter_automerge.values.status import Level, Link, Safety
from tests.properties.drawn_network import DrawnNetwork, cable_name, names, ready
from tests.scenarios.onlooker import Onlooker

MOST_MESSAGES = 6
SILENCE = 60.0


class HealedNetwork(DrawnNetwork):
    """Healed, all converge, fall silent, and what was saved is there."""

    def heal_everything(self) -> None:
        for link in self.links:
            link.tamper = None
            link.unclog()
        for repo in self.repos:
            repo.policy.otherwise = (True, True)
            repo.feed(PolicyChanged())
            repo.disk.failing = ""
            repo.resume_disk()
            if not repo.running:
                repo.restart()
        for link in self.links:
            if self.offences(link) > 1:
                self.sim.replug(link)  # a document muted on a connection stays so for the connection's life
            self.sim.heal(link)
        self.spoiled.clear()
        for repo in self.repos:
            self.look(repo)
        # Failed loads and puts are tried again after at most half a minute.
        self.sim.run(40.0)
        for repo in self.repos:
            self.look(repo)
        self.sim.run_until_quiet(30.0)

    def check_convergence(self, document: DocumentId) -> None:
        having = [repo for repo in self.writers() if ready(repo, document)]
        if not having:
            return  # whoever made it died before it was saved or sent
        assert having == self.writers(), self.tell(f"only {names(having)} have it")
        ends = {repo.name: describe(repo.heads(document)) for repo in having}
        assert self.sim.documents_equal(document, having), self.tell(f"{document[:6]} differs: {ends}")
        for guest in self.guests():
            theirs = having[0].heads(document)
            assert guest.document(document).knows_all(theirs), self.tell("the guest lacks changes")
            own: Heads = frozenset().union(*(changed.after for changed in guest.commits))
            for repo in having:
                assert not repo.document(document).known(own), self.tell("the guest got one in")

    def check_silence(self, document: DocumentId) -> None:
        author = self.writers()[-1]
        if not ready(author, document):
            return
        for link in self.links:
            link.reset_counts()
        self.write(author, document, "last")
        self.sim.run_until_quiet(30.0)
        self.check_one_way_is_used()
        for link in self.links:
            spoken = link.sync_messages.get(document, 0)
            assert spoken <= MOST_MESSAGES, self.tell(f"{spoken} messages for one edit on {cable_name(link)}")
            link.reset_counts()
        self.check_convergence(document)
        self.sim.run(SILENCE)
        for link in self.links:
            assert not link.sync_messages, self.tell(f"{cable_name(link)} is not silent")

    def check_one_way_is_used(self) -> None:
        """Of several cables between the same machines one carries what was said (E31)."""
        ways: dict[tuple[str, ...], list[SimulatedLink]] = {}
        for link in self.links:
            ways.setdefault((*sorted(end.name for end in link.ends()), link.access), []).append(link)
        for pair, links in ways.items():
            used = [link for link in links if link.frames]
            assert len(used) <= 1, self.tell(f"{len(used)} cables of {pair} are used")

    def check_what_is_left(self, repo: SimulatedRepo) -> None:
        """All that the Repo called saved, in whatever life, and that others were told it stored, is on disk."""
        promised = [(saved.document_id, saved.heads) for saved in repo.heard(DocumentSaved)]
        for other in self.repos:
            rows = [(document, row) for document in self.documents for row in other.engine.rows(document)]
            promised += [(document, row.stored) for document, row in rows if row.store_id == repo.store]
        for document, heads in promised:
            if repo.stores:
                assert self.keeps(repo, document, heads), self.tell(f"{repo.name} lost what was called saved")

    def check_what_is_believed(self, repo: SimulatedRepo) -> None:
        """Nobody is believed to keep what he would not have if he died now, whoever told of him."""
        for document in self.documents:
            for row in repo.engine.rows(document):
                for other in self.keepers(row.store_id) if row.stored else ():
                    kept = self.keeps(other, document, row.stored)
                    assert kept, self.tell(f"{repo.name} believes that {other.name} keeps what it does not")

    def check_what_is_called_safe(self, repo: SimulatedRepo) -> None:
        """If this machine were lost now, with its disk, others would have what its policy protects."""
        for document in self.documents:
            if not ready(repo, document):
                continue
            for copies in (1, 2):
                seen = Onlooker(repo, document, SafetyPolicy(copies=copies))
                if seen.sync.state is Safety.SAFE:
                    have = {row.id for row in seen.peers if row.safe and self.would_have(repo, document, row)}
                    enough = len(have) >= copies
                    assert enough, self.tell(f"{repo.name} calls {document[:6]} safe: {seen.peers}")

    def would_have(self, repo: SimulatedRepo, document: DocumentId, row: DocPeer) -> bool:
        """Whether all of the Repo's changes are on the store's disk.

        One that cannot report what it stored counts by what it told last: while it is connected, this is in the
        memory of a life that is; out of reach it may have been lost since.
        """
        others = [other for other in self.keepers(row.id) if other.store != repo.store]
        if any(self.keeps(other, document, repo.heads(document)) for other in others):
            return True
        if row.level is Level.STORED or row.durable_acks:
            return False
        connected = self.connected(repo, row.id)
        if row.link is Link.CONNECTED and connected:
            return any(holds(other, document, repo.heads(document)) for other in connected)
        return bool(others)

    def connected(self, repo: SimulatedRepo, store: str) -> list[SimulatedRepo]:
        """Whose present life it is that the Repo has a connection with, of those who run on the store."""
        entry = repo.engine._stores.get(store)
        open_now = set() if entry is None else entry.connections.keys()
        return [other for other in self.repos if other.store == store and open_now & other.links.keys()]

    def keepers(self, store: str) -> list[SimulatedRepo]:
        """Whoever runs on the store; of siblings one is enough."""
        return [repo for repo in self.repos if repo.stores and repo.store == store][:1]

    def keeps(self, repo: SimulatedRepo, document: DocumentId, heads: Heads) -> bool:
        """Whether all of it is on the Repo's disk, but for what somebody took away from there."""
        if (repo.store, document) in self.deleted:
            return True
        here = on_disk(repo, document).known(heads)
        return here >= heads - self.taken.get((repo.store, document), set())

    def note_what_is_taken(self, repo: SimulatedRepo) -> None:
        """Somebody empties the store, or puts a backup back: its owner did not lose what is on it now."""
        for document in self.documents:
            changes = {change.hash for change in on_disk(repo, document).history()}
            self.taken.setdefault((repo.store, document), set()).update(changes)

    def check_what_is_known(self, repo: SimulatedRepo) -> None:
        """Nobody is believed to have received what he has not."""
        for other in self.repos:
            for document in self.documents:
                rows = repo.engine.rows(document)
                received = [row.received for row in rows if other.peer_id in row.peer_ids]
                known = all(map(other.document(document).knows_all, received))
                assert known, self.tell(f"{repo.name} believes too much of {other.name}")


def holds(repo: SimulatedRepo, document: DocumentId, heads: Heads) -> bool:
    """Whether all of it is in the Repo's memory."""
    return repo.state(document) is not None and repo.document(document).knows_all(heads)


def on_disk(repo: SimulatedRepo, document: DocumentId) -> Document:
    """The document as a new life would read it."""
    kinds = (KeyKind.SNAPSHOT, KeyKind.INCREMENTAL)
    chunks = [repo.disk.entries[key] for key in repo.disk.below(document) if key_kind(key) in kinds]
    return Document.load(chunks)[0]
