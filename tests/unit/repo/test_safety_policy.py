"""When a document counts as safe, and the one line that says so."""

from dataclasses import replace
from math import inf

import pytest

from jupyter_automerge.document import Document
from jupyter_automerge.engine.notices import StoreRow
from jupyter_automerge.repo import SafetyPolicy, SyncSummary
from jupyter_automerge.repo.local_copy import local_copy
from jupyter_automerge.repo.summary import summarise
from jupyter_automerge.values.heads import NO_HEADS, Heads
from jupyter_automerge.values.limits import STALLED_AFTER_SECONDS
from jupyter_automerge.values.status import Level, Link, PeerState, Relation, Safety, Trust
from tests.unit.repo.rows_at_hand import (
    JAVASCRIPT,
    NOW,
    OFFLINE,
    PAGE,
    SERVER,
    judge_of,
    peers_of,
    stored,
)

ANY = SafetyPolicy()


def note() -> Document:
    document = Document()
    with document.change() as root:
        root["n"] = 1
    return document


PLAN = note()
ALL = PLAN.heads


def safe(*rows: StoreRow, policy: SafetyPolicy = ANY, trusted: frozenset[str] = frozenset()) -> list[bool]:
    return [row.safe for row in peers_of(rows, PLAN, policy=policy, trusted=trusted)]


def test_one_other_store_that_has_stored_it_is_enough() -> None:
    assert safe(stored(SERVER, ALL)) == [True]
    assert safe(stored(OFFLINE, ALL)) == [True], "what is stored does not need a connection"
    assert safe(replace(SERVER, received=ALL)) == [False], "a crash there would lose it"
    assert safe(replace(SERVER, sent=ALL)) == [False]


def test_who_never_counts_has_everything_in_vain() -> None:
    has_all = stored(SERVER, ALL)
    for row in (
        replace(has_all, same_store=True),
        replace(has_all, clone=True),
        replace(has_all, denied=True),
        replace(has_all, trust=Trust.UNTRUSTED),
        replace(has_all, trust=Trust.DEAD),
        replace(has_all, link=Link.GONE),
        replace(PAGE, received=ALL),
    ):
        assert safe(row) == [False]


def test_the_memory_of_a_page_counts_where_the_policy_says_so() -> None:
    policy = SafetyPolicy(count_ephemeral=True, level=Level.RECEIVED)
    assert safe(replace(PAGE, received=ALL), policy=policy) == [True]


def test_what_a_javascript_server_held_before_it_came_back_is_no_copy() -> None:
    came_back = replace(JAVASCRIPT, last_heard=ALL)
    (row,) = peers = peers_of([came_back], PLAN)
    assert (row.relation, row.missing_there, row.level, row.safe) == (Relation.SYNCED, 0, Level.NONE, False)
    assert row.state is PeerState.SYNCING and not peers.all_synced
    (row,) = peers_of([came_back], PLAN, now=NOW + STALLED_AFTER_SECONDS)
    assert row.state is PeerState.STALLED
    assert safe(came_back, policy=SafetyPolicy(level=Level.RECEIVED)) == [False]
    told = summary(came_back)
    assert told.state is Safety.SYNCING and "came back, and has not said yet what it has" in told.words


def test_word_of_others_does_not_count_while_the_store_itself_is_connected() -> None:
    """They may speak of a life of it that is over."""
    told = replace(JAVASCRIPT, relayed=ALL, via=("hub",))
    trusted = frozenset(["hub"])
    assert safe(replace(told, link=Link.RELAYED), trusted=trusted) == [True]
    assert safe(told, trusted=trusted) == [False]


def test_a_javascript_server_counts_unless_a_better_one_is_in_reach() -> None:
    javascript = replace(JAVASCRIPT, received=ALL)
    assert safe(javascript) == [True]
    assert safe(replace(javascript, link=Link.OFFLINE)) == [True], "as of when it was last heard"
    assert safe(javascript, OFFLINE) == [True, False]
    assert safe(javascript, SERVER) == [False, False]
    assert safe(javascript, stored(SERVER, ALL)) == [False, True]
    assert safe(javascript, replace(SERVER, denied=True)) == [True, False]


