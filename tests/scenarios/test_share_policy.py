"""Group P of the acceptance catalogue: what a share policy lets peers have. Deny always wins."""

import pytest

from jupyter_automerge.document import Document, SyncSession
from jupyter_automerge.engine.events import PolicyChanged
from jupyter_automerge.engine.local import FixedShare
from jupyter_automerge.engine.notices import EphemeralReceived
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.status import DocumentState
from jupyter_automerge.wire.messages import DocUnavailable, Ephemeral, Sync

ANNOUNCE = FixedShare()
ON_REQUEST = FixedShare(announce=False)
NOTHING = FixedShare(announce=False, access=False)
REFUSED = FixedShare(announce=True, access=False)


def hosts(sim: Simulation, share: FixedShare) -> list[SimulatedRepo]:
    """The same policy twice: fixed, and asked of the user."""
    fixed, asked = sim.repo("fixed", share=share), sim.repo("asked", share=None)
    asked.policy.otherwise = (share.announce, share.access)
    return [fixed, asked]


@pytest.mark.parametrize("which", [0, 1], ids=["fixed", "asked"])
class TestPolicies:
    """One host with a policy, one guest."""

    def test_P1_announce_pushes_documents_unasked(self, sim: Simulation, which: int) -> None:
        host, guest = hosts(sim, ANNOUNCE)[which], sim.repo("guest")
        sim.connect(guest, host)
        note = sim.shared(host)
        assert guest.value(note) == {"n": 0}, sim.story()

    def test_P2_without_announce_nothing_is_pushed(self, sim: Simulation, which: int) -> None:
        host, guest = hosts(sim, ON_REQUEST)[which], sim.repo("guest")
        note = sim.shared(host)
        link = sim.connect(guest, host)
        sim.run_until_quiet()
        host.change(note, n=1)
        sim.run_until_quiet()
        assert guest.state(note) is None and not link.sync_messages, sim.story()

    def test_P3_P4_without_announce_requests_are_served(self, sim: Simulation, which: int) -> None:
        host, guest = hosts(sim, ON_REQUEST)[which], sim.repo("guest")
        note = sim.shared(host)
        sim.connect(guest, host)
        guest.find(note)
        sim.run_until_quiet()
        host.change(note, n=1)
        sim.run_until_quiet()
        assert guest.value(note) == {"n": 1}, sim.story()

    def test_P5_without_access_requests_are_refused(self, sim: Simulation, which: int) -> None:
        host, guest = hosts(sim, NOTHING)[which], sim.repo("guest")
        note = sim.shared(host)
        sim.connect(guest, host)
        guest.find(note)
        sim.run_until_quiet()
        assert guest.state(note) is DocumentState.UNAVAILABLE, sim.story()

    def test_P6_deny_wins_over_announce(self, sim: Simulation, which: int) -> None:
        host = hosts(sim, REFUSED)[which]
        note = sim.shared(host)
        guest = sim.stranger("guest", host)
        guest.join()
        host.change(note, n=1)
        sim.run_until_quiet()
        assert not guest.got(Sync), "not even heads are told\n" + sim.story()
        guest.ask(note)
        sim.run_until_quiet()
        assert guest.got(DocUnavailable) and not guest.got(Sync), sim.story()

    def test_a_denied_peers_changes_are_not_applied(self, sim: Simulation, which: int) -> None:
        host, guest = hosts(sim, NOTHING)[which], sim.repo("guest")
        note = sim.shared(host)
        guest.take_in(host.document(note).fork(actor=sim.actor()), document_id=note)
        sim.connect(guest, host)
        sim.run_until_quiet()
        guest.change(note, n=1)
        sim.run_until_quiet()
        assert host.value(note) == {"n": 0}, sim.story()

    def test_a_denied_peers_broadcasts_are_not_delivered(self, sim: Simulation, which: int) -> None:
        host = hosts(sim, NOTHING)[which]
        note = sim.shared(host)
        guest = sim.stranger("guest", host)
        guest.join()
        guest.ask(note)
        sim.run_until_quiet()
        guest.send(Ephemeral(guest.peer_id, host.peer_id, note, 1, "session", b"\xf6"))  # type: ignore[arg-type]
        sim.run_until_quiet()
        assert not host.heard(EphemeralReceived), sim.story()


@pytest.fixture
def host(sim: Simulation) -> SimulatedRepo:
    """A Repo whose user is asked, and denies everybody everything until told otherwise."""
    host = sim.repo("host", share=None)
    host.policy.otherwise = (False, False)
    return host


def relax(sim: Simulation, host: SimulatedRepo, announce: bool, access: bool) -> None:
    host.policy.otherwise = (announce, access)
    host.feed(PolicyChanged())
    sim.run_until_quiet()


