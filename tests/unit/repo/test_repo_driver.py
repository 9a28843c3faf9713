"""The driver with an Engine that does what its script says: order, latency, defects, time."""

import asyncio
import logging

import pytest

from jupyter_automerge.engine.effects import Effect, Emit, Send
from jupyter_automerge.engine.events import (
    DocumentFreed,
    Event,
    Find,
    LocalChange,
    PolicyChanged,
    PutDone,
    Writable,
)
from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.engine.notices import DocumentChanged
from jupyter_automerge.repo import Notice
from jupyter_automerge.repo.home import HomeLoop
from jupyter_automerge.repo.running import Running
from jupyter_automerge.repo.share import FixedShare
from jupyter_automerge.values.ids import ConnectionId, DocumentId, PeerId, SessionId
from jupyter_automerge.values.status import Direction, Origin
from tests.unit.repo.scripted import Pipe, ScriptedEngine
from tests.unit.repo.story import story, turns

NOTE = DocumentId("note")
OTHER = DocumentId("other")
BEFORE, MIDDLE, AFTER = (frozenset([bytes([n]) * 32]) for n in range(3))


def run_with(engine: ScriptedEngine) -> Running:
    local = LocalPeer(PeerId("alice"), SessionId("first life"))
    return Running(HomeLoop(asyncio.get_running_loop()), local, engine, None, FixedShare())


@story
async def test_what_happens_in_one_turn_reaches_the_engine_together() -> None:
    engine = ScriptedEngine()
    alice = run_with(engine)
    for document in (NOTE, OTHER):
        alice.post(Find(document))
    await alice.driver.settled()
    alice.post(PolicyChanged())
    await alice.driver.settled()
    assert engine.batches == [[Find(NOTE), Find(OTHER)], [PolicyChanged()]]


@story
async def test_a_transport_that_takes_more_is_fed_before_the_loops_next_turn() -> None:
    diary: list[str] = []
    waiting = [b"second", b"third"]

    def next_frame(event: Event) -> list[Effect]:
        assert isinstance(event, Writable)
        return [Send(event.connection, waiting.pop(0))] if waiting else []

    def changed(event: Event) -> list[Effect]:
        return [Send(ConnectionId(1), b"first")]

    alice = run_with(ScriptedEngine(LocalChange=changed, Writable=next_frame))
    alice.links.open(Pipe(diary=diary), Direction.INCOMING, "bob")
    await alice.driver.settled()
    alice.post(LocalChange(NOTE, BEFORE, AFTER))
    asyncio.get_running_loop().call_soon(diary.append, "what came after the change")
    await alice.driver.settled()
    assert diary == ["sent first", "sent second", "sent third", "what came after the change"]


@story
async def test_a_full_transport_is_left_alone_until_it_is_writable() -> None:
    engine = ScriptedEngine(LocalChange=lambda event: [Send(ConnectionId(1), b"first")])
    alice = run_with(engine)
    sink = alice.links.open(Pipe(room=1), Direction.INCOMING, "bob")
    alice.post(LocalChange(NOTE, BEFORE, AFTER))
    await alice.driver.settled()
    assert "Writable" not in engine.kinds()
    sink.writable()
    await alice.driver.settled()
    assert engine.events[-1] == Writable(sink.connection)


@story
async def test_callbacks_hear_of_a_change_after_its_frame_is_out_and_in_the_order_of_history() -> None:
    diary: list[str] = []

    def remote(event: Event) -> list[Effect]:
        return [
            Emit(DocumentChanged(NOTE, MIDDLE, AFTER, Origin.REMOTE)),
            Send(ConnectionId(1), b"frame"),
        ]

    def hear(notice: Notice) -> None:
        if isinstance(notice, DocumentChanged):
            diary.append(f"told of a {notice.origin.value} change")

    alice = run_with(ScriptedEngine(FrameReceived=remote))
    sink = alice.links.open(Pipe(diary=diary), Direction.INCOMING, "bob")
    alice.listeners.add(hear)
    await alice.driver.settled()
    sink.frame(b"from bob")
    alice.post(LocalChange(NOTE, BEFORE, MIDDLE))
    await alice.driver.settled()
    assert diary == ["sent frame", "told of a local change", "told of a remote change"]


