"""A bad change is contained: its sender answers for it, and nobody's good changes are lost with it."""

import zlib
from random import Random

import pytest

from jupyter_automerge.document.chunks import inflate
from jupyter_automerge.engine.notices import ChangesRefused
from jupyter_automerge.engine.sync_forms import reset
from jupyter_automerge.testing.bad_chunks import garbage, sealed, spoil, wrong_checksum
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulated_stranger import Stranger
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.limits import MAX_INFLATED_BYTES
from jupyter_automerge.wire.sync_message import V1, SyncMessage


def with_changes(*chunks: bytes) -> bytes:
    return SyncMessage(V1, changes=chunks).encode()


def joined(sim: Simulation, host: SimulatedRepo) -> Stranger:
    stranger = sim.stranger("mallory", host)
    stranger.join()
    return stranger


def test_one_bad_chunk_restarts_the_session_and_nothing_is_lost(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    link = sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    spoiled = spoil(link, alice, Random(1))
    alice.change(note, n=1)
    sim.run_until_quiet()
    assert spoiled.done, sim.story()
    (refusal,) = bob.heard(ChangesRefused)
    assert (refusal.document_id, refusal.peer_id, refusal.muted) == (note, alice.peer_id, False), sim.story()
    assert sim.documents_equal(note), sim.story()
    assert bob.value(note) == {"n": 1}, sim.story()


def test_a_second_offence_mutes_the_document_on_that_connection_alone(sim: Simulation) -> None:
    alice, bob, carol = sim.repos("alice", "bob", "carol")
    link = sim.connect(alice, bob)
    sim.connect(carol, bob)
    note = sim.shared(alice, bob, carol)
    other = sim.shared(alice, bob, carol)
    for number in (1, 2):
        spoil(link, alice, Random(number))
        alice.change(note, n=number)
        sim.run_until_quiet()
    refusals = bob.heard(ChangesRefused)
    assert [refusal.muted for refusal in refusals] == [False, True], sim.story()
    assert bob.row(note, alice).denied, sim.story()
    alice.change(other, n=7)
    carol.change(note, by="carol")
    sim.run_until_quiet()
    assert bob.value(other) == {"n": 7}, "the other document goes on\n" + sim.story()
    assert bob.value(note)["by"] == "carol", "and so do the other peers\n" + sim.story()
    link.reset_counts()
    alice.change(note, n=8)
    sim.run(60)
    assert link.sync_messages.get(note, 0) <= 1, "a muted document is not answered\n" + sim.story()
    sim.replug(link)
    sim.run_until_quiet()
    assert sim.documents_equal(note), "a new connection is a new chance\n" + sim.story()


def test_good_changes_beside_a_bad_one_are_not_held_against_their_author(sim: Simulation) -> None:
    """Mallory passes Alice's newest change on together with a bad one: Alice must still get it through."""
    alice, bob = sim.repos("alice", "bob")
    link = sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    sim.cut(link)
    alice.change(note, n=1)
    newest = alice.document(note).save_since(bob.heads(note))
    mallory = joined(sim, bob)
    mallory.say(note, with_changes(newest, garbage(Random(3))))
    sim.run_until_quiet()
    assert [refusal.peer_id for refusal in bob.heard(ChangesRefused)] == ["mallory"], sim.story()
    sim.heal(link)
    sim.run_until_quiet()
    assert sim.documents_equal(note), sim.story()
    assert [refusal.peer_id for refusal in bob.heard(ChangesRefused)] == ["mallory"], sim.story()


def test_a_batch_with_a_bad_message_finds_the_guilty_one(sim: Simulation) -> None:
    """Three peers' messages wait while a change is open; only the one with the bad chunk is refused."""
    bob = sim.repo("bob")
    writers = sim.repos("alice", "carol", "dave")
    links = [sim.connect(writer, bob) for writer in writers]
    note = sim.shared(bob, *writers)
    with bob.changing(note) as root:
        root["by bob"] = True
        spoil(links[1], writers[1], Random(5))
        for writer in writers:
            writer.change(note, **{writer.name: True})
        sim.run(0.1)
    sim.run_until_quiet()
    assert [refusal.peer_id for refusal in bob.heard(ChangesRefused)] == [writers[1].peer_id], sim.story()
    assert sim.documents_equal(note), sim.story()
    assert bob.value(note) == {"n": 0, "by bob": True, "alice": True, "carol": True, "dave": True}


def test_a_repeated_bad_chunk_is_known_by_its_hash(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = sim.shared(alice)
    bad = garbage(Random(1))
    for name in ("mallory", "eve"):
        stranger = sim.stranger(name, alice)
        stranger.join()
        stranger.say(note, with_changes(bad))
        sim.run_until_quiet()
    reasons = [refusal.reason for refusal in alice.heard(ChangesRefused)]
    assert len(reasons) == 2 and "refused before" in reasons[1], sim.story()


@pytest.fixture
def inflated(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Every compressed body that is inflated from here on."""
    bodies: list[bytes] = []

    def noting(body: bytes) -> bytes:
        bodies.append(body)
        return inflate(body)

    monkeypatch.setattr("jupyter_automerge.document.chunks.inflate", noting)
    return bodies


def bomb() -> bytes:
    """A few kilobytes that inflate to a megabyte too many, checksum and all."""
    packer = zlib.compressobj(9, wbits=-15)
    megabyte, number = bytes(1 << 20), (MAX_INFLATED_BYTES >> 20) + 1
    return sealed(2, b"".join(packer.compress(megabyte) for _ in range(number)) + packer.flush())


def test_a_bomb_among_good_changes_is_inflated_once_and_never_again(
    sim: Simulation, inflated: list[bytes]
) -> None:
    alice = sim.repo("alice")
    note = sim.shared(alice)
    good = []
    for number in range(3):
        other = alice.document(note).fork(actor=sim.actor())
        with other.change() as root:
            root[f"good {number}"] = True
        good.append(other.save_since(alice.heads(note)))
    bad = bomb()
    for name in ("mallory", "eve"):
        stranger = sim.stranger(name, alice)
        stranger.join()
        stranger.say(note, with_changes(good[0], bad, *good[1:]))
        sim.run_until_quiet()
    assert len(inflated) == 1, sim.story()
    assert len(alice.heard(ChangesRefused)) == 2, sim.story()
    assert alice.value(note).keys() == {"n", "good 0", "good 1", "good 2"}, sim.story()


def test_an_unsaved_local_edit_survives_a_bad_chunk(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = sim.shared(alice)
    alice.disk.paused = True
    alice.change(note, mine="unsaved")
    mallory = joined(sim, alice)
    mallory.say(note, with_changes(wrong_checksum(alice.document(note).save_since(frozenset()))))
    sim.run_until_quiet()
    assert alice.heard(ChangesRefused), sim.story()
    assert alice.value(note) == {"n": 0, "mine": "unsaved"}, sim.story()
    alice.resume_disk()
    sim.run_until_quiet()
    alice.restart()
    alice.find(note)
    sim.run_until_quiet()
    assert alice.value(note) == {"n": 0, "mine": "unsaved"}, sim.story()


def test_a_refused_session_begins_again_with_one_reset_message(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = sim.shared(alice)
    mallory = joined(sim, alice)
    mallory.ask(note)
    sim.run_until_quiet()
    mallory.forget()
    mallory.say(note, with_changes(garbage(Random(1))))
    sim.run_until_quiet()
    assert [message for message in mallory.sync_messages(note) if message == reset()], sim.story()
