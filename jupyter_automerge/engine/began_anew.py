"""Our own store lost everything while we ran: nobody may go on believing what it said until then (E48)."""

from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.engine.notices import StoreRegressed
from jupyter_automerge.engine.parts import Parts

SERVICE_RESTART = 1012
"""Close code of RFC 6455's registry: the peer is to connect again."""


def began_anew(parts: Parts, local: LocalPeer, epoch: str) -> None:
    """What is in memory is written again, and everybody meets us anew: only a handshake tells the epoch, and only
    a session that begins anew brings what is in nobody's memory here.
    """
    local.epoch = epoch
    if local.storage_id is not None:
        parts.desk.emit(StoreRegressed(local.storage_id))
    parts.siblings.open()
    parts.graveyard.began_anew()
    parts.store_changes.changed(())
    for record in parts.documents.values():
        for facts in record.stores.values():
            parts.remembering.row_moved(record, facts)
    for entry in parts.stores:
        parts.remembering.store_moved(entry)
    for connection in list(parts.connections.table.values()):
        parts.connections.close(connection, SERVICE_RESTART, "our store was emptied: please connect again")
