"""Notebooks run by nbclient, whose kernels are children of the test's own process."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

LOAD = "%load_ext jupyter_automerge"


def notebook(*cells: str) -> Any:
    """A notebook of these code cells."""
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])


async def run(book: Any, folder: Path) -> Any:
    """Restart and Run All, as nbclient does it; raises CellExecutionError with the first cell that fails."""
    await NotebookClient(book, timeout=60, resources={"metadata": {"path": str(folder)}}).async_execute()
    return book


def text_of(cell: Any) -> str:
    """What a cell printed, and the plain text of what it displayed."""
    parts = []
    for output in cell.outputs:
        parts.append(output.get("text") or output.get("data", {}).get("text/plain", ""))
    return "".join(parts)


def mime_types(cell: Any) -> list[Sequence[str]]:
    """The mime types of each display of a cell."""
    return [sorted(output["data"]) for output in cell.outputs if "data" in output]
