"""Relation, state and activity of a row, against a second way of finding the ancestors of heads."""

from collections.abc import Set
from dataclasses import replace
from datetime import timedelta
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_automerge.document import Document
from jupyter_automerge.engine.notices import StoreRow
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.limits import STALLED_AFTER_SECONDS
from jupyter_automerge.values.status import Activity, Level, Link, PeerState, Relation, Trust
from tests.unit.repo.rows_at_hand import JAVASCRIPT, NOON, NOW, OFFLINE, SERVER, peer_of, peers_of, stored

STRANGER = b"?" * 32
LATE = STALLED_AFTER_SECONDS + 0.1


def note(changes: int = 1) -> Document:
    document = Document()
    for number in range(changes):
        with document.change() as root:
            root["n"] = number
    return document


def edited(document: Document) -> None:
    with document.change() as root:
        root["edited"] = len(document.history())


def test_S3_an_edit_puts_us_ahead_and_the_answer_in_sync() -> None:
    plan = note()
    server = stored(SERVER, plan.heads)
    assert peer_of(server, plan).state is PeerState.SYNCED

    edited(plan)

    row = peer_of(server, plan)
    assert (row.relation, row.state, row.missing_there, row.safe) == (
        Relation.AHEAD,
        PeerState.SYNCING,
        1,
        False,
    )
    row = peer_of(stored(server, plan.heads), plan)
    assert (row.relation, row.state, row.missing_there, row.safe) == (
        Relation.SYNCED,
        PeerState.SYNCED,
        0,
        True,
    )


def test_S4_who_has_ours_and_more_is_behind_nobody_and_our_data_is_safe_there() -> None:
    ours, theirs = note(), Document()
    theirs.merge(ours)
    edited(theirs)

    row = peer_of(stored(SERVER, theirs.heads | ours.heads), ours)

    assert (row.relation, row.safe, row.missing_there, row.missing_here) == (Relation.BEHIND, True, 0, 1)
    assert row.heads != ours.heads, "comparing heads for equality would say that it has nothing of ours"


def test_S5_both_edited_apart_and_only_the_merge_tells_what_is_missing() -> None:
    ours = note()
    theirs = ours.fork()
    edited(ours)
    edited(theirs)
    server = stored(SERVER, theirs.heads)

    row = peer_of(server, ours)
    assert (row.relation, row.certain, row.safe) == (Relation.DIVERGED, False, False)

    ours.merge(theirs)
    row = peer_of(server, ours)
    assert (row.relation, row.certain, row.missing_there) == (Relation.AHEAD, True, 1)
    row = peer_of(stored(server, ours.heads), ours)
    assert (row.relation, row.certain, row.safe) == (Relation.SYNCED, True, True)


def test_S5_who_merged_ours_and_went_on_is_diverged_until_his_change_is_here() -> None:
    ours = note()
    theirs = ours.fork()
    edited(ours)
    theirs.merge(ours)
    edited(theirs)
    server = stored(SERVER, theirs.heads)

    assert peer_of(server, ours).relation is Relation.DIVERGED
    ours.merge(theirs)
    assert peer_of(server, ours).relation is Relation.SYNCED


def test_S6_heads_are_a_set_in_whatever_order_they_came() -> None:
    ours = note()
    branches = [ours.fork() for _ in range(4)]
    for branch in branches:
        edited(branch)
        ours.merge(branch)
    heads = [head for branch in branches for head in branch.heads]

    for order in (heads, heads[::-1], [*heads, *heads]):
        assert peer_of(stored(SERVER, frozenset(order)), ours).relation is Relation.SYNCED


