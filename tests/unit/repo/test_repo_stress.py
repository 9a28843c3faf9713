"""Eight threads do everything at once with one Repo that lives on another thread."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jupyter_automerge.errors import DocumentGone
from jupyter_automerge.repo import DocHandle, FileStorage, Repo, Storage
from tests.unit.repo.household import Household
from tests.unit.repo.stores import ObservedStorage

THREADS, STEPS = 8, 60
SECONDS = 60


class ChangedMyMind(Exception):
    """Ends a block so that nothing of it may be seen, ever."""


class Crowd:
    """What the threads share, and what must be true in the end."""

    def __init__(self, repo: Repo) -> None:
        self.repo = repo
        self.urls = [repo.create(EMPTY).url]
        self.committed: list[tuple[str, str]] = []  # url and the name of an edit whose block ended well

    def pick(self, chance: random.Random) -> DocHandle:
        return self.repo.find(chance.choice(self.urls)).result(SECONDS)


EMPTY = {"left": 0, "right": 0, "edits": {}}


class Person:
    """One thread: a list of things to do, drawn from a seed."""

    def __init__(self, crowd: Crowd, number: int, seed: int) -> None:
        self.crowd = crowd
        self.number = number
        self.chance = random.Random(f"{seed}.{number}")
        self.step = 0

    def live(self) -> None:
        acts = [*[self.edit] * 5, *[self.read] * 4, self.create, self.think_better_of_it]
        acts += [self.unload, self.unload_while_writing, self.wait]
        for self.step in range(STEPS):
            note = self.crowd.pick(self.chance)
            try:
                self.chance.choice(acts)(note)
            except DocumentGone:
                continue  # Another one unloaded it; what was written then must not count, nor be there.

    def edit(self, note: DocHandle, meanwhile: Callable[[], object] = lambda: None) -> None:
        name = f"{self.number}.{self.step}"
        with note.change(name) as d:
            d["left"] = d["left"] + 1
            d["edits"][name] = True
            meanwhile()
            d["right"] = d["right"] + 1
        self.crowd.committed.append((note.url, name))

    def unload_while_writing(self, note: DocHandle) -> None:
        unloads = []

        def meanwhile() -> None:
            unloads.append(self.crowd.repo.unload(note.url))
            # Once round the Repo's loop: it has done by now what it can do about that.
            self.crowd.repo.document_ids().result(SECONDS)

        self.edit(note, meanwhile)
        unloads[0].result(SECONDS)

    def think_better_of_it(self, note: DocHandle) -> None:
        with pytest.raises(ChangedMyMind), note.change() as d:
            d["left"] = -1
            d["edits"]["never"] = True
            raise ChangedMyMind

    def read(self, note: DocHandle) -> None:
        for value in (note.value, note.at(note.heads).value):
            assert value["left"] == value["right"], "half of a change was seen"
            assert "never" not in value["edits"], "what was rolled back was seen"

    def create(self, note: DocHandle) -> None:
        self.crowd.urls.append(self.crowd.repo.create(EMPTY).url)

    def unload(self, note: DocHandle) -> None:
        self.crowd.repo.unload(note.url).result(SECONDS)

    def wait(self, note: DocHandle) -> None:
        note.saved(timeout=SECONDS).result(SECONDS)


def storage_of(kind: str, folder: Path) -> Storage:
    return FileStorage(folder) if kind == "files" else ObservedStorage()


@pytest.mark.parametrize("kind", ["memory", "files"])
@pytest.mark.parametrize("seed", range(3))
def test_no_deadlock_no_lost_edit_and_no_uncommitted_value(seed: int, kind: str, tmp_path: Path) -> None:
    household = Household(storage_of(kind, tmp_path))
    try:
        crowd = Crowd(household.repo)
        people = [Person(crowd, number, seed) for number in range(THREADS)]
        with ThreadPoolExecutor(THREADS) as pool:
            for done in [pool.submit(person.live) for person in people]:
                done.result(SECONDS)
        household.repo.saved(timeout=SECONDS).result(SECONDS)
        look_over(crowd)
        assert household.repo.metrics()["defects"] == 0
        assert household.repo.metrics()["waits"] == 0
    finally:
        household.stop()
    assert not [one for one in threading.enumerate() if one is household.thread]


def look_over(crowd: Crowd) -> None:
    """Every edit whose block ended well is there, once, and nothing else is."""
    there: set[tuple[str, str]] = set()
    for url in crowd.urls:
        value = crowd.repo.find(url).result(SECONDS).value
        assert value["left"] == value["right"] == len(value["edits"]), "an edit was counted twice, or half"
        there |= {(url, name) for name in value["edits"]}
    assert there == set(crowd.committed)
