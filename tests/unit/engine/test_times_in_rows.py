"""What rows say of time: since when a store is silent, lacks something, or has a clock that is ahead."""

from math import inf

from jupyter_automerge.document import Document
from jupyter_automerge.engine.store_files import SavedRow
from jupyter_automerge.values.ids import StorageId
from jupyter_automerge.values.limits import STALLED_AFTER_SECONDS
from tests.unit.engine.ledger import Ledger, edit

DAY = 86_400.0


def test_S32_a_peer_that_ignores_us_is_told_of_once(ledger: Ledger, plan: Document) -> None:
    bob = ledger.connect("bob")
    ledger.holds(bob, plan.heads)
    edit(plan, 1)
    ledger.facts.tell(ledger.record)
    told = ledger.rows()["bob"].moved_at
    for _ in range(8):
        ledger.record.rows_moved = False
        ledger.pass_time(1.0)
    assert ledger.record.stores["bob"].stalled
    assert ledger.rows()["bob"].moved_at == told
    assert ledger.desk.now - (told or 0.0) > STALLED_AFTER_SECONDS
    ledger.holds(bob, plan.heads)
    assert not ledger.record.stores["bob"].stalled


def test_S32_a_large_frame_that_moves_is_no_stall(ledger: Ledger, plan: Document) -> None:
    bob = ledger.connect("bob")
    ledger.holds(bob, plan.heads)
    edit(plan, 1)
    for _ in range(20):
        ledger.pass_time(1.0)
        ledger.facts.lulls.bytes_moved(bob.connection)
        assert not ledger.record.stores["bob"].stalled
        assert ledger.rows()["bob"].moved_at == ledger.desk.now
    ledger.pass_time(5.0)
    assert ledger.record.stores["bob"].stalled


def test_since_when_a_store_lacks_something_is_known(ledger: Ledger, plan: Document) -> None:
    bob = ledger.connect("bob")
    ledger.holds(bob, plan.heads)
    ledger.pass_time(10.0)
    edit(plan, 1)
    ledger.facts.tell(ledger.record)
    ledger.disconnect(bob)
    ledger.pass_time(10.0)
    edit(plan, 2)
    assert ledger.rows()["bob"].unsent_since == 10.0
    bob = ledger.connect("bob")
    ledger.holds(bob, plan.heads)
    assert ledger.rows()["bob"].unsent_since is None


def test_a_store_whose_unknown_heads_come_to_be_known_lacks_nothing_any_more(
    ledger: Ledger, plan: Document
) -> None:
    other = plan.fork()
    edit(plan, 1)
    other.merge(plan)
    theirs = edit(other, 2)
    bob = ledger.connect("bob")
    ledger.holds(bob, theirs)
    assert ledger.rows()["bob"].unsent_since == 0.0
    plan.merge(other)
    assert ledger.rows()["bob"].unsent_since is None


def test_S8_a_clock_that_runs_ahead_is_shown_and_harms_nothing(ledger: Ledger, plan: Document) -> None:
    server = ledger.connect("server")
    ledger.keeps(server, plan.heads, 3_600_000.0)
    assert ledger.rows()["server"].clock_ahead
    ledger.keeps(server, edit(plan, 1), 3_600_001.0)
    assert ledger.rows()["server"].stored == plan.heads
    other = ledger.connect("server", "2")
    ledger.keeps(other, edit(plan, 2), 1_000.0)
    row = ledger.rows()["server"]
    assert (row.stored, row.clock_ahead) == (plan.heads, False)


def test_S42_what_was_written_down_by_a_clock_that_was_ahead_came_nobody_knows_when(
    ledger: Ledger, plan: Document
) -> None:
    ledger.pass_time(DAY)
    tomorrow = SavedRow(received=plan.heads, as_of=2 * DAY, unsent_since=2 * DAY)
    ledger.evidence.loaded(ledger.record, {StorageId("bob"): tomorrow})
    row = ledger.rows()["bob"]
    assert (row.received, row.as_of, row.unsent_since) == (plan.heads, -inf, None), "and not just now"
    a_moment_ahead = SavedRow(received=plan.heads, as_of=DAY + 1)
    ledger.evidence.loaded(ledger.record, {StorageId("carol"): a_moment_ahead})
    assert ledger.rows()["carol"].as_of == DAY


def test_S37_S42_no_clock_that_was_ahead_brings_a_forgotten_store_back(
    ledger: Ledger, plan: Document
) -> None:
    ledger.pass_time(DAY)
    ledger.stores.forget("bob")
    ledger.evidence.loaded(ledger.record, {StorageId("bob"): SavedRow(received=plan.heads, as_of=2 * DAY)})
    assert not ledger.rows()
    ledger.connect("bob")
    ledger.evidence.loaded(ledger.record, {StorageId("bob"): SavedRow(received=plan.heads, as_of=2 * DAY)})
    assert not ledger.rows(), "nor where it came back by itself: that is of before"
