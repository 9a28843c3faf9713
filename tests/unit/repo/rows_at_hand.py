"""Rows made by hand, and looked at from a moment of one's choice."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from jupyter_automerge.document import Document
from jupyter_automerge.engine.notices import StoreRow
from jupyter_automerge.repo import DocPeer, Peers, SafetyPolicy
from jupyter_automerge.repo.clock import Moment
from jupyter_automerge.repo.comparing import Viewpoint
from jupyter_automerge.repo.safety import Judge
from jupyter_automerge.values.heads import NO_HEADS, Heads
from jupyter_automerge.values.status import Link

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NOW = 1_000.0
"""The Engine's clock at noon."""

SERVER = StoreRow(
    store_id="5e7f0000-server",
    peer_ids=(),
    sessions=1,
    name="server",
    kind="server",
    user=None,
    link=Link.CONNECTED,
    same_store=False,
    ephemeral=False,
    durable_acks=True,
    denied=False,
    unavailable=False,
    sent=NO_HEADS,
    received=NO_HEADS,
    stored=NO_HEADS,
    known=True,
    as_of=NOW,
    moved_at=NOW,
)
"""A Python server in reach that has told that it has nothing."""
JAVASCRIPT = replace(SERVER, store_id="7a5c0000-js", name="sync.example.org", durable_acks=False)
PAGE = replace(JAVASCRIPT, store_id="9a9e0000-page", name="", kind="page", ephemeral=True)
OFFLINE = replace(
    SERVER, store_id="1a970000-laptop", name="laptop", kind="script", link=Link.OFFLINE, sessions=0
)


def stored(row: StoreRow, heads: Heads) -> StoreRow:
    """As of now it has these, in memory and durable."""
    return replace(row, received=heads, stored=heads)


def judge_of(policy: SafetyPolicy, trusted: frozenset[str], now: float) -> Judge:
    return Judge(policy, lambda row, name: name in (row.store_id, row.name, row.petname), trusted, now)


def peers_of(
    rows: Sequence[StoreRow],
    document: Document,
    heads: Heads | None = None,
    *,
    policy: SafetyPolicy | None = None,
    trusted: frozenset[str] = frozenset(),
    now: float = NOW,
    wall: datetime = NOON,
    moved_at: float = 0.0,
) -> Peers:
    """The rows against the document, or against other heads."""
    view = Viewpoint(moved_at, Moment(now, wall), judge_of(policy or SafetyPolicy(), trusted, now))
    return view.peers(rows, document, document.heads if heads is None else heads)


def peer_of(row: StoreRow, document: Document, *, now: float = NOW, moved_at: float = 0.0) -> DocPeer:
    (peer,) = peers_of([row], document, now=now, moved_at=moved_at)
    return peer
