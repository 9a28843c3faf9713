"""Which server `jupyter automerge wait` asks, and what it makes of its options, without asking anybody."""

import json
import os
from pathlib import Path

import pytest

from jupyter_automerge.cli import commands
from jupyter_automerge.cli.asked_server import CONNECTION_FILE_VARIABLE, NoServer, asked_server
from jupyter_automerge.cli.failure import CommandFailed
from jupyter_automerge.cli.verdict import Outcome, Verdict
from jupyter_automerge.cli.wait import exit_code

DOCUMENT = "automerge:4NMNnkMhL8jXrdJ9jamS58PAVdXu"
HOME = "http://127.0.0.1:8888/"


def connection_file(folder: Path, number: int, url: str = HOME, token: str = "private") -> Path:
    path = folder / f"automerge-{number}.json"
    path.write_text(json.dumps({"url": url, "token": token, "pid": number, "ssl": None}))
    path.chmod(0o600)
    return path


def test_in_a_terminal_of_a_jupyter_server_it_asks_that_server(tmp_path: Path) -> None:
    path = connection_file(tmp_path, 1)
    server = asked_server(None, None, {CONNECTION_FILE_VARIABLE: str(path)}, tmp_path)
    assert server.sync_url == "ws://127.0.0.1:8888/api/automerge/sync"
    assert server.headers == {"Authorization": "token private"}


def test_elsewhere_it_never_takes_the_first_server_that_runs(tmp_path: Path) -> None:
    connection_file(tmp_path, 1)
    with pytest.raises(NoServer, match="--server"):
        asked_server(None, None, {}, tmp_path)


def test_a_server_that_is_gone_is_told_by_the_file_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(NoServer, match=r"automerge-7\.json does not exist"):
        asked_server(None, None, {CONNECTION_FILE_VARIABLE: str(tmp_path / "automerge-7.json")}, tmp_path)


def test_a_certificate_that_is_gone_is_told_by_its_name(tmp_path: Path) -> None:
    path = connection_file(tmp_path, 1, "https://127.0.0.1:8888/")
    gone = {"certfile": str(tmp_path / "gone.pem")}
    path.write_text(json.dumps({**json.loads(path.read_text()), "ssl": gone}))
    with pytest.raises(NoServer, match=r"gone\.pem .* cannot be read"):
        asked_server(None, None, {CONNECTION_FILE_VARIABLE: str(path)}, tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="who may write a file is not in these bits there")
def test_a_file_that_others_may_write_is_not_believed(tmp_path: Path) -> None:
    path = connection_file(tmp_path, 1)
    path.chmod(0o622)
    with pytest.raises(NoServer, match="others may write it"):
        asked_server(None, None, {CONNECTION_FILE_VARIABLE: str(path)}, tmp_path)


@pytest.mark.parametrize("url", [HOME, HOME.rstrip("/")])
def test_of_a_named_server_of_ones_own_it_knows_the_token(url: str, tmp_path: Path) -> None:
    killed = connection_file(tmp_path, 1, token="old")
    os.utime(killed, (1, 1))
    connection_file(tmp_path, 2)
    connection_file(tmp_path, 3, "http://127.0.0.1:8889/", "another server's")
    assert asked_server(url, None, {}, tmp_path).headers == {"Authorization": "token private"}
    assert asked_server(url, "given", {}, tmp_path).headers == {"Authorization": "token given"}


def test_any_sync_server_will_do(tmp_path: Path) -> None:
    connection_file(tmp_path, 1)
    server = asked_server("wss://sync.example/there", None, {}, tmp_path)
    assert (server.sync_url, server.headers, server.ssl) == ("wss://sync.example/there", {}, None)
    guarded = asked_server("wss://sync.example", "given", {}, tmp_path)
    assert guarded.headers == {"Authorization": "token given"}


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("sync.example", "names no server"),
        ("ftp://sync.example", "names no server"),
        ("http://", "names no server"),
        ("ws://sync.example:0", "names no server"),
        ("ws://sync.example:high", "is no URL"),
        ("http://alice:secret@sync.example", "list of processes"),
        ("http://sync.example/?token=secret", "list of processes"),
    ],
)
def test_what_names_no_server_is_bad_usage(url: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match=told) as failure:
        asked_server(url, None, {}, tmp_path)
    assert failure.value.exit_code == 2 and "secret" not in str(failure.value)


@pytest.mark.parametrize(
    "given",
    [
        [],
        [DOCUMENT, "--copies=0"],
        [DOCUMENT, "--copies=some"],
        [DOCUMENT, "--level=sent"],
        [DOCUMENT, "--timeout=0"],
        [DOCUMENT, "--timeout=nan"],
        [DOCUMENT, "--timeout=inf"],
    ],
)
def test_a_wish_that_cannot_be_is_bad_usage(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        commands.main(["wait", *given])
    assert end.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_what_is_no_url_of_a_document_is_bad_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["wait", DOCUMENT, "plan", "--server=ws://127.0.0.1:1"]) == 2
    assert "'plan' is not a valid Automerge URL" in capsys.readouterr().err


def test_a_token_file_that_cannot_be_read_is_bad_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").touch()
    for name, told in (("nowhere", "cannot read the token"), ("empty", "is empty")):
        given = ["wait", DOCUMENT, "--server=ws://127.0.0.1:1", f"--token-file={tmp_path / name}"]
        assert commands.main(given) == 2
        assert told in capsys.readouterr().err


def test_the_exit_code_is_the_worst_of_all_documents() -> None:
    unsafe = Outcome(DOCUMENT, None, "it is not there")
    assert exit_code(Verdict((unsafe,))) == 3
    assert exit_code(Verdict((), nobody="no server")) == 4
