"""Whom a wait is about: stores named in any of the ways a user may hold one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from jupyter_automerge.engine.notices import StoreRow
from jupyter_automerge.errors import InvalidId
from jupyter_automerge.repo.dialer import Dialer
from jupyter_automerge.repo.directory import ConnectionInfo, DialerInfo
from jupyter_automerge.repo.known_stores import KnownStores
from jupyter_automerge.repo.phrases import shared_name
from jupyter_automerge.repo.rows import DocPeer
from jupyter_automerge.repo.share import PeerInfo
from jupyter_automerge.repo.store_info import StoreInfo
from jupyter_automerge.values.store import KnownStore, RunningPeer


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Stores of which one is enough. See any_of."""

    targets: tuple["One", ...]


One = (
    str
    | DocPeer
    | StoreInfo
    | KnownStore
    | PeerInfo
    | RunningPeer
    | ConnectionInfo
    | Dialer
    | DialerInfo
    | AnyOf
    | Callable[[StoreRow], bool]
)
Target = One | Iterable[One] | None
Match = Callable[[StoreRow], bool]


def any_of(*targets: One) -> AnyOf:
    """For `handle.synced(with_=any_of("laptop", "server"))`: whichever has it first."""
    if not targets:
        raise TypeError("any_of() of nobody would never end: name at least one")
    return AnyOf(targets)


def matches(target: Target, stores: KnownStores) -> tuple[Match, ...]:
    """One predicate per thing named; none if nothing in particular is.

    Raises TypeError for anything else, InvalidId for a name that several stores go by (E44).
    """
    return tuple(_match(one, stores) for one in named(target))


def named(target: Target) -> tuple[One, ...]:
    """The things named, one by one."""
    if target is None:
        return ()
    if isinstance(target, Iterable) and not isinstance(target, str):
        return tuple(target)
    return (target,)


def _match(one: One, stores: KnownStores) -> Match:
    match one:
        case str():
            if words := shared_name(one, stores.sharers(one)):
                raise InvalidId("store to wait for", one, words)
            return lambda row: stores.answers(row, one)
        case DocPeer() | StoreInfo() | KnownStore():
            return lambda row: row.store_id == one.id
        case PeerInfo():
            return lambda row: one.peer_id in row.peer_ids or row.store_id == one.store_id
        case RunningPeer():
            return lambda row: one.peer_id in row.peer_ids
        case ConnectionInfo():
            return lambda row: row.store_id == one.store_id
        case Dialer() | DialerInfo():
            return lambda row: one.url in stores.endpoints(row.store_id)
        case AnyOf():
            some = [_match(target, stores) for target in one.targets]
            return lambda row: any(match(row) for match in some)
        case _ if callable(one):
            return one
    raise TypeError(f"nothing to wait for: {one!r} is no store, peer, Dialer, id, name or predicate")
