"""A live document as a widget, for hosts that show widgets only and for composing with others."""

import json
from collections.abc import Sequence
from typing import Any

import anywidget
import traitlets

from jupyter_automerge.repo import DocHandle, mime_data
from jupyter_automerge.values.url import AutomergeUrl
from jupyter_automerge.widget.front_end import loader, page_hash

MAX_STATE_SNAPSHOT_BYTES = 512


class AutomergeView(anywidget.AnyWidget):  # type: ignore[misc]  # anywidget carries no types
    """Shows the document of a handle or URL, or the part of it at `path`.

    The page finds the document at the server it was loaded from, as a peer of its own: the view goes on
    while the kernel is busy or gone. Raises FrontEndNotBuilt in a source folder without built JavaScript.
    """

    url = traitlets.Unicode(help="The document's URL.").tag(sync=True)
    path: traitlets.List[Any] = traitlets.List(
        help="Map keys and list indexes that lead to the part shown."
    ).tag(sync=True)
    view = traitlets.Unicode("document", help="How it is shown.").tag(sync=True)
    title = traitlets.Unicode(
        None, allow_none=True, help="What it goes by if it has no title of its own."
    ).tag(sync=True)
    snapshot = traitlets.Dict(help="The value when this was made, for hosts without a server.").tag(sync=True)
    page_hash = traitlets.Unicode(help="The page module that belongs to this package.").tag(sync=True)

    def __init__(
        self, document: DocHandle | str, path: Sequence[str | int] = (), view: str = "document", **kwargs: Any
    ) -> None:
        # anywidget makes a trait of what it finds here when an instance is made; read as late as that,
        # the package can be imported, and its other half used, without any JavaScript.
        self._esm = loader()
        url = document.url if isinstance(document, DocHandle) else str(AutomergeUrl.parse(document))
        snapshot = _snapshot(document) if isinstance(document, DocHandle) else {}
        super().__init__(
            url=url, path=list(path), view=view, snapshot=snapshot, page_hash=page_hash(), **kwargs
        )


def _snapshot(handle: DocHandle) -> dict[str, Any]:
    """The handle's own snapshot, if it is small: saved notebooks carry it once per view."""
    snapshot: dict[str, Any] = mime_data(handle)["snapshot"]
    return snapshot if len(json.dumps(snapshot)) <= MAX_STATE_SNAPSHOT_BYTES else {}
