"""What `%automerge peers` prints: one line for each store that has, or should have, a document."""

from collections.abc import Iterator

from jupyter_automerge.kernel.wording import counted, shown
from jupyter_automerge.repo import DocHandle, DocPeer, Repo
from jupyter_automerge.values.status import Level, Relation


def row_lines(handle: DocHandle) -> Iterator[str]:
    """The stores of one document."""
    peers = tuple(handle.peers)
    if not peers:
        yield f"{handle.url}: nobody else is known to have it."
    yield from map(row_line, peers)


def row_line(peer: DocPeer) -> str:
    """One store: who it is, how it is reached, what it has."""
    return f"{shown(peer.label)}  {shown(peer.kind) or 'peer'}  {peer.link}  {_has(peer)}"


def _has(peer: DocPeer) -> str:
    """What it has, as far as it is known; silence is not a "no"."""
    if peer.relation is Relation.UNKNOWN:
        return "has told nothing yet"
    parts = []
    if peer.missing_there:
        parts.append(f"lacks {counted(peer.missing_there, 'change')}")
    elif peer.level is Level.STORED:
        parts.append("has everything, stored")
    else:
        parts.append("has everything")
    if peer.missing_here:
        parts.append(f"has {counted(peer.missing_here, 'change')} that are not here")
    return "; ".join(parts)


def connection_lines(repo: Repo) -> Iterator[str]:
    """The peers this Repo is connected to."""
    peers = repo.peers
    if not peers:
        yield "Not connected to anybody."
    for peer in peers:
        yield f"{shown(peer.name or peer.peer_id)}  {shown(peer.kind) or 'peer'}"
