"""What is made of reports: by whom, of which life, in which order (docs/peers.md)."""

import pytest

from jupyter_automerge.document import Document
from jupyter_automerge.engine.notices import RowsChanged, StoreRegressed
from jupyter_automerge.engine.session import Standing
from jupyter_automerge.engine.store_files import SavedRow
from jupyter_automerge.values.heads import NO_HEADS
from jupyter_automerge.values.identity import PeerMetadata
from jupyter_automerge.values.ids import StorageId
from jupyter_automerge.values.limits import RELAYED_FOR_SECONDS, STALLED_AFTER_SECONDS
from jupyter_automerge.values.status import Link, Trust
from tests.unit.engine.ledger import Ledger, edit

STRANGE, STRANGER = frozenset([b"\x01" * 32]), frozenset([b"\x02" * 32])


# Memory


def test_S6_heads_are_a_set_whatever_order_they_come_in(ledger: Ledger, plan: Document) -> None:
    other = plan.fork()
    edit(plan, 1), edit(other, 2)
    plan.merge(other)
    bob = ledger.connect("bob")
    ledger.holds(bob, frozenset(sorted(plan.heads, reverse=True)))
    row = ledger.rows()["bob"]
    assert row.received == plan.heads and len(plan.heads) == 2
    assert row.unsent_since is None


def test_what_bob_said_before_does_not_get_lost_when_he_goes_on(ledger: Ledger, plan: Document) -> None:
    """S4: he has ours, and more; his new head alone would not tell."""
    bob = ledger.connect("bob")
    ledger.holds(bob, plan.heads)
    ledger.holds(bob, STRANGE)
    row = ledger.rows()["bob"]
    assert row.received == plan.heads | STRANGE
    assert row.unsent_since is None


def test_old_heads_leave_when_newer_ones_are_known(ledger: Ledger, plan: Document) -> None:
    bob = ledger.connect("bob")
    for number in range(20):
        ledger.holds(bob, edit(plan, number + 1))
    last = plan.heads
    assert ledger.rows()["bob"].received == last
    edit(plan, 100)
    edit(plan, 101)
    ledger.holds(bob, last)
    assert ledger.rows()["bob"].received == last


def test_S29b_a_server_that_came_back_with_less_has_less(ledger: Ledger, plan: Document) -> None:
    first = plan.heads
    server = ledger.connect("server", "1")
    ledger.holds(server, edit(plan, 1))
    ledger.disconnect(server)
    row = ledger.rows()["server"]
    assert (row.received, row.link, row.unsent_since) == (plan.heads, Link.OFFLINE, None), "as last heard"
    server = ledger.connect("server", "2")
    row = ledger.rows()["server"]
    assert (row.received, row.last_heard) == (NO_HEADS, plan.heads), "it has said nothing yet"
    ledger.holds(server, first)
    row = ledger.rows()["server"]
    assert row.received == first and row.stored == row.last_heard == NO_HEADS
    assert row.unsent_since == ledger.desk.now


def test_a_process_that_lost_its_connection_still_has_what_it_had(ledger: Ledger, plan: Document) -> None:
    first = plan.heads
    bob = ledger.connect("bob", "1")
    ledger.holds(bob, edit(plan, 1))
    ledger.disconnect(bob)
    bob = ledger.connect("bob", "1")
    ledger.holds(bob, first)
    assert ledger.rows()["bob"].received == plan.heads


def test_a_javascript_peer_is_another_one_at_each_handshake(ledger: Ledger, plan: Document) -> None:
    first = plan.heads
    claims = PeerMetadata(storage_id=StorageId("script"))
    page = ledger.connect("script", peer="page", claims=claims)
    ledger.holds(page, edit(plan, 1))
    ledger.disconnect(page)
    page = ledger.connect("script", peer="page", claims=claims)
    ledger.holds(page, first)
    assert ledger.rows()["script"].received == first


def test_of_two_repos_on_one_store_each_has_its_own(ledger: Ledger, plan: Document) -> None:
    first, second = plan.heads, edit(plan, 1)
    one, other = ledger.connect("lab", "1"), ledger.connect("lab", "2")
    ledger.holds(one, second)
    ledger.holds(other, first)
    assert ledger.rows()["lab"].received == second
    ledger.disconnect(one)
    row = ledger.rows()["lab"]
    assert row.received == first and not row.last_heard, "who had more is gone, and who is left has less"


