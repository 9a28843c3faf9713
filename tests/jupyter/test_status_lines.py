"""The words of `%automerge status` and of `%load_ext`, for each way a connection can stand."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from jupyter_automerge.kernel.session import KernelSession
from jupyter_automerge.kernel.status import connection_words, greeting, status_lines
from jupyter_automerge.kernel.wording import counted, shown
from jupyter_automerge.repo import Dialer, DialerInfo
from jupyter_automerge.values.ids import DialerId
from jupyter_automerge.values.status import DialerState
from tests.jupyter.deep import abyss

LATER = datetime.now(UTC) + timedelta(days=1)
REFUSED = "connection refused by 127.0.0.1:1"


@pytest.fixture
def session() -> Iterator[KernelSession]:
    session = KernelSession("plan.ipynb")
    yield session
    session.close()


def dialer(info: DialerInfo) -> Dialer:
    return Dialer(info.id, info.url, lambda: info, lambda: None)


@pytest.mark.parametrize(
    ("info", "words"),
    [
        ({"state": DialerState.IDLE}, "connecting"),
        ({"state": DialerState.DIALING, "attempt": 1}, "connecting"),
        (
            {"state": DialerState.DIALING, "attempt": 3, "last_error": REFUSED},
            f"connecting, attempt 3: {REFUSED}",
        ),
        ({"state": DialerState.CONNECTED}, "connected; never closed"),
        (
            {"state": DialerState.CONNECTED, "last_close": (1001, "the server stops")},
            "connected; last closed with 1001 (the server stops)",
        ),
        (
            {"state": DialerState.WAITING, "attempt": 1, "last_error": REFUSED, "retry_at": LATER},
            f"not connected after 1 attempt: {REFUSED}; next attempt in N s",
        ),
        (
            {"state": DialerState.WAITING, "attempt": 2, "last_close": (None, "")},
            "not connected after 2 attempts; next attempt now; last closed with no code",
        ),
        (
            {"state": DialerState.FAILED, "attempt": 1, "last_error": "the server answered 403 Forbidden"},
            "given up after 1 attempt: the server answered 403 Forbidden",
        ),
        ({"state": DialerState.STANDBY}, "standby"),
    ],
)
def test_the_connection_in_words(info: dict[str, object], words: str) -> None:
    told = connection_words(dialer(DialerInfo(DialerId(1), "ws://127.0.0.1:1", **info)))  # type: ignore[arg-type]
    assert re.sub(r"in \d+ s", "in N s", told) == words


def test_without_a_server_the_greeting_says_what_becomes_of_documents(session: KernelSession) -> None:
    assert greeting(session) == (
        "no Jupyter server with documents started this kernel: they live in its memory only, "
        "until it ends (`%automerge status` says why)."
    )


def test_while_not_connected_the_greeting_says_what_becomes_of_edits(session: KernelSession) -> None:
    session.dial("ws://127.0.0.1:1")
    session.wait_for_first_answer()
    told = greeting(session)
    assert told.startswith(f"not connected after 1 attempt: {REFUSED}; next attempt ")
    assert told.endswith(
        "(server ws://127.0.0.1:1). Edits are kept in this kernel and sent once it is connected."
    )


def test_of_a_server_that_never_answered_nothing_is_said_about_a_login(session: KernelSession) -> None:
    session.dial("ws://127.0.0.1:1")
    session.wait_for_first_answer()
    assert "user:       not known: that server has not answered" in status_lines(session)


def test_a_document_nested_too_deeply_does_not_spoil_the_status(session: KernelSession) -> None:
    deep = session.repo.import_document(abyss())
    (line,) = (line for line in status_lines(session) if deep.url in line)
    assert line.startswith(f"  {deep.url}  ready  Abyss  alone: only in this process")


def test_numbers_and_texts_of_others_on_a_line() -> None:
    assert (counted(1, "attempt"), counted(0, "change")) == ("1 attempt", "0 changes")
    assert shown("a\nb\x1b[2J\x07") == "a b [2J "
    assert len(shown("x" * 1000)) == 80 and shown("x" * 1000).endswith("…")