@story
async def test_a_callback_that_raises_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[str] = []

    def clumsy(notice: Notice) -> None:
        raise RuntimeError("clumsy")

    async def clumsy_later(notice: Notice) -> None:
        raise RuntimeError("clumsy later")

    alice = run_with(ScriptedEngine())
    for callback in (clumsy, clumsy_later, lambda notice: heard.append(type(notice).__name__)):
        alice.listeners.add(callback)
    alice.post(LocalChange(NOTE, BEFORE, AFTER))
    await alice.driver.settled()
    await alice.close(1)
    assert heard[0] == "DocumentChanged"
    assert "clumsy" in caplog.text


@story
async def test_a_defect_is_logged_with_what_led_to_it_and_connections_start_over(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def break_down(event: Event) -> list[Effect]:
        raise ZeroDivisionError("in the Engine")

    engine = ScriptedEngine(PolicyChanged=break_down)
    alice = run_with(engine)
    pipe = Pipe()
    alice.links.open(pipe, Direction.INCOMING, "bob")
    alice.post(Find(NOTE))
    await alice.driver.settled()
    with caplog.at_level(logging.ERROR):
        alice.post(PolicyChanged())
        await alice.driver.settled()
    assert "Find document_id=note" in caplog.text
    assert "ZeroDivisionError: in the Engine" in caplog.text
    assert pipe.closed is not None
    assert pipe.closed[0] == 1011
    assert engine.kinds()[-2:] == ["PolicyChanged", "ConnectionClosed"], "the Repo did not go on"
    assert alice.driver.defects == 1


@story
async def test_what_came_at_the_same_time_as_a_defect_is_not_lost_with_it() -> None:
    def break_down(event: Event) -> list[Effect]:
        raise ZeroDivisionError("in the Engine")

    engine = ScriptedEngine(PolicyChanged=break_down)
    alice = run_with(engine)
    for event in (Find(NOTE), PolicyChanged(), PutDone(7), PolicyChanged(), DocumentFreed(NOTE)):
        alice.post(event)
    await alice.driver.settled()
    assert engine.kinds() == ["Find", "PolicyChanged", "PutDone", "PolicyChanged", "DocumentFreed"]
    assert alice.driver.defects == 2


@story
async def test_a_transport_that_fails_to_send_is_closed_as_its_frame_was_promised() -> None:
    class Broken(Pipe):
        def send(self, frame: bytes) -> bool:
            raise OSError("no route")

    engine = ScriptedEngine(LocalChange=lambda event: [Send(ConnectionId(1), b"frame")])
    alice = run_with(engine)
    pipe = Broken()
    sink = alice.links.open(pipe, Direction.INCOMING, "bob")
    alice.post(LocalChange(NOTE, BEFORE, AFTER))
    await alice.driver.settled()
    assert pipe.closed is not None
    assert engine.kinds()[-1] == "ConnectionClosed"
    sink.frame(b"too late")
    await alice.driver.settled()
    assert engine.kinds()[-1] == "ConnectionClosed", "a frame of a dead connection was heard"


@story
async def test_time_is_told_when_it_has_come() -> None:
    engine = ScriptedEngine()
    ticked = asyncio.Event()

    def tick(event: Event) -> list[Effect]:
        engine.wakeup = None
        ticked.set()
        return []

    engine.scripts["Tick"] = tick
    alice = run_with(engine)
    engine.wakeup = alice.clock.now() + 0.01
    alice.post(PolicyChanged())
    await ticked.wait()
    assert engine.kinds() == ["PolicyChanged", "Tick"]


@story
async def test_an_earlier_time_replaces_a_later_one() -> None:
    engine = ScriptedEngine()
    ticked = asyncio.Event()

    def tick(event: Event) -> list[Effect]:
        ticked.set()
        return []

    engine.scripts["Tick"] = tick
    alice = run_with(engine)
    engine.wakeup = alice.clock.now() + 3600
    alice.post(PolicyChanged())
    await alice.driver.settled()
    engine.wakeup = alice.clock.now() + 0.01
    alice.post(PolicyChanged())
    await ticked.wait()


@story
async def test_events_of_other_threads_are_handled_on_the_loop() -> None:
    engine = ScriptedEngine()
    alice = run_with(engine)
    await asyncio.to_thread(alice.post, Find(NOTE))
    await alice.driver.settled()
    assert engine.events == [Find(NOTE)]


@story
async def test_a_turn_that_is_on_its_way_when_the_driver_stops_answers_nobody_twice() -> None:
    complaints: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, complaint: complaints.append(complaint))
    alice = run_with(ScriptedEngine())
    waiting = alice.driver.settled()
    alice.driver.stop()
    await waiting
    await turns()
    assert not complaints
