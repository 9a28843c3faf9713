"""Leaving in order: save what is unsaved, let what waits go out, close, and say what is not durable."""

from jupyter_automerge.engine.connection import Connection
from jupyter_automerge.engine.connections import Connections
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.notices import Stopped
from jupyter_automerge.engine.record import DocumentRecord
from jupyter_automerge.engine.saving import Saver
from jupyter_automerge.engine.slow_writes import SlowWrites
from jupyter_automerge.engine.stores import Stores
from jupyter_automerge.values.ids import DocumentId

GOING_AWAY = 1001
WITHOUT_GOODBYE = None


class Stopping:
    """Watches the end of a Repo. Bounded by the driver, not here: a store or peer may take for ever."""

    def __init__(
        self,
        desk: Desk,
        documents: dict[DocumentId, DocumentRecord],
        connections: Connections,
        saver: Saver,
        stores: Stores,
        writes: SlowWrites,
    ) -> None:
        self._desk = desk
        self._documents = documents
        self._connections = connections
        self._saver = saver
        self._stores = stores
        self._writes = writes
        self._begun = False
        self._closed = False
        self._ended = False

    def begin(self) -> None:
        self._begun = True
        self._connections.dialers.retire()

    def end_if_done(self) -> None:
        """Close everything once nothing can be saved or sent any more, and tell once."""
        if not self._begun or self._ended or self._is_saving():
            return
        if not self._closed:
            if self._is_sending():
                return
            self._closed = True
            for connection in list(self._connections.table.values()):
                self._connections.close(connection, _goodbye(connection), "this Repo is closing")
            # Only now it is known what the others were last heard to have.
            self._stores.settle()
            self._writes.finish()
        if not self._writes.is_idle:
            return
        self._ended = True
        unsaved = tuple(record.id for record in self._documents.values() if self._saver.unsaved(record))
        self._desk.emit(Stopped(unsaved))

    def _is_saving(self) -> bool:
        return any(
            record.saving.put is not None or (self._saver.unsaved(record) and not record.saving.failures)
            for record in self._documents.values()
        )

    def _is_sending(self) -> bool:
        return any(
            connection.is_open and not connection.idle and not connection.full
            for connection in self._connections.table.values()
        )


def _goodbye(connection: Connection) -> int | None:
    # automerge-repo's WebSocket client (2.5.6) throws when it answers a sync message after our close frame has
    # arrived, in the middle of its update, and cannot change that document any more. It bears a stream's end.
    is_javascript = connection.is_open and not connection.speaks_our_dialect
    return WITHOUT_GOODBYE if is_javascript else GOING_AWAY
