"""How far a connection has come, who made it, and how long a word takes there and back."""

import asyncio

from jupyter_automerge.engine.notices import ConnectionChanged
from jupyter_automerge.network import WebSocketConnector
from jupyter_automerge.network.contract import OnOpen
from jupyter_automerge.repo import MemoryStorage, Repo
from jupyter_automerge.values.status import DialerState, Phase
from tests.unit.repo.story import story, until


class Hesitant:
    """A connector that opens nothing before it is told to."""

    def __init__(self, url: str) -> None:
        self.may_go = asyncio.Event()
        self._connector = WebSocketConnector(url)

    @property
    def endpoint(self) -> str:
        return self._connector.endpoint

    async def connect(self, on_open: OnOpen) -> None:
        await self.may_go.wait()
        await self._connector.connect(on_open)


@story
async def test_a_dialed_connection_shows_in_its_dialer_until_it_is_open_and_after_it_closed() -> None:
    async with Repo(name="alice") as alice, Repo(MemoryStorage(), name="bob") as bob:
        server = await bob.listen()
        connector = Hesitant(server.url)
        dialer = alice.dial(connector)
        await until(lambda: dialer.state is DialerState.DIALING, alice)
        assert (dialer.info.phase, dialer.info.connection) == (Phase.CONNECTING, None)
        assert not alice.connections, "it has no id yet"
        connector.may_go.set()
        await until(lambda: dialer.info.phase is Phase.READY, alice)
        (connection,) = alice.connections
        assert (connection.phase, connection.dialer) == (Phase.READY, dialer.id)
        assert dialer.info.connection == connection.id
        closed: list[ConnectionChanged] = []
        alice.on_event(closed.append, ConnectionChanged)  # type: ignore[arg-type]  # only these are given
        connector.may_go.clear()
        await server.close()
        await until(lambda: closed, alice)
        assert (closed[0].connection, closed[0].phase) == (connection.id, Phase.CLOSED)
        info = dialer.info
        assert (closed[0].code, closed[0].reason) == info.last_close
        assert (info.phase, info.connection) == (Phase.CLOSED, None)
        assert not alice.connections


@story
async def test_a_round_trip_is_measured_by_both_ends_before_anything_else_was_said() -> None:
    async with Repo(name="alice") as alice, Repo(MemoryStorage(), name="bob") as bob:
        server = await bob.listen()
        alice.connect(server.url)
        note = alice.create({"n": 0})
        await until(lambda: alice.connections and alice.connections[0].peer_id, alice)
        assert alice.connections[0].rtt is not None, "the handshake is a round trip"
        await note.synced(timeout=10)
        for repo in (alice, bob):
            (connection,) = repo.connections
            assert connection.rtt is not None and 0.0 <= connection.rtt < 10.0


@story
async def test_within_a_process_who_called_knows_how_long_the_greeting_took() -> None:
    async with Repo(name="alice") as alice, Repo(MemoryStorage(), name="bob") as bob:
        alice.link(bob)
        await until(lambda: alice.connections and alice.connections[0].peer_id, alice)
        await until(lambda: bob.connections and bob.connections[0].peer_id, bob)
        assert alice.connections[0].rtt is not None
        assert bob.connections[0].rtt is None, "nobody has answered a word of bob's"


@story
async def test_of_three_connections_one_is_used_and_the_one_within_the_process_is_next() -> None:
    async with Repo(name="alice") as alice, Repo(MemoryStorage(), name="bob") as bob:
        server = await bob.listen()
        first = alice.connect(server.url)
        await until(lambda: alice.peers, alice)
        alice.connect(server.url)
        alice.link(bob)
        await until(lambda: alice.peers and len(alice.peers[0].connections) == 3, alice)
        note = alice.create({"n": 0})
        await note.synced(timeout=10)
        for expected in (first.url, f"memory:{bob.peer_id}"):
            (primary,) = [one for one in alice.connections if not one.standby]
            assert primary.endpoint == expected
            before = {one.id: one.bytes_sent for one in alice.connections}
            with note.change() as root:
                root["n"] = expected
            await note.synced(timeout=10)
            used = [one.id for one in alice.connections if one.bytes_sent > before[one.id]]
            assert used == [primary.id], alice.connections
            first.close()
            await until(lambda: len(alice.connections) == 2, alice, bob)
