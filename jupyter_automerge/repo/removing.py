"""Waiting until a document has left: the store, or the memory."""

import asyncio
from typing import TYPE_CHECKING

from jupyter_automerge.engine.events import Event, Remove, Unload
from jupyter_automerge.engine.notices import DocumentRemoved, DocumentUnloaded
from jupyter_automerge.engine.removal import UNSAFE
from jupyter_automerge.errors import StorageError, UnsafeDelete
from jupyter_automerge.repo.verdicts import Notice
from jupyter_automerge.values.ids import DocumentId

if TYPE_CHECKING:
    from jupyter_automerge.repo.running import Running


async def wait_removed(running: "Running", document_id: DocumentId, force: bool) -> None:
    """See Repo.delete."""
    notice = await _answer(running, Remove(document_id, force), DocumentRemoved, document_id)
    refused = notice.refused if isinstance(notice, DocumentRemoved) else ""
    if refused == UNSAFE:
        raise UnsafeDelete(document_id)
    if refused:
        raise StorageError(f"not deleted: {refused}", document_id)


async def wait_unloaded(running: "Running", document_id: DocumentId) -> None:
    """See Repo.unload. A document that is not in memory is done at once."""
    await running.driver.settled()
    if running.engine.state(document_id) is not None:
        await _answer(running, Unload(document_id), DocumentUnloaded, document_id)


async def _answer(running: "Running", event: Event, kind: type[Notice], document_id: DocumentId) -> Notice:
    """Post the event and wait for the document's notice of this kind."""
    answer: asyncio.Future[Notice] = running.home.loop.create_future()

    def look(notice: Notice) -> None:
        if (
            isinstance(notice, kind)
            and getattr(notice, "document_id", None) == document_id
            and not answer.done()
        ):
            answer.set_result(notice)

    unsubscribe = running.listeners.add(look)
    try:
        running.driver.post(event)
        return await answer
    finally:
        unsubscribe()
