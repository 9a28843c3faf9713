"""Several addresses of one JavaScript server, which bears one connection of each peer and closes the older."""

import pytest

from jupyter_automerge.engine import effects as f
from jupyter_automerge.engine import events as e
from jupyter_automerge.engine.events import DialerRemoved
from jupyter_automerge.testing.simulated_door import SimulatedDoor
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulated_stranger import Stranger
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.ids import ConnectionId
from jupyter_automerge.wire.codec import decode, encode
from jupyter_automerge.wire.messages import Join, PeerMessage


class OneSocketServer(Stranger):
    """automerge-repo's WebSocket server: whoever joins again takes the place of his older connection.

    Which of the two words comes first at the other end, the close or the greeting, is up to the network.
    """

    def __init__(self, sim: Simulation, *, closes_first: bool) -> None:
        super().__init__(sim, "server")
        self.door = SimulatedDoor()
        self.handshakes = 0
        self._closes_first = closes_first
        self._current: ConnectionId | None = None
        sim.everybody.append(self)  # type: ignore[arg-type]  # a Dialer asks no more of it than a name and a door

    @property
    def connected(self) -> bool:
        return self._current in self.links

    def feed(self, *events: e.Event) -> None:
        super().feed(*events)
        for event in events:
            if isinstance(event, e.FrameReceived) and isinstance(event.frame, bytes):
                message = decode(event.frame)
                if isinstance(message, Join):
                    self._welcome(event.connection, message)

    def _read(self, message: object) -> None:
        """It answers on the connection that it was asked on, in `_welcome`."""

    def _welcome(self, connection: ConnectionId, join: Join) -> None:
        self.handshakes += 1
        older, self._current = self._current, connection
        if self._closes_first:
            self._close(older)
            self._greet(connection, join)
        else:
            self._greet(connection, join)
            self._close(older)

    def _greet(self, connection: ConnectionId, join: Join) -> None:
        greeting = encode(PeerMessage(self.peer_id, join.sender_id, self.metadata))
        self.sim.carry(self, f.Send(connection, greeting))

    def _close(self, connection: ConnectionId | None) -> None:
        if connection in self.links:
            assert connection is not None
            self.sim.close(self, f.Close(connection, 1000, "replaced"))  # type: ignore[arg-type]


@pytest.mark.parametrize("closes_first", [True, False])
@pytest.mark.parametrize("addresses", [2, 3])
@pytest.mark.parametrize("seed", range(5))
def test_two_or_three_urls_of_one_javascript_server_take_three_handshakes_in_a_minute(
    seed: int, addresses: int, closes_first: bool
) -> None:
    sim = Simulation(seed)
    alice, server = sim.repo("alice"), OneSocketServer(sim, closes_first=closes_first)
    for _ in range(addresses):
        alice.dial(server)  # type: ignore[arg-type]
    sim.run(60.0)
    assert server.handshakes <= 3 and server.connected, f"{server.handshakes} handshakes\n{sim.story()}"


@pytest.mark.parametrize("closes_first", [True, False])
def test_an_address_that_stands_by_takes_over_within_a_second(sim: Simulation, closes_first: bool) -> None:
    alice, server = sim.repo("alice"), OneSocketServer(sim, closes_first=closes_first)
    for _ in range(2):
        alice.dial(server)  # type: ignore[arg-type]
    sim.run(30.0)
    sim.hang_up(next(iter(server.links.values())), "the cable was pulled")
    sim.run(1.0)
    assert server.connected, sim.story()
    sim.run(60.0)
    assert server.connected and server.handshakes <= 5, f"{server.handshakes} handshakes\n{sim.story()}"


def test_an_address_that_stands_by_takes_over_when_the_other_is_given_up(sim: Simulation) -> None:
    alice, server = sim.repo("alice"), OneSocketServer(sim, closes_first=True)
    for _ in range(2):
        alice.dial(server)  # type: ignore[arg-type]
    sim.run(30.0)
    (link,) = server.links.values()
    assert link.dialer is not None
    alice.feed(DialerRemoved(link.dialer))
    sim.run(1.0)
    assert server.connected, sim.story()


def test_an_address_of_somebody_else_does_not_stand_by(sim: Simulation) -> None:
    alice, server, bob = (
        sim.repo("alice"),
        OneSocketServer(sim, closes_first=True),
        sim.repo("bob", plain=True),
    )
    dialed: list[OneSocketServer | SimulatedRepo] = [server, server, bob]
    for listener in dialed:
        alice.dial(listener)  # type: ignore[arg-type]
    sim.run(10.0)
    link = next(link for link in sim.links if link.listener is bob)
    sim.hang_up(link, "the cable was pulled")
    sim.run(1.0)
    assert bob.links and server.connected, sim.story()
