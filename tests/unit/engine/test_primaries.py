"""Which connection takes over, where there is a choice."""

from jupyter_automerge.engine.connection import Connection
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.events import ConnectionOpened
from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.engine.peers import Peers
from jupyter_automerge.engine.primaries import Primaries
from jupyter_automerge.values.identity import PeerMetadata
from jupyter_automerge.values.ids import ConnectionId, PeerId, SessionId
from jupyter_automerge.values.status import Direction
from jupyter_automerge.wire.messages import Message, Primary

BOB = PeerId("bob")


class Switchboard:
    """Primaries alone, as Alice has them, and what they say to Bob."""

    def __init__(self, session: str = "1") -> None:
        self.desk = Desk()
        self.peers = Peers(self.desk)
        self.said: list[tuple[Connection, Message]] = []
        self.turned: list[Connection] = []
        local = LocalPeer(PeerId("alice"), SessionId(session))
        self.primaries = Primaries(local, self.desk, self.peers, self._say, self.turned.append)

    def _say(self, connection: Connection, message: Message) -> None:
        self.said.append((connection, message))

    def open(self, number: int, *, in_process: bool = False, rtt: float | None = None) -> Connection:
        event = ConnectionOpened(ConnectionId(number), Direction.INCOMING, "somewhere", in_process=in_process)
        connection = Connection(event)
        connection.rtt = rtt
        connection.introduce(BOB, PeerMetadata(session_id=SessionId("2"), multi_link=True))
        self.primaries.place(connection)
        self.peers.joined(connection)
        self.primaries.settle(connection)
        return connection

    def close(self, connection: Connection) -> None:
        self.peers.left(connection, "cut")
        self.primaries.left(connection)


def test_a_connection_within_the_process_is_preferred_then_the_shortest_then_the_oldest() -> None:
    board = Switchboard()
    first, far, near = board.open(1), board.open(2, rtt=0.3), board.open(3, rtt=0.1)
    old, inside = board.open(4), board.open(5, in_process=True)
    order = []
    for closing in (first, inside, near, far):
        assert not closing.is_standby
        board.close(closing)
        order.append(old.primary)
    assert order == [inside, near, far, old]
    assert board.turned == order


def test_the_peer_is_told_once_and_again_when_another_takes_over() -> None:
    board = Switchboard()
    first, second, third = board.open(1), board.open(2), board.open(3)
    assert board.said == [(first, Primary(PeerId("alice"), BOB, 1))]
    board.close(first)
    assert board.said[1:] == [(second, Primary(PeerId("alice"), BOB, 2))]
    board.close(second)
    assert len(board.said) == 2, "no choice is left to be told"
    assert third.primary is third


def test_the_end_that_follows_goes_by_the_last_word_and_says_none() -> None:
    board = Switchboard(session="3")
    first, second, third = board.open(1), board.open(2), board.open(3)
    board.primaries.named(second, 2)
    board.primaries.named(first, 1)
    assert [one.primary for one in (first, second, third)] == [second] * 3
    assert board.turned == [first, second] and not board.said


def test_the_end_that_leads_is_not_told_by_the_other() -> None:
    board = Switchboard()
    first, second = board.open(1), board.open(2)
    board.primaries.named(second, 9)
    assert second.primary is first
