"""Hypothesis strategies for what users may put into documents, and for networks of simulated Repos."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from jupyter_automerge.testing.simulated_disk import SimulatedDisk
from jupyter_automerge.testing.simulated_link import SimulatedLink
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.status import Access

MOST_REPOS = 4


@dataclass(frozen=True, slots=True)
class RepoPlan:
    """How one Repo is made: with a store, as plain as JavaScript, with one peer id for all its lives, with a
    policy that is asked, on the store of the Repo before it, and acknowledging only what it has saved.
    """

    stores: bool
    plain: bool
    pinned: bool
    asks: bool = False
    shares_store: bool = False
    careful: bool = False


@dataclass(frozen=True, slots=True)
class NetworkPlan:
    """Repos, who of them calls whom, and who is the host of a read-only guest, if there is one."""

    seed: int
    repos: tuple[RepoPlan, ...]
    cables: tuple[tuple[int, int], ...]
    guest_of: int | None

    def build(self) -> tuple[Simulation, list[SimulatedRepo], list[SimulatedLink]]:
        """The network, plugged in. The guest, if there is one, is the last Repo and the last cable."""
        sim = Simulation(self.seed)
        repos: list[SimulatedRepo] = []
        for plan in self.repos:
            repos.append(_repo(sim, repos, plan))
        links = [sim.connect(repos[caller], repos[listener]) for caller, listener in self.cables]
        if self.guest_of is not None:
            guest = sim.repo("guest")
            links.append(sim.connect(guest, repos[self.guest_of], access=Access.READ))
            repos.append(guest)
        return sim, repos, links


def _repo(sim: Simulation, earlier: list[SimulatedRepo], plan: RepoPlan) -> SimulatedRepo:
    name = f"r{len(earlier)}"
    options: dict[str, Any] = {"stores": plan.stores, "plain": plan.plain, "ack_after_save": plan.careful}
    if plan.pinned:
        options["peer_id"] = name
    if plan.asks:
        options["share"] = None
    if plan.shares_store and plan.stores and earlier and earlier[-1].stores:
        sibling = earlier[-1]
        options |= {"store": sibling.store, "disk": SimulatedDisk(entries=sibling.disk.entries)}
    return sim.repo(name, **options)


@st.composite
def networks(draw: Callable[[st.SearchStrategy[Any]], Any]) -> NetworkPlan:
    """Connected networks of two to four Repos, sometimes with a ring, with two cables between the same machines, or
    with a read-only guest.
    """
    number = draw(st.integers(2, MOST_REPOS))
    repos = tuple(
        RepoPlan(
            stores=draw(st.integers(0, 3)) > 0,
            plain=draw(st.booleans()),
            pinned=draw(st.booleans()),
            asks=draw(st.booleans()),
            shares_store=draw(st.integers(0, 3)) == 0,
            careful=draw(st.integers(0, 3)) == 0,
        )
        for _ in range(number)
    )
    cables = [(caller, draw(st.integers(0, caller - 1))) for caller in range(1, number)]
    bears_two = (number - 1, 0) not in cables or not (repos[0].plain or repos[-1].plain)
    if number > 2 and bears_two and draw(st.booleans()):
        cables.append((0, number - 1))
    for caller, listener in list(cables):
        # Plain ones bear one connection each.
        if not (repos[caller].plain or repos[listener].plain) and draw(st.integers(0, 2)) == 0:
            cables.append((listener, caller) if draw(st.booleans()) else (caller, listener))
    guest_of = draw(st.none() | st.integers(0, number - 1))
    return NetworkPlan(draw(st.integers(0, 2**32 - 1)), repos, tuple(cables), guest_of)


def values() -> st.SearchStrategy[Any]:
    """Whatever JSON can say, small; integers as JavaScript keeps them exactly."""
    scalars = (
        st.none()
        | st.booleans()
        | st.integers(-(2**53) + 1, 2**53 - 1)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(st.characters(codec="utf-8"), max_size=20)
    )
    return st.recursive(
        scalars,
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.text("abcxyz", max_size=4), inner, max_size=4)
        ),
        max_leaves=12,
    )
