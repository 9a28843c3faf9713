"""Sync servers elsewhere that this server keeps a connection to, because its owner named them.

Everything that this server has open is told to them, and what they may lack of what they were told before (E47);
they may have all of it. Nobody else is told of anything unasked.
"""

import logging
from collections.abc import Mapping

from jupyter_automerge.errors import DialError
from jupyter_automerge.repo import FixedShare, PeerInfo, Repo, ServerAddress, SharePolicy
from jupyter_automerge.values.ids import DocumentId


class UpstreamShare:
    """Tells documents to whom we connected; gives them to everybody who is let in and asks by id.

    Whoever connected to us did so through Jupyter's login and has a user; whom we dialed has none.
    """

    def announce(self, peer: PeerInfo, document_id: DocumentId | None) -> bool:
        return peer.user is None

    def access(self, peer: PeerInfo, document_id: DocumentId) -> bool:
        return True


def share_with(upstreams: Mapping[str, str]) -> SharePolicy:
    """The share policy of a server with these upstreams; asks nothing where there are none."""
    return UpstreamShare() if upstreams else FixedShare(announces=False)


def connect_upstreams(repo: Repo, upstreams: Mapping[str, str], log: logging.Logger) -> None:
    """Keep a connection to each; a URL that is none is logged, and the others are connected to."""
    for url, token in upstreams.items():
        address = ServerAddress(url.rstrip("/") + "/", token or None)
        sync_url = address.sync_url if url.startswith("http") else url
        try:
            repo.connect(sync_url, headers=address.headers(), ssl=address.ssl_context())
        except DialError as error:
            log.error("The upstream %s cannot be connected to: %s", url, error)
