# ruff: noqa: N802  (the catalogue's codes are capitals)
"""The contract of a storage adapter, as tests to inherit.

    class TestMyStorage(StorageContract):
        def open_storage(self) -> Storage:
            return MyStorage(...)

pytest finds the tests in the heir. Codes in the names are those of automerge-repo's own adapter tests.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractContextManager, asynccontextmanager
from functools import wraps
from typing import Any
from unittest import SkipTest

from jupyter_automerge.errors import InvalidId, StorageError
from jupyter_automerge.storage.contract import Storage
from jupyter_automerge.values.keys import StorageKey

DOCUMENT = "3L1mwcxaFLKxA93YEbmLYbyq5Krz"
OTHER_DOCUMENT = "148vjpuxYXixb8DcbaWyeGv2q3u"
ONE = (DOCUMENT, "snapshot", "11")
TWO = (DOCUMENT, "incremental", "22")
THREE = (OTHER_DOCUMENT, "snapshot", "11")

UNUSUAL_KEYS: tuple[StorageKey, ...] = (
    ("storage-adapter-id",),
    (".jupyter-automerge", "tombstones", DOCUMENT),
    (DOCUMENT, "sync-state", "8ad84a2e-5f8a-4d30-8a80-0d6b8a2e9a51"),
    (DOCUMENT, "a b%20c#d?e&f=g"),
    (DOCUMENT, "übermäßig-文書"),
    (DOCUMENT, "x" * 255),
    (DOCUMENT, "one", "two", "three", "four", "five"),
    ("abc", "shortest first component"),
)

BAD_KEYS: tuple[StorageKey, ...] = (
    (),
    ("",),
    (DOCUMENT, ""),
    (DOCUMENT, "..", "evil"),
    (DOCUMENT, "."),
    (DOCUMENT, "../../evil"),
    (DOCUMENT, "a/b"),
    (DOCUMENT, "a\\b"),
    (DOCUMENT, "nul\0"),
    (DOCUMENT, "line\nbreak"),
    (DOCUMENT, ".hidden"),
    (DOCUMENT, "x" * 256),
    (DOCUMENT, "half a character \ud800"),
    ("..",),
    ("..evil", "x"),
    ("ab..", "x"),
    ("a..", "x"),
    ("ab",),
    (".tmp", "x"),
    ("/etc", "x"),
)


def _played(story: Callable[[Any], Coroutine[Any, Any, None]]) -> Callable[[Any], None]:
    @wraps(story)
    def test(self: object) -> None:
        asyncio.run(story(self))

    return test


class StorageContract:
    """What every store must do."""

    def open_storage(self) -> Storage:
        """A store that is empty at first. Called again in the same test it opens the same entries."""
        raise NotImplementedError

    def writes_fail(self, storage: Storage) -> AbstractContextManager[None]:
        """Until the context ends, writing the key `ONE` fails in `storage`. Override it where that can be."""
        raise SkipTest(f"{type(storage).__name__} cannot be made to fail")

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Storage]:
        """A store, closed at the end."""
        storage = self.open_storage()
        try:
            yield storage
        finally:
            await storage.close()

    @_played
    async def test_T1_a_missing_key_is_none(self) -> None:
        async with self.opened() as store:
            found = await store.load(ONE)
            assert found is None, f"nothing was saved under {ONE}, and yet there is {found!r}"

    @_played
    async def test_T2_single_and_composite_keys_come_back(self) -> None:
        async with self.opened() as store:
            for key in (("storage-adapter-id",), ("abcde", "x"), ONE):
                await store.save(key, f"data of {key}".encode())
            for key in (("storage-adapter-id",), ("abcde", "x"), ONE):
                await _expect(store, key, f"data of {key}".encode())

    @_played
    async def test_T3_a_hundred_kilobytes_come_back(self) -> None:
        blob = bytes(position * 31 % 251 for position in range(100_000))
        async with self.opened() as store:
            await store.save(ONE, blob)
            await _expect(store, ONE, blob)

    @_played
    async def test_T4_a_range_of_nothing_is_empty(self) -> None:
        async with self.opened() as store:
            await _expect_range(store, (DOCUMENT,), {})
            await _expect_range(store, (), {})

    @_played
    async def test_T5_a_range_holds_exactly_what_is_under_the_prefix(self) -> None:
        longer = (DOCUMENT + "x", "snapshot", "11")
        async with self.opened() as store:
            for key in (ONE, TWO, THREE, longer, (DOCUMENT, "snapshot2", "11")):
                await store.save(key, repr(key).encode())
            await _expect_range(store, (DOCUMENT, "snapshot"), {ONE: repr(ONE).encode()})
            await _expect_range(store, (DOCUMENT, "snap"), {})
            await _expect_range(store, ONE, {ONE: repr(ONE).encode()})
            found = dict(await store.load_range((DOCUMENT,)))
            assert set(found) == {ONE, TWO, (DOCUMENT, "snapshot2", "11")}, (
                f"a prefix matches whole components, but {DOCUMENT} brought {sorted(found)}"
            )
            everything = dict(await store.load_range(()))
            assert len(everything) == 5, f"five entries are in the store; all of it are {sorted(everything)}"

    @_played
    async def test_T6_what_was_removed_is_gone(self) -> None:
        async with self.opened() as store:
            await store.save(ONE, b"one")
            await store.save(TWO, b"two")
            await store.remove(ONE)
            await store.remove((DOCUMENT, "snapshot", "never there"))
            assert await store.load(ONE) is None, f"{ONE} was removed and still loads"
            await _expect_range(store, (DOCUMENT,), {TWO: b"two"})

    @_played
    async def test_T7_saving_again_replaces(self) -> None:
        async with self.opened() as store:
            await store.save(ONE, b"first, and longer")
            await store.save(ONE, b"second")
            await _expect(store, ONE, b"second")
            await _expect_range(store, (DOCUMENT,), {ONE: b"second"})

    @_played
    async def test_T8_removing_a_range_leaves_the_others(self) -> None:
        async with self.opened() as store:
            for key in (ONE, TWO, THREE):
                await store.save(key, b"data")
            await store.remove_range((DOCUMENT,))
            await store.remove_range((DOCUMENT,))
            await _expect_range(store, (), {THREE: b"data"})
            await store.save(ONE, b"again")
            await _expect(store, ONE, b"again")
            await store.remove_range(ONE)
            assert await store.load(ONE) is None, "the prefix was the whole key, and the entry is still there"

    @_played
    async def test_no_bytes_are_bytes_too(self) -> None:
        async with self.opened() as store:
            await store.save(ONE, b"")
            await _expect(store, ONE, b"")

    @_played
    async def test_unusual_keys_come_back_as_they_were(self) -> None:
        async with self.opened() as store:
            for key in UNUSUAL_KEYS:
                await store.save(key, repr(key).encode())
            await _expect_range(store, (), {key: repr(key).encode() for key in UNUSUAL_KEYS})
            for key in UNUSUAL_KEYS:
                await _expect(store, key, repr(key).encode())

    @_played
    async def test_keys_that_no_store_takes_are_refused_by_every_call(self) -> None:
        async with self.opened() as store:
            for key in BAD_KEYS:
                await _expect_refusal(key, store.load(key))
                await _expect_refusal(key, store.save(key, b"x"))
                await _expect_refusal(key, store.remove(key))
                await _expect_refusal(key, store.remove_range(key))
                if key:
                    await _expect_refusal(key, store.load_range(key))
                    await _expect_refusal(key, store.keys(key))
            await _expect_range(store, (), {})

    @_played
    async def test_keys_tells_sizes_without_data(self) -> None:
        async with self.opened() as store:
            await store.save(ONE, b"12345")
            await store.save(THREE, b"")
            listed = {info.key: info.size for info in await store.keys(())}
            assert listed == {ONE: 5, THREE: 0}, f"saved were 5 bytes and none, listed are {listed}"
            assert [info.key for info in await store.keys((DOCUMENT,))] == [ONE]
            assert await store.keys((DOCUMENT, "incremental")) == []

    @_played
    async def test_what_was_saved_is_there_for_the_next_opening_without_a_close(self) -> None:
        async with self.opened() as store:
            await store.save(ONE, b"one")
            async with self.opened() as other:
                await _expect(other, ONE, b"one")
                await other.save(TWO, b"two")
            await _expect(store, TWO, b"two")

    @_played
    async def test_a_hundred_puts_at_once_all_arrive(self) -> None:
        keys = [(DOCUMENT, "incremental", str(number)) for number in range(50)]
        keys += [(f"{number:03}{DOCUMENT}", "snapshot", "11") for number in range(50)]
        async with self.opened() as store:
            await asyncio.gather(*(store.save(key, repr(key).encode()) for key in keys))
            await _expect_range(store, (), {key: repr(key).encode() for key in keys})

    @_played
    async def test_puts_to_one_key_take_effect_in_the_order_of_the_calls(self) -> None:
        async with self.opened() as store:
            await asyncio.gather(*(store.save(ONE, b"%d" % number) for number in range(40)))
            await _expect(store, ONE, b"39")
            await asyncio.gather(store.save(ONE, b"late"), store.remove(ONE))
            assert await store.load(ONE) is None, "the removal came after the put, and the put won"
            await asyncio.gather(store.remove_range((DOCUMENT,)), store.save(ONE, b"after"))
            await _expect(store, ONE, b"after")
            await asyncio.gather(store.save(ONE, b"x"), store.remove_range((DOCUMENT,)))
            await _expect_range(store, (DOCUMENT,), {})

    @_played
    async def test_of_many_who_create_at_once_all_get_the_same(self) -> None:
        async with self.opened() as store, self.opened() as other:
            offers = [f"id {number}".encode() for number in range(20)]
            calls = [(store, other)[number % 2].create(ONE, offer) for number, offer in enumerate(offers)]
            got = set(await asyncio.gather(*calls))
            assert len(got) == 1 and got <= set(offers), f"twenty created {ONE} at once and got {got}"
            assert await store.create(ONE, b"late") in got, "what was there was replaced"
            await _expect(other, ONE, got.pop())

    @_played
    async def test_a_put_that_fails_says_so_and_spoils_nothing(self) -> None:
        async with self.opened() as store:
            with self.writes_fail(store):
                try:
                    await store.save(ONE, b"lost")
                except StorageError as error:
                    assert error.reason, "a failed put must say what failed"
                else:
                    raise AssertionError("the store could not write, and save() returned as if it had")
                assert await store.load(ONE) is None, "the put failed, and its bytes are there"
            await store.save(ONE, b"second try")
            await _expect(store, ONE, b"second try")

    @_played
    async def test_a_closed_store_says_so(self) -> None:
        store = self.open_storage()
        await store.save(ONE, b"one")
        await store.close()
        await store.close()
        for call in (store.load(ONE), store.save(ONE, b"x"), store.load_range(()), store.keys(())):
            try:
                await call
            except StorageError:
                continue
            raise AssertionError("the store is closed and goes on as if it were open")

    @_played
    async def test_closing_waits_for_what_was_begun(self) -> None:
        store = self.open_storage()
        saving = [asyncio.ensure_future(store.save((DOCUMENT, "x", str(n)), b"data")) for n in range(20)]
        await asyncio.sleep(0)
        await store.close()
        async with self.opened() as again:
            found = len(await again.keys((DOCUMENT,)))
        outcomes = await asyncio.gather(*saving, return_exceptions=True)
        assert found == 20, (
            f"20 puts were begun before close(), {found} were in the store after it: {outcomes}"
        )

    @_played
    async def test_watch_is_none_or_an_iterator(self) -> None:
        async with self.opened() as store:
            watching = store.watch()
            assert watching is None or isinstance(watching, AsyncIterator), f"watch() gave {watching!r}"


async def _expect(store: Storage, key: StorageKey, data: bytes) -> None:
    found = await store.load(key)
    assert found == data, f"saved under {key} was {data[:40]!r}, loaded is {found and found[:40]!r}"


async def _expect_range(store: Storage, prefix: StorageKey, entries: dict[StorageKey, bytes]) -> None:
    listed = await store.load_range(prefix)
    found = dict(listed)
    assert len(found) == len(listed), f"the range {prefix} lists an entry twice: {[key for key, _ in listed]}"
    missing, extra = set(entries) - set(found), set(found) - set(entries)
    assert not missing and not extra, f"range {prefix}: missing {sorted(missing)}, too many {sorted(extra)}"
    assert found == entries, f"the range {prefix} has the right keys and the wrong bytes"


async def _expect_refusal(key: StorageKey, call: Coroutine[Any, Any, object]) -> None:
    try:
        await call
    except InvalidId:
        return
    raise AssertionError(f"{key!r} can lead out of a store, and was taken")