def test_what_others_tell_counts_only_if_all_of_them_are_trusted() -> None:
    told = replace(JAVASCRIPT, link=Link.RELAYED, relayed=ALL, via=("relay", "other relay"))
    assert safe(told) == [False]
    assert safe(told, trusted=frozenset({"relay"})) == [False]
    assert safe(told, trusted=frozenset({"relay", "other relay"})) == [True]


def test_a_store_behind_an_untrusted_relay_does_not_keep_the_best_word_of_others_from_counting() -> None:
    javascript = replace(JAVASCRIPT, received=ALL)
    hidden = replace(OFFLINE, link=Link.RELAYED, relayed=ALL, via=("relay",))
    assert safe(javascript, hidden) == [True, False]
    assert safe(javascript, hidden, trusted=frozenset({"relay"})) == [False, False]


def test_the_memory_of_a_store_that_reports_what_it_stored_is_no_copy_however_we_hear_of_it() -> None:
    """It told us that it had received everything, left, and others tell that it is there."""
    hidden = replace(OFFLINE, link=Link.RELAYED, received=ALL, via=("relay",))
    assert safe(hidden) == [False]
    assert safe(replace(hidden, stored=ALL)) == [True]
    assert safe(hidden, policy=SafetyPolicy(level=Level.RECEIVED)) == [True]


def test_only_the_stores_that_are_named_count() -> None:
    policy = SafetyPolicy(stores=["archive"])
    archive = replace(stored(OFFLINE, ALL), petname="archive")
    assert safe(stored(SERVER, ALL), archive, policy=policy) == [False, True]


