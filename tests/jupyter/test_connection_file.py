"""The file by which kernels find their server: private from its first byte, and gone with the server."""

import os
import stat
from pathlib import Path

import pytest

from jupyter_automerge.kernel.discovery import CONNECTION_FILE_VARIABLE
from jupyter_automerge.network.server_files import read_connection_file
from jupyter_automerge.server.connection_file import ENVIRONMENT_VARIABLE, ConnectionFile


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ConnectionFile:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, "restored by monkeypatch")
    return ConnectionFile(tmp_path / "runtime")


def test_it_is_readable_by_its_owner_only_and_says_what_a_kernel_needs(file: ConnectionFile) -> None:
    file.write("http://127.0.0.1:8888/", "secret", "0.1.0", None)
    address, pid = read_connection_file(file.path)
    assert (address.url, address.token, pid) == ("http://127.0.0.1:8888/", "secret", os.getpid())
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert os.environ[CONNECTION_FILE_VARIABLE] == str(file.path)
    assert [entry.name for entry in file.path.parent.iterdir()] == [file.path.name], (
        "a half-written file stayed"
    )


def test_the_token_is_in_the_file_and_not_in_the_environment(file: ConnectionFile) -> None:
    file.write("http://127.0.0.1:8888/", "very-secret", "0.1.0", None)
    assert not [name for name, value in os.environ.items() if "very-secret" in value]


def test_it_goes_with_the_server(file: ConnectionFile) -> None:
    file.write("http://127.0.0.1:8888/", "secret", "0.1.0", None)
    file.remove()
    assert not file.path.exists() and ENVIRONMENT_VARIABLE not in os.environ
    file.remove()


def test_another_servers_name_in_the_environment_stays(
    file: ConnectionFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write("http://127.0.0.1:8888/", "secret", "0.1.0", None)
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, "/another/server.json")
    file.remove()
    assert os.environ[ENVIRONMENT_VARIABLE] == "/another/server.json"


def test_a_link_that_somebody_put_in_its_place_is_replaced_and_not_followed(
    file: ConnectionFile, tmp_path: Path
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    file.path.parent.mkdir()
    for name in (file.path.name, file.path.with_suffix(".tmp").name):
        (file.path.parent / name).symlink_to(victim)
    file.write("http://127.0.0.1:8888/", "secret", "0.1.0", None)
    assert victim.read_text() == "precious" and not file.path.is_symlink()
    assert read_connection_file(file.path)[0].token == "secret"
