"""Who has a document, as a live table in a notebook."""

import threading
import uuid
from datetime import UTC, datetime
from typing import Any

import anywidget
import traitlets

from jupyter_automerge.errors import AutomergeError
from jupyter_automerge.kernel.process import current_session
from jupyter_automerge.repo import MIME_TYPE, DocHandle, summary_to_json
from jupyter_automerge.widget import peer_text
from jupyter_automerge.widget.display import WIDGET_MIME_TYPE
from jupyter_automerge.widget.front_end import page_hash, peers_loader
from jupyter_automerge.widget.onlooker import is_watched
from jupyter_automerge.widget.peer_rows import rows_of
from jupyter_automerge.widget.rows_feed import RowsFeed

CLOSED = "closed"
"""What stands for the state of a summary when nothing more will be told."""


class PeersView(anywidget.AnyWidget):  # type: ignore[misc]  # anywidget carries no types
    """Shows who has the document of a handle, who lacks what, since when, and why a wait for it hangs.

    While this kernel runs it shows what `handle.peers` says, at most ten times a second, also while a cell
    runs, in every host that shows widgets: the rows come with the widget's own messages and need no server.
    Without the kernel a page of a server that has the document goes on with what it knows itself; everywhere
    else, and when the handle's Repo is closed, the rows stay as last seen, with their time. `close()` ends it.

    Raises FrontEndNotBuilt in a source folder without built JavaScript, and what `handle.peers` raises.
    """

    url = traitlets.Unicode(help="The document's URL.").tag(sync=True)
    title = traitlets.Unicode(None, allow_none=True, help="What the document is called.").tag(sync=True)
    view = traitlets.Unicode("peers", help="How it is shown.").tag(sync=True)
    key = traitlets.Unicode(help="Names this widget to views that were made for it.").tag(sync=True)
    where = traitlets.Unicode(help="Who has the document: the page's server, or only the kernel.").tag(
        sync=True
    )
    rows: traitlets.List[Any] = traitlets.List(help="One for each store, as pages get them.").tag(sync=True)
    summary = traitlets.Dict(help="How safe the document is.").tag(sync=True)
    as_of = traitlets.Unicode(help="When rows or summary last moved, in ISO 8601.").tag(sync=True)
    page_hash = traitlets.Unicode(help="The page module that belongs to this package.").tag(sync=True)

    def __init__(self, handle: DocHandle, **kwargs: Any) -> None:
        # As late as this, so that the package can be imported without any built JavaScript.
        self._esm = peers_loader()
        self._handle = handle
        self._feed: RowsFeed | None = None
        self._turn = threading.Lock()
        key = uuid.uuid4().hex
        super().__init__(
            url=handle.url,
            title=_title(handle),
            key=key,
            model_id=key,
            where="server" if _is_on_the_server(handle) else "kernel",
            rows=rows_of(handle),
            summary=summary_to_json(handle.sync),
            as_of=_now(),
            page_hash=page_hash(),
            **kwargs,
        )
        self._feed = RowsFeed(handle, self._look, self._end)
        self._look()  # what moved since the rows above were made

    def open(self) -> None:
        """Talk to the front-end where somebody looks.

        A kernel that runs a notebook for nobody would save a widget in it, for which exported pages load code
        from strangers.
        """
        if is_watched():
            super().open()

    @property
    def model_id(self) -> str:
        """Its name as a part of other widgets; to be asked for it is to be shown."""
        if self.comm is None:
            super().open()
        return str(super().model_id)

    def close(self) -> None:
        """Show no more, and stop to look at the document."""
        if self._feed is not None:
            self._feed.stop()
        super().close()

    def _look(self) -> None:
        """On the Repo's thread, and once at first. No older look overtakes a newer one."""
        with self._turn:
            self._show(*self._looked())

    def _end(self) -> None:
        """The same for the last time: the Repo closes, or the document left it."""
        with self._turn:
            rows, summary = self._looked()
            if summary["state"] != CLOSED:
                summary |= {"state": CLOSED, "words": f"it was {summary['state']}, {summary['words']}"}
            self._show(rows, summary)

    def _show(self, rows: list[Any], summary: dict[str, Any]) -> None:
        if (rows, summary) == (self.rows, self.summary):
            return
        with self.hold_sync():
            self.rows, self.summary, self.as_of = rows, summary, _now()

    def _looked(self) -> tuple[list[Any], dict[str, Any]]:
        try:
            return rows_of(self._handle), summary_to_json(self._handle.sync)
        except AutomergeError as error:
            # The document was deleted or unloaded: that is what there is to show.
            return self.rows, {"state": CLOSED, "copies": 0, "words": str(error)}

    def _repr_mimebundle_(self, **_options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        over = self.summary["state"] == CLOSED
        moment = datetime.fromisoformat(self.as_of) if over else datetime.now(UTC)
        summary = f"{self.summary['state']}: {self.summary['words']}"
        known = (self.title or self.url, summary, self.rows, moment)
        data = {
            MIME_TYPE: self._mime_data(moment),
            "text/html": peer_text.table(*known),
            "text/plain": peer_text.lines(*known),
        }
        if self.comm is not None:
            widget, _ = super()._repr_mimebundle_()
            data[WIDGET_MIME_TYPE] = widget[WIDGET_MIME_TYPE]
        return data, {}

    def _mime_data(self, moment: datetime) -> dict[str, Any]:
        as_of = moment.isoformat(timespec="seconds")
        return {
            "version": 1,
            "url": self.url,
            "path": [],
            "view": "peers",
            "title": self.title,
            "key": self.key,
            "where": self.where,
            "snapshot": {"rows": self.rows, "summary": self.summary, "asOf": as_of},
        }


def _now() -> str:
    """So fine that no two looks have the same: views follow this alone."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _title(handle: DocHandle) -> str | None:
    try:
        title = handle.get(["title"])
    except AutomergeError:
        return None
    return str(title)[:200] if isinstance(title, str) else None


def _is_on_the_server(handle: DocHandle) -> bool:
    """Whether it is a document of this kernel's session, which a Jupyter server has too."""
    session = current_session()
    if session is None or session.address is None:
        return False
    return session.repo.handles.get(handle.document_id) is handle
