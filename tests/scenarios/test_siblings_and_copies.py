"""Several Repos on one store are siblings; a store that was copied is no second copy."""

from jupyter_automerge.engine.events import Stop, Tick
from jupyter_automerge.engine.notices import StoreClone, StoreRow
from jupyter_automerge.testing.simulated_disk import SimulatedDisk
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.ids import DocumentId, SessionId
from jupyter_automerge.values.keys import SESSIONS_PREFIX, session_key
from jupyter_automerge.values.limits import LEASE_KEPT_SECONDS

LEASE = session_key(SessionId("session-desk-1"))


def sibling(sim: Simulation, desk: SimulatedRepo, name: str = "notebook") -> SimulatedRepo:
    """Another Repo on the store of the desk."""
    return sim.repo(name, store=desk.store, disk=SimulatedDisk(entries=desk.disk.entries))


def copy(sim: Simulation, desk: SimulatedRepo) -> SimulatedRepo:
    """A Repo on a copy of that store, on another host."""
    return sim.repo("copy", store=desk.store, disk=SimulatedDisk(entries=desk.disk.copy()))


def the_row(repo: SimulatedRepo, note: DocumentId) -> StoreRow:
    (row,) = repo.engine.rows(note)
    return row


def test_S26_two_repos_on_one_store_are_synced_and_are_one_copy(sim: Simulation) -> None:
    desk = sim.repo("desk")
    notebook = sibling(sim, desk)
    cable = sim.connect(desk, notebook)
    note = sim.shared(desk, notebook)
    desk.change(note, n=1)
    sim.run(10.0)
    assert notebook.value(note) == {"n": 1}, sim.story()
    for repo in (desk, notebook):
        row = the_row(repo, note)
        assert (row.store_id, row.same_store, row.clone) == (desk.store, True, False), sim.story()
        (store,) = repo.engine.stores()
        assert store.same_store and not store.clone, sim.story()
        assert not repo.heard(StoreClone), sim.story()
    sim.cut(cable)
    assert not desk.engine.rows(note) and not desk.engine.stores(), (
        "our own store is nobody else\n" + sim.story()
    )


def test_S28_a_copied_folder_is_found_out_by_both_sides(sim: Simulation) -> None:
    desk = sim.repo("desk")
    sim.run(1.0)
    other = copy(sim, desk)
    sim.connect(other, desk)
    note = sim.shared(desk, other)
    sim.run(10.0)
    assert other.value(note) == {"n": 0}, sim.story()
    for repo, peer in ((desk, other), (other, desk)):
        assert repo.heard(StoreClone) == [StoreClone(desk.store, peer.peer_id)], sim.story()
        row = the_row(repo, note)
        assert row.same_store and row.clone, sim.story()
        (store,) = repo.engine.stores()
        assert store.clone, sim.story()


def test_a_sibling_whose_lease_takes_its_time_is_no_copy(sim: Simulation) -> None:
    desk = sim.repo("desk")
    sim.run(1.0)
    slow = SimulatedDisk(entries=desk.disk.entries, latency=1.5)
    notebook = sim.repo("notebook", store=desk.store, disk=slow)
    sim.connect(notebook, desk)
    sim.run(20.0)
    assert not desk.heard(StoreClone) and not notebook.heard(StoreClone), sim.story()


def test_a_javascript_program_on_our_store_keeps_no_lease_and_is_believed(sim: Simulation) -> None:
    desk = sim.repo("desk")
    script = sim.repo("script", store=desk.store, plain=True, disk=SimulatedDisk(entries=desk.disk.entries))
    sim.connect(script, desk)
    note = sim.shared(desk, script)
    sim.run(10.0)
    assert the_row(desk, note).same_store and not desk.heard(StoreClone), sim.story()


def test_a_lease_is_given_back_and_those_of_the_dead_are_cleared_away_in_time(sim: Simulation) -> None:
    desk = sim.repo("desk")
    desk.feed(Tick())
    sim.run(1.0)
    assert desk.disk.below(*SESSIONS_PREFIX) == [LEASE], sim.story()
    desk.restart()
    desk.feed(Tick())
    sim.run(1.0)
    assert LEASE in desk.disk.entries, "it died without a word\n" + sim.story()
    desk.feed(Stop())
    sim.run(1.0)
    assert desk.disk.below(*SESSIONS_PREFIX) == [LEASE], "the second life said goodbye\n" + sim.story()
    sim.run(LEASE_KEPT_SECONDS + 1.0)
    desk.restart()
    desk.feed(Tick())
    sim.run(1.0)
    assert desk.disk.below(*SESSIONS_PREFIX) == [session_key(SessionId("session-desk-3"))], sim.story()


def test_a_lease_that_cannot_be_written_is_tried_again(sim: Simulation) -> None:
    desk = sim.repo("desk", disk=SimulatedDisk())
    desk.disk.failing = "no space left on device"
    desk.feed(Tick())
    sim.run(5.0)
    assert not desk.disk.below(*SESSIONS_PREFIX), sim.story()
    desk.disk.failing = ""
    sim.run(60.0)
    assert desk.disk.below(*SESSIONS_PREFIX), sim.story()
