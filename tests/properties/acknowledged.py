"""What a store called durable, and whether it keeps its word."""

import asyncio
from collections.abc import Callable

from jupyter_automerge.errors import AutomergeError
from jupyter_automerge.repo import ChunkSetAside, DocumentSaved, Notice, Repo, StorageTrouble
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.ids import DocumentId


class Acknowledged:
    """Heads by document."""

    def __init__(self) -> None:
        self.heads: dict[DocumentId, Heads] = {}

    def add(self, document_id: DocumentId, heads: Heads) -> None:
        """The store said that it has all changes up to these."""
        self.heads[document_id] = self.heads.get(document_id, frozenset()) | heads

    def hear(self, notice: Notice) -> None:
        """Of a Repo on this store."""
        if isinstance(notice, DocumentSaved):
            self.add(notice.document_id, notice.heads)

    async def check(self, repo: Repo, told: Callable[[], str]) -> None:
        """All of it is in the store of this Repo, which has just been opened; and whatever else is there loads."""
        troubles: list[object] = []
        forget = repo.on_event(troubles.append, ChunkSetAside, StorageTrouble)
        ids = set(await repo.document_ids())
        gone = self.heads.keys() - ids
        assert not gone, f"acknowledged and not in the store: {gone}; {told()}"
        await asyncio.gather(*(self._check(repo, document_id, told) for document_id in sorted(ids)))
        forget()
        assert not troubles, f"{troubles}; {told()}"

    async def _check(self, repo: Repo, document_id: DocumentId, told: Callable[[], str]) -> None:
        try:
            handle = await repo.find(document_id)
        except AutomergeError as error:
            raise AssertionError(
                f"{document_id} is in the store and does not load: {error}; {told()}"
            ) from error
        heads = self.heads.get(document_id, frozenset())
        lost = heads - handle._document.known(heads)
        assert not lost, f"{document_id}: {len(lost)} of {len(heads)} acknowledged heads are lost; {told()}"
