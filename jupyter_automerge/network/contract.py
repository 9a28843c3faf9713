"""What a network adapter must do. `testing.transport_contract` is the same in executable form.

Everything happens on the event loop of the Repo. A transport pushes what arrives into its sink.
"""

from collections.abc import Callable
from typing import Protocol


class TransportSink(Protocol):
    """What a Repo gives to a transport: where its news go. Called in order, never from within `send`."""

    def frame(self, data: bytes | str) -> None:
        """One whole frame has arrived. Text frames come as `str`, to be refused with a reason."""
        ...

    def writable(self) -> None:
        """The transport whose `send` said False takes another frame."""
        ...

    def moved(self) -> None:
        """Part of a frame went out or came in: slow, and not stalled. At most once a second.

        For frames that take a while; a transport that delivers whole frames at once never calls it.
        """
        ...

    def round_trip(self, seconds: float) -> None:
        """A word of the transport's own, such as a ping, was answered after so long. Without such: never called."""
        ...

    def closed(self, code: int | None, reason: str) -> None:
        """The transport is gone; called exactly once, also after an own `close`. Nothing follows.

        `code` is the WebSocket close code that ended it, of whichever side spoke first; 1005 when the peer
        gave none, and None when the connection was cut without a word.
        """
        ...


class Transport(Protocol):
    """Carries whole frames to one peer, in strict order, or closes."""

    def send(self, frame: bytes) -> bool:
        """Take the frame. True: takes another at once. False: `writable()` or `closed()` will follow, once.

        Never raises and never waits. On a closed transport nothing happens, and the answer is False. A frame
        that is too large for the peer is not sent: the transport closes with 1009 and a reason.
        """
        ...

    def close(self, code: int | None, reason: str) -> None:
        """Say goodbye after the frames already taken. From here on nothing is delivered but `closed()`.

        Code None: end without a goodbye, also after the frames already taken; the peer hears None, too.
        """
        ...


OnOpen = Callable[[Transport], TransportSink]
"""Told of a transport that has just opened; answers with its sink. It may already send."""


class Connector(Protocol):
    """Opens transports to one endpoint, one at a time, as often as it is asked."""

    @property
    def endpoint(self) -> str:
        """Where to, as a person may see it: no credentials."""
        ...

    async def connect(self, on_open: OnOpen) -> None:
        """Open a transport and hand it to `on_open`, then return. Raises DialError.

        Cancelled, it leaves no transport behind.
        """
        ...
