"""The rules beyond the connection file, against servers that answer: Jupyter's own file, and JupyterHub."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_automerge.errors import DialError
from jupyter_automerge.kernel.discovery import NO_SERVER, Discovery, discover
from jupyter_automerge.kernel.hub import hub_address
from jupyter_automerge.network.server_address import ServerAddress, fetch_info
from tests.jupyter.small_server import SmallServer, small_server

PARENT, STRANGER = 4711, 4712
INFO = {"storageId": "server-store", "pid": PARENT, "kernels": True}
NESTED = b"[" * 100_000


@pytest.fixture
def parent() -> Iterator[SmallServer]:
    """The server that started the kernel, with the extension."""
    with small_server() as server:
        server.says(INFO)
        yield server


def server_file(folder: Path, server: SmallServer, pid: int = PARENT, **changes: Any) -> None:
    """As Jupyter leaves it."""
    content = {"url": server.url, "token": "jupyters", "pid": pid, "sock": "", "secure": False}
    path = folder / f"jpserver-{pid}.json"
    path.write_text(json.dumps({**content, **changes}))
    path.chmod(0o600)


def hub(server: SmallServer, **changes: str) -> dict[str, str]:
    return {
        "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:{server.port}",
        "JUPYTERHUB_SERVICE_PREFIX": "/user/alice/",
        "JUPYTERHUB_API_TOKEN": "alices",
        **changes,
    }


def look(folder: Path, environ: dict[str, str] | None = None) -> Discovery:
    return discover(environ or {}, folder, frozenset({PARENT}))


def why_not(found: Discovery, rule: str) -> str:
    (outcome,) = (attempt.outcome for attempt in found.failed if rule in attempt.rule)
    return outcome


def test_the_parents_own_file_is_the_rule_after_the_connection_files(
    tmp_path: Path, parent: SmallServer
) -> None:
    server_file(tmp_path, parent)
    found = look(tmp_path)
    assert found.address == ServerAddress(parent.url, "jupyters") and found.info == INFO
    assert found.rule == f"server file of process {PARENT}"
    assert parent.asked == [("/api/automerge", "token jupyters")], "the token goes into the header alone"
    assert why_not(found, "CONNECTION_FILE") == "not set"
    assert "does not exist" in why_not(found, "connection file of process")


def test_a_connection_file_comes_before_it(tmp_path: Path, parent: SmallServer) -> None:
    server_file(tmp_path, parent)
    content = {"url": parent.url, "token": "kernels", "pid": PARENT, "ssl": None}
    (tmp_path / f"automerge-{PARENT}.json").write_text(json.dumps(content))
    found = look(tmp_path)
    assert found.address is not None and found.address.token == "kernels"


def test_another_running_server_is_not_even_asked(tmp_path: Path, parent: SmallServer) -> None:
    server_file(tmp_path, parent, pid=STRANGER)
    found = look(tmp_path)
    assert found.address is None and found.rule == NO_SERVER
    assert parent.asked == []
    assert "does not exist" in why_not(found, "server file")


def test_a_server_without_the_extension_is_passed_over(tmp_path: Path) -> None:
    with small_server() as plain:
        server_file(tmp_path, plain)
        found = look(tmp_path)
    assert "does not have the extension jupyter_automerge (404)" in why_not(found, "server file")


def test_a_server_that_took_the_place_of_the_one_in_the_file_is_not_joined(
    tmp_path: Path, parent: SmallServer
) -> None:
    parent.says({**INFO, "pid": STRANGER})
    server_file(tmp_path, parent)
    found = look(tmp_path)
    assert found.address is None
    assert f"is process {STRANGER}, but this one was started by {PARENT}" in why_not(found, "server file")


def test_a_server_that_lets_no_kernels_in_is_left_alone(tmp_path: Path, parent: SmallServer) -> None:
    parent.says({**INFO, "kernels": False})
    server_file(tmp_path, parent)
    assert "lets no kernels in (JupyterAutomerge.kernel_access)" in why_not(look(tmp_path), "server file")


def test_a_server_on_a_unix_socket_is_said_to_be_one(tmp_path: Path, parent: SmallServer) -> None:
    server_file(tmp_path, parent, url="http+unix://%2Ftmp%2Fjupyter.sock/", sock="/tmp/jupyter.sock")
    assert "UNIX socket" in why_not(look(tmp_path), "server file")


def test_a_redirect_does_not_carry_the_token_away(tmp_path: Path, parent: SmallServer) -> None:
    with small_server() as stranger:
        stranger.says(INFO)
        parent.answers["/api/automerge"] = (302, {"Location": stranger.url + "api/automerge"}, b"")
        server_file(tmp_path, parent)
        found = look(tmp_path)
        assert stranger.asked == []
    assert "sends us elsewhere (302)" in why_not(found, "server file")


@pytest.mark.parametrize("body", [b"", b"[]", b'"x"', b'{"pid": 1}', b"\xff", NESTED, b"[" + b"0," * 2**20])
def test_an_answer_that_makes_no_sense_is_no_server_of_ours(parent: SmallServer, body: bytes) -> None:
    parent.answers["/api/automerge"] = (200, {}, body)
    with pytest.raises(DialError, match="what answers there is not jupyter_automerge"):
        fetch_info(ServerAddress(parent.url))


def test_what_cannot_be_asked_is_said_to_be_so() -> None:
    with pytest.raises(DialError, match="no answer"):
        fetch_info(ServerAddress("http://127.0.0.1:1/"))
    with pytest.raises(DialError, match="is not jupyter_automerge"):
        fetch_info(ServerAddress("nonsense"))


def test_under_jupyterhub_the_users_own_server_is_found(tmp_path: Path, parent: SmallServer) -> None:
    parent.says(INFO, "/user/alice/api/automerge")
    found = look(tmp_path, hub(parent))
    assert found.address == ServerAddress(f"{parent.url}user/alice/", "alices")
    assert found.rule == "JupyterHub's environment"
    assert parent.asked == [("/user/alice/api/automerge", "token alices")]
    assert "alices" not in repr(found)


@pytest.mark.parametrize("host", ["0.0.0.0", "", "localhost"])
def test_a_server_that_listens_everywhere_is_reached_at_home(parent: SmallServer, host: str) -> None:
    environ = hub(parent, JUPYTERHUB_SERVICE_URL=f"http://{host}:{parent.port}/user/alice/")
    assert hub_address(environ).url == f"{parent.url}user/alice/"


def test_a_terminal_of_the_hub_joins_nobody(tmp_path: Path, parent: SmallServer) -> None:
    """It has all of the server's environment, but the server did not start what runs in it."""
    parent.says({**INFO, "pid": STRANGER}, "/user/alice/api/automerge")
    found = look(tmp_path, hub(parent))
    assert found.address is None
    assert f"is process {STRANGER}" in why_not(found, "JupyterHub")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"JUPYTERHUB_API_TOKEN": ""}, "JUPYTERHUB_API_TOKEN is not set"),
        ({"JUPYTERHUB_SERVICE_PREFIX": ""}, "JUPYTERHUB_SERVICE_PREFIX is not set"),
        ({"JUPYTERHUB_SERVICE_URL": ""}, "JUPYTERHUB_SERVICE_URL is not set"),
        ({"JUPYTERHUB_SERVICE_URL": "http://192.0.2.7:80/"}, "which is not on this machine"),
        ({"JUPYTERHUB_SERVICE_URL": "http://hub.example:80/"}, "which is not on this machine"),
        ({"JUPYTERHUB_SERVICE_URL": "unix+http://%2Fsocket"}, "no URL of a server with a port"),
        ({"JUPYTERHUB_SERVICE_URL": "http://127.0.0.1"}, "no URL of a server with a port"),
        ({"JUPYTERHUB_SERVICE_URL": "http://127.0.0.1:x/"}, "is no URL"),
    ],
)
def test_an_environment_that_is_not_clear_is_not_used(
    tmp_path: Path, parent: SmallServer, changes: dict[str, str], reason: str
) -> None:
    found = look(tmp_path, hub(parent, **changes))
    assert found.address is None and reason in why_not(found, "JupyterHub")
    assert parent.asked == []


