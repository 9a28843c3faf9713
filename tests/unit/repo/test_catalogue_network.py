"""The acceptance catalogue, group N, at the Repo: connections that come, stay away and break."""

import asyncio
import logging
from collections.abc import Iterable, Iterator
from functools import partial

import pytest

from jupyter_automerge.engine.effects import Effect
from jupyter_automerge.engine.events import Event, FrameReceived
from jupyter_automerge.errors import DialError
from jupyter_automerge.repo import DialerChanged, MemoryStorage, PeerDown, PeerUp, Repo
from jupyter_automerge.values.status import DialerState
from tests.unit.repo.gated import GatedConnector
from tests.unit.repo.story import story, turns, until


@story
async def test_N1_a_repo_works_without_any_connection() -> None:
    async with Repo() as alice:
        note = alice.create({"n": 1})
        with note.change() as d:
            d["n"] = 2
        assert (await alice.find(note.url)).value == {"n": 2}
        assert (alice.peers, alice.connections, alice.dialers) == ((), (), ())


@story
async def test_N2_a_dialer_is_connected_when_its_peer_has_spoken_and_not_before() -> None:
    async with Repo() as alice, Repo(name="bob") as bob:
        states: list[DialerState] = []
        alice.on_event(lambda one: states.append(one.state) if isinstance(one, DialerChanged) else None)
        connector = GatedConnector(bob)
        dialer = alice.dial(connector)
        await until(lambda: connector.tries, alice)
        await turns()
        assert dialer.state is DialerState.DIALING
        assert not alice.peers
        connector.gate.set()
        await until(lambda: dialer.state is DialerState.CONNECTED, alice)
        assert [peer.name for peer in alice.peers] == ["bob"]
        assert states == [DialerState.DIALING, DialerState.CONNECTED]


def has_peers(repo: Repo) -> bool:
    return bool(repo.peers)


@story
async def test_N3_connections_come_and_go_while_the_repo_runs() -> None:
    async with Repo() as alice, Repo(name="bob") as bob, Repo(name="carol") as carol:
        note = alice.create({"n": 1})
        for other in (bob, carol):
            connector = GatedConnector(other)
            connector.gate.set()
            dialer = alice.dial(connector)
            await until(partial(has_peers, other), other)
            assert (await other.find(note.url)).value == {"n": 1}
            dialer.close()
            await until(lambda: not alice.peers, alice)
        assert alice.dialers == ()


@story
async def test_N4_a_search_waits_for_every_first_try_not_only_for_the_quickest() -> None:
    async with Repo() as alice, Repo(name="quick") as quick, Repo(name="slow") as slow:
        note = slow.create({"n": 1})
        first, second = GatedConnector(quick, "memory:quick"), GatedConnector(slow, "memory:slow")
        first.gate.set()
        alice.dial(first)
        alice.dial(second)
        finding = alice.find(note.url)
        await until(lambda: alice.peers, alice)
        await turns()
        assert not finding.done(), "the quick peer's no was taken for everybody's"
        second.gate.set()
        assert (await finding).value == {"n": 1}


@story
async def test_N9_N10_N12_both_sides_are_told_who_comes_who_leaves_and_who_is_back() -> None:
    async with Repo(name="alice") as alice, Repo(name="bob", kind="kernel") as bob:
        told: dict[str, list[str]] = {"alice": [], "bob": []}

        def listen(repo: Repo) -> None:
            def hear(notice: object) -> None:
                if isinstance(notice, PeerUp):
                    told[repo.name].append(f"{notice.metadata.name} ({notice.metadata.kind}) up")
                elif isinstance(notice, PeerDown):
                    told[repo.name].append("down")

            repo.on_event(hear)

        listen(alice)
        listen(bob)
        for _ in range(2):
            end = alice.link(bob)
            await until(lambda: alice.peers, alice)
            await until(lambda: bob.peers, bob)
            end.close(1000, "enough for now")
            await until(lambda: not alice.peers, alice)
            await until(lambda: not bob.peers, bob)
        assert told["alice"] == ["bob (kernel) up", "down"] * 2
        assert told["bob"] == ["alice (script) up", "down"] * 2


@story
async def test_N11_after_the_end_of_a_connection_nothing_comes_by_it() -> None:
    async with Repo() as alice, Repo() as bob:
        end = alice.link(bob)
        note = alice.create({"n": 1})
        theirs = await bob.find(note.url)
        end.close(1000, "enough for now")
        with theirs.change() as d:
            d["n"] = 2
        await until(lambda: not bob.peers, bob)
        await turns()
        assert note.value == {"n": 1}
        alice.link(bob)
        await until(lambda: note.value == {"n": 2}, alice)


@story
async def test_N13_a_connector_that_never_gets_through_is_told_tried_again_and_leaks_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with Repo() as alice, Repo() as bob:
        connector = GatedConnector(bob)
        connector.gate.set()
        connector.fault = DialError("the cable is not plugged in")
        dialer = alice.dial(connector)
        await until(lambda: dialer.state is DialerState.WAITING, alice)
        assert dialer.last_error == "the cable is not plugged in"
        connector.fault = RuntimeError("a defect of the adapter")
        with caplog.at_level(logging.ERROR):
            await until(lambda: "RuntimeError" in dialer.last_error, alice)
        assert "dialing memory:gated failed unexpectedly" in caplog.text
        connector.fault = None
        await until(lambda: dialer.state is DialerState.CONNECTED, alice)
        assert len(asyncio.all_tasks()) < 5, "tries are left behind"


@story
async def test_N14_an_exception_in_the_handling_of_one_message_ends_connections_and_not_the_repo(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Repo(MemoryStorage()) as alice, Repo() as bob:
        note = alice.create({"n": 1})
        alice.link(bob)
        await until(lambda: bob.peers, bob)
        await bob.find(note.url)
        running = alice._running
        assert running is not None
        ends = list(running.links._lines)

        handle_all = running.engine.handle_all

        def trip(events: Iterable[Event], now: float) -> Iterable[Effect]:
            def tripping() -> Iterator[Event]:
                for event in events:
                    if isinstance(event, FrameReceived) and event.frame == b"trip":
                        raise ZeroDivisionError("a defect")
                    yield event

            return handle_all(tripping(), now)

        monkeypatch.setattr(running.engine, "handle_all", trip)
        with caplog.at_level(logging.ERROR):
            running.driver.post(FrameReceived(ends[0], b"trip"))
            with note.change() as d:
                d["n"] = 2
            await note.saved()
            await until(lambda: not alice.connections, alice)
        assert "a defect in jupyter_automerge" in caplog.text
        assert "ZeroDivisionError" in caplog.text
        alice.link(bob)
        await until(lambda: bob.peers, bob)
        theirs = await bob.find(note.url)
        await until(lambda: theirs.value == {"n": 2}, bob)
        assert alice.metrics()["defects"] == 1
