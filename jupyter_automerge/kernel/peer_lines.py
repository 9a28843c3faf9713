"""What `%automerge peers` prints: one line for each store that has, or should have, a document."""

from collections.abc import Iterator

from jupyter_automerge.repo import DocHandle, DocPeer, Repo


def row_lines(handle: DocHandle) -> Iterator[str]:
    """The stores of one document."""
    peers = tuple(handle.peers)
    if not peers:
        yield f"{handle.url}: nobody else is known to have it."
    for peer in peers:
        yield f"{peer.name or peer.id}  {peer.kind or 'peer'}  {peer.link}  {peer.relation}{_missing(peer)}"


def _missing(peer: DocPeer) -> str:
    parts = []
    if peer.missing_there:
        parts.append(f"{peer.missing_there} changes not there")
    if peer.missing_here:
        parts.append(f"{peer.missing_here} changes not here")
    return f"  ({', '.join(parts)})" if parts else ""


def connection_lines(repo: Repo) -> Iterator[str]:
    """The peers this Repo is connected to."""
    peers = repo.peers
    if not peers:
        yield "Not connected to anybody."
    for peer in peers:
        yield f"{peer.name or peer.peer_id}  {peer.kind or 'peer'}"
