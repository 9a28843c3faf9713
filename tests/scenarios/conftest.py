"""Things that stories of simulated Repos share."""

import pytest

from jupyter_automerge.testing.simulation import Simulation


@pytest.fixture
def sim() -> Simulation:
    """An empty world with seed 0: every story replays."""
    return Simulation()
