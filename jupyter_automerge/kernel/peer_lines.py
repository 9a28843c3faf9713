"""What `%automerge peers` prints: a line for each store, with who it is, how it is reached, and what it has."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from jupyter_automerge.kernel.session import KernelSession
from jupyter_automerge.kernel.wording import counted, lasting, shown
from jupyter_automerge.repo import DocHandle, DocPeer, Repo, StoreInfo
from jupyter_automerge.values.status import Activity, Level, Link, PeerState, Trust


def row_lines(handle: DocHandle) -> Iterator[str]:
    """One document: whether anything of it is at risk, and the stores that have, or should have, it."""
    peers = tuple(handle.peers)
    if not peers:
        yield f"{handle.url}: nobody else is known to have it."
        return
    yield f"{handle.url}: {shown(str(handle.sync), 300)}"
    names = {peer.id: shown(peer.called) for peer in peers}
    yield from (row_line(peer, names) for peer in peers)


def row_line(peer: DocPeer, names: Mapping[str, str] | None = None) -> str:
    """Who  what it is  how it is reached  what it has  since when. `names`: what relaying stores are called."""
    if peer.is_projection:
        return f"{shown(peer.name)}  {shown(peer.kind)}  {_written(peer)}"
    columns = (_who(peer), _what(peer), _reached(peer, names or {}), _has(peer), _told(peer))
    return "  ".join(filter(None, columns))


def _who(peer: DocPeer | StoreInfo) -> str:
    name = shown(peer.label)
    user = shown(peer.user.name) if peer.user is not None else ""
    return f"{name} of {user}" if user and user not in name else name


def _what(peer: DocPeer | StoreInfo) -> str:
    """Its kind, and why it may count for nothing."""
    remarks = [shown(peer.kind) or "peer"]
    remarks += ["may only read"] if isinstance(peer, DocPeer) and peer.reader else []
    remarks += ["memory only"] if peer.ephemeral else []
    remarks += ["on this store"] if peer.same_store else []
    remarks += ["a copied store"] if peer.clone else []
    remarks += [peer.trust.value] if peer.trust is not Trust.NORMAL else []
    return ", ".join(remarks)


def _reached(peer: DocPeer, names: Mapping[str, str]) -> str:
    if peer.link is Link.RELAYED and peer.via:
        return f"relayed by {', '.join(names.get(store, store[:8]) for store in peer.via)}"
    return f"{peer.link}, stalled" if peer.activity is Activity.STALLED else peer.link.value


def _written(file: DocPeer) -> str:
    """What a file has that is written from the document (E46)."""
    missing = file.missing_there
    has = "not written yet" if missing is None else _lacks(file) if missing else "has everything, written"
    return f"{has}; it cannot be written: {shown(file.trouble, 300)}" if file.trouble else has


def _has(peer: DocPeer) -> str:
    """What it has, as far as it is known; silence is not a "no"."""
    if peer.state is PeerState.DENIED:
        return "may not have it"
    if peer.state is PeerState.UNAVAILABLE:
        return "says that it does not have it"
    if peer.missing_there is None:
        return "has told nothing yet"
    parts = [_lacks(peer) if peer.missing_there else f"has everything{_level(peer)}"]
    if peer.missing_here and peer.reader:
        parts.append("its edits are not accepted")
    elif peer.missing_here:
        verb = "is" if peer.missing_here == 1 else "are"
        parts.append(f"has {counted(peer.missing_here, 'change')} that {verb} not here")
    return "; ".join(parts)


def _lacks(peer: DocPeer) -> str:
    most = "" if peer.certain else "at most "
    since = "" if peer.unsent_since is None else f" for {lasting(peer.unsent_since, datetime.now(UTC))}"
    return f"lacks {most}{counted(peer.missing_there or 0, 'change')}{since}"


def _level(peer: DocPeer) -> str:
    if peer.level is Level.STORED:
        return ", stored"
    return ", not stored yet" if peer.durable_acks and not peer.ephemeral else ", in memory"


def _told(peer: DocPeer) -> str:
    """When it last told; of one that is connected that is no news."""
    if peer.as_of is None or peer.link is Link.CONNECTED:
        return ""
    ahead = ", its clock is ahead" if peer.clock_ahead else ""
    return f"told {lasting(peer.as_of, datetime.now(UTC))} ago{ahead}"


def store_lines(repo: Repo) -> Iterator[str]:
    """Every store that this Repo knows of, connected or not."""
    stores = tuple(repo.stores)
    if not repo.connections:
        yield "Not connected to anybody."
    yield from map(_store_line, stores)


def view_lines(session: KernelSession, *, of_document: bool) -> Iterator[str]:
    """Whose view this is. Of others that keep nothing, as pages, a server tells its kernels nothing (P60)."""
    if session.address is None:
        return
    where = (
        "are on the chips of a page" if of_document else "are listed by the server at api/automerge/stores"
    )
    yield f"This is what this kernel knows. Pages and other kernels at its server {where}."


def _store_line(store: StoreInfo) -> str:
    seen = "" if store.last_seen is None or store.link is Link.CONNECTED else _seen(store.last_seen)
    return "  ".join(filter(None, (_who(store), _what(store), store.link.value, seen)))


def _seen(moment: datetime) -> str:
    return f"seen {lasting(moment, datetime.now(UTC))} ago"