def test_old_word_counts_while_the_store_is_connected() -> None:
    policy = SafetyPolicy(max_age=3_600)
    old = replace(stored(SERVER, ALL), as_of=NOW - 7_200)
    assert safe(old, policy=policy) == [True]
    assert safe(replace(old, link=Link.OFFLINE), policy=policy) == [False]
    assert safe(replace(old, link=Link.OFFLINE, as_of=NOW - 60), policy=policy) == [True]
    assert safe(replace(old, link=Link.OFFLINE, as_of=-inf), policy=policy) == [False], "nobody knows how old"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"copies": 0}, "protects nothing"),
        ({"level": Level.SENT}, "proves nothing"),
        ({"copies": 2, "stores": ["one"]}, "name more"),
    ],
)
def test_a_policy_that_nobody_or_everybody_meets_is_refused(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        SafetyPolicy(**wrong)  # type: ignore[arg-type]  # wrong on purpose


def test_a_single_name_is_one_store_and_not_its_letters() -> None:
    assert SafetyPolicy(stores="archive").stores == ("archive",)


# The summary


def summary(
    *rows: StoreRow,
    policy: SafetyPolicy = ANY,
    saved: Heads | None = ALL,
    trouble: str = "",
    now: float = NOW,
) -> SyncSummary:
    local = local_copy(PLAN, ALL, saved, "own store", trouble)
    return summarise(local, peers_of(rows, PLAN, policy=policy, now=now), judge_of(policy, frozenset(), now))


def test_S1_alone_is_not_the_same_as_safe() -> None:
    assert str(summary()) == "alone: only here: no other store is known"
    assert summary(replace(PAGE, received=ALL)).state is Safety.ALONE, "a page is no store"
    assert summary(replace(stored(SERVER, ALL), same_store=True)).state is Safety.ALONE
    assert str(summary(saved=None)) == "alone: only in this process, which has no store: it ends with it"


def test_what_is_not_saved_here_yet_comes_first() -> None:
    unsaved = summary(stored(SERVER, ALL), saved=NO_HEADS)
    assert (unsaved.state, unsaved.copies) == (Safety.UNSAVED, 1)
    assert unsaved.words == "1 change not saved here yet; stored by server"


def test_a_store_that_fails_is_an_error_whoever_else_has_it() -> None:
    broken = summary(stored(SERVER, ALL), trouble="no space left", saved=NO_HEADS)
    assert (broken.state, broken.copies) == (Safety.ERROR, 1)
    assert broken.words == "this store fails: no space left; stored by server"


def test_safe_says_where_and_on_what_word() -> None:
    assert str(summary(stored(SERVER, ALL))) == "safe: stored by server"
    javascript = summary(replace(JAVASCRIPT, received=ALL))
    assert str(javascript) == "safe: reported in memory by sync.example.org"
    assert str(summary(SERVER, policy=SafetyPolicy(level=Level.RECEIVED))).startswith("syncing: ")


def test_changes_on_their_way_and_changes_that_do_not_move() -> None:
    assert str(summary(SERVER)) == "syncing: server (5e7f0000) lacks 1 change"
    waiting = summary(replace(SERVER, received=ALL))
    assert str(waiting) == "syncing: server (5e7f0000) has not stored it yet"
    stalled = summary(SERVER, now=NOW + STALLED_AFTER_SECONDS + 1)
    assert str(stalled) == "stalled: server (5e7f0000) lacks 1 change, and nothing moves"
    other = replace(SERVER, store_id="other", name="other", moved_at=NOW + STALLED_AFTER_SECONDS)
    assert summary(SERVER, other, now=NOW + STALLED_AFTER_SECONDS + 1).state is Safety.SYNCING


def test_nobody_in_reach_who_could_keep_it() -> None:
    assert str(summary(OFFLINE)) == "unsent: laptop (1a970000) lacks 1 change, out of reach"
    dialing = summary(replace(OFFLINE, link=Link.DIALING))
    assert str(dialing) == "unsent: laptop (1a970000) lacks 1 change, being dialed"


def test_one_copy_of_two_says_what_is_wanting() -> None:
    two = SafetyPolicy(copies=2)
    half = summary(stored(SERVER, ALL), policy=two)
    assert (half.state, half.copies) == (Safety.UNSENT, 1)
    assert half.words == ("stored by server; 2 copies are asked for, and no other store that counts is known")
    waits = summary(stored(SERVER, ALL), OFFLINE, policy=two)
    assert waits.words == "stored by server; laptop (1a970000) lacks 1 change, out of reach"
    assert summary(stored(SERVER, ALL), stored(OFFLINE, ALL), policy=two).state is Safety.SAFE


# The own copy


def test_the_own_copy_against_its_own_heads() -> None:
    copy = local_copy(PLAN, ALL, NO_HEADS, "own store", "")
    assert (copy.relation, copy.level, copy.missing, copy.durable) == (
        Relation.SYNCED,
        Level.RECEIVED,
        1,
        True,
    )
    copy = local_copy(PLAN, ALL, ALL, "own store", "")
    assert (copy.relation, copy.level, copy.missing) == (Relation.SYNCED, Level.STORED, 0)
    copy = local_copy(PLAN, ALL, None, "own store", "")
    assert (copy.durable, copy.level, copy.missing) == (False, Level.RECEIVED, 1)


def test_the_own_copy_for_a_stateless_asker() -> None:
    stranger = frozenset([b"?" * 32])
    asked = {
        heads: local_copy(PLAN, heads, ALL, "own store", "")
        for heads in (NO_HEADS, ALL, stranger, ALL | stranger)
    }
    assert {heads: copy.relation for heads, copy in asked.items()} == {
        NO_HEADS: Relation.BEHIND,
        ALL: Relation.SYNCED,
        stranger: Relation.DIVERGED,
        ALL | stranger: Relation.AHEAD,
    }
    assert asked[stranger].level is Level.NONE and asked[ALL].level is Level.STORED
