"""Where things stand in a store: automerge-repo's keys, and our own beside them.

Ours begin with a component that starts with a dot, which is no document id and which JavaScript never lists.
"""

from enum import StrEnum
from hashlib import sha256

from jupyter_automerge.values.heads import Heads, heads_hex
from jupyter_automerge.values.ids import DocumentId, SessionId, StorageId

StorageKey = tuple[str, ...]

STORAGE_ID_KEY: StorageKey = ("storage-adapter-id",)
"""The store's own id: its UTF-8 text, a UUID, no newline."""
OWN_PREFIX: StorageKey = (".jupyter-automerge",)
TOMBSTONE_PREFIX: StorageKey = (*OWN_PREFIX, "tombstones")
STORES_PREFIX: StorageKey = (*OWN_PREFIX, "stores")
"""What is known of other stores, one entry each."""
SESSIONS_PREFIX: StorageKey = (*OWN_PREFIX, "sessions")
"""One entry for each Repo that runs on this store: how siblings tell each other from a copied store."""
QUARANTINE_PREFIX: StorageKey = (*OWN_PREFIX, "quarantine")
"""Torn chunks of documents, kept under their own keys for whoever may mend them; never read as history."""
FOREIGN_WRITERS_KEY: StorageKey = (*OWN_PREFIX, "foreign-writers")
"""Present since somebody who is no Repo of ours wrote into this store; when that was seen."""
EPOCH_KEY: StorageKey = (*OWN_PREFIX, "epoch")
"""A random text, written once: a wiped store that kept its id has another."""


NO_HEADS_NAME = sha256(b"").hexdigest()
"""Of the snapshot of a document without a change, which is none: JavaScript may leave it where it deleted one."""


class KeyKind(StrEnum):
    """What a key holds."""

    SNAPSHOT = "snapshot"
    """A whole document, as of some heads."""
    INCREMENTAL = "incremental"
    """Change chunks since an earlier save."""
    SYNC_STATE = "sync-state"
    """The heads known to be shared with another store."""
    REMOTE_HEADS = "remote-heads"
    """What another store was last known to have. JavaScript never lists it."""
    TOMBSTONE = "tombstone"
    """The document was deleted from this store."""
    STORAGE_ID = "storage-id"
    """The store's own id."""
    OTHER = "other"
    """Not ours to read."""


_DOCUMENT_KINDS = (KeyKind.SNAPSHOT, KeyKind.INCREMENTAL, KeyKind.SYNC_STATE, KeyKind.REMOTE_HEADS)


def document_prefix(document_id: DocumentId) -> StorageKey:
    """All that a store keeps of the document, the tombstone excepted."""
    return (document_id,)


def snapshot_prefix(document_id: DocumentId) -> StorageKey:
    """All snapshots of the document."""
    return (document_id, KeyKind.SNAPSHOT.value)


def incremental_prefix(document_id: DocumentId) -> StorageKey:
    """All incremental chunks of the document."""
    return (document_id, KeyKind.INCREMENTAL.value)


def sync_state_prefix(document_id: DocumentId) -> StorageKey:
    """The shared heads with all other stores."""
    return (document_id, KeyKind.SYNC_STATE.value)


def snapshot_key(document_id: DocumentId, heads: Heads) -> StorageKey:
    """Named by the SHA-256 of the sorted hex heads, joined: equal heads overwrite one another."""
    return (*snapshot_prefix(document_id), sha256("".join(heads_hex(heads)).encode()).hexdigest())


def incremental_key(document_id: DocumentId, data: bytes) -> StorageKey:
    """Named by the SHA-256 of the bytes."""
    return (*incremental_prefix(document_id), sha256(data).hexdigest())


def sync_state_key(document_id: DocumentId, storage_id: StorageId) -> StorageKey:
    """Named by the id of the *other* store."""
    return (*sync_state_prefix(document_id), storage_id)


def remote_heads_key(document_id: DocumentId, storage_id: StorageId) -> StorageKey:
    """Named by the id of the *other* store; goes with the document."""
    return (document_id, KeyKind.REMOTE_HEADS.value, storage_id)


def store_key(storage_id: StorageId) -> StorageKey:
    """What is known of the other store itself."""
    return (*STORES_PREFIX, storage_id)


def session_key(session_id: SessionId) -> StorageKey:
    """The lease of a running Repo on this store."""
    return (*SESSIONS_PREFIX, session_id)


def tombstone_key(document_id: DocumentId) -> StorageKey:
    """Marks the document as deleted here."""
    return (*TOMBSTONE_PREFIX, document_id)


def quarantine_key(key: StorageKey) -> StorageKey:
    """Where a torn chunk is kept."""
    return (*QUARANTINE_PREFIX, *key)


def is_chunk(key: StorageKey) -> bool:
    """Whether the key is one of a document's history."""
    return key_kind(key) in (KeyKind.SNAPSHOT, KeyKind.INCREMENTAL)


def key_kind(key: StorageKey) -> KeyKind:
    """What the key holds, judged by its shape alone."""
    if key == STORAGE_ID_KEY:
        return KeyKind.STORAGE_ID
    if key[:-1] == TOMBSTONE_PREFIX:
        return KeyKind.TOMBSTONE
    if len(key) == 3 and not key[0].startswith(".") and key[1] in _DOCUMENT_KINDS:
        return KeyKind(key[1])
    return KeyKind.OTHER
