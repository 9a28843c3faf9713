"""What events lead to, once all of those that came at once are taken in: what is sent, and what is saved."""

from collections.abc import Iterable, Iterator

from jupyter_automerge.engine.effects import Effect
from jupyter_automerge.engine.parts import Parts
from jupyter_automerge.engine.record import DocumentRecord
from jupyter_automerge.values.ids import DocumentId


class Settling:
    """Looks at the documents and connections that were marked, until none is."""

    def __init__(self, parts: Parts) -> None:
        self._desk = parts.desk
        self._documents = parts.documents
        self._connections = parts.connections
        self._stores = parts.stores
        self._docsync = parts.docsync
        self._rereader = parts.rereader
        self._writer = parts.writer
        self._departing = parts.departing
        self._sync_states = parts.sync_states
        self._stopping = parts.stopping

    def settle(self) -> Iterator[Effect]:
        """Decide, send, save: in this order, as taking a document's bytes for the disk takes longer than a
        frame.
        """
        desk = self._desk
        evaluated: dict[DocumentId, None] = {}
        while desk.due_documents or desk.due_connections or evaluated or not self._stores.is_settled:
            self._stores.settle()
            documents, desk.due_documents = desk.due_documents, {}
            for record in self._records(documents):
                self._docsync.evaluate(record)
                self._rereader.go_on(record)
            evaluated.update(documents)
            connections, desk.due_connections = desk.due_connections, {}
            for connection_id in connections:
                connection = self._connections.table.get(connection_id)
                if connection is not None:
                    self._writer.pump(connection)
                    yield from desk.take_effects()
            for record in self._records(documents):
                self._docsync.sent(record)
            if not (desk.due_documents or desk.due_connections) and self._stores.is_settled:
                for record in self._records(evaluated):
                    self._docsync.save(record)
                    self._departing.leave_if_due(record)
                evaluated.clear()
        self._sync_states.save_later()
        self._stopping.end_if_done()
        yield from desk.take_effects()

    def _records(self, document_ids: Iterable[DocumentId]) -> Iterator[DocumentRecord]:
        for document_id in document_ids:
            record = self._documents.get(document_id)
            if record is not None:
                yield record
