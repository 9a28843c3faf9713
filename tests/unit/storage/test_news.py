"""What others wrote, told once, in bounded memory, and never forgotten in silence."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import wraps
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_automerge.errors import StorageError
from jupyter_automerge.storage import news as news_module
from jupyter_automerge.storage.news import ANYTHING, MAX_NEWS_WAITING, News
from jupyter_automerge.storage.objects_log import MAX_LOGGED, WriterLog, read_log
from jupyter_automerge.storage.objects_names import key_of, name_of
from jupyter_automerge.testing.storage_contract import UNUSUAL_KEYS
from jupyter_automerge.values.keys import StorageKey


def played(story: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    @wraps(story)
    def test() -> None:
        asyncio.run(asyncio.wait_for(story(), 10))

    return test


def document(number: int) -> StorageKey:
    return (f"document-{number}", "incremental", "aa")


@played
async def test_a_key_told_often_is_heard_once() -> None:
    news = News()
    for _ in range(3):
        news.tell(document(1))
    news.tell(document(2))
    assert [await anext(news), await anext(news)] == [document(1), document(2)]
    await news.end()
    assert [key async for key in news] == []


@played
async def test_more_than_can_be_kept_is_anything() -> None:
    news = News()
    for number in range(MAX_NEWS_WAITING + 5):
        news.tell(document(number))
    assert await anext(news) == ANYTHING
    news.tell(document(1))
    assert await anext(news) == document(1)
    await news.end()


@played
async def test_an_ear_that_fails_ends_the_news_after_what_was_told() -> None:
    async def fails(news: News) -> None:
        news.tell(document(1))
        raise StorageError("no way there")

    news = News(fails)
    assert await anext(news) == document(1)
    with pytest.raises(StorageError, match="no way there"):
        await anext(news)


@played
async def test_whoever_waits_for_news_of_a_closed_store_is_let_go() -> None:
    news = News()
    waiting = asyncio.ensure_future(anext(news, None))
    await asyncio.sleep(0)
    await news.end()
    assert await waiting is None


@played
async def test_an_ear_whose_client_swallows_a_cancellation_ends_all_the_same() -> None:
    async def swallows(_: News) -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    news = News(swallows)
    await asyncio.sleep(0)
    with patch.object(news_module, "CANCELLED_AGAIN_SECONDS", 0.0):
        await news.end()


@given(st.lists(st.integers(0, 2 * MAX_LOGGED), max_size=3 * MAX_LOGGED), st.data())
def test_a_log_tells_all_since_any_count_or_that_it_does_not_know(
    numbers: list[int], data: st.DataObject
) -> None:
    log = WriterLog("alice")
    for number in numbers:
        log.note(document(number))
    count = data.draw(st.integers(0, len(numbers)))
    told = read_log(log.encoded()).since(count)
    wanted = {document(number)[:2] for number in numbers[count:]}
    assert told is None or set(told) == wanted
    assert told is not None or len(set(numbers)) > MAX_LOGGED, "a log that forgot nothing knows all"


def test_a_log_that_counts_anew_is_not_believed_to_say_nothing() -> None:
    log = WriterLog("alice")
    log.note(document(1))
    assert read_log(log.encoded()).since(7) is None


@pytest.mark.parametrize(
    "text", [b"", b"{}", b"[]", b'{"forgotten":0,"count":1,"written":[[1,"..","x"]]}', b"\xff"]
)
def test_what_is_no_log_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError):
        read_log(text)


def test_every_key_has_an_object_name_of_plain_letters_and_comes_back() -> None:
    for key in UNUSUAL_KEYS:
        name = name_of(key)
        assert name.isascii() and not set(name) & set(" #?&+=~"), name
        assert key_of(name) == key
    for name in (
        "entries",
        "entries/a%2Fb",
        "entries/abc/%2e%2e",
        "news/abc",
        "entries/abc/x y",
        "entries//abc",
    ):
        assert key_of(name) is None, name