def test_P7_a_refused_request_is_satisfied_once_the_policy_is_relaxed(
    sim: Simulation, host: SimulatedRepo
) -> None:
    guest = sim.repo("guest")
    note = sim.shared(host)
    sim.connect(guest, host)
    guest.find(note)
    sim.run_until_quiet()
    assert guest.state(note) is DocumentState.UNAVAILABLE, sim.story()
    relax(sim, host, announce=False, access=True)
    assert guest.value(note) == {"n": 0}, sim.story()


def test_P8_after_access_is_revoked_later_changes_are_not_sent(sim: Simulation, host: SimulatedRepo) -> None:
    host.policy.otherwise = (True, True)
    guest = sim.stranger("guest", host)
    guest.join()
    note = sim.shared(host)
    guest.ask(note)
    sim.run_until_quiet()
    relax(sim, host, announce=True, access=False)
    assert guest.got(DocUnavailable), "it is told, because it had asked\n" + sim.story()
    guest.forget()
    host.change(note, n=1)
    sim.run_until_quiet()
    assert not guest.got(Sync), sim.story()


def test_P9_a_peer_that_reconnects_is_not_pushed_what_it_asked_for_before(sim: Simulation) -> None:
    host = sim.repo("host", share=FixedShare(announce=False))
    note = sim.shared(host)
    for asks in (True, False):
        guest = sim.stranger("guest", host)
        guest.join()
        if asks:
            guest.ask(note)
        sim.run_until_quiet()
        assert bool(guest.got(Sync)) is asks, sim.story()
        sim.cut(sim.links[-1])
        sim.run_until_quiet()


def test_P10_a_plain_sync_counts_as_interest_for_later_grants(sim: Simulation, host: SimulatedRepo) -> None:
    note = sim.shared(host)
    guest = sim.stranger("guest", host)
    guest.join()
    hello = Document.load([host.document(note).export()])[0].generate(SyncSession())
    assert hello is not None
    guest.say(note, hello)
    sim.run_until_quiet()
    assert not guest.got(Sync), sim.story()
    relax(sim, host, announce=False, access=True)
    host.change(note, n=1)
    sim.run_until_quiet()
    assert guest.got(Sync), sim.story()


def test_P11_policy_questions_are_bounded_on_arrival_and_on_re_evaluation(
    sim: Simulation, host: SimulatedRepo
) -> None:
    host.policy.delay = lambda: 0.01
    for number in range(30):
        host.create({"number": number})
    sim.connect(sim.repo("guest"), host)
    sim.run_until_quiet()
    relax(sim, host, announce=True, access=True)
    assert host.policy.questions >= 60 and host.policy.most_open <= 10, sim.story()


def test_messages_wait_in_order_while_the_policy_thinks(sim: Simulation) -> None:
    host, guest = sim.repo("host", share=None), sim.repo("guest")
    note = sim.shared(host)
    host.policy.delay = lambda: 2.0
    sim.connect(guest, host)
    guest.take_in(host.document(note).fork(actor=sim.actor()), document_id=note)
    for number in range(5):
        guest.change(note, n=number)
        sim.run(0.1)
    assert host.value(note) == {"n": 0}, sim.story()
    sim.run(2.0)
    sim.run_until_quiet()
    assert host.value(note) == {"n": 4}, sim.story()


def test_what_was_refused_comes_again_however_often_the_policy_was_asked_meanwhile(sim: Simulation) -> None:
    host, guest = sim.repo("host", share=None), sim.repo("guest")
    link = sim.connect(guest, host)
    note = sim.shared(host, guest)
    host.policy.otherwise = (False, False)
    host.feed(PolicyChanged())
    sim.run_until_quiet()
    guest.change(note, n=1)
    sim.run_until_quiet()
    host.policy.otherwise = (True, True)
    host.policy.delay = lambda: 1.0
    host.feed(PolicyChanged())
    host.feed(PolicyChanged())
    sim.run(2.0)
    guest.change(note, m=2)
    sim.run_until_quiet(10.0)
    assert host.value(note) == {"n": 1, "m": 2}, sim.story()
    link.reset_counts()
    sim.run(60.0)
    assert not link.sync_messages, sim.story()


def test_a_policy_that_raises_denies(sim: Simulation) -> None:
    host, guest = sim.repo("host", share=None), sim.repo("guest")
    host.policy.error = "KeyError: 'guest'"
    note = sim.shared(host)
    sim.connect(guest, host)
    guest.find(note)
    sim.run_until_quiet()
    assert guest.state(note) is DocumentState.UNAVAILABLE, sim.story()
