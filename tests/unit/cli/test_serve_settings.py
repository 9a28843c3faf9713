"""What `jupyter automerge serve` makes of its options, without starting anything."""

import errno
import os
import socket
from pathlib import Path

import pytest

from jupyter_automerge.cli import commands, serve
from jupyter_automerge.cli.failure import CommandFailed, cannot_listen
from jupyter_automerge.cli.shared_token import TOKEN_VARIABLE
from jupyter_automerge.errors import ListenError


def settings(*arguments: str, environment: dict[str, str] | None = None) -> serve.Settings:
    return serve.settings_from(commands._parser().parse_args(["serve", *arguments]), environment or {})


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"--store={tmp_path / 'documents'}"


def test_it_is_a_drop_in_on_the_usual_port_for_this_machine_only(store: str) -> None:
    assert (settings(store).host, settings(store).port, settings(store).token) == ("127.0.0.1", 3030, None)


def test_the_store_folder_is_made(tmp_path: Path) -> None:
    settings(f"--store={tmp_path}/a/b")
    assert (tmp_path / "a/b").is_dir()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("memory:", "memory:"),
        ("redis://:s3cret@example.org/1", "redis://example.org:6379/1"),
        ("s3://bucket/notes", "s3://bucket/notes"),
    ],
)
def test_a_store_may_be_a_url(text: str, place: str) -> None:
    assert settings(f"--store={text}").store.place == place


def test_what_names_no_store_is_wrong_usage_and_told_with_the_forms() -> None:
    with pytest.raises(CommandFailed, match="it must be a folder, file:///") as failure:
        settings("--store=ftp://:s3cret@example.org")
    assert failure.value.exit_code == 2 and "s3cret" not in str(failure.value)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.7", "example.org", ""])
def test_other_machines_are_not_served_without_a_token(host: str, store: str) -> None:
    with pytest.raises(CommandFailed, match="--allow-anonymous") as failure:
        settings(store, f"--host={host}")
    assert failure.value.exit_code == 2


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_this_machine_is_served_without_a_token(host: str, store: str) -> None:
    assert settings(store, f"--host={host}").token is None


def test_anonymous_access_must_be_said(store: str) -> None:
    assert settings(store, "--host=0.0.0.0", "--allow-anonymous").host == "0.0.0.0"


def test_the_token_comes_from_a_file_or_from_the_environment(tmp_path: Path, store: str) -> None:
    (tmp_path / "token").write_text(" s3cret\n")
    environment = {TOKEN_VARIABLE: "other"}
    assert settings(store, "--host=0.0.0.0", f"--token-file={tmp_path}/token").token == "s3cret"
    assert settings(store, "--host=0.0.0.0", environment=environment).token == "other"
    assert settings(store, f"--token-file={tmp_path}/token", environment=environment).token == "s3cret"


def test_pages_of_other_sites_are_welcome_when_named(store: str) -> None:
    assert settings(store).origins == ()
    given = ("--origin=https://Notes.example/", "--origin", "http://localhost:5173", "--origin=*")
    assert settings(store, *given).origins == ("https://notes.example", "http://localhost:5173", "*")


@pytest.mark.parametrize(
    "text", ["notes.example", "https://", "ws://notes.example", "https://a.example/page"]
)
def test_what_is_no_origin_is_said_before_anything_listens(text: str, store: str) -> None:
    with pytest.raises(CommandFailed, match="origin") as failure:
        settings(store, f"--origin={text}")
    assert failure.value.exit_code == 2


@pytest.mark.parametrize(("content", "told"), [(None, "cannot read the token"), ("\n", "is empty")])
def test_a_token_file_without_a_token_is_not_no_token(
    content: str | None, told: str, tmp_path: Path, store: str
) -> None:
    if content is not None:
        (tmp_path / "token").write_text(content)
    with pytest.raises(CommandFailed, match=told):
        settings(store, f"--token-file={tmp_path}/token")


@pytest.mark.parametrize(
    ("path", "told"), [("taken", "it is a file"), ("taken/inside", "a file is in the way")]
)
def test_a_store_that_cannot_be_is_told_in_one_line(path: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    with pytest.raises(CommandFailed, match=told) as failure:
        settings(f"--store={tmp_path / path}")
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE)),
            r"port 3030 on 127\.0\.0\.1 is in use: .*--port",
        ),
        (OSError(errno.EACCES, "denied"), "above 1023"),
        (OSError(errno.EADDRNOTAVAIL, "not available"), "not an address of this machine"),
        (socket.gaierror(-2, "Name or service not known"), "not an address of this machine"),
        (OSError(errno.ENETDOWN, "Network is down"), "Network is down"),
    ],
)
def test_what_keeps_it_from_listening_is_told_with_the_remedy(error: OSError, told: str) -> None:
    refused = ListenError("cannot listen")
    refused.__cause__ = error
    with pytest.raises(CommandFailed, match=told):
        raise cannot_listen(refused, "127.0.0.1", 3030)


@pytest.mark.parametrize("port", ["-1", "65536", "many"])
def test_a_wrong_port_is_wrong_usage(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        commands.main(["serve", f"--port={port}"])
    assert end.value.code == 2
    assert "--port" in capsys.readouterr().err


def test_a_failure_is_one_line_that_names_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").touch()
    assert commands.main(["serve", f"--store={tmp_path / 'taken'}"]) == 1
    told = capsys.readouterr().err
    assert told.startswith("jupyter automerge serve: cannot keep documents in ")
    assert told.count("\n") == 1