@given(st.data())
def test_S7_the_table_of_relations_holds_for_every_history_and_every_evidence(data: st.DataObject) -> None:
    """Facts 3.3 against ancestors found by walking the history; evidence in any split over kinds of word."""
    ours, theirs = note(), Document()
    theirs.merge(ours)
    for who in data.draw(st.lists(st.sampled_from("otm"), max_size=6), label="edits, and merges into ours"):
        if who == "m":
            ours.merge(theirs)
        else:
            edited(ours if who == "o" else theirs)
    everything = theirs.fork()
    everything.merge(ours)
    parents = {one.hash: set(one.dependencies) for one in everything.history()}
    known = {one.hash for one in ours.history()}
    words = [frozenset(data.draw(st.sets(st.sampled_from(sorted(parents)), max_size=3))) for _ in range(3)]
    server = replace(SERVER, received=words[0], relayed=words[1], stored=words[2], via=("relay",))

    row = peer_of(server, ours)

    reported = words[0] | words[1] | words[2]
    lacking = known - ancestors(parents, reported & known)
    has_unknown = bool(reported - known)
    assert row.missing_there == len(lacking)
    assert (
        row.relation
        is {
            (False, False): Relation.SYNCED,
            (False, True): Relation.BEHIND,
            (True, False): Relation.AHEAD,
            (True, True): Relation.DIVERGED,
        }[bool(lacking), has_unknown]
    )
    assert row.certain is not has_unknown
    assert row.safe == (words[2] != frozenset() and known <= ancestors(parents, words[2] & known))


def ancestors(parents: dict[bytes, set[bytes]], heads: Set[bytes]) -> set[bytes]:
    found, waiting = set[bytes](), set(heads)
    while waiting:
        change = waiting.pop()
        found.add(change)
        waiting |= parents[change] - found
    return found


def test_nothing_heard_is_unknown_and_nothing_claimed() -> None:
    row = peer_of(replace(SERVER, known=False, as_of=None), note())
    assert (row.relation, row.state, row.missing_there, row.level) == (
        Relation.UNKNOWN,
        PeerState.UNKNOWN,
        None,
        Level.NONE,
    )
    assert not row.safe and row.as_of is None and row.unsent_since is None


@pytest.mark.parametrize("link", list(Link))
def test_the_state_is_the_first_that_is_so(link: Link) -> None:
    plan, reach = note(2), link in (Link.CONNECTED, Link.RELAYED)
    early = frozenset([plan.history()[0].hash])
    behind = replace(SERVER, link=link, received=early)

    assert state(replace(behind, denied=True, unavailable=True), plan) is PeerState.DENIED
    assert state(replace(behind, unavailable=True), plan) is PeerState.UNAVAILABLE
    assert state(replace(behind, known=False), plan) is PeerState.UNKNOWN
    assert state(replace(behind, received=plan.heads), plan) is PeerState.SYNCED
    assert state(behind, plan) is (PeerState.SYNCING if reach else PeerState.AHEAD)
    ahead = replace(behind, received=plan.heads | {STRANGER})
    assert state(ahead, plan) is (PeerState.SYNCING if reach else PeerState.BEHIND)
    apart = replace(behind, received=early | {STRANGER})
    assert state(apart, plan) is (PeerState.SYNCING if reach else PeerState.DIVERGED)


def state(row: StoreRow, plan: Document) -> PeerState:
    return peer_of(row, plan).state


def test_S32_connected_with_work_to_do_and_nothing_moves_is_stalled() -> None:
    plan = note(2)
    lagging = replace(SERVER, moved_at=NOW)

    assert peer_of(lagging, plan, now=NOW + 4.9).activity is Activity.ACTIVE
    row = peer_of(lagging, plan, now=NOW + LATE)
    assert (row.activity, row.state) == (Activity.STALLED, PeerState.STALLED)
    moved = replace(lagging, moved_at=NOW + 5)
    assert peer_of(moved, plan, now=NOW + LATE).state is PeerState.SYNCING, "bytes of a slow transfer moved"
    idle = stored(lagging, plan.heads)
    assert peer_of(idle, plan, now=NOW + LATE).activity is Activity.IDLE
    for link in (Link.RELAYED, Link.DIALING, Link.OFFLINE):
        assert peer_of(replace(lagging, link=link), plan, now=NOW + LATE).activity is Activity.IDLE


def test_S32_a_store_that_rested_for_an_hour_is_not_stalled_by_the_edit_of_this_moment() -> None:
    plan = note()
    rested = stored(SERVER, plan.heads)
    edited(plan)

    row = peer_of(rested, plan, now=NOW + 3_600, moved_at=NOW + 3_600)

    assert (row.activity, row.state) == (Activity.ACTIVE, PeerState.SYNCING)


