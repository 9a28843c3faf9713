"""Remote heads: who asks whom about which store, and that none of automerge-repo's traps is among it.

`plain` Repos and Strangers stand for JavaScript: they claim a storage id and nothing of ours.
"""

from jupyter_automerge.engine.events import Follow, Unfollow
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.ids import DocumentId, StorageId
from jupyter_automerge.values.limits import MAX_SUBSCRIPTIONS_PER_PEER
from jupyter_automerge.wire.messages import DocUnavailable, RemoteHeadsChanged
from tests.scenarios.javascript import FAR, OURS, asked, javascript, ours, reports

# Subscriptions


def test_what_a_peer_follows_is_asked_of_all_others_with_both_lists(sim: Simulation) -> None:
    server = sim.repo("server")
    upstream, neighbour, bob = (javascript(sim, name, server) for name in ("upstream", "neighbour", "bob"))
    bob.follow(FAR)
    assert asked(upstream) == asked(neighbour) == [((FAR,), ())], sim.story()
    assert not asked(bob), "he asked himself\n" + sim.story()


def test_nobody_is_asked_about_its_own_store_or_ours(sim: Simulation) -> None:
    server = sim.repo("server")
    upstream, bob = (javascript(sim, name, server) for name in ("upstream", "bob"))
    bob.follow(StorageId("store-server"), StorageId("store-upstream"))
    server.feed(Follow((StorageId("store-bob"),)))
    sim.run_until_quiet()
    assert asked(upstream) == [((StorageId("store-bob"),), ())], sim.story()
    assert not asked(bob), sim.story()


def test_S19_a_subscriber_that_leaves_takes_nobody_elses_wish_along(sim: Simulation) -> None:
    """In JavaScript it cancels the subscription of the Repo itself (trap 4)."""
    server = sim.repo("server")
    upstream, bob, carol = (
        ours(sim, "upstream", server),
        *(javascript(sim, n, server) for n in ("bob", "carol")),
    )
    server.feed(Follow((FAR,)))
    for peer in (bob, carol):
        peer.follow(FAR)
    bob.unfollow(FAR)
    sim.cut(sim.links[-1])
    sim.run_until_quiet()
    assert asked(upstream) == [((FAR,), ())], sim.story()
    server.feed(Unfollow((FAR,)))
    sim.run_until_quiet()
    assert asked(upstream)[1:] == [((), (FAR,))], "now nobody wants it\n" + sim.story()


def test_G7_what_only_a_peer_that_left_followed_is_withdrawn(sim: Simulation) -> None:
    server = sim.repo("server")
    upstream, bob = ours(sim, "upstream", server), javascript(sim, "bob", server)
    bob.follow(FAR, StorageId("store-other"))
    sim.cut(sim.links[-1])
    sim.run_until_quiet()
    assert sorted(asked(upstream)[-1][1]) == [FAR, "store-other"], sim.story()
    assert server.engine.metrics()["followed_stores"] == 0


def test_S19_who_follows_again_is_asked_for_again(sim: Simulation) -> None:
    """In JavaScript an empty entry stays behind, and the second wish goes no further (trap 5)."""
    server = sim.repo("server")
    upstream, bob = ours(sim, "upstream", server), javascript(sim, "bob", server)
    for _ in range(2):
        bob.follow(FAR)
        bob.unfollow(FAR)
    assert asked(upstream) == [((FAR,), ()), ((), (FAR,))] * 2, sim.story()


def test_javascript_upstream_is_left_the_wish_that_it_could_not_take_up_again(sim: Simulation) -> None:
    """Trap 5 from the other side: to withdraw would make it deaf to every later wish for that store."""
    server = sim.repo("server")
    upstream, bob = javascript(sim, "upstream", server), javascript(sim, "bob", server)
    for _ in range(2):
        bob.follow(FAR)
        bob.unfollow(FAR)
    assert asked(upstream) == [((FAR,), ())], sim.story()


