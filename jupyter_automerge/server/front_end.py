"""The built front-end that the server hands out: its files, and the hash that makes each immutable."""

import json
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent.parent / "widget" / "static"


class BuiltFile(NamedTuple):
    """One file of the build, and the hash of its content."""

    file: str
    hash: str


class FrontEnd:
    """The folder that the front-end build fills; everything is None while it has not been built."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder

    @property
    def _manifest(self) -> dict[str, BuiltFile]:
        manifest = self.folder / "manifest.json"
        if not manifest.exists():
            return {}
        entries = json.loads(manifest.read_text())
        return {name: BuiltFile(entry["file"], entry["hash"]) for name, entry in entries.items()}

    @property
    def page(self) -> BuiltFile | None:
        return self._manifest.get("page")

    @property
    def wasm(self) -> BuiltFile | None:
        return self._manifest.get("wasm")

    def hash_of(self, file: str) -> str | None:
        """The hash of a built file; None for a file that is not in the manifest."""
        return next((built.hash for built in self._manifest.values() if built.file == file), None)


def file_url(base_url: str, built: BuiltFile | None) -> str | None:
    """Where a page gets the file, in a form that may be cached for ever."""
    return built and f"{base_url}automerge/static/{built.file}?v={built.hash}"
