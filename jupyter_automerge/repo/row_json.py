"""Who has a document, as JSON: what pages, widgets and programs that are no Python get. Heads are in base58check."""

from datetime import datetime
from typing import Any

from jupyter_automerge.repo.local_copy import LocalCopy
from jupyter_automerge.repo.rows import DocPeer
from jupyter_automerge.repo.summary import SyncSummary
from jupyter_automerge.values.heads import NO_HEADS, heads_to_text
from jupyter_automerge.values.identity import User


def row_to_json(row: DocPeer) -> dict[str, Any]:
    """One row. `heads` are what it rests on, so that whoever has the document can compare for himself."""
    facts = row.facts
    return {
        "id": row.id,
        "name": row.called,
        "kind": row.kind,
        "user": user_to_json(row.user),
        "link": row.link.value,
        "relation": row.relation.value,
        "state": row.state.value,
        "activity": row.activity.value,
        "level": row.level.name.lower(),
        "safe": row.safe,
        "trust": row.trust.value,
        "missingThere": row.missing_there,
        "missingHere": row.missing_here,
        "certain": row.certain,
        "asOf": date_to_json(row.as_of),
        "unsentSince": date_to_json(row.unsent_since),
        "via": list(row.via),
        "sameStore": row.same_store,
        "ephemeral": row.ephemeral,
        "clone": row.clone,
        "reader": row.reader,
        "projection": row.is_projection,
        "trouble": row.trouble,
        "durableAcks": row.durable_acks,
        "denied": facts.denied,
        "unavailable": facts.unavailable,
        "clockAhead": row.clock_ahead,
        "peerIds": list(row.peer_ids),
        "heads": {
            "sent": list(heads_to_text(facts.sent)),
            "received": list(heads_to_text(facts.received)),
            "relayed": list(heads_to_text(facts.relayed)),
            "stored": list(heads_to_text(facts.stored)),
            "lastHeard": list(heads_to_text(facts.last_heard)),
        },
    }


def local_to_json(local: LocalCopy, name: str) -> dict[str, Any]:
    """A Repo's own copy; `relation` and `level` are against the heads that were asked for."""
    return {
        "id": local.store_id,
        "name": name,
        "durable": local.durable,
        "received": list(heads_to_text(local.heads)),
        "weakness": local.weakness,
        "stored": list(heads_to_text(local.saved_heads if local.durable else NO_HEADS)),
        "trouble": local.trouble,
        "setAside": [
            {"key": list(one.key), "reason": one.reason, "kept": None if one.kept is None else list(one.kept)}
            for one in local.set_aside
        ],
        "foreignWriters": local.foreign_writers,
        "relation": local.relation.value,
        "level": local.level.name.lower(),
    }


def summary_to_json(summary: SyncSummary) -> dict[str, Any]:
    """A document in one word, and in one line."""
    return {"state": summary.state.value, "copies": summary.copies, "words": summary.words}


def user_to_json(user: User | None) -> dict[str, Any] | None:
    """Who is logged in there, by the transport's word."""
    return None if user is None else {"username": user.username, "name": user.name, "color": user.color}


def date_to_json(date: datetime | None) -> str | None:
    """ISO 8601."""
    return None if date is None else date.isoformat()
