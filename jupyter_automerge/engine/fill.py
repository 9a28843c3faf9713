"""How full the Engine's tables are, each by the bound that it has in `values/limits.py`."""

from collections.abc import Iterable

from jupyter_automerge.engine.connection import Connection
from jupyter_automerge.engine.parts import Parts
from jupyter_automerge.engine.record import DocumentRecord


def fill_of(parts: Parts) -> dict[str, int]:
    """By name, for `repo.metrics()`. It looks at every document."""
    records, connections = tuple(parts.documents.values()), tuple(parts.connections.table.values())
    return {
        "documents": len(records),
        "connections": len(connections),
        "peers": len(parts.connections.peers),
        "dialers": len(parts.connections.dialers),
        "stores": len(parts.stores),
        "store_endpoints": sum(len(entry.endpoints) for entry in parts.stores),
        "tombstones": len(parts.graveyard),
        "followed_stores": len(parts.subscriptions),
        "open_questions": parts.desk.open_questions,
        "policy_questions": parts.sessions.sharing.questions,
        "own_writes": len(parts.desk.own_writes),
        "looks_at_the_store": parts.rereader.looks,
        "broadcasting_sessions": parts.broadcasting.sessions_heard,
        **_of_connections(connections),
        **_of_sessions(records),
        **_of_documents(records),
        **_of_rows(records),
    }


def _of_connections(connections: Iterable[Connection]) -> dict[str, int]:
    return {
        "frames_waiting": sum(len(one.frames) for one in connections),
        "frame_bytes_waiting": sum(len(frame) for one in connections for frame in one.frames),
        "stores_introduced": sum(one.introduced for one in connections),
        "subscriptions": sum(len(one.follows) + len(one.asked) + len(one.asks) for one in connections),
    }


def _of_sessions(records: Iterable[DocumentRecord]) -> dict[str, int]:
    sessions = [session for record in records for session in record.sessions.values()]
    return {
        "sessions": len(sessions),
        "messages_waiting": sum(len(one.inbox) for one in sessions),
        "message_bytes_waiting": sum(len(message.data) for one in sessions for message in one.inbox),
    }


def _of_documents(records: Iterable[DocumentRecord]) -> dict[str, int]:
    fills = [record.opened.fill for record in records if record.opened is not None]
    rereading = [record.reread for record in records if record.reread is not None]
    return {
        "puts_in_flight": sum(record.saving.put is not None for record in records),
        "refused_chunks": sum(len(record.refused_chunks or ()) for record in records),
        "torn_chunks_watched": sum(len(one.suspects) for one in rereading),
        "chunks_left_alone": sum(len(one.left) for one in rereading),
        "journal_bytes": sum(fill.journal_bytes for fill in fills),
        "passed_heads": sum(fill.passed_heads for fill in fills),
        "pending_changes": sum(fill.pending_changes for fill in fills),
        "frontiers_cached": sum(fill.frontiers_cached for fill in fills),
    }


def _of_rows(records: Iterable[DocumentRecord]) -> dict[str, int]:
    facts = [one for record in records for one in record.stores.values()]
    return {
        "store_rows": len(facts),
        "store_memories": sum(len(one.memories) for one in facts),
        "store_tellers": sum(len(one.hearsay) for one in facts),
        "store_heads": sum(len(known.heads) for one in facts for known in one.sets()),
    }
