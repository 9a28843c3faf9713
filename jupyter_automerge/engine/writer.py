"""The one writer of a connection: what goes out next, when the transport can take it."""

from collections.abc import Callable

from jupyter_automerge.engine.connection import Connection
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.effects import Send
from jupyter_automerge.values.ids import DocumentId


class Writer:
    """Takes queued frames first, then dirty documents in turn, reports of saved heads, remote heads, and reach.

    A sync message is generated only here, when it can be sent at once: generating it changes the SyncState,
    so it is a promise that must be kept. Hence at most one generated message per connection is ever on its
    way.
    """

    def __init__(
        self,
        desk: Desk,
        sync_frame: Callable[[Connection, DocumentId], bytes | None],
        ack_frame: Callable[[Connection], bytes | None],
        subscription_frame: Callable[[Connection], bytes | None],
        rows_frame: Callable[[Connection], bytes | None],
        reach_frame: Callable[[Connection], bytes | None],
    ) -> None:
        self._desk = desk
        self._sync_frame = sync_frame
        self._ack_frame = ack_frame
        self._subscription_frame = subscription_frame
        self._rows_frame = rows_frame
        self._reach_frame = reach_frame

    def pump(self, connection: Connection) -> None:
        """Send the next frame, if there is one and the transport is not full."""
        if connection.full:
            return
        frame = self._next(connection)
        if frame is not None:
            connection.full, connection.full_since = True, self._desk.now
            self._desk.effect(Send(connection.id, frame))

    def _next(self, connection: Connection) -> bytes | None:
        if connection.frames:
            return connection.frames.popleft()
        return (
            self._next_sync(connection)
            or self._next_ack(connection)
            or self._subscription_frame(connection)
            or self._next_rows(connection)
            or self._reach_frame(connection)
        )

    def _next_sync(self, connection: Connection) -> bytes | None:
        while connection.dirty:
            document_id = next(iter(connection.dirty))
            del connection.dirty[document_id]
            frame = self._sync_frame(connection, document_id)
            if frame is not None:
                return frame
        return None

    def _next_ack(self, connection: Connection) -> bytes | None:
        while connection.acks:
            frame = self._ack_frame(connection)
            if frame is not None:
                return frame
        return None

    def _next_rows(self, connection: Connection) -> bytes | None:
        while connection.rows:
            frame = self._rows_frame(connection)
            if frame is not None:
                return frame
        return None