def test_S42_a_clock_that_jumps_back_a_day_moves_no_date_into_the_future() -> None:
    plan = note(2)
    server = replace(SERVER, as_of=NOW - 60, unsent_since=NOW - 30, moved_at=NOW - 60)
    yesterday = NOON - timedelta(days=1)

    (row,) = peers_of([server], plan, wall=yesterday)

    assert row.as_of == yesterday - timedelta(seconds=60)
    assert row.unsent_since == yesterday - timedelta(seconds=30)
    assert row.activity is Activity.STALLED, "by the clock that never jumps"
    heard_later = replace(server, as_of=NOW + 86_400)
    (row,) = peers_of([heard_later], plan, wall=yesterday)
    assert row.as_of == yesterday, "what a clock noted that was set back since is not in the future"
    (row,) = peers_of([replace(server, as_of=-inf)], plan)
    assert row.as_of is None, "nobody knows when"


def test_S16_what_was_last_heard_of_a_store_out_of_reach_is_compared_with_what_is_here_now() -> None:
    plan = note(3)
    laptop = replace(stored(OFFLINE, plan.heads), as_of=NOW - 86_400)

    row = peer_of(laptop, plan)
    assert (row.state, row.link, row.as_of) == (PeerState.SYNCED, Link.OFFLINE, NOON - timedelta(days=1))
    edited(plan)
    edited(plan)
    row = peer_of(laptop, plan, moved_at=NOW - 10)
    assert (row.state, row.missing_there) == (PeerState.AHEAD, 2)
    assert row.unsent_since == NOON - timedelta(seconds=10)


def test_the_level_is_the_best_word_for_all_of_ours() -> None:
    plan = note(2)
    early, now = frozenset([plan.history()[0].hash]), plan.heads
    for row, level in (
        (replace(SERVER, sent=now), Level.SENT),
        (replace(SERVER, sent=now, received=early, stored=early), Level.SENT),
        (replace(SERVER, sent=early), Level.NONE),
        (replace(SERVER, received=now, stored=early), Level.RECEIVED),
        (replace(SERVER, relayed=now, via=("relay",)), Level.RECEIVED),
        (replace(SERVER, stored=now), Level.STORED),
    ):
        assert peer_of(row, plan).level is level


def test_names_are_told_apart_and_our_own_name_wins() -> None:
    plan = note()
    rows = [
        replace(SERVER, store_id="aaaaaaaa-1", name="laptop"),
        replace(SERVER, store_id="bbbbbbbb-2", name="Laptop"),
        replace(SERVER, store_id="cccccccc-3", name="whatever", petname="lab"),
        replace(SERVER, store_id="dddddddd-4", name="LAB"),
        replace(SERVER, store_id="eeeeeeee-5", name="", kind="page"),
        replace(SERVER, store_id="ffffffff-6", name="alone"),
        replace(SERVER, store_id="aaaaaaaa-7", name="laptop"),
    ]

    called = [row.called for row in peers_of(rows, plan)]

    assert called == [
        "laptop (aaaaaaaa-1)",
        "Laptop (bbbbbbbb)",
        "lab",
        "LAB (dddddddd)",
        "page (eeeeeeee)",
        "alone",
        "laptop (aaaaaaaa-7)",
    ]
    assert len(set(called)) == len(rows)


def test_against_heads_of_another_time_and_heads_that_are_unknown_here() -> None:
    plan = note(3)
    first: Heads = frozenset([plan.history()[0].hash])
    server = stored(SERVER, first)

    assert [row.missing_there for row in peers_of([server], plan, first)] == [0]
    assert [row.missing_there for row in peers_of([server], plan, first | {STRANGER})] == [1]
    named = stored(SERVER, first | {STRANGER})
    assert [row.missing_there for row in peers_of([named], plan, first | {STRANGER})] == [0]


def test_who_is_untrusted_or_lost_is_shown_as_ever() -> None:
    plan = note()
    for trust in Trust:
        row = peer_of(replace(stored(SERVER, plan.heads), trust=trust), plan)
        assert (row.state, row.level) == (PeerState.SYNCED, Level.STORED)
        assert row.safe is (trust in (Trust.NORMAL, Trust.TRUSTED))


def test_a_javascript_server_is_at_its_best_when_it_has_received() -> None:
    plan = note()
    row = peer_of(replace(JAVASCRIPT, received=plan.heads), plan)
    assert (row.level, row.safe) == (Level.RECEIVED, True)
