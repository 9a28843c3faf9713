"""Scenarios of the peer model where real sockets, files and processes of their own may show something more."""

import random
from pathlib import Path

from jupyter_automerge.engine.notices import PeerDown
from jupyter_automerge.repo import FileStorage, Repo
from jupyter_automerge.values.status import DialerState, Level, Link, PeerState
from tests.unit.repo.story import story, until

FILM_BYTES = 3 * 1024 * 1024


@story
async def test_S23_one_peer_by_memory_and_by_websocket_is_one_row_and_either_may_break(
    tmp_path: Path,
) -> None:
    alice, bob = Repo(name="alice"), Repo(FileStorage(tmp_path), name="bob")
    async with alice, bob:
        left: list[PeerDown] = []
        alice.on_event(lambda notice: left.append(notice) if isinstance(notice, PeerDown) else None)
        url = (await bob.listen()).url
        note = alice.create({"n": 0})
        for number in range(1, 4):
            wire = alice.link(bob)
            dialer = alice.connect(url)
            await until(lambda: note.peers and note.peers[0].sessions == 2, alice)
            if number % 2:
                dialer.close()
            else:
                wire.close(None, "the cable broke")
            await until(lambda: note.peers[0].sessions == 1, alice)
            with note.change() as root:
                root["n"] = number
            assert (await note.synced(timeout=10)).durability == "stored"
            (row,) = note.peers
            assert row.link is Link.CONNECTED and not left, left
            # The next round begins with none.
            if number % 2:
                wire.close(None, "and the other one, too")
            else:
                dialer.close()
            await until(lambda: note.peers[0].link is Link.OFFLINE, alice)
            assert len(left) == 1, left
            left.clear()
        assert (await bob.find(note.url)).value == {"n": 3}


@story
async def test_S33_a_document_of_three_megabytes_comes_over_a_websocket(tmp_path: Path) -> None:
    alice, server = Repo(name="alice"), Repo(FileStorage(tmp_path), name="server")
    film = random.Random(0).randbytes(FILM_BYTES)
    async with alice, server, Repo(name="bob") as bob:
        url = (await server.listen()).url
        for repo in (alice, bob):
            dialer = repo.connect(url)
            await until(lambda dialer=dialer: dialer.state is DialerState.CONNECTED, repo)  # type: ignore[misc]
        note = alice.create({"film": film})
        assert (await note.synced(timeout=15)).level is Level.STORED
        assert note.peers[0].state is PeerState.SYNCED
        assert (await bob.find(note.url)).value == {"film": film}
