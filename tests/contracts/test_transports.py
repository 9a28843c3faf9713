"""Every network adapter of the package through the shipped contract."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from jupyter_automerge.network import (
    MemoryTransport,
    Transport,
    TransportSink,
    WebSocketConnector,
    listen,
    memory_pair,
)
from jupyter_automerge.network.socket_transport import SocketTransport
from jupyter_automerge.testing.recording_sink import RecordingSink
from jupyter_automerge.testing.transport_contract import TransportContract

Ends = tuple[RecordingSink, RecordingSink]


class TestMemoryPair(TransportContract):
    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Ends]:
        left, right = memory_pair()
        alice, bob = RecordingSink("alice", left), RecordingSink("bob", right)
        left.start(alice)
        right.start(bob)
        yield alice, bob

    def cut(self, end: Transport) -> None:
        assert isinstance(end, MemoryTransport)
        end.cut()


@asynccontextmanager
async def over_a_socket() -> AsyncIterator[Ends]:
    """The dialing end and the listening end."""
    listening: list[RecordingSink] = []
    dialing: list[RecordingSink] = []

    def accept(transport: Transport, endpoint: str) -> TransportSink:
        listening.append(RecordingSink("the listening end", transport))
        return listening[0]

    def on_open(transport: Transport) -> TransportSink:
        dialing.append(RecordingSink("the dialing end", transport))
        return dialing[0]

    listener = await listen(accept)
    await WebSocketConnector(listener.url).connect(on_open)
    try:
        yield dialing[0], listening[0]
    finally:
        await listener.close()


def cut_socket(end: Transport) -> None:
    """Close the TCP connection under the transport."""
    assert isinstance(end, SocketTransport)
    end._stream.close()


class TestDialingEnd(TransportContract):
    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Ends]:
        async with over_a_socket() as (dialing, listening):
            yield dialing, listening

    def cut(self, end: Transport) -> None:
        cut_socket(end)


class TestListeningEnd(TransportContract):
    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Ends]:
        async with over_a_socket() as (dialing, listening):
            yield listening, dialing

    def cut(self, end: Transport) -> None:
        cut_socket(end)
