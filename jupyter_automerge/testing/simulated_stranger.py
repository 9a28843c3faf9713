"""A peer without an Engine: a test says what it sends, frame by frame, and reads what it is sent."""

from typing import TYPE_CHECKING, Any, TypeVar

from jupyter_automerge.document import Document, SyncSession
from jupyter_automerge.engine import effects as f
from jupyter_automerge.engine import events as e
from jupyter_automerge.testing.simulated_link import SimulatedLink
from jupyter_automerge.values.identity import NO_CLAIMS, PeerMetadata
from jupyter_automerge.values.ids import ConnectionId, DocumentId, PeerId
from jupyter_automerge.wire.codec import decode, encode
from jupyter_automerge.wire.messages import Join, Message, PeerMessage, Request, Sync
from jupyter_automerge.wire.sync_message import SyncMessage, parse

if TYPE_CHECKING:
    from jupyter_automerge.testing.simulation import Simulation

M = TypeVar("M")


class Stranger:
    """One end of one cable. It reads at once and answers nothing by itself but a `join`."""

    def __init__(self, sim: "Simulation", name: str, metadata: PeerMetadata = NO_CLAIMS) -> None:
        self.sim = sim
        self.name = name
        self.metadata = metadata
        self.running = True
        self.links: dict[ConnectionId, SimulatedLink] = {}
        self.inbox: list[Message] = []
        self.closed: list[str] = []

    @property
    def peer_id(self) -> PeerId:
        return PeerId(self.name)

    @property
    def target(self) -> PeerId:
        """Whom it is connected to, by that one's own word."""
        return next(message.sender_id for message in self.inbox if isinstance(message, PeerMessage | Join))

    def join(self, *versions: str) -> None:
        """Introduce itself, as the one who called."""
        self.send(Join(self.peer_id, self.metadata, versions or ("1",)))
        self.sim.run(0.1)

    def send(self, *messages: Message) -> None:
        self.send_frames(*map(encode, messages))

    def send_frames(self, *frames: bytes | str) -> None:
        for frame in frames:
            for connection in list(self.links):
                self.sim.carry(self, f.Send(connection, frame))  # type: ignore[arg-type]  # text is what some send

    def say(self, document_id: DocumentId, data: bytes, *, request: bool = False) -> None:
        """Send an Automerge sync message."""
        kind = Request if request else Sync
        self.send(kind(self.peer_id, self.target, document_id, data))

    def ask(self, document_id: DocumentId) -> None:
        """Request a document, holding nothing."""
        data = Document().generate(SyncSession())
        assert data is not None
        self.say(document_id, data, request=True)

    def got(self, kind: type[M]) -> list[M]:
        """The messages of one kind, oldest first."""
        return [message for message in self.inbox if isinstance(message, kind)]

    def sync_messages(self, document_id: DocumentId) -> list[SyncMessage]:
        """The Automerge messages that came for the document, oldest first."""
        return [
            parse(message.data)
            for message in self.inbox
            if isinstance(message, Sync | Request) and message.document_id == document_id
        ]

    def forget(self) -> None:
        """What was read so far no longer matters to the test."""
        self.inbox = [message for message in self.inbox if isinstance(message, PeerMessage | Join)]

    def feed(self, *events: e.Event) -> None:
        self.sim.record(self, events)
        for event in events:
            match event:
                case e.FrameReceived(_, frame):
                    assert isinstance(frame, bytes)
                    self._read(decode(frame))
                case e.ConnectionClosed(connection, _, reason):
                    self.links.pop(connection, None)
                    self.closed.append(reason)

    def wake(self) -> None:
        """It never sets an alarm."""

    def _read(self, message: Message) -> None:
        self.inbox.append(message)
        if isinstance(message, Join):
            self.send(PeerMessage(self.peer_id, message.sender_id, self.metadata))


class TypingStranger(Stranger):
    """A Stranger with a document of its own, synced by Automerge alone: a peer that is right, but plain."""

    def __init__(self, sim: "Simulation", name: str, document_id: DocumentId, document: Document) -> None:
        super().__init__(sim, name)
        self.document_id = document_id
        self.document = document
        self.sync = SyncSession()

    def type(self, **values: Any) -> None:
        with self.document.change() as root:
            root.update(values)
        self.speak()

    def speak(self) -> None:
        """Send what the sync session has to say, if anything."""
        data = self.document.generate(self.sync)
        if data is not None:
            self.say(self.document_id, data, request=not self.document.heads)

    def _read(self, message: Message) -> None:
        super()._read(message)
        if isinstance(message, Sync | Request) and message.document_id == self.document_id:
            self.document.receive(self.sync, message.data)
            self.speak()
