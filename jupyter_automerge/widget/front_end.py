"""What Python needs of the built front-end: the loaders saved with each widget, and the page's hash."""

import json
from pathlib import Path

STATIC = Path(__file__).parent / "static"


class FrontEndNotBuilt(RuntimeError):
    """The package was installed from a source folder without building its JavaScript."""

    def __init__(self, missing: Path) -> None:
        super().__init__(
            f"{missing.name} was not built: run `npm ci && npm run build` in the folder js/ of the sources, "
            "or install a released wheel"
        )


def loader() -> str:
    """The module of a document that every host of anywidget runs; it loads the page module by URL."""
    return _read("loader.js")


def peers_loader() -> str:
    """The same of a table of who has a document; it shows rows where there is no page module too."""
    return _read("peers-loader.js")


def page_hash() -> str:
    """The hash that names the page module belonging to this package."""
    return str(json.loads(_read("manifest.json"))["page"]["hash"])


def _read(name: str) -> str:
    file = STATIC / name
    try:
        return file.read_text()
    except FileNotFoundError:
        raise FrontEndNotBuilt(file) from None
