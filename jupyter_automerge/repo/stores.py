"""The stores that this Repo knows of besides its own, connected or not."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jupyter_automerge.engine.notices import StoreRow
from jupyter_automerge.repo.directory import ConnectionInfo
from jupyter_automerge.values.identity import User
from jupyter_automerge.values.ids import PeerId
from jupyter_automerge.values.status import Link

if TYPE_CHECKING:
    from jupyter_automerge.repo.running import Running


@dataclass(frozen=True, slots=True)
class StoreInfo:
    """A durable party, or the memory of a Repo that has none (`ephemeral`). Names and kinds are claims."""

    id: str
    name: str
    kind: str
    user: User | None
    link: Link
    same_store: bool
    ephemeral: bool
    durable_acks: bool
    peer_ids: tuple[PeerId, ...]


def stores_of(running: "Running") -> tuple[StoreInfo, ...]:
    """Connected ones first, then those that only documents remember."""
    found: dict[str, StoreInfo] = {}
    for connection in running.directory.connections:
        store = _connected(connection, running.local.store_id)
        known = found.get(store.id)
        peers = () if known is None else known.peer_ids
        found[store.id] = replace(store, peer_ids=tuple(dict.fromkeys((*peers, connection.peer_id))))
    for handle in running.documents.ready.values():
        for row in handle._live.rows:
            found.setdefault(row.store_id, _remembered(row))
    return tuple(found.values())


def _connected(connection: ConnectionInfo, own: str) -> StoreInfo:
    claims = connection.metadata
    return StoreInfo(
        id=connection.store_id,
        name=claims.name,
        kind=claims.kind,
        user=connection.user,
        link=Link.CONNECTED,
        same_store=connection.store_id == own,
        ephemeral=claims.storage_id is None or claims.is_ephemeral,
        durable_acks=claims.durable_acks,
        peer_ids=(),
    )


def _remembered(row: StoreRow) -> StoreInfo:
    return StoreInfo(
        id=row.store_id,
        name=row.name,
        kind=row.kind,
        user=row.user,
        link=row.link,
        same_store=row.same_store,
        ephemeral=row.ephemeral,
        durable_acks=row.durable_acks,
        peer_ids=row.peer_ids,
    )