def test_without_any_server_each_rule_says_why_not(tmp_path: Path) -> None:
    found = look(tmp_path)
    assert [(attempt.rule, attempt.outcome) for attempt in found.failed] == [
        ("$JUPYTER_AUTOMERGE_CONNECTION_FILE", "not set"),
        (f"connection file of process {PARENT}", f"{tmp_path / 'automerge-4711.json'} does not exist"),
        (f"server file of process {PARENT}", f"{tmp_path / 'jpserver-4711.json'} does not exist"),
        ("JupyterHub's environment", "JUPYTERHUB_SERVICE_PREFIX is not set"),
    ]


def replace_by_link(path: Path) -> None:
    path.rename(path.with_suffix(".real"))
    path.symlink_to(path.with_suffix(".real"))


def open_to_all(path: Path) -> None:
    path.chmod(0o666)


def replace_by_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def give_away(path: Path) -> None:
    os.chown(path, 12345, 12345)


@pytest.mark.parametrize(
    ("tamper", "reason"),
    [
        (replace_by_link, "cannot be read"),
        (open_to_all, "is not trusted: others may write it"),
        (replace_by_pipe, "is not trusted: it is no plain file"),
        pytest.param(
            give_away,
            "is not trusted: it belongs to another user",
            marks=pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away"),
        ),
    ],
)
def test_a_file_that_others_could_have_put_there_is_not_believed(
    tmp_path: Path, parent: SmallServer, tamper: Any, reason: str
) -> None:
    server_file(tmp_path, parent)
    tamper(tmp_path / f"jpserver-{PARENT}.json")
    assert reason in why_not(look(tmp_path), "server file")
    assert parent.asked == []
