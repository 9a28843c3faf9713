"""Who a Repo is: made at its start, partly read from its store."""

import platform
import secrets
import uuid
from dataclasses import replace

from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.errors import AutomergeError, StorageError
from jupyter_automerge.repo.processes import this_process
from jupyter_automerge.storage.contract import Storage
from jupyter_automerge.values.identity import clean_name
from jupyter_automerge.values.ids import PeerId, SessionId, StorageId, parse_peer_id, parse_storage_id
from jupyter_automerge.values.keys import EPOCH_KEY, STORAGE_ID_KEY, StorageKey


def new_peer_id(kind: str) -> PeerId:
    """The kind, for people who read logs, and 122 random bits."""
    return parse_peer_id(f"{clean_name(kind) or 'peer'}-{uuid.uuid4()}")


async def introduce(
    peer_id: PeerId, session_id: SessionId, name: str, kind: str, storage: Storage | None
) -> LocalPeer:
    """This Repo's identity. Raises StorageError if the store's id can be neither read nor written."""
    claims = LocalPeer(peer_id, session_id, name=clean_name(name), kind=clean_name(kind))
    if storage is None:
        return replace(claims, ephemeral_store_id=StorageId(str(uuid.uuid4())))
    storage_id, epoch = await marks_of(storage)
    # It was asked for something by now, so it knows.
    weakness, process = storage.weakness, this_process()
    return replace(
        claims,
        storage_id=storage_id,
        epoch=epoch,
        host=clean_name(platform.node()),
        pid=process.pid,
        machine=process.machine,
        began=process.began,
        weakness="" if weakness is None else weakness.reason,
        fleeting=weakness is not None and weakness.fleeting,
    )


async def marks_of(storage: Storage, own: StorageId | None = None) -> tuple[StorageId, str]:
    """The store's id and epoch; where there are none, put there, the id as it was (`own`) if it had one.

    Raises StorageError.
    """
    storage_id = await _stored_text(storage, STORAGE_ID_KEY, own or str(uuid.uuid4()))
    epoch = await _stored_text(storage, EPOCH_KEY, secrets.token_hex(16))
    return _checked(storage_id), epoch


async def _stored_text(storage: Storage, key: StorageKey, fresh: str) -> str:
    """What is under the key; if nothing is, the fresh text, written first."""
    try:
        data = await storage.load(key)
        if data is None:
            data = await storage.create(key, fresh.encode())
        if not data.strip():
            # Left by a program that was killed while it wrote: nobody can have gone by it.
            await storage.save(key, fresh.encode())
            data = await storage.load(key) or fresh.encode()
    except StorageError:
        raise
    except Exception as error:  # adapters are written by others and may raise anything
        raise StorageError(f"its id cannot be read: {type(error).__name__}: {error}") from error
    return data.decode(errors="replace").strip()


def _checked(storage_id: str) -> StorageId:
    try:
        return parse_storage_id(storage_id)
    except AutomergeError as error:
        raise StorageError(f"what it keeps as its id is none: {error}") from error
