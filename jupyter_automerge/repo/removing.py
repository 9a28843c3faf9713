"""Waiting until a document has left: the store, or the memory."""

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from jupyter_automerge.engine.events import Event, Remove, Unload
from jupyter_automerge.engine.notices import DocumentRemoved, DocumentUnloaded
from jupyter_automerge.engine.removal import UNSAFE
from jupyter_automerge.errors import DocumentUnavailable, FindTimeout, StorageError, UnsafeDelete
from jupyter_automerge.repo.handle import DocHandle
from jupyter_automerge.repo.looking import wanting
from jupyter_automerge.repo.searching import wait_found
from jupyter_automerge.repo.verdicts import Notice
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.keys import NO_HEADS_NAME, document_prefix, is_chunk, tombstone_key
from jupyter_automerge.values.limits import FIND_TIMEOUT_SECONDS
from jupyter_automerge.values.url import AutomergeUrl

if TYPE_CHECKING:
    from jupyter_automerge.repo.running import Running


_HEARING_SECONDS = 3.0
"""How long those who are connected have to speak of a document that was only opened to delete it."""


async def wait_removed(running: "Running", document_id: DocumentId, force: bool) -> None:
    """See Repo.delete."""
    await running.driver.settled()
    held = None if force else await _judged(running, document_id)
    notice = await _answer(running, Remove(document_id, force), DocumentRemoved, document_id)
    del held  # what leaves memory by itself would be removed unseen
    refused = notice.refused if isinstance(notice, DocumentRemoved) else ""
    if refused == UNSAFE:
        raise UnsafeDelete(document_id)
    if refused:
        raise StorageError(f"not deleted: {refused}", document_id)


async def _judged(running: "Running", document_id: DocumentId) -> DocHandle | None:
    """The document, if others keep it as the policy asks, and say so now (E21); None if there is nothing of it.

    Raises UnsafeDelete.
    """
    deadline = running.clock.now()
    handle = running.documents.hold(document_id)
    if handle is None:
        if not await _is_stored(running, document_id):
            return None
        handle = await _opened(running, document_id)
        deadline = running.clock.now() + _HEARING_SECONDS
    with running.watching.of(document_id) as moved:
        while reason := _unsafe(running, handle):
            left = deadline - running.clock.now()
            if left <= 0 or not running.directory.connections:
                raise UnsafeDelete(document_id, reason)
            moved.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await moved.wait()
    return handle


def _unsafe(running: "Running", handle: DocHandle) -> str:
    """What is wanting before our own copy may go; empty if nothing is."""
    missing = wanting(running, handle._live, handle._document, handle.heads)
    return missing or ("" if running.engine.is_elsewhere(handle.document_id) else UNSAFE)


async def was_deleted(running: "Running", document_id: DocumentId) -> bool:
    """Whether it was deleted from this store, and nobody here asked for it since. Raises StorageError."""
    if running.engine.is_deleted(document_id) or running.storage is None:
        return running.engine.is_deleted(document_id)
    return await running.storage.load(tombstone_key(document_id)) is not None


async def _is_stored(running: "Running", document_id: DocumentId) -> bool:
    """Whether there is anything to lose in the store: nothing is of what was deleted, or only heard of."""
    if running.storage is None or await was_deleted(running, document_id):
        return False
    entries = await running.storage.keys(document_prefix(document_id))
    return any(is_chunk(one.key) and one.key[-1] != NO_HEADS_NAME for one in entries)


async def _opened(running: "Running", document_id: DocumentId) -> DocHandle:
    try:
        return await wait_found(running, AutomergeUrl(document_id), FIND_TIMEOUT_SECONDS)
    except (DocumentUnavailable, FindTimeout) as error:
        raise UnsafeDelete(document_id, f"nobody can see what is in it: {error}") from error


async def wait_unloaded(running: "Running", document_id: DocumentId) -> None:
    """See Repo.unload. A document that is not in memory is done at once."""
    # At once: whoever looks for the document after this call finds it, or finds it anew.
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
