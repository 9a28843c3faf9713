"""The playground: laptops, a server, cables and a slow disk that behave like real ones."""

from collections.abc import Iterator

import pytest

from jupyter_automerge import Level, Link, MemoryStorage, Relation
from jupyter_automerge.storage.contract import Storage
from jupyter_automerge.testing import Playground
from jupyter_automerge.testing.playground_thread import PlaygroundThread
from jupyter_automerge.testing.slow_disk import SlowDisk
from jupyter_automerge.testing.storage_contract import StorageContract

MOST_SECONDS = 60.0
"""After which something hangs. Threads that share a machine with many others may take their time."""


@pytest.fixture
def play() -> Iterator[Playground]:
    with Playground() as playground:
        yield playground


def test_what_alice_writes_is_stored_by_the_server_and_read_by_bob(play: Playground) -> None:
    plan = play.laptop("alice").repo.create({"title": "Plan"})
    assert plan.synced(timeout=MOST_SECONDS).result().durability == "stored", play.story()
    theirs = play.laptop("bob").repo.find(plan.url).result(MOST_SECONDS)
    with plan.change() as edited:
        edited["title"] = "Plan B"
    play.until(lambda: theirs.value == {"title": "Plan B"}, MOST_SECONDS)


def test_a_pulled_cable_lets_nothing_pass_and_plugged_in_everything_at_once(play: Playground) -> None:
    plan = play.laptop("alice").repo.create({"n": 0})
    plan.synced(timeout=MOST_SECONDS).result()
    play.cable("alice").pull()
    for number in (1, 2):
        with plan.change() as edited:
            edited["n"] = number
    play.until(lambda: plan.peers[0].link is not Link.CONNECTED, MOST_SECONDS)
    assert (plan.peers[0].relation, plan.peers[0].missing_there) == (Relation.AHEAD, 2), play.story()
    play.cable("alice").plug()
    plan.synced(timeout=MOST_SECONDS).result()
    on_the_server = play.server.repo.find(plan.url).result(MOST_SECONDS)
    assert on_the_server.value == {"n": 2}


def test_a_cable_may_be_pulled_and_plugged_in_as_often_as_one_likes(play: Playground) -> None:
    plan = play.laptop("alice").repo.create({"n": 0})
    for number in range(5):
        play.cable("alice").pull()
        play.cable("alice").pull()
        with plan.change() as edited:
            edited["n"] = number
        play.cable("alice").plug()
        play.cable("alice").plug()
        plan.synced(timeout=MOST_SECONDS).result()
    assert repr(play.laptop("alice")) == "<alice, plugged in>"


def test_while_the_servers_disk_is_held_nothing_is_stored_there(play: Playground) -> None:
    plan = play.laptop("alice").repo.create({"n": 0})
    plan.synced(timeout=MOST_SECONDS).result()
    play.server.disk.hold()
    with plan.change() as edited:
        edited["n"] = 1
    play.until(lambda: plan.peers[0].missing_there == 0, MOST_SECONDS)
    assert plan.peers[0].level is Level.RECEIVED, play.story()
    play.server.disk.release()
    play.until(lambda: plan.peers[0].level is Level.STORED, MOST_SECONDS)


def test_what_does_not_come_is_waited_for_in_vain_and_told_as_a_story(play: Playground) -> None:
    plan = play.laptop("alice").repo.create({"n": 0})
    plan.synced(timeout=MOST_SECONDS).result()
    play.cable("alice").pull()
    with pytest.raises(TimeoutError) as failure:
        play.until(lambda: plan.peers[0].link is Link.CONNECTED, timeout=0.05)
    story = str(failure.value)
    assert "not within 0.05 s" in story and "<alice, cable pulled>" in story and plan.url in story


def test_closing_does_not_wait_for_a_disk_that_was_never_released() -> None:
    play = Playground("alice")
    play.server.disk.hold()
    play.laptop("alice").repo.create({"n": 0})
    play.close()
    play.close()
    assert play.laptop("alice").repo.closed


@pytest.mark.parametrize("names", [("alice", "alice"), ("server",)])
def test_each_machine_has_a_name_of_its_own(names: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="a name of its own"):
        Playground(*names)


class TestSlowDisk(StorageContract):
    @pytest.fixture(autouse=True)
    def _thread(self) -> Iterator[None]:
        self.thread = PlaygroundThread()
        self.entries = MemoryStorage()
        yield
        self.thread.stop()

    def open_storage(self) -> Storage:
        return SlowDisk(self.thread, self.entries.reopened())
