"""What a client was told of the server's store, and whether that store keeps its word."""

from pathlib import Path

from jupyter_automerge.repo import DocHandle, FileStorage, Notice, Repo, RowsChanged
from jupyter_automerge.values.heads import Heads


class Witness:
    """Remembers all heads that the server reported to one client, of one document."""

    def __init__(self, repo: Repo, handle: DocHandle, store_id: str) -> None:
        self.stored: Heads = frozenset()
        self.received: Heads = frozenset()
        self.reports = 0
        self._handle = handle
        self._store_id = store_id
        repo.on_event(self._hear)

    def _hear(self, notice: Notice) -> None:
        if not isinstance(notice, RowsChanged) or notice.document_id != self._handle.document_id:
            return
        for row in notice.rows:
            if row.store_id == self._store_id:
                self.reports += not row.stored <= self.stored
                self.stored |= row.stored
                self.received |= row.received


async def check_kept(store: Path, handle: DocHandle, heads: Heads, said: str) -> None:
    """The folder alone, no server at work on it, has all changes up to these heads."""
    async with Repo(FileStorage(store), name="coroner") as coroner:
        kept = await coroner.find(handle.url)
        lost = heads - kept._document.known(heads)
        assert not lost, (
            f"{len(lost)} of {len(heads)} points in history that were {said} are not in the store"
        )
