"""The Engine's small parts by themselves: tables, windows, forms."""

from itertools import product
from random import Random

import pytest

from jupyter_automerge.document import Document, SyncSession
from jupyter_automerge.engine.blame import guilty_chunks
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.dialer import TRANSITIONS, Dialer, Turn
from jupyter_automerge.engine.effects import Load
from jupyter_automerge.engine.ephemeral import Heard
from jupyter_automerge.engine.events import Event, Loaded
from jupyter_automerge.engine.session import Policy
from jupyter_automerge.engine.sharing import verdict
from jupyter_automerge.engine.sync_forms import decode_state, encode_state, prime, reset, since
from jupyter_automerge.errors import ImpossibleEvent, RemoteProtocolError
from jupyter_automerge.testing.bad_chunks import garbage
from jupyter_automerge.values.ids import DialerId
from jupyter_automerge.values.limits import EPHEMERAL_WINDOW
from jupyter_automerge.values.status import DialerState
from jupyter_automerge.wire.sync_message import parse


@pytest.mark.parametrize(
    ("announce", "access", "expected"),
    [
        (True, True, Policy.ANNOUNCE),
        (False, True, Policy.SHARE),
        (False, False, Policy.DENIED),
        (True, False, Policy.DENIED),
    ],
)
def test_the_table_of_share_policies(announce: bool, access: bool, expected: Policy) -> None:
    assert verdict(announce, access) is expected


def test_each_count_of_a_session_is_new_once() -> None:
    heard = Heard()
    assert [heard.is_new(count) for count in (1, 2, 2, 5, 3, 4, 3, 1)] == [
        True, True, False, True, True, True, False, False,
    ]  # fmt: skip


def test_counts_far_behind_are_taken_for_duplicates() -> None:
    heard = Heard()
    assert heard.is_new(1000)
    assert heard.is_new(1000 - EPHEMERAL_WINDOW + 1)
    assert not heard.is_new(1000 - EPHEMERAL_WINDOW)


def test_a_leap_of_counts_forgets_no_duplicate() -> None:
    heard = Heard()
    for count in range(1, 10_000, 37):
        assert heard.is_new(count)
        assert not heard.is_new(count)


def test_every_impossible_move_of_a_dialer_is_refused() -> None:
    for state, turn in product(DialerState, Turn):
        dialer = Dialer(DialerId(1), "ws://server", Desk(), lambda: 0.5, lambda endpoint: None)
        dialer.state = state
        if (state, turn) in TRANSITIONS:
            dialer.turn(turn)
            assert dialer.state is TRANSITIONS[state, turn]
        else:
            with pytest.raises(ImpossibleEvent):
                dialer.turn(turn)


def test_an_answer_is_given_once_and_a_forgotten_question_never() -> None:
    desk = Desk()
    answers: list[Event] = []
    tokens = [desk.ask(lambda token: Load(token, ("x",)), answers.append) for _ in range(2)]
    desk.forget(tokens[1])
    for token in (*tokens, *tokens, 99):
        desk.answered(token, Loaded(token, ()))
    assert answers == [Loaded(tokens[0], ())]
    assert desk.open_questions == 0


def test_deadlines_are_met_in_their_order() -> None:
    desk = Desk()
    met: list[float] = []
    for when in (3.0, 1.0, 2.0, 1.0):
        desk.at(when, lambda when=when: met.append(when))  # type: ignore[misc]
    desk.now = 2.5
    desk.run_due()
    assert met == [1.0, 1.0, 2.0] and desk.next_deadline() == 3.0


@pytest.mark.parametrize("count", [0, 1, 127, 128, 300])
def test_a_saved_sync_state_of_any_size_reads_as_it_was_written(count: int) -> None:
    heads = frozenset(number.to_bytes(32, "big") for number in range(count))
    assert decode_state(encode_state(heads)) == heads


@pytest.mark.parametrize("lost", [1, 2, 3, 31, 32, 33])
def test_a_torn_sync_state_is_refused(lost: int) -> None:
    data = encode_state(frozenset(bytes([number]) * 32 for number in range(3)))
    with pytest.raises(RemoteProtocolError):
        decode_state(data[:-lost])


def test_our_own_sync_messages_mean_to_the_core_what_they_say() -> None:
    """A primed session sends nothing that was primed, and a reset makes it send everything again."""
    ours, theirs = Document(actor=bytes(16)), Document()
    with ours.change() as root:
        root["n"] = 1
    theirs.apply([ours.save()])
    with ours.change() as root:
        root["n"] = 2
    session = SyncSession()
    ours.receive(session, prime(theirs.heads).encode())
    first = ours.generate(session)
    assert first is not None and parse(first).have[0].last_sync == tuple(theirs.heads)
    hello = theirs.generate(SyncSession())
    assert hello is not None
    ours.receive(session, since(parse(hello), theirs.heads).encode())
    answer = ours.generate(session)
    assert answer is not None and len(parse(answer).changes) == 1
    ours.receive(session, reset().encode())
    again = ours.generate(session)
    assert again is not None and sum(map(len, parse(again).changes)) > sum(map(len, parse(answer).changes))


def test_the_bad_chunks_of_a_message_are_found_and_the_good_ones_applied() -> None:
    source, document = Document(actor=bytes(16)), Document()
    good = []
    for number in range(10):
        before = source.heads
        with source.change() as root:
            root["n"] = number
        good.append(source.save_since(before))
    bad = [garbage(Random(seed)) for seed in range(2)]
    mixed = [*good[:3], bad[0], *good[3:8], bad[1], *good[8:]]
    assert sorted(guilty_chunks(document, mixed)) == sorted(bad)
    assert document.heads == source.heads