def test_a_life_that_left_without_a_word_makes_the_one_before_it_the_last_heard_again(
    ledger: Ledger, plan: Document
) -> None:
    server = ledger.connect("server", "1")
    ledger.holds(server, plan.heads)
    ledger.disconnect(server)
    silent = ledger.connect("server", "2")
    assert not ledger.record.stores["server"].received
    ledger.disconnect(silent)
    row = ledger.rows()["server"]
    assert (row.received, row.last_heard) == (plan.heads, NO_HEADS)


def test_what_an_earlier_life_of_ours_heard_is_last_heard_too(ledger: Ledger, plan: Document) -> None:
    ledger.connect("server", "2")
    ledger.evidence.loaded(ledger.record, {StorageId("server"): SavedRow(plan.heads, as_of=1.0)})
    row = ledger.rows()["server"]
    assert (row.received, row.last_heard) == (NO_HEADS, plan.heads)


def test_S32_a_store_that_came_back_and_does_not_speak_stalls(ledger: Ledger, plan: Document) -> None:
    server = ledger.connect("server", "1")
    ledger.holds(server, plan.heads)
    ledger.disconnect(server)
    ledger.connect("server", "2")
    ledger.rows()
    ledger.notices(RowsChanged)
    ledger.pass_time(STALLED_AFTER_SECONDS + 0.1)
    assert ledger.notices(RowsChanged)


@pytest.mark.parametrize("standing", [Standing.WANTS, Standing.UNAVAILABLE])
def test_who_asks_for_it_or_says_that_it_is_not_there_has_nothing(
    ledger: Ledger, plan: Document, standing: Standing
) -> None:
    bob = ledger.connect("bob")
    ledger.holds(bob, plan.heads)
    bob.standing = standing
    if standing is Standing.WANTS:
        ledger.evidence.heard(ledger.record, bob, NO_HEADS)
    else:
        ledger.evidence.standing(ledger.record, bob)
    row = ledger.rows()["bob"]
    assert (row.received, row.known, row.unavailable) == (NO_HEADS, True, standing is Standing.UNAVAILABLE)


# Durable reports


def test_S29_a_store_that_was_put_back_is_found_out(ledger: Ledger, plan: Document) -> None:
    first = plan.heads
    server = ledger.connect("server")
    ledger.keeps(server, edit(plan, 1), 1.0)
    ledger.disconnect(server)
    server = ledger.connect("server", "2")
    ledger.keeps(server, first, 2.0)
    assert ledger.rows()["server"].stored == first
    assert ledger.notices(StoreRegressed) == [StoreRegressed("server", ledger.record.id)]


def test_a_report_of_the_same_life_that_lacks_what_it_had_proves_a_loss(
    ledger: Ledger, plan: Document
) -> None:
    first = plan.heads
    server = ledger.connect("server")
    ledger.keeps(server, edit(plan, 1), 1.0)
    plan.missing_from(first)  # somebody has looked at rows, so that the graph is there
    ledger.keeps(server, first, 2.0)
    assert ledger.rows()["server"].stored == first
    assert ledger.notices(StoreRegressed)


def test_the_first_report_of_a_life_proves_nothing_while_another_goes_on(
    ledger: Ledger, plan: Document
) -> None:
    first = plan.heads
    one = ledger.connect("lab", "1")
    ledger.keeps(one, edit(plan, 1), 5.0)
    other = ledger.connect("lab", "2")
    ledger.keeps(other, first, 6.0)
    assert ledger.rows()["lab"].stored == plan.heads
    assert not ledger.notices(StoreRegressed)


def test_unknown_heads_prove_nothing(ledger: Ledger, plan: Document) -> None:
    server = ledger.connect("server")
    ledger.keeps(server, plan.heads, 1.0)
    ledger.disconnect(server)
    server = ledger.connect("server", "2")
    ledger.keeps(server, STRANGE, 2.0)
    assert ledger.rows()["server"].stored == plan.heads | STRANGE
    assert not ledger.notices(StoreRegressed)


def test_a_loss_of_what_is_unknown_here_is_proven_once_it_is_known(ledger: Ledger, plan: Document) -> None:
    """Alice wrote what the server lost before we had it."""
    alice, old = plan.fork(), plan.heads
    assert plan.change_count == 1, "as for somebody who looks at the rows"
    ledger.keeps(ledger.connect("server"), edit(alice, 1), 1.0)
    ledger.disconnect(next(iter(ledger.record.sessions.values())))
    ledger.keeps(ledger.connect("server", "2"), old, 2.0)
    assert not ledger.notices(StoreRegressed)
    plan.merge(alice)
    assert ledger.rows()["server"].stored == old
    assert ledger.notices(StoreRegressed) == [StoreRegressed("server", ledger.record.id)]


