"""Who is told of documents unasked, and who may have them: the share policy, and how it is asked."""

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from jupyter_automerge.engine.effects import AskPolicy
from jupyter_automerge.engine.events import Event, PolicyAnswered
from jupyter_automerge.repo.calling import Names
from jupyter_automerge.repo.tasks import Tasks
from jupyter_automerge.values.identity import PeerMetadata, User
from jupyter_automerge.values.ids import ConnectionId, DocumentId, PeerId, SessionId
from jupyter_automerge.values.status import Access

_logger = logging.getLogger(__name__)
Verdict = bool | Awaitable[bool]


@dataclass(frozen=True, slots=True)
class PeerInfo:
    """One running Repo elsewhere. `user` and `access` are the transport's word, `metadata` its own claims.

    `connections`: the ids of those that lead to it.
    """

    peer_id: PeerId
    user: User | None
    access: Access
    metadata: PeerMetadata
    connections: tuple[ConnectionId, ...] = ()

    def __repr__(self) -> str:
        kind = f", {self.kind}" if self.kind else ""
        user = "" if self.user is None else f", logged in as {self.user.username}"
        links = "" if len(self.connections) == 1 else f", {len(self.connections)} connections"
        return f"<{label_of(self.metadata, self.peer_id)}{kind}, may {self.access.value}{user}{links}>"

    @property
    def name(self) -> str:
        """What people call it; may be empty, and anybody may claim any name."""
        return self.metadata.name

    @property
    def kind(self) -> str:
        return self.metadata.kind

    @property
    def session_id(self) -> SessionId | None:
        """This life of it; None from one that does not say, such as JavaScript."""
        return self.metadata.session_id

    @property
    def store_id(self) -> str:
        """The store that it belongs to; one that names none is its own."""
        return store_of(self.metadata, self.peer_id)


def label_of(metadata: PeerMetadata, peer_id: PeerId) -> str:
    """What a peer calls itself, and always the beginning of its store's id, as rows and stores have it."""
    return Names(store_of(metadata, peer_id), "", metadata.name, metadata.kind).label


def store_of(metadata: PeerMetadata, peer_id: PeerId) -> str:
    """The id of a peer's store, or what stands for one."""
    return metadata.storage_id or metadata.ephemeral_store_id or peer_id


class SharePolicy(Protocol):
    """Decides per peer and document. Both methods may be plain or `async`; one that raises means no.

    A plain one runs on the Repo's loop and must not block. Denied always wins: `announce` without `access`
    shares nothing.
    """

    def announce(self, peer: PeerInfo, document_id: DocumentId | None) -> Verdict:
        """Whether the peer is told of the document unasked."""
        ...

    def access(self, peer: PeerInfo, document_id: DocumentId) -> Verdict:
        """Whether the peer may have the document when it asks for it by id."""
        ...


@dataclass(frozen=True, slots=True)
class FixedShare:
    """The same answer for every peer and document. The default tells and gives everything."""

    announces: bool = True
    gives: bool = True

    def announce(self, peer: PeerInfo, document_id: DocumentId | None) -> bool:
        return self.announces

    def access(self, peer: PeerInfo, document_id: DocumentId) -> bool:
        return self.gives


class Asking:
    """Puts the Engine's questions to the policy. A plain policy is answered without leaving the turn."""

    def __init__(
        self,
        policy: SharePolicy,
        tasks: Tasks,
        post: Callable[[Event], None],
        follow_up: Callable[[Event], None],
    ) -> None:
        self.policy = policy
        self._tasks = tasks
        self._post = post
        self._follow_up = follow_up

    def ask(self, effect: AskPolicy) -> None:
        peer = PeerInfo(effect.peer_id, effect.user, effect.access, effect.metadata)
        try:
            announce = self.policy.announce(peer, effect.document_id)
            access = self.policy.access(peer, effect.document_id)
        except Exception as error:  # noqa: BLE001 - the user's code; logged and answered as a refusal
            self._follow_up(_refusal(effect, error))
            return
        if inspect.isawaitable(announce) or inspect.isawaitable(access):
            self._tasks.start(self._await(effect, announce, access))
        else:
            self._follow_up(PolicyAnswered(effect.token, bool(announce), bool(access)))

    async def _await(self, effect: AskPolicy, announce: Verdict, access: Verdict) -> None:
        try:
            answers = await asyncio.gather(_verdict(announce), _verdict(access))
        except Exception as error:  # noqa: BLE001 - the user's code; logged and answered as a refusal
            self._post(_refusal(effect, error))
        else:
            self._post(PolicyAnswered(effect.token, *answers))


async def may_hear(policy: SharePolicy, peer: PeerInfo, document_id: DocumentId) -> bool:
    """Whether the peer is to be told of the document unasked. A policy that raises says no, as to the Engine."""
    try:
        return await _verdict(policy.access(peer, document_id)) and await _verdict(
            policy.announce(peer, document_id)
        )
    except Exception as error:  # noqa: BLE001 - the user's code; logged and taken for a refusal
        _complain(peer.peer_id, document_id, error)
        return False


async def _verdict(verdict: Verdict) -> bool:
    return bool(await verdict) if inspect.isawaitable(verdict) else bool(verdict)


def _complain(peer_id: PeerId, document_id: DocumentId, error: Exception) -> None:
    _logger.error(
        "the share policy failed for peer %s and document %s, which means no",
        peer_id,
        document_id,
        exc_info=error,
    )


def _refusal(effect: AskPolicy, error: Exception) -> PolicyAnswered:
    _complain(effect.peer_id, effect.document_id, error)
    return PolicyAnswered(
        effect.token, announce=False, access=False, error=f"{type(error).__name__}: {error}"
    )
