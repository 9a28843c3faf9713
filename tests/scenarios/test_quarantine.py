"""Torn chunks: watched for a minute, kept aside, and never one that is whole (P67)."""

import pytest

from jupyter_automerge.engine import events as e
from jupyter_automerge.engine.effects import Put
from jupyter_automerge.engine.notices import ChunkSetAside
from jupyter_automerge.testing.simulated_disk import DiskEffect
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.keys import KeyKind, StorageKey, is_chunk, key_kind, quarantine_key
from tests.scenarios.shared_store import large


class Wreck:
    """Alice's document with one torn increment, as after a crash of whoever wrote it."""

    def __init__(self, sim: Simulation, *, cut: int = 3, at: int | None = None) -> None:
        self.sim = sim
        self.alice = sim.repo("alice")
        self.note = large(sim, self.alice)
        for number in range(3):
            self.alice.change(self.note, **{f"k{number}": number})
            sim.run_until_quiet()
        *_, self.key = (
            key for key in self.alice.disk.below(self.note) if key_kind(key) is KeyKind.INCREMENTAL
        )
        self.whole = self.alice.disk.entries[self.key]
        self.torn = self.whole[:-cut]
        self.aside = quarantine_key(self.key)
        self.alice.crash()
        self.entries[self.key] = self.torn
        if at is not None:
            self.alice.disk.times[self.key] = at

    @property
    def entries(self) -> dict[StorageKey, bytes]:
        return self.alice.disk.entries

    def open(self) -> None:
        self.alice.restart()
        self.alice.find(self.note)
        self.sim.run_until_quiet()

    def told(self) -> list[StorageKey | None]:
        """Of each report where the chunk was kept."""
        return [notice.kept for notice in self.alice.heard(ChunkSetAside) if notice.key == self.key]


def test_a_chunk_that_stays_torn_for_a_minute_is_kept_aside(sim: Simulation) -> None:
    wreck = Wreck(sim)
    wreck.open()
    assert wreck.told() == [None], "it is told at once\n" + sim.story()
    sim.run(55.0)
    assert wreck.key in wreck.entries and wreck.aside not in wreck.entries, sim.story()
    sim.run(10.0)
    assert wreck.key not in wreck.entries and wreck.entries[wreck.aside] == wreck.torn, sim.story()
    assert wreck.told() == [None, wreck.aside], sim.story()


@pytest.mark.parametrize("spoil", [lambda data: b"", lambda data: bytes(len(data)), lambda data: data[:4]])
def test_what_a_power_cut_leaves_under_a_chunks_name_is_torn(sim: Simulation, spoil: object) -> None:
    """Nothing, zeros, or a beginning."""
    assert callable(spoil)
    wreck = Wreck(sim)
    wreck.entries[wreck.key] = wreck.torn = spoil(wreck.whole)
    wreck.open()
    sim.run(70.0)
    assert wreck.entries.get(wreck.aside) == wreck.torn and wreck.key not in wreck.entries, sim.story()


def test_a_wrong_checksum_is_torn(sim: Simulation) -> None:
    wreck = Wreck(sim)
    wreck.entries[wreck.key] = wreck.torn = wreck.whole[:-1] + bytes([wreck.whole[-1] ^ 1])
    wreck.open()
    sim.run(70.0)
    assert wreck.entries.get(wreck.aside) == wreck.torn, sim.story()


def test_one_that_is_finished_meanwhile_is_applied_and_stays(sim: Simulation) -> None:
    wreck = Wreck(sim)
    wreck.open()
    sim.run(30.0)
    wreck.entries[wreck.key] = wreck.whole
    sim.run(60.0)
    assert wreck.alice.value(wreck.note)["k2"] == 2, sim.story()
    assert wreck.entries[wreck.key] == wreck.whole and wreck.aside not in wreck.entries, sim.story()


def test_one_that_grows_is_given_another_minute(sim: Simulation) -> None:
    wreck = Wreck(sim, cut=20)
    wreck.open()
    for cut in (15, 10, 5):
        sim.run(50.0)
        wreck.entries[wreck.key] = wreck.whole[:-cut]
    sim.run(55.0)
    assert wreck.aside not in wreck.entries, sim.story()
    sim.run(70.0)
    assert wreck.entries[wreck.aside] == wreck.whole[:-5], sim.story()


def test_where_the_store_knows_times_an_old_one_is_looked_at_twice_and_goes(sim: Simulation) -> None:
    sim.run(1_000.0)
    wreck = Wreck(sim, at=100)
    wreck.open()
    sim.run(3.0)
    assert wreck.key in wreck.entries, sim.story()
    sim.run(4.0)
    assert wreck.key not in wreck.entries and wreck.entries[wreck.aside] == wreck.torn, sim.story()


def test_where_the_store_knows_times_a_young_one_waits_for_its_minute(sim: Simulation) -> None:
    sim.run(1_000.0)
    wreck = Wreck(sim, at=int(sim.now) - 30)
    wreck.open()
    sim.run(20.0)
    assert wreck.key in wreck.entries, sim.story()
    sim.run(20.0)
    assert wreck.key not in wreck.entries, sim.story()


