"""What the user of a simulated Repo sees of a document, as `handle.peers`, `.local` and `.sync` would say it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from jupyter_automerge.document import Document
from jupyter_automerge.engine.notices import StorageTrouble, StoreRow
from jupyter_automerge.repo.clock import Moment
from jupyter_automerge.repo.comparing import Viewpoint
from jupyter_automerge.repo.local_copy import LocalCopy, local_copy
from jupyter_automerge.repo.rows import DocPeer, Peers
from jupyter_automerge.repo.safety import SAFE, Judge, SafetyPolicy
from jupyter_automerge.repo.summary import SyncSummary, summarise
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.status import Trust


@dataclass
class Onlooker:
    """Looks at one document of a Repo whenever it is asked. `wall`: what the machine's clock says, if not UTC."""

    repo: SimulatedRepo
    note: DocumentId
    policy: SafetyPolicy = SAFE
    wall: datetime | None = None
    _moved: tuple[Heads, float] = field(default=(frozenset(), 0.0))

    @property
    def peers(self) -> Peers:
        return self._viewpoint().peers(self.repo.engine.rows(self.note), self._document, self._document.heads)

    @property
    def local(self) -> LocalCopy:
        document, trouble = self._document, self.repo.heard(StorageTrouble)
        saved = self.repo.engine.saved_heads(self.note) if self.repo.stores else None
        failing = trouble[-1].error if trouble and saved != document.heads else ""
        return local_copy(document, document.heads, saved, self.repo.engine.local.store_id, failing)

    @property
    def sync(self) -> SyncSummary:
        return summarise(self.local, self.peers, self._viewpoint().judge)

    def row(self, other: SimulatedRepo) -> DocPeer:
        """That of the other Repo's store."""
        (row,) = (row for row in self.peers if row.id == other.engine.local.store_id)
        return row

    @property
    def _document(self) -> Document:
        return self.repo.document(self.note)

    def _viewpoint(self) -> Viewpoint:
        now, heads = self.repo.sim.now, self._document.heads
        if heads != self._moved[0]:
            self._moved = heads, now
        moment = Moment(now, self.wall or datetime.fromtimestamp(now, UTC))
        known = self.repo.engine.stores()
        trusted = frozenset(one.id for one in known if one.trust is Trust.TRUSTED)
        judge = Judge(self.policy, _answers, trusted, now)
        return Viewpoint(self._moved[1], moment, judge)


def _answers(row: StoreRow, name: str) -> bool:
    return name in (row.store_id, row.name, row.petname)
