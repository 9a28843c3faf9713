"""Whom a wait is about: stores named in any of the ways a user may hold one."""

from collections.abc import Callable, Iterable

from jupyter_automerge.engine.notices import StoreRow
from jupyter_automerge.repo.dialer import Dialer
from jupyter_automerge.repo.directory import ConnectionInfo, DialerInfo, Directory
from jupyter_automerge.repo.rows import DocPeer
from jupyter_automerge.repo.share import PeerInfo

One = str | DocPeer | PeerInfo | ConnectionInfo | Dialer | DialerInfo | Callable[[StoreRow], bool]
Target = One | Iterable[One] | None
Match = Callable[[StoreRow], bool]


def matches(target: Target, directory: Directory) -> tuple[Match, ...]:
    """One predicate per thing named; none if nothing in particular is. Raises TypeError for anything else."""
    if target is None:
        return ()
    if isinstance(target, Iterable) and not isinstance(target, str):
        return tuple(_match(one, directory) for one in target)
    return (_match(target, directory),)


def _match(one: One, directory: Directory) -> Match:
    if isinstance(one, str):
        return lambda row: (
            one in (row.store_id, row.name, *row.peer_ids) or row.store_id in _dialed(one, directory)
        )
    if isinstance(one, DocPeer):
        return lambda row: row.store_id == one.id
    if isinstance(one, PeerInfo):
        return lambda row: one.peer_id in row.peer_ids or row.store_id == one.metadata.storage_id
    if isinstance(one, ConnectionInfo):
        return lambda row: row.store_id == one.store_id
    if isinstance(one, Dialer | DialerInfo):
        return lambda row: row.store_id in _dialed(one.url, directory)
    if callable(one):
        return one
    raise TypeError(f"nothing to wait for: {one!r} is no store, peer, Dialer, id, name or predicate")


def _dialed(url: str, directory: Directory) -> set[str]:
    return {connection.store_id for connection in directory.connections if connection.endpoint == url}
