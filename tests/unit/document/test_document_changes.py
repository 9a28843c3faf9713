"""Changing a document: all of a block or nothing, messages and times, one at a time."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from threading import Event, Thread

import pytest

from jupyter_automerge.document import Changed, Document
from jupyter_automerge.errors import DocumentBusy, DocumentError
from tests.unit.document.chunk_story import document_of


def test_alice_writes_a_plan_and_reads_it_back() -> None:
    plan = Document()

    with plan.change("first task") as root:
        root["title"] = "Plan"
        root["tasks"] = []
        root["tasks"].append({"text": "write", "done": False})
        root["title"].splice(4, 0, " B")

    assert plan.value() == {"title": "Plan B", "tasks": [{"text": "write", "done": False}]}


def test_a_block_that_raises_leaves_no_trace() -> None:
    plan = document_of(title="Plan")
    before = plan.heads

    with suppress(ZeroDivisionError), plan.change() as root:
        root["title"].append(" ruined")
        root["x"] = 1 // 0

    assert plan.value() == {"title": "Plan"}
    assert plan.heads == before


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_an_interrupted_block_leaves_no_trace_either(interruption: type[BaseException]) -> None:
    plan = document_of(title="Plan")

    with pytest.raises(interruption), plan.change() as root:
        root["title"].append(" ruined")
        raise interruption

    with plan.change() as root:
        root["title"].append(" B")
    assert plan.value() == {"title": "Plan B"}


def test_a_block_that_nobody_ends_is_rolled_back_when_it_is_dropped() -> None:
    plan = document_of(title="Plan")

    block = plan.change()
    block.__enter__()["title"].append(" ruined")
    del block

    assert plan.value() == {"title": "Plan"}
    assert not plan.is_changing


def test_an_empty_block_commits_nothing() -> None:
    plan = document_of(title="Plan")
    before, told = plan.heads, list[Changed]()
    plan.on_commit = told.append

    with plan.change("nothing at all"):
        pass
    with plan.change() as root:
        root["title"] = "Plan"

    assert plan.heads == before
    assert told == []


def test_a_commit_is_told_once_with_heads_before_and_after() -> None:
    plan = document_of(title="Plan")
    before, told = plan.heads, list[Changed]()
    plan.on_commit = told.append

    with plan.change() as root:
        root["x"] = 1
        assert plan.heads == before

    assert told == [Changed(before, plan.heads)]


def test_a_change_keeps_its_message_and_its_time_in_every_zone() -> None:
    plan = Document()
    noon = datetime(2024, 5, 17, 12, 0, 5, tzinfo=timezone(timedelta(hours=-7)))

    with plan.change("first", time=noon) as root:
        root["x"] = 1
    with plan.change() as root:
        root["x"] = 2

    first, second = plan.history()
    assert (first.message, first.time) == ("first", datetime(2024, 5, 17, 19, 0, 5, tzinfo=UTC))
    assert (second.message, second.time) == (None, None)
    assert second.dependencies == (first.hash,)
    assert (first.sequence, second.sequence) == (1, 2)
    assert first.actor == second.actor


def test_a_time_without_a_zone_is_refused_before_the_block() -> None:
    plan = Document()

    with pytest.raises(DocumentError, match="zone"), plan.change(time=datetime(2024, 5, 17)):
        raise AssertionError("the block must not begin")

    assert not plan.is_changing


def test_an_empty_document_gets_heads_by_an_empty_change() -> None:
    plan = Document()

    changed = plan.commit_empty("born")

    assert plan.heads == changed.after != frozenset()
    assert plan.value() == {}
    assert Document.load([plan.save()])[0].heads == plan.heads
    assert [change.message for change in plan.history()] == ["born"]


def test_an_empty_change_ties_two_heads_together() -> None:
    alice = document_of(title="Plan")
    bob = alice.fork()
    for document in (alice, bob):
        with document.change() as root:
            root["by"] = "somebody"
    alice.merge(bob)
    assert len(alice.heads) == 2

    alice.commit_empty()

    assert len(alice.heads) == 1
    with alice.change() as root:
        root["more"] = True
    assert Document.load([alice.save()])[0].value() == alice.value()


def test_a_block_within_a_block_is_an_error_and_the_outer_one_goes_on() -> None:
    plan = Document()

    with plan.change() as root:
        root["x"] = 1
        with pytest.raises(DocumentError, match="open in this thread"), plan.change():
            raise AssertionError("the inner block must not begin")
        root["y"] = 2

    assert plan.value() == {"x": 1, "y": 2}


def test_proxies_die_with_their_block() -> None:
    plan = document_of(title="Plan", tasks=[1], inner={})
    with plan.change() as root:
        kept = [root, root["title"], root["tasks"], root["inner"]]

    for proxy in kept:
        with pytest.raises(DocumentError, match="over"):
            len(proxy)
        assert "over" in repr(proxy)
    with plan.change(), pytest.raises(DocumentError, match="over"):
        kept[0]["x"] = 1


def test_while_bob_holds_a_block_open_others_read_what_was_before() -> None:
    plan = document_of(title="Plan")
    before = plan.heads
    written, go_on = Event(), Event()

    def bob() -> None:
        with plan.change() as root:
            root["title"] = "half done"
            written.set()
            assert go_on.wait(20)

    thread = Thread(target=bob)
    thread.start()
    assert written.wait(20)
    try:
        assert plan.is_changing
        assert plan.heads == before
        assert plan.value() == {"title": "Plan"}
        assert plan.get(("title",)) == "Plan"
        assert plan.history()[0].hash in before
        assert plan.fork().value() == {"title": "Plan"}
        assert plan.missing_from(frozenset()) == 1
        with pytest.raises(DocumentBusy):
            plan.save()
        assert Document.load([plan.export()])[0].value() == {"title": "Plan"}
    finally:
        go_on.set()
        thread.join(20)
    assert plan.value() == {"title": "half done"}


def test_a_second_block_waits_for_the_first() -> None:
    plan = document_of(log=[])
    first_is_open = Event()

    def bob() -> None:
        assert first_is_open.wait(20)
        with plan.change() as root:
            root["log"].append("bob")

    thread = Thread(target=bob)
    thread.start()
    with plan.change() as root:
        root["log"].append("alice begins")
        first_is_open.set()
        root["log"].append("alice ends")
    thread.join(20)

    assert plan.value() == {"log": ["alice begins", "alice ends", "bob"]}


def test_many_threads_write_and_nothing_is_lost() -> None:
    plan = document_of(log=[])

    def write(name: int) -> None:
        for number in range(25):
            with plan.change() as root:
                root["log"].append([name, number])

    threads = [Thread(target=write, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    log = plan.value()["log"]
    assert sorted(log) == [[name, number] for name in range(4) for number in range(25)]
    assert plan.change_count == 101
    assert Document.load([plan.save()])[0].value() == plan.value()


def test_merging_takes_over_what_is_missing_and_tells() -> None:
    alice = document_of(title="Plan")
    bob = alice.fork()
    with bob.change() as root:
        root["by"] = "bob"
    told = list[Changed]()
    alice.on_commit = told.append

    changed = alice.merge(bob)

    assert alice.value() == {"title": "Plan", "by": "bob"}
    assert told == [changed]
    assert alice.merge(bob) is None
    with alice.change(), pytest.raises(DocumentError, match="open"):
        alice.merge(bob)


def test_a_fork_of_the_past_goes_its_own_way() -> None:
    plan = document_of(n=1)
    early = plan.heads
    with plan.change() as root:
        root["n"] = 2

    past = plan.fork(early)
    with past.change() as root:
        root["m"] = 1

    assert past.value() == {"n": 1, "m": 1}
    plan.merge(past)
    assert plan.value() == {"n": 2, "m": 1}


def test_edits_after_a_remote_change_build_on_it() -> None:
    alice = document_of(text="one")
    bob = alice.fork()
    with alice.change() as root:
        root["text"].append(" two")
    bob.apply([alice.save_since(bob.heads)])

    with bob.change() as root:
        root["text"].append(" three")

    assert bob.value() == {"text": "one two three"}
    assert len(bob.heads) == 1


def test_more_changes_than_wait_for_the_core_arrive_in_it() -> None:
    plan = document_of(text="")
    for number in range(1100):
        with plan.change(f"letter {number}") as root:
            root["text"].append("x")

    assert plan.value()["text"] == "x" * 1100
    assert plan.change_count == 1101
    assert [change.message for change in plan.history()][-1] == "letter 1099"