def test_a_loss_beside_what_is_unknown_here_is_proven_once_that_is_known(
    ledger: Ledger, plan: Document
) -> None:
    """The server lost what we wrote, and Alice, who did not have it either, went on there."""
    alice = plan.fork()
    ledger.keeps(ledger.connect("server"), edit(plan, 1), 1.0)
    assert plan.change_count == 2, "as for somebody who looks at the rows"
    ledger.disconnect(next(iter(ledger.record.sessions.values())))
    theirs = edit(alice, 2)
    ledger.keeps(ledger.connect("server", "2"), theirs, 2.0)
    assert not ledger.notices(StoreRegressed)
    plan.merge(alice)
    assert ledger.rows()["server"].stored == theirs
    assert ledger.notices(StoreRegressed) == [StoreRegressed("server", ledger.record.id)]


def test_a_store_that_says_that_it_is_not_there_keeps_it_no_longer(ledger: Ledger, plan: Document) -> None:
    server = ledger.connect("server")
    ledger.keeps(server, plan.heads, 1.0)
    server.standing = Standing.UNAVAILABLE
    ledger.evidence.standing(ledger.record, server)
    assert ledger.rows()["server"].stored == NO_HEADS
    assert ledger.notices(StoreRegressed) == [StoreRegressed("server", ledger.record.id)]
    ledger.evidence.standing(ledger.record, server)
    assert not ledger.notices(StoreRegressed), "it is lost once"
    server.standing = Standing.HAS
    ledger.keeps(server, plan.heads, 2.0)
    assert ledger.rows()["server"].stored == plan.heads


def test_of_two_repos_on_one_store_one_may_keep_what_the_other_does_not_give(
    ledger: Ledger, plan: Document
) -> None:
    one, other = ledger.connect("lab", "1"), ledger.connect("lab", "2")
    ledger.keeps(one, plan.heads, 1.0)
    other.standing = Standing.UNAVAILABLE
    ledger.evidence.standing(ledger.record, other)
    assert ledger.rows()["lab"].stored == plan.heads
    assert not ledger.notices(StoreRegressed)


def test_S29_a_store_put_back_while_its_dead_connection_still_seems_open_is_found_out_when_that_closes(
    ledger: Ledger, plan: Document
) -> None:
    first = plan.heads
    dead = ledger.connect("server", "1")
    ledger.keeps(dead, edit(plan, 1), 1.0)
    ledger.keeps(ledger.connect("server", "2"), first, 2.0)
    ledger.disconnect(dead)
    assert ledger.rows()["server"].stored == first
    assert ledger.notices(StoreRegressed) == [StoreRegressed("server", ledger.record.id)]


def test_of_two_repos_on_one_store_one_leaves_and_the_other_vouches_for_all(
    ledger: Ledger, plan: Document
) -> None:
    first = plan.heads
    one, other = ledger.connect("lab", "1"), ledger.connect("lab", "2")
    ledger.keeps(one, edit(plan, 1), 1.0)
    ledger.keeps(other, first, 2.0)
    ledger.keeps(other, plan.heads, 3.0)
    ledger.disconnect(one)
    assert ledger.rows()["lab"].stored == plan.heads
    assert not ledger.notices(StoreRegressed)


def test_who_is_left_decides_whether_a_store_has_the_document(ledger: Ledger, plan: Document) -> None:
    dead, alive = ledger.connect("server", "1"), ledger.connect("server", "2")
    ledger.keeps(dead, plan.heads, 1.0)
    alive.standing = Standing.UNAVAILABLE
    ledger.evidence.standing(ledger.record, alive)
    assert not ledger.rows()["server"].unavailable
    ledger.disconnect(dead)
    row = ledger.rows()["server"]
    assert row.unavailable and row.stored == NO_HEADS, row
    assert ledger.notices(StoreRegressed) == [StoreRegressed("server", ledger.record.id)]


def test_a_late_report_takes_nothing_back(ledger: Ledger, plan: Document) -> None:
    first = plan.heads
    server = ledger.connect("server")
    ledger.keeps(server, edit(plan, 1), 2.0)
    ledger.keeps(server, first, 1.0)
    assert ledger.rows()["server"].stored == plan.heads
    assert not ledger.notices(StoreRegressed)


