"""The order of a run: what is quick and close to a mistake first, what starts servers and browsers last."""

from pathlib import Path

import pytest

FOLDERS = (
    *("unit", "properties", "contracts", "scenarios", "adversary"),
    *("interop", "jupyter", "packaging", "survival", "browser"),
)
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort by folder; inside a folder the order stays."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    folder = item.path.relative_to(HERE).parts[0]
    return FOLDERS.index(folder) if folder in FOLDERS else -1
