"""How rows are put into words, for reports, summaries and errors."""

from collections.abc import Sequence

from jupyter_automerge.repo.rows import DocPeer
from jupyter_automerge.values.status import Activity, Level, Link, PeerState

_WAYS = {Link.CONNECTED: "", Link.RELAYED: ", reached through others", Link.DIALING: ", being dialed"}


def changes(number: int) -> str:
    """ "1 change", "2 changes"."""
    return f"{number} change" if number == 1 else f"{number} changes"


def lacks(row: DocPeer, level: Level = Level.STORED) -> str:
    """What keeps a store from having everything at the level, and how it is reached."""
    if row.trouble:
        return f"{row.label} {_wants(row, level)}: it cannot be written: {row.trouble}"
    stalled = ", and nothing moves" if row.activity is Activity.STALLED else ""
    return f"{row.label} {_wants(row, level)}{stalled}{_WAYS.get(row.link, ', out of reach')}"


def _wants(row: DocPeer, level: Level) -> str:
    if row.state is PeerState.DENIED:
        return "may not have it"
    if row.state is PeerState.UNAVAILABLE:
        return "says that it does not have it"
    if row.missing_there is None:
        return "has told nothing yet"
    if row.missing_there:
        refuses = ", and takes none from us: read-only" if row.read_only else ""
        return f"lacks {changes(row.missing_there)}{'' if row.certain else ' or fewer'}{refuses}"
    if row.facts.last_heard and row.level < Level.RECEIVED:
        return "came back, and has not said yet what it has"
    if level <= row.level:
        return "has all of it, and is not counted"
    if row.via and row.link is not Link.CONNECTED:
        return "has all of it by word of others, who do not say that it is stored"
    return "has not stored it yet" if row.durable_acks else "does not report what it stored"


def owes(row: DocPeer) -> str:
    """What keeps us from having everything of a store, and how it is reached."""
    if row.missing_here is None:
        return f"{row.label} has told nothing yet{_WAYS.get(row.link, ', out of reach')}"
    if not row.missing_here:
        return f"{row.label}: nothing of it is missing here{_WAYS.get(row.link, ', out of reach')}"
    refused = ", and not accepted: it may only read" if row.reader else ""
    return f"{row.label} has {changes(row.missing_here)} or more that are not here{refused}"


def shared_name(name: str, sharers: Sequence[str]) -> str:
    """Why nobody answers to a name; empty unless several stores go by it."""
    if not sharers:
        return ""
    return f"{name!r} may be {' or '.join(sharers)}: say which by its id, or name it with repo.stores.label"


def have_it(copies: Sequence[DocPeer]) -> str:
    """Who has everything, and on what word."""
    if not copies:
        return "no other store that counts has all of it"
    stored = ", ".join(row.called for row in copies if row.level is Level.STORED)
    told = ", ".join(row.called for row in copies if row.level is not Level.STORED)
    parts = (f"stored by {stored}" if stored else "", f"reported in memory by {told}" if told else "")
    return "; ".join(part for part in parts if part)