def test_S9_two_reports_of_one_millisecond_count_both(ledger: Ledger, plan: Document) -> None:
    other = plan.fork()
    ours, theirs = edit(plan, 1), edit(other, 2)
    plan.merge(other)
    server = ledger.connect("server")
    ledger.keeps(server, ours, 7.0)
    ledger.keeps(server, theirs, 7.0)
    assert ledger.rows()["server"].stored == ours | theirs
    assert not ledger.notices(StoreRegressed)


def test_S29_a_store_with_another_epoch_is_another_store(ledger: Ledger, plan: Document) -> None:
    def claims(epoch: str) -> PeerMetadata:
        return PeerMetadata(storage_id=StorageId("server"), durable_acks=True, epoch=epoch)

    server = ledger.connect("server", claims=claims("one"))
    ledger.keeps(server, plan.heads, 1.0)
    ledger.disconnect(server)
    ledger.connect("server", claims=claims("one"))
    assert ledger.rows()["server"].stored == plan.heads
    assert not ledger.notices(StoreRegressed)
    ledger.connect("server", claims=claims("two"))
    row = ledger.rows()["server"]
    assert (row.stored, row.received) == (NO_HEADS, NO_HEADS)
    assert ledger.notices(StoreRegressed) == [StoreRegressed("server")]


# Hearsay


def test_what_is_said_of_a_store_by_another_is_shown_as_that(ledger: Ledger, plan: Document) -> None:
    server = ledger.connect("server")
    ledger.says_of(server, "bob", plan.heads, stored=True)
    row = ledger.rows()["bob"]
    assert (row.relayed, row.received, row.stored) == (plan.heads, NO_HEADS, NO_HEADS)
    assert (row.via, row.link) == (("server",), Link.RELAYED)


def test_the_word_of_a_trusted_store_counts_as_that_of_whom_it_is_about(
    ledger: Ledger, plan: Document
) -> None:
    first = plan.heads
    server = ledger.connect("server")
    ledger.says_of(server, "bob", first, stored=True)
    ledger.says_of(server, "bob", edit(plan, 1), stored=False)
    for trust, stored in ((Trust.TRUSTED, first), (Trust.NORMAL, NO_HEADS)):
        ledger.stores.trust("server", trust)
        ledger.stores.settle()
        assert ledger.rows()["bob"].stored == stored
        assert ledger.rows()["bob"].relayed == plan.heads


def test_nobody_is_believed_about_our_own_store_or_through_others_about_his_own(
    ledger: Ledger, plan: Document
) -> None:
    server = ledger.connect("server")
    for store in ("our-store", "server"):
        ledger.says_of(server, store, plan.heads, stored=True)
    assert not ledger.rows()


def test_word_of_others_is_silent_while_the_store_speaks_itself(ledger: Ledger, plan: Document) -> None:
    first = plan.heads
    server, bob = ledger.connect("server"), ledger.connect("bob")
    ledger.says_of(server, "bob", edit(plan, 1))
    assert ledger.rows()["bob"].relayed == plan.heads, "he is connected, and has not said a word of it"
    ledger.holds(bob, first)
    row = ledger.rows()["bob"]
    assert (row.received, row.relayed, row.via) == (first, NO_HEADS, ())
    assert row.unsent_since is not None
    ledger.disconnect(bob)
    assert ledger.rows()["bob"].relayed == plan.heads


def test_a_relay_gets_old_and_ends_with_whoever_told(ledger: Ledger, plan: Document) -> None:
    server, other = ledger.connect("server"), ledger.connect("other")
    ledger.says_of(server, "bob", plan.heads)
    ledger.pass_time(RELAYED_FOR_SECONDS - 1.0)
    assert ledger.rows()["bob"].link is Link.RELAYED
    ledger.pass_time(2.0)
    assert ledger.rows()["bob"].link is Link.OFFLINE
    ledger.says_of(other, "bob", plan.heads)
    assert ledger.rows()["bob"].link is Link.RELAYED
    assert ledger.rows()["bob"].via == ("other", "server")
    ledger.disconnect(other)
    assert ledger.rows()["bob"].link is Link.OFFLINE
    assert ledger.rows()["bob"].relayed == plan.heads, "as last heard"


def test_a_reporter_that_came_back_with_less_to_tell_tells_less(ledger: Ledger, plan: Document) -> None:
    first = plan.heads
    server = ledger.connect("server", "1")
    ledger.says_of(server, "bob", edit(plan, 1))
    ledger.disconnect(server)
    server = ledger.connect("server", "2")
    ledger.says_of(server, "bob", first)
    assert ledger.rows()["bob"].relayed == first
