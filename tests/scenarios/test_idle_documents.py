"""Documents that nobody has any use for leave memory by themselves, lose nothing, and come back when asked for."""

import pytest

from jupyter_automerge.engine.local import FixedShare
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.ids import DocumentId

AFTER = 600.0
ON_REQUEST = FixedShare(announce=False, access=True)


@pytest.fixture
def server(sim: Simulation) -> SimulatedRepo:
    """It pushes nothing and gives to all who ask, as ours does."""
    return sim.repo("server", share=ON_REQUEST, unload_after=AFTER)


def idle(sim: Simulation, server: SimulatedRepo) -> DocumentId:
    """A document that the server saved and let go of."""
    note = server.create({"n": 0})
    sim.run_until_quiet()
    server.release(note)
    return note


def test_a_document_that_nobody_holds_leaves_after_its_time_and_not_before(
    sim: Simulation, server: SimulatedRepo
) -> None:
    note = idle(sim, server)
    sim.run(AFTER - 1)
    assert server.state(note) is not None, sim.story()
    sim.run(2)
    assert server.state(note) is None, sim.story()
    server.find(note)
    sim.run_until_quiet()
    assert server.value(note) == {"n": 0}, sim.story()


def test_one_that_somebody_holds_stays(sim: Simulation, server: SimulatedRepo) -> None:
    note = idle(sim, server)
    sim.run(AFTER - 1)
    server.hold(note)
    sim.run(10 * AFTER)
    assert server.state(note) is not None, "a handle is in somebody's hands\n" + sim.story()
    server.release(note)
    sim.run(AFTER + 1)
    assert server.state(note) is None, sim.story()


def test_one_that_a_page_has_open_stays_until_the_page_is_closed(
    sim: Simulation, server: SimulatedRepo
) -> None:
    note = idle(sim, server)
    page = sim.repo("page", stores=False)
    link = sim.connect(page, server)
    page.find(note)
    sim.run_until_quiet()
    sim.run(10 * AFTER)
    assert server.state(note) is not None, "the page shows it\n" + sim.story()
    sim.cut(link)
    sim.run(AFTER + 1)
    assert server.state(note) is None, sim.story()


def test_an_edit_of_a_page_that_came_back_finds_it_again(sim: Simulation, server: SimulatedRepo) -> None:
    note = idle(sim, server)
    page = sim.repo("page", stores=False)
    link = sim.connect(page, server)
    page.find(note)
    sim.run_until_quiet()
    sim.cut(link)
    sim.run(AFTER + 1)
    assert server.state(note) is None, sim.story()
    page.change(note, n=1)
    sim.heal(link)
    sim.run_until_quiet()
    assert server.value(note) == {"n": 1}, sim.story()


def test_what_is_not_saved_never_leaves(sim: Simulation, server: SimulatedRepo) -> None:
    note = idle(sim, server)
    server.disk.failing = "the disk is full"
    server.change(note, n=1)
    sim.run(2 * AFTER)
    assert server.value(note) == {"n": 1}, sim.story()
    server.disk.failing = ""
    sim.run(2 * AFTER)
    assert server.state(note) is None, sim.story()
    server.restart()
    server.find(note)
    sim.run_until_quiet()
    assert server.value(note) == {"n": 1}, sim.story()


def test_what_an_upstream_lacks_stays_until_it_has_it(sim: Simulation) -> None:
    upstream = sim.repo("upstream", share=ON_REQUEST)
    laptop = sim.repo("laptop", unload_after=AFTER)
    laptop.dial(upstream)
    sim.run_until_quiet()
    note = laptop.create({"n": 0})
    sim.run_until_quiet()
    upstream.crash()
    laptop.change(note, n=1)
    laptop.release(note)
    sim.run(2 * AFTER)
    assert laptop.state(note) is not None, "the upstream has not got it yet\n" + sim.story()
    upstream.restart()
    sim.run(2 * AFTER)
    upstream.find(note)
    sim.run_until_quiet()
    assert upstream.value(note) == {"n": 1}, sim.story()
    assert laptop.state(note) is None, "we told the upstream of it: that is no use of it\n" + sim.story()
    upstream.change(note, n=2)
    sim.run_until_quiet()
    assert laptop.value(note) == {"n": 2}, "its news bring it back\n" + sim.story()


def test_without_a_store_nothing_leaves(sim: Simulation) -> None:
    page = sim.repo("page", stores=False, unload_after=AFTER)
    note = page.create({"n": 0})
    page.release(note)
    sim.run(10 * AFTER)
    assert page.value(note) == {"n": 0}, "it is the only copy\n" + sim.story()


def test_of_a_thousand_documents_only_those_that_are_open_stay(
    sim: Simulation, server: SimulatedRepo
) -> None:
    notes = [server.create({"n": number}) for number in range(1_000)]
    sim.run_until_quiet()
    for note in notes[10:]:
        server.release(note)
    sim.run(AFTER + 1)
    assert server.engine.metrics()["documents"] == 10, sim.story()