def test_one_that_is_written_whole_while_it_is_put_aside_stays(sim: Simulation) -> None:
    wreck = Wreck(sim)
    wreck.open()
    wreck.alice.disk.latency = 10.0
    sim.run(75.0)
    assert wreck.aside not in wreck.entries, sim.story()
    wreck.entries[wreck.key] = wreck.whole
    sim.run(100.0)
    assert wreck.entries[wreck.key] == wreck.whole, sim.story()
    assert wreck.alice.value(wreck.note)["k2"] == 2, sim.story()


def test_what_cannot_be_kept_aside_stays_where_it_is(sim: Simulation) -> None:
    wreck = Wreck(sim)
    wreck.open()
    disk = wreck.alice.disk
    perform = disk.perform

    def read_only(effect: DiskEffect) -> e.Event:
        return (
            e.PutFailed(effect.token, "read-only file system") if isinstance(effect, Put) else perform(effect)
        )

    disk.perform = read_only  # type: ignore[method-assign]
    sim.run(200.0)
    assert wreck.entries[wreck.key] == wreck.torn, sim.story()
    disk.perform = perform  # type: ignore[method-assign]
    sim.run(100.0)
    assert wreck.entries.get(wreck.aside) == wreck.torn and wreck.key not in wreck.entries, sim.story()


def test_a_whole_chunk_whose_dependencies_are_missing_is_never_put_aside(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = large(sim, alice)
    other = alice.document(note).fork(actor=sim.actor())
    with other.change() as root:
        root["missing"] = 1
    between = other.heads
    with other.change() as root:
        root["n"] = 1
    late = other.save_since(between)
    key = (note, KeyKind.INCREMENTAL.value, "ff" * 32)
    alice.crash()
    alice.disk.entries[key] = late
    alice.restart()
    alice.find(note)
    sim.run(600.0)
    assert alice.disk.entries[key] == late and not quarantined(alice), sim.story()


def test_a_torn_chunk_that_a_watched_store_tells_of_is_put_aside_as_well(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = large(sim, alice)
    key = (note, KeyKind.SNAPSHOT.value, "ab" * 32)
    alice.disk.entries[key] = alice.document(note).save()[:-7]
    alice.feed(e.StorageChanged(key))
    sim.run(30.0)
    assert not alice.heard(ChunkSetAside), "it may still be being written\n" + sim.story()
    sim.run(40.0)
    (aside,) = alice.heard(ChunkSetAside)
    assert aside.kept == quarantine_key(key) and quarantined(alice) == [aside.kept], sim.story()


def test_a_document_that_leaves_memory_takes_its_suspects_along(sim: Simulation) -> None:
    wreck = Wreck(sim)
    wreck.open()
    wreck.alice.unload(wreck.note)
    sim.run(200.0)
    assert wreck.entries[wreck.key] == wreck.torn, sim.story()
    wreck.alice.find(wreck.note)
    sim.run(70.0)
    assert wreck.aside in wreck.entries, sim.story()


def quarantined(repo: SimulatedRepo) -> list[StorageKey]:
    return [key for key in repo.disk.entries if "quarantine" in key]


def documents(repo: SimulatedRepo) -> set[DocumentId]:
    return {DocumentId(key[0]) for key in repo.disk.entries if is_chunk(key)}


def test_what_is_in_quarantine_is_no_history(sim: Simulation) -> None:
    wreck = Wreck(sim)
    wreck.open()
    sim.run(70.0)
    assert documents(wreck.alice) == {wreck.note}, sim.story()
    wreck.open()
    sim.run(70.0)
    assert not wreck.told()[2:], "and it is not reported again\n" + sim.story()


@pytest.mark.parametrize("watched", [False, True])
def test_what_is_whole_of_a_torn_chunk_is_durable_before_it_goes(sim: Simulation, watched: bool) -> None:
    """One chunk may hold many changes: merged ones, and what was edited while the disk was slow."""
    alice = sim.repo("alice")
    note = large(sim, alice)
    other = alice.document(note).fork(actor=sim.actor())
    before = other.heads
    for number in range(5):
        with other.change() as root:
            root[f"k{number}"] = number
    data = other.save_since(before)
    key = (note, KeyKind.INCREMENTAL.value, "ab" * 32)
    if not watched:
        alice.crash()
    alice.disk.entries[key] = data[:-3]
    if watched:
        alice.feed(e.StorageChanged(key))
    else:
        alice.restart()
        alice.find(note)
    sim.run(100.0)
    assert quarantined(alice) == [quarantine_key(key)] and key not in alice.disk.entries, sim.story()
    alice.restart()
    alice.find(note)
    sim.run_until_quiet()
    assert [alice.value(note).get(f"k{number}") for number in range(5)] == [0, 1, 2, 3, None], sim.story()
