"""Tools to test with, for this package and for adapters of others: contracts, simulation, strategies.

`Playground` is for people too: a few laptops and a server in one process, with cables to pull.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jupyter_automerge.testing.playground import Playground

__all__ = ["Playground"]


def __getattr__(name: str) -> Any:
    # Adapters that are tested by a contract need not load a Repo.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from jupyter_automerge.testing.playground import Playground

    return Playground
