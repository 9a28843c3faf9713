"""Things that stories of simulated Repos share."""

import pytest

from jupyter_automerge.testing.simulation import Simulation
from tests.scenarios.book import Book, write_book


@pytest.fixture
def sim() -> Simulation:
    """An empty world with seed 0: every story replays."""
    return Simulation()


@pytest.fixture(scope="session")
def book() -> Book:
    """A document of 20 000 changes."""
    return write_book()
