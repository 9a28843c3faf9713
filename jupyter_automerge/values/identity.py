"""Who somebody says they are, and who the transport says they are: never the same thing."""

import re
from dataclasses import dataclass

from jupyter_automerge.values.ids import SessionId, StorageId
from jupyter_automerge.values.limits import MAX_NAME_CHARACTERS
from jupyter_automerge.values.status import Access

# Control characters, line separators, zero-width and bidirectional marks, lone surrogates: all that makes a
# name look like another one, or a line of text read backwards.
_MISLEADING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff]+"
)


@dataclass(frozen=True, slots=True)
class PeerMetadata:
    """What a peer claims of itself in the handshake; all of it may be wrong. Absent: a JavaScript peer."""

    storage_id: StorageId | None = None
    """The store it keeps documents in; None if it has none."""
    ephemeral_store_id: StorageId | None = None
    """A name for its memory, if it has no store: so that several connections of it are seen as one."""
    is_ephemeral: bool = False
    """It will not remember anything under its storage id."""
    name: str = ""
    """What people call it."""
    kind: str = ""
    """What it is: "server", "kernel", "page", "script", ..."""
    session_id: SessionId | None = None
    """This life of the Repo."""
    epoch: str | None = None
    """This life of the store: another after it was wiped."""
    durable_acks: bool = False
    """It reports its own heads only once they are durable."""
    multi_link: bool = False
    """It bears several connections to one peer; JavaScript closes the older one."""
    access: Access | None = None
    """What we may do at its side; None if it did not say."""
    dialer: int | None = None
    """Which of its Dialers opened this connection: each holds one at a time."""


NO_CLAIMS = PeerMetadata()
"""What a peer without `peerMetadata` says of itself."""


@dataclass(frozen=True, slots=True)
class User:
    """Who is on the other side, by word of the transport (Jupyter's login), not of the peer."""

    username: str
    name: str = ""
    color: str | None = None
    is_kernel: bool = False


def clean_name(text: str, limit: int = MAX_NAME_CHARACTERS) -> str:
    """The text in one line, without characters that mislead, at most `limit` characters; possibly empty."""
    # Cut before cleaning too: a peer may send megabytes.
    bounded = _MISLEADING.sub(" ", text[: 16 * limit])
    return " ".join(bounded.split())[:limit].rstrip()
