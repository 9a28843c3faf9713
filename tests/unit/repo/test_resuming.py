"""Documents that nobody opens again reach the stores that may lack something of them (E47)."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from jupyter_automerge.engine.effects import Send
from jupyter_automerge.repo import DocHandle, FileStorage, FixedShare, MemoryStorage, PeerInfo, Repo, resuming
from jupyter_automerge.values.ids import DocumentId, interpret_document_id
from jupyter_automerge.values.limits import MAX_RESUMED_AT_ONCE
from jupyter_automerge.values.status import Level, Link
from tests.unit.repo.story import story, turns, until
from tests.unit.repo.test_shelved_memory import plain_server, put_away


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(resuming, "RESUMING_AFTER_SECONDS", 0.0)
    monkeypatch.setattr(resuming, "RESUMING_REST", 0.0)
    yield


@asynccontextmanager
async def met(alice: Repo, server: Repo) -> AsyncIterator[None]:
    """Alice dials the server, until it leaves."""
    async with server:
        alice.link(server)
        await until(lambda: alice.stores and alice.stores[0].link is Link.CONNECTED, alice)
        yield
    await until(lambda: alice.stores[0].link is Link.OFFLINE, alice)


def silent(storage: MemoryStorage) -> Repo:
    """A server that tells nobody of anything unasked, as sync servers do."""
    return Repo(storage, name="server", share=FixedShare(announces=False))


async def at_rest(repo: Repo) -> None:
    """Nothing is resumed any more, and all of it has left memory again."""
    await turns()
    await until(lambda: not repo.metrics()["resuming"] and not repo.metrics()["documents"], repo)


async def has(server: Repo, url: str) -> object:
    return (await server.find(url, timeout=5)).value


async def given_away(alice: Repo, value: dict[str, object]) -> str:
    note = alice.create(value)
    return await put_away(alice, note)


async def edited(alice: Repo, url: str, number: int) -> None:
    note: DocHandle = await alice.find(url)
    with note.change() as doc:
        doc["n"] = number
    await note.saved()
    del note
    await alice.unload(url)


@story
async def test_after_a_plain_server_came_back_all_is_safe_again_without_opening_anything() -> None:
    async with Repo(MemoryStorage(), name="alice") as alice:
        async with met(alice, plain_server()):
            urls = [await given_away(alice, {"n": number}) for number in range(2 * MAX_RESUMED_AT_ONCE + 1)]
            assert await alice.safe_to_exit()
        async with met(alice, server := plain_server()):  # with nothing
            most = 0

            def count() -> bool:
                nonlocal most
                most = max(most, alice.metrics()["resuming"])
                return len(server.handles) == len(urls)

            await until(count, alice, server)
            await at_rest(alice)
            assert 0 < most <= MAX_RESUMED_AT_ONCE
            assert await alice.safe_to_exit(), "it came to rest by itself"


@story
async def test_what_was_edited_offline_is_sent_after_a_restart_though_nobody_opens_it(tmp_path: Path) -> None:
    kept = MemoryStorage()
    async with Repo(FileStorage(tmp_path), name="alice") as alice:
        async with met(alice, silent(kept)):
            url = await given_away(alice, {"n": 1})
            untouched = await given_away(alice, {"n": 0})
        await edited(alice, url, 2)
    async with (
        Repo(FileStorage(tmp_path), name="alice") as alice,
        met(alice, server := silent(kept.reopened())),
    ):
        assert not await alice.safe_to_exit()
        await until(lambda: interpret_document_id(url) in server.handles, alice, server)
        await at_rest(alice)
        assert await alice.safe_to_exit() and await has(server, url) == {"n": 2}
        assert alice.metrics()["loads"] < 10, "documents that the server has stored are left alone"
        assert interpret_document_id(untouched) not in alice.handles


@story
async def test_what_was_made_offline_is_for_the_server_that_was_known_by_then(tmp_path: Path) -> None:
    kept = MemoryStorage()
    async with Repo(FileStorage(tmp_path), name="alice") as alice:
        before = alice.create({"n": "before anybody was met"})
        await before.saved()
        await alice.unload(before.url)
        await alice.saved()
        async with met(alice, silent(kept)):
            await given_away(alice, {"n": 1})
        made = alice.create({"n": 2})
        await made.saved()
        url, private = made.url, before.url
    async with (
        Repo(FileStorage(tmp_path), name="alice") as alice,
        met(alice, server := silent(kept.reopened())),
    ):
        await until(lambda: interpret_document_id(url) in server.handles, alice, server)
        await at_rest(alice)
        report = await alice.safe_to_exit()
        assert list(report.at_risk) == [interpret_document_id(private)], (
            "nobody said that it is for this server"
        )


class Secretive(FixedShare):
    """Tells nobody of anything unasked."""

    def announce(self, peer: PeerInfo, document_id: DocumentId | None) -> bool:
        return False


@story
@pytest.mark.parametrize("share", [FixedShare(announces=False), Secretive()])
async def test_a_policy_that_announces_nothing_has_nothing_opened(share: FixedShare) -> None:
    storage = MemoryStorage()
    async with Repo(storage, name="alice") as alice, met(alice, plain_server()):
        url = await given_away(alice, {"n": 1})
    async with Repo(storage.reopened(), name="alice", share=share) as alice, met(alice, plain_server()):
        assert alice._running is not None and alice._running.resuming is not None
        if alice._running.resuming._task is not None:
            await alice._running.resuming._task  # it has looked, and there was nothing to do
        await turns(200)
        assert alice.metrics()["documents"] == 0 and not alice.metrics()["resuming"], url


@story
async def test_a_deleted_document_is_not_brought_back() -> None:
    async with Repo(MemoryStorage(), name="alice") as alice:
        async with met(alice, plain_server()):
            url = await given_away(alice, {"n": 1})
        await alice.delete(url, force=True)
        async with met(alice, server := plain_server()):
            await turns(200)
            assert not server.handles and alice.metrics()["documents"] == 0


@story
async def test_who_opens_a_document_that_is_resumed_keeps_it() -> None:
    async with Repo(MemoryStorage(), name="alice") as alice:
        async with met(alice, plain_server()):
            url = await given_away(alice, {"n": 1})
        async with Repo(name="carol") as carol, met(alice, plain_server()):
            alice.link(carol)
            await until(lambda: alice.metrics()["resuming"], alice)
            assert not carol.handles
            note = await alice.find(url)
            await note.synced(level=Level.RECEIVED, timeout=5)
            await turns(200)
            assert not alice.metrics()["resuming"] and note.value == {"n": 1}
            assert interpret_document_id(url) in alice.handles
            await until(lambda: interpret_document_id(url) in carol.handles, carol)


@story
async def test_a_server_that_never_answers_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resuming, "RESUMING_PATIENCE_SECONDS", 0.05)
    async with Repo(MemoryStorage(), name="alice") as alice:
        async with met(alice, plain_server()):
            for number in range(MAX_RESUMED_AT_ONCE + 1):
                await given_away(alice, {"n": number})
        async with met(alice, server := plain_server()):
            assert server._running is not None
            server._running._performers[Send] = lambda effect: None
            await until(lambda: alice.metrics()["resuming"], alice)
            await at_rest(alice)
            assert not await alice.safe_to_exit()


@story
async def test_who_forgets_a_connected_server_asks_it_again_of_what_is_not_open() -> None:
    async with Repo(MemoryStorage(), name="alice") as alice, met(alice, silent(MemoryStorage())):
        await given_away(alice, {"n": 1})
        await until(lambda: not alice.metrics()["resuming"], alice)
        assert await alice.safe_to_exit()
        await alice.stores.forget(alice.stores[0])
        await until(lambda: alice.metrics()["resuming"], alice)
        await at_rest(alice)
        assert await alice.safe_to_exit()


@story
async def test_who_is_met_for_the_first_time_is_told_of_nothing_that_is_resumed_for_another() -> None:
    async with Repo(MemoryStorage(), name="alice") as alice:
        async with met(alice, plain_server()):
            urls = [await given_away(alice, {"n": number}) for number in range(3)]
        async with Repo(MemoryStorage(), name="carol") as carol:
            alice.link(carol)
            await until(lambda: any(one.name == "carol" for one in alice.stores), alice)
            async with plain_server() as server:
                alice.link(server)
                await until(lambda: len(server.handles) == len(urls), alice, server)
                await at_rest(alice)
                assert not carol.handles and not carol.metrics()["documents"], "she was never told of them"
                note = await carol.find(urls[0], timeout=5)
                assert note.value == {"n": 0}, "who asks gets it"


@story
async def test_a_server_that_never_takes_a_document_is_asked_less_and_less_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, seconds in (("PATIENCE", 0.001), ("AGAIN", 0.01), ("AGAIN_MOST", 1e6)):
        monkeypatch.setattr(resuming, f"RESUMING_{name}_SECONDS", seconds)
    async with Repo(MemoryStorage(), name="alice") as alice:
        async with met(alice, plain_server()):
            await given_away(alice, {"n": 1})
        async with met(alice, server := plain_server()):
            assert server._running is not None
            server._running._performers[Send] = lambda effect: None
            before = alice.metrics()["loads"]
            await asyncio.sleep(1.0)
            assert 1 < alice.metrics()["loads"] - before < 20, "it is about 70 times if none is left out"
