"""How two Repos introduce themselves on a new connection: join, then peer. Pure decisions over one
connection.

Wire rules: the joining side speaks first; nothing but `peer` or `error` may precede `peer` on the way back
(the JavaScript client does not police it and loses what comes early).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from jupyter_automerge.engine.connection import Connection, Phase
from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.wire.messages import ErrorMessage, Join, Leave, Message, PeerMessage, Unknown

PROTOCOL_VERSION = "1"

PROTOCOL_ERROR = 1002
NORMAL = 1000
INCOMPATIBLE = 4409
CALLED_ITSELF = "this Repo called itself"
NAMESAKE = "two Repos go by one peer id; each needs one of its own"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from one handshake message: replies to queue, then perhaps open or close."""

    replies: tuple[Message, ...] = ()
    opened: bool = False
    close: tuple[int, str] | None = None
    final: bool = False  # the Dialer must not try again
    namesake: str = ""  # the session of another Repo that goes by our peer id


NOTHING = Verdict()


def first_words(connection: Connection, local: LocalPeer) -> tuple[Message, ...]:
    """What goes out as soon as a transport exists."""
    if connection.phase is Phase.AWAITING_PEER:
        claims = local.metadata()
        if claims.multi_link:
            claims = replace(claims, dialer=connection.dialer)
        return (Join(local.peer_id, claims, (PROTOCOL_VERSION,)),)
    return ()


def hear(connection: Connection, message: Message, local: LocalPeer) -> Verdict:
    """Decide about a message that belongs to the handshake, or came before its end."""
    rule = RULES.get((connection.phase, type(message)))
    if rule is not None:
        return rule(connection, message, local)
    if isinstance(message, Unknown | Leave):
        return NOTHING
    reason = f"a {type(message).__name__} message out of turn: the connection is {connection.phase.name}"
    return Verdict(close=(PROTOCOL_ERROR, reason))


def _on_join(connection: Connection, message: Message, local: LocalPeer) -> Verdict:
    assert isinstance(message, Join)
    if reason := _goes_by_our_id(message, local):
        # Said in words, because the Dialer at the other end, perhaps our own, would else try again for ever.
        error = ErrorMessage(local.peer_id, message.sender_id, reason)
        return Verdict((error,), close=(NORMAL, reason), namesake=_namesake(message, local))
    # A join without versions is version 1 (P8), as the JavaScript server has it; an empty list is not.
    if message.versions is not None and PROTOCOL_VERSION not in message.versions:
        error = ErrorMessage(local.peer_id, message.sender_id, "unsupported protocol version")
        return Verdict((error,), close=(INCOMPATIBLE, f"speaks {message.versions}, not version 1"))
    connection.introduce(message.sender_id, message.metadata)
    reply = PeerMessage(local.peer_id, message.sender_id, local.metadata(connection.access), PROTOCOL_VERSION)
    return Verdict((reply,), opened=True)


def _on_peer(connection: Connection, message: Message, local: LocalPeer) -> Verdict:
    assert isinstance(message, PeerMessage)
    if reason := _goes_by_our_id(message, local):
        return Verdict(close=(NORMAL, reason), final=True, namesake=_namesake(message, local))
    if message.version not in (None, PROTOCOL_VERSION):
        reason = f"the server chose protocol version {message.version}, this Repo speaks {PROTOCOL_VERSION}"
        return Verdict(close=(INCOMPATIBLE, reason), final=True)
    connection.introduce(message.sender_id, message.metadata)
    return Verdict(opened=True)


def _on_error(_connection: Connection, message: Message, _local: LocalPeer) -> Verdict:
    assert isinstance(message, ErrorMessage)
    return Verdict(close=(INCOMPATIBLE, f"the server refused: {message.message}"), final=True)


def _on_second_join(_connection: Connection, _message: Message, _local: LocalPeer) -> Verdict:
    return Verdict(close=(PROTOCOL_ERROR, "a second join on one connection"))


def _on_second_peer(connection: Connection, message: Message, _local: LocalPeer) -> Verdict:
    assert isinstance(message, PeerMessage)
    if message.sender_id == connection.peer_id:
        return NOTHING
    return Verdict(close=(PROTOCOL_ERROR, "the peer changed its id within one connection"))


def _on_late_error(_connection: Connection, message: Message, _local: LocalPeer) -> Verdict:
    assert isinstance(message, ErrorMessage)
    return Verdict(close=(PROTOCOL_ERROR, f"the peer reported an error: {message.message}"))


def _goes_by_our_id(message: Join | PeerMessage, local: LocalPeer) -> str:
    """Why nothing can come of a connection to ourselves, or to somebody who might as well be us."""
    if _namesake(message, local):
        return NAMESAKE
    is_us = message.sender_id == local.peer_id or message.metadata.session_id == local.session_id
    return CALLED_ITSELF if is_us else ""


def _namesake(message: Join | PeerMessage, local: LocalPeer) -> str:
    session = message.metadata.session_id
    return session if session and session != local.session_id and message.sender_id == local.peer_id else ""


Rule = Callable[[Connection, Message, LocalPeer], Verdict]

RULES: dict[tuple[Phase, type], Rule] = {
    (Phase.AWAITING_JOIN, Join): _on_join,
    (Phase.AWAITING_PEER, PeerMessage): _on_peer,
    (Phase.AWAITING_PEER, ErrorMessage): _on_error,
    (Phase.OPEN, Join): _on_second_join,
    (Phase.OPEN, PeerMessage): _on_second_peer,
    (Phase.OPEN, ErrorMessage): _on_late_error,
}

HANDSHAKE_MESSAGES = (Join, PeerMessage, ErrorMessage)
