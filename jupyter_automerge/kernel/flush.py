"""The last second of a kernel: send what others do not have yet, and name what they will not get."""

import asyncio

from jupyter_automerge.errors import AutomergeError, StorageError, WaitError
from jupyter_automerge.repo import DocHandle, Repo, SyncReport
from jupyter_automerge.values.status import DocumentState


async def flush(repo: Repo, seconds: float) -> tuple[str, ...]:
    """Wait at most `seconds` until every loaded document is in sync; a sentence for each that is not."""
    handles = [handle for handle in repo.handles.values() if handle.state is DocumentState.READY]
    sentences = await asyncio.gather(*(_flush_one(handle, seconds) for handle in handles))
    return tuple(sentence for sentence in sentences if sentence)


async def _flush_one(handle: DocHandle, seconds: float) -> str:
    try:
        await handle.synced(timeout=seconds)
    except (WaitError, StorageError) as error:
        blockers = error.report.blockers if isinstance(error.report, SyncReport) else ()
        return f"{handle.url} was not sent in full: {'; '.join(blockers) or error}"
    except AutomergeError as error:
        return f"{handle.url} was not sent in full: {error}"
    return ""