def test_an_upstream_that_comes_back_is_asked_again_for_all(sim: Simulation) -> None:
    """In JavaScript the wishes of its clients are forgotten (trap 3)."""
    server, upstream = sim.repos("server", "upstream")
    link = sim.connect(server, upstream)
    bob = javascript(sim, "bob", server)
    bob.follow(FAR)
    server.feed(Follow((StorageId("store-other"),)))
    sim.run_until_quiet()
    for _ in range(2):
        sim.replug(link)
        sim.run_until_quiet()
        beyond = javascript(sim, "beyond", upstream)
        assert sorted(asked(beyond)[-1][0]) == [FAR, "store-other"], sim.story()
        sim.cut(sim.links[-1])


def test_wishes_in_a_ring_of_repos_come_to_rest(sim: Simulation) -> None:
    repos = sim.repos("s1", "s2", "s3")
    for repo, next_one in zip(repos, [*repos[1:], repos[0]], strict=True):
        sim.connect(repo, next_one)
    repos[0].feed(Follow((FAR,)))
    sim.run(60.0)
    before = sum(link.frames for link in sim.links)
    sim.run(600.0)
    assert sum(link.frames for link in sim.links) == before, sim.story()


def test_a_peer_that_flips_a_wish_costs_a_slow_neighbour_one_frame(sim: Simulation) -> None:
    server = sim.repo("server")
    neighbour, bob = ours(sim, "neighbour", server), javascript(sim, "bob", server)
    link = sim.links[0]
    link.clogged = True
    for _ in range(100):
        bob.follow(FAR)
        bob.unfollow(FAR)
    bob.follow(FAR)
    link.unclog()
    sim.run_until_quiet()
    changes = asked(neighbour)
    assert len(changes) <= 2 and changes[-1] == ((FAR,), ()), sim.story()


def test_S38_a_peer_follows_a_thousand_stores_and_no_more(sim: Simulation) -> None:
    server = sim.repo("server")
    upstream, mallory = ours(sim, "upstream", server), javascript(sim, "mallory", server)
    for page in range(5):
        mallory.follow(*(StorageId(f"fake-{page}-{number}") for number in range(900)))
    assert server.engine.metrics()["followed_stores"] == MAX_SUBSCRIPTIONS_PER_PEER
    assert sum(len(add) for add, _ in asked(upstream)) == MAX_SUBSCRIPTIONS_PER_PEER, sim.story()
    sim.cut(sim.links[-1])
    sim.run_until_quiet()
    assert server.engine.metrics()["followed_stores"] == 0, sim.story()


# Our own store


def test_S21_a_subscriber_hears_of_our_saved_heads_once_they_are_saved(sim: Simulation) -> None:
    server = sim.repo("server")
    note = sim.shared(server)
    bob = javascript(sim, "bob", server, note)
    bob.follow(OURS)
    assert reports(bob, OURS)[-1].new_heads[OURS].heads == server.heads(note), "at once\n" + sim.story()
    server.disk.paused = True
    bob.type(n=1)
    sim.run_until_quiet()
    assert server.value(note) == {"n": 1}
    assert len(reports(bob, OURS)) == 1, "not before the disk has it\n" + sim.story()
    server.resume_disk()
    sim.run_until_quiet()
    assert reports(bob, OURS)[1].new_heads[OURS].heads == server.heads(note), sim.story()
    sim.run(60.0)
    assert len(reports(bob, OURS)) == 2, "once\n" + sim.story()
    bob.unfollow(OURS)
    bob.type(n=2)
    sim.run(5.0)
    assert len(reports(bob, OURS)) == 2, sim.story()


def test_a_subscriber_that_saw_unsaved_heads_is_told_which_are_saved(sim: Simulation) -> None:
    """JavaScript takes the heads of our sync messages for what our store has, until it is told otherwise."""
    server = sim.repo("server")
    note = sim.shared(server)
    bob = javascript(sim, "bob", server, note)
    bob.follow(OURS)
    saved = server.heads(note)
    server.disk.paused = True
    for number in range(8):
        bob.type(n=number)
        sim.run(0.1)
    sim.run(0.4)
    told = reports(bob, OURS)
    assert {message.new_heads[OURS].heads for message in told} == {saved} and len(told) > 3, sim.story()
    assert isinstance(bob.inbox[-1], RemoteHeadsChanged), "that is the last word\n" + sim.story()
    sim.run(600.0)
    assert len(reports(bob, OURS)) == len(told), "and is not repeated\n" + sim.story()
    server.resume_disk()
    sim.run(1.0)
    assert reports(bob, OURS)[-1].new_heads[OURS].heads == server.heads(note), sim.story()


