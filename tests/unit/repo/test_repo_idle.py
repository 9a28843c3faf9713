"""Handles: as long as somebody has one, or is called back, a document stays in memory."""

import asyncio
import gc
from collections.abc import Callable

import pytest

from jupyter_automerge.errors import DocumentUnavailable
from jupyter_automerge.repo import DocHandle, MemoryStorage, Repo
from jupyter_automerge.values.status import DocumentState
from tests.unit.repo.story import story, until
from tools.ports import free_port

MISSING = "automerge:4NMNnkMhL8jXrdJ9jamS58PAVdXu"
BRIEFLY = 0.01
"""Seconds that an unused document stays."""


async def let_go(use: Callable[[DocHandle], object] = lambda handle: None) -> tuple[Repo, str, object]:
    """A Repo with one saved document, of which nothing is kept but what `use` made of its handle."""
    repo = Repo(MemoryStorage(), unload_after=BRIEFLY)
    await repo.open()
    handle = repo.create({"title": "Plan"})
    await handle.saved()
    return repo, handle.url, use(handle)


def loaded(repo: Repo) -> int:
    return repo.metrics()["documents"]


@story
async def test_a_document_of_which_nobody_keeps_a_handle_leaves_and_comes_back() -> None:
    repo, url, _ = await let_go()
    await until(lambda: loaded(repo) == 0, repo)
    assert (await repo.find(url)).value == {"title": "Plan"}
    await repo.close()


async def stays(use: Callable[[DocHandle], object]) -> tuple[Repo, str, object]:
    repo, url, used = await let_go(use)
    other = repo.create({"title": "a document that is let go of at the same time"})
    await other.saved()
    del other
    gc.collect()
    await until(lambda: loaded(repo) == 1, repo)
    read = repo.metrics()["loads"]
    assert (await repo.find(url)).state is DocumentState.READY
    assert repo.metrics()["loads"] == read, "it had left memory, and was read again"
    return repo, url, used


@story
async def test_a_handle_keeps_it() -> None:
    repo, url, handle = await stays(lambda handle: handle)
    assert await repo.find(url) is handle, "there is one handle of a document"
    await repo.close()


@story
async def test_a_view_of_the_past_keeps_it() -> None:
    repo, _, view = await stays(lambda handle: handle.at(handle.heads))
    assert isinstance(view, DocHandle) and view.value == {"title": "Plan"}
    await repo.close()


@story
async def test_a_callback_keeps_it_until_it_is_taken_back() -> None:
    told: list[object] = []
    for subscribe in (
        lambda handle: handle.on_change(told.append),
        lambda handle: handle.on_broadcast(told.append),
        lambda handle: handle.on_peers(lambda: told.append(None)),
    ):
        repo, _, unsubscribe = await stays(subscribe)
        assert callable(unsubscribe)
        unsubscribe()
        del unsubscribe
        await until(lambda: loaded(repo) == 0, repo)  # noqa: B023 - waited for within the turn
        await repo.close()


@story
async def test_a_stream_keeps_it_until_it_is_closed() -> None:
    repo, _, stream = await stays(lambda handle: handle.changes())
    stream.close()  # type: ignore[attr-defined]
    del stream
    await until(lambda: loaded(repo) == 0, repo)
    await repo.close()


@story
async def test_looking_at_all_documents_keeps_none() -> None:
    repo, _, _ = await let_go()
    await repo.saved()
    await repo.safe_to_exit()
    await until(lambda: loaded(repo) == 0, repo)
    await repo.close()


@story
async def test_handles_that_were_asked_for_keep_theirs() -> None:
    repo, _, handles = (*(await let_go())[:2], None)
    handles = dict(repo.handles)
    repo.create({"title": "another"})
    await until(lambda: loaded(repo) == 1, repo)
    (handle,) = handles.values()
    assert handle.value == {"title": "Plan"}
    await repo.close()


@story
async def test_one_found_in_another_thread_is_held_from_then_on() -> None:
    repo, url, _ = await let_go()
    handle = await asyncio.to_thread(lambda: repo.find(url).result())
    repo.create({"title": "another"})
    await until(lambda: loaded(repo) == 1, repo)
    assert handle.value == {"title": "Plan"}
    await repo.close()


@story
async def test_the_end_of_a_repo_lets_go_of_handles_in_silence() -> None:
    repo, _, handle = await let_go(lambda handle: handle)
    await repo.close()
    del handle
    gc.collect()


@story
async def test_a_search_outlives_an_unload_before_and_after_it() -> None:
    async with Repo(MemoryStorage()) as repo:
        url = repo.create({"title": "Plan"}).url
        await repo.saved()
        for calls in (("unload", "find"), ("find", "unload"), ("unload", "find", "unload")):
            pending = [getattr(repo, call)(url) for call in calls]
            found = [await one for one in pending if (await one) is not None]
            assert [handle.url for handle in found] == [url], calls
            await repo.unload(url)


@story
async def test_a_search_ends_when_the_document_is_deleted_meanwhile() -> None:
    async with Repo(MemoryStorage()) as repo:
        repo.connect(f"ws://127.0.0.1:{free_port()}")  # somebody who may bring it yet
        search = repo.find(MISSING, timeout=None)
        await repo.delete(MISSING, force=True)
        with pytest.raises(DocumentUnavailable, match="deleted"):
            await search
