"""The sockets of a listener are all there, or none is left."""

import errno
import gc
import socket

import pytest

from jupyter_automerge.network.binding import bound_sockets

Made = list[socket.socket]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Made:
    """Every socket that was created during the test, on a machine that has only its loopback."""
    real, sockets = socket.create_server, []

    def create(address: tuple[str, int], *, family: int, backlog: int) -> socket.socket:
        if not address[0].startswith("127."):
            raise OSError(errno.EADDRNOTAVAIL, "not an address of this machine")
        sockets.append(real(address, family=family, backlog=backlog))
        return sockets[-1]

    monkeypatch.setattr(socket, "create_server", create)
    return sockets


def two_addresses(monkeypatch: pytest.MonkeyPatch, first: str, second: str) -> None:
    def resolve(host: str | None, port: int, **_: object) -> list[tuple[object, ...]]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in (second, first, first)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


def test_a_free_port_is_the_same_at_every_address(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    two_addresses(monkeypatch, "127.0.0.1", "127.0.0.2")
    sockets = bound_sockets("house", 0)
    assert {one.getsockname()[0] for one in sockets} == {"127.0.0.1", "127.0.0.2"}
    assert len({one.getsockname()[1] for one in sockets}) == 1
    assert not any(one.getblocking() for one in sockets)
    for one in sockets:
        one.close()


def test_when_the_second_address_is_taken_the_first_is_let_go(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0), family=socket.AF_INET, backlog=1) as taken:
        two_addresses(monkeypatch, "127.0.0.1", "127.0.0.2")
        with pytest.raises(OSError) as failure:
            bound_sockets("house", taken.getsockname()[1])
        assert failure.value.errno == errno.EADDRINUSE
        assert [one.fileno() for one in made if one is not taken] == [-1], "a socket stayed open"


def test_an_address_that_the_machine_lacks_is_passed_over(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_addresses(monkeypatch, "192.0.2.1", "127.0.0.1")
    (only,) = bound_sockets("house", 0)
    assert only.getsockname()[0] == "127.0.0.1"
    only.close()


def test_a_machine_that_lacks_them_all_is_told(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    two_addresses(monkeypatch, "192.0.2.1", "192.0.2.2")
    with pytest.raises(OSError) as failure:
        bound_sockets("house", 0)
    assert failure.value.errno == errno.EADDRNOTAVAIL
    assert made == []


@pytest.mark.filterwarnings("error")
def test_a_refused_socket_is_not_left_to_the_garbage_collector() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError):
        bound_sockets("127.0.0.1", taken.getsockname()[1])
    gc.collect()
