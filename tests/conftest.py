"""What holds for every run: the order of the folders, and examples that no earlier run has a say in.

What is quick and close to a mistake comes first, what starts servers and browsers last.
"""

import signal
from pathlib import Path

import pytest
from hypothesis import settings

FOLDERS = (
    *("unit", "properties", "contracts", "scenarios", "adversary"),
    *("interop", "jupyter", "packaging", "survival", "browser"),
)
HERE = Path(__file__).parent

# No deadline: on a machine that others use as well, slow is no mistake.
settings.register_profile("steady", derandomize=True, database=None, deadline=None)
settings.register_profile("explore", database=None, deadline=None, print_blob=True)
settings.load_profile("steady")


def pytest_configure() -> None:
    """Hear Ctrl-C: a script starts what it runs in the background deaf to it, and children inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort by folder; inside a folder the order stays."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    folder = item.path.relative_to(HERE).parts[0]
    return FOLDERS.index(folder) if folder in FOLDERS else -1