def test_a_failing_disk_is_never_reported_as_saved(sim: Simulation) -> None:
    server = sim.repo("server")
    note = sim.shared(server)
    bob = javascript(sim, "bob", server, note)
    bob.follow(OURS)
    before = server.heads(note)
    server.disk.failing = "no space left"
    bob.type(n=1)
    sim.run(120.0)
    told = {heads for report in reports(bob, OURS) for heads in report.new_heads[OURS].heads}
    assert server.heads(note) != before and told == before, sim.story()


def test_who_passes_a_wish_on_is_not_told_of_our_own_store(sim: Simulation) -> None:
    """JavaScript would hand the report to all of its peers, those too that have not the document (trap 6)."""
    server = sim.repo("server")
    note = sim.shared(server)
    worker = javascript(sim, "worker", server, note)
    worker.pass_on(OURS)
    server.change(note, n=1)
    sim.run(5.0)
    assert not reports(worker, OURS), sim.story()
    worker.follow(OURS)
    assert reports(worker, OURS), "now it is its own wish\n" + sim.story()


def test_a_document_that_a_subscriber_has_not_named_heads_of_is_never_reported(sim: Simulation) -> None:
    """JavaScript 2.5.6 dies of a report about a document that it has not loaded (trap 6)."""
    server = sim.repo("server")
    held, asked_for, never_mentioned = (sim.shared(server, n=number) for number in range(3))
    bob = javascript(sim, "bob", server, held)
    bob.follow(OURS)
    bob.ask(asked_for)
    sim.run_until_quiet()
    for note in (held, asked_for, never_mentioned):
        server.change(note, n=9)
    sim.run(5.0)
    assert {report.document_id for report in reports(bob, OURS)} == {held}, sim.story()


def test_a_subscriber_that_gave_a_document_up_is_told_no_more(sim: Simulation) -> None:
    server = sim.repo("server")
    note = sim.shared(server)
    bob = javascript(sim, "bob", server, note)
    bob.follow(OURS)
    bob.send(DocUnavailable(bob.peer_id, bob.target, note))
    bob.document_id = DocumentId("none")  # so he answers nothing about it any more
    sim.run_until_quiet()
    bob.forget()
    server.change(note, n=9)
    sim.run(5.0)
    assert not reports(bob, OURS), sim.story()


def test_a_subscriber_that_may_not_have_the_document_is_told_nothing(sim: Simulation) -> None:
    server = sim.repo("server", share=None)
    note = sim.shared(server)
    server.policy.rule("bob", announce=False, access=False)
    bob = javascript(sim, "bob", server, note)
    bob.follow(OURS)
    server.change(note, n=9)
    sim.run(5.0)
    assert not reports(bob, OURS), sim.story()


def test_a_repo_without_a_store_has_nothing_to_report(sim: Simulation) -> None:
    server = sim.repo("server", stores=False)
    note = sim.shared(server)
    bob = javascript(sim, "bob", server, note)
    bob.follow(StorageId(server.engine.local.store_id))
    bob.type(n=1)
    sim.run(5.0)
    assert not bob.got(RemoteHeadsChanged), sim.story()


def test_a_repo_of_ours_hears_of_the_same_saved_heads_once(sim: Simulation) -> None:
    alice, server = sim.repos("alice", "server", stores=True)
    link = sim.connect(alice, server)
    note = sim.shared(server, alice)
    sim.run(5.0)
    link.reset_counts()
    for number in range(20):
        alice.change(note, n=number)
        sim.run(0.001)
    sim.run(5.0)
    assert alice.row(note, server).stored == alice.heads(note), sim.story()
    others = link.frames - link.sync_messages[note]
    puts = len(server.disk.below(note, "incremental")) + len(server.disk.below(note, "snapshot"))
    assert others <= 2 * puts + 4, f"{others} reports of {puts} puts\n{sim.story()}"
