"""A kernel joins the server that started it, and no other: nbclient in its terminal stays alone."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from jupyter_automerge.errors import DialError
from jupyter_automerge.kernel.discovery import CONNECTION_FILE_VARIABLE, discover, parent_pids
from jupyter_automerge.network.server_address import ServerAddress
from jupyter_automerge.network.server_files import read_connection_file

SERVER_PID = 4711
INFO = {"storageId": "server-store", "pid": SERVER_PID, "kernels": True}


def connection_file(folder: Path, pid: int = SERVER_PID, **changes: Any) -> Path:
    content = {
        "url": "http://127.0.0.1:8888/base/",
        "token": "secret",
        "pid": pid,
        "ssl": None,
        "version": "0.1.0",
    }
    path = folder / f"automerge-{pid}.json"
    path.write_text(json.dumps({**content, **changes}))
    return path


def alive(address: ServerAddress) -> dict[str, Any]:
    return dict(INFO)


def dead(address: ServerAddress) -> dict[str, Any]:
    raise DialError("no answer (Connection refused)")


def test_the_file_named_in_the_environment_is_used_if_its_server_is_the_parent(tmp_path: Path) -> None:
    path = connection_file(tmp_path)
    found = discover({CONNECTION_FILE_VARIABLE: str(path)}, tmp_path, frozenset({SERVER_PID}), alive)
    assert found.address is not None and found.info == INFO
    assert found.address.sync_url == "ws://127.0.0.1:8888/base/api/automerge/sync"
    assert found.address.headers() == {"Authorization": "token secret"}
    assert CONNECTION_FILE_VARIABLE in found.rule and found.failed == ()


def test_an_inherited_environment_alone_joins_nobody(tmp_path: Path) -> None:
    path = connection_file(tmp_path)
    found = discover({CONNECTION_FILE_VARIABLE: str(path)}, tmp_path, frozenset({999}), alive)
    assert found.address is None, "nbclient in a Lab terminal joined the live server"
    assert "of process 4711" in found.failed[0].outcome and "started by 999" in found.failed[0].outcome


def test_the_parents_file_in_the_runtime_folder_is_the_second_rule(tmp_path: Path) -> None:
    connection_file(tmp_path)
    found = discover({}, tmp_path, frozenset({SERVER_PID}), alive)
    assert found.address is not None and found.rule == "connection file of process 4711"
    assert [attempt.outcome for attempt in found.failed] == ["not set"]


def test_a_file_left_by_a_server_that_died_is_passed_over_with_its_reason(tmp_path: Path) -> None:
    connection_file(tmp_path)
    found = discover({}, tmp_path, frozenset({SERVER_PID}), dead)
    assert found.address is None
    assert found.failed[1].outcome == "no answer (Connection refused)"


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"url": 3}', '{"url": "http://h/", "pid": 4711}'])
def test_a_damaged_file_is_passed_over_with_its_reason(tmp_path: Path, content: str) -> None:
    (tmp_path / "automerge-4711.json").write_text(content)
    found = discover({}, tmp_path, frozenset({SERVER_PID}), alive)
    assert found.address is None and "cannot be read" in found.failed[1].outcome


def test_only_a_kernel_believes_what_its_launcher_told_it() -> None:
    told = {"JPY_PARENT_PID": str(SERVER_PID)}
    assert parent_pids(told, in_kernel=True) == {os.getppid(), SERVER_PID}
    assert parent_pids(told, in_kernel=False) == {os.getppid()}, "`!python` in a cell inherits the variable"


def test_the_token_is_in_no_representation(tmp_path: Path) -> None:
    address, pid = read_connection_file(connection_file(tmp_path))
    assert pid == SERVER_PID and "secret" not in repr(address) + address.sync_url + address.info_url


def test_a_self_signed_server_is_known_by_its_certificate(tmp_path: Path) -> None:
    path = connection_file(tmp_path, url="https://127.0.0.1:8888/", ssl={"certfile": "/tmp/cert.pem"})
    address, _ = read_connection_file(path)
    assert address.certificate == "/tmp/cert.pem" and address.sync_url.startswith("wss://")
