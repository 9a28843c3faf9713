"""Jupyter servers for the browser tests, each in a home of its own, with notebooks made of a few lines."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tools.jupyter_server import JupyterServer

EXPOSED = ("--LabApp.expose_app_in_browser=True", "--JupyterNotebookApp.expose_app_in_browser=True")


@dataclass(frozen=True)
class Address:
    """Where a browser reaches a server, and the token that lets it in."""

    url: str
    token: str
    program: str

    def through(self, port: int) -> "Address":
        """The same server at another port: that of a cable."""
        return replace(self, url=f"http://127.0.0.1:{port}/")

    def page(self, path: str) -> str:
        """A page of this server, with the token."""
        return f"{self.url}{path}?token={self.token}"

    def notebook(self, name: str) -> str:
        """A notebook alone in its window: nothing of an earlier session is restored beside it."""
        return self.page(f"{'notebooks' if self.program == 'notebook' else 'doc/tree'}/{name}")

    def view(self, document: str) -> str:
        """A document in its own window."""
        return self.page(f"automerge/view/{document.removeprefix('automerge:')}")

    def sync(self) -> str:
        """The socket for JavaScript programs."""
        return f"{self.url.replace('http', 'ws', 1)}api/automerge/sync?token={self.token}"


class TestServer(JupyterServer):
    """A Jupyter server on a folder of the test. Start and stop as JupyterServer."""

    __test__ = False  # a server, whatever pytest makes of the name

    def __init__(
        self,
        folder: Path,
        *,
        program: str = "jupyterlab",
        port: int | None = None,
        options: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.notebooks = folder / "notebooks"
        self.notebooks.mkdir(parents=True, exist_ok=True)
        self.program = program
        super().__init__(
            Path(sys.executable),
            folder,
            self.notebooks,
            program=program,
            port=port,
            options=(*EXPOSED, *options),
            environment={"HOME": str(folder), **(environment or {})},
        )

    @property
    def address(self) -> Address:
        """Where it is now."""
        return Address(self.url, self.token, self.program)

    def write_notebook(self, name: str, *cells: str) -> str:
        """Put a notebook with these code cells there; its name."""
        content = {
            "cells": [_code_cell(number, source) for number, source in enumerate(cells)],
            "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        (self.notebooks / name).write_text(json.dumps(content), encoding="utf-8")
        return name

    def read_notebook(self, name: str) -> dict[str, Any]:
        """A notebook as it is saved."""
        content: dict[str, Any] = json.loads((self.notebooks / name).read_text(encoding="utf-8"))
        return content

    def create_document(self, value: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> str:
        """A new document in the server's store; its URL."""
        return str(self.post("api/automerge/documents", {"value": value}, headers)["url"])

    def document(self, url: str) -> Any:
        """The value of a document as the server has it."""
        return self.get(f"api/automerge/documents/{url.removeprefix('automerge:')}")["value"]


def _code_cell(number: int, source: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": f"cell-{number}",
        "metadata": {},
        "outputs": [],
        "source": source,
    }
