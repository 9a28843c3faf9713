"""Errors say what, where and what to do; they survive a process boundary."""

import pickle

import pytest

from jupyter_automerge import errors
from jupyter_automerge.errors import AutomergeError

SAMPLES: list[tuple[AutomergeError, str]] = [
    (errors.InvalidId("peer id", "", "too short"), "'' is not a valid peer id: too short"),
    (errors.LocalProtocolError("a set has no counterpart"), "a set has no counterpart"),
    (errors.RemoteProtocolError("documentId is missing"), "documentId is missing"),
    (errors.DocumentError("no such key", ("tasks", 0), None), "['tasks'][0]: no such key"),
    (errors.DocumentError("not a map"), "the document: not a map"),
    (errors.DocumentBusy(), "try again"),
    (errors.ChangeAwaited(), "Await first"),
    (errors.DocumentReadOnly("a view of the past"), "read-only: a view of the past"),
    (errors.DocumentGone("4Zrj", "deleted"), "document 4Zrj is deleted: find it again"),
    (errors.BadChunk("checksum"), "cannot be applied: checksum"),
    (errors.StorageError("disk full", "4Zrj"), "document 4Zrj: disk full"),
    (errors.SaveTimeout("not after 5 s"), "the store: not after 5 s"),
    (errors.DocumentUnavailable("nobody has it", {"asked": 2}), "nobody has it"),
    (errors.FindTimeout("after 30 s", None), "after 30 s"),
    (errors.SyncTimeout("bob lacks 2 changes", {"bob": 2}), "bob lacks 2 changes"),
    (errors.NoPeers("connect first"), "connect first"),
    (errors.PeerGone("eve left"), "eve left"),
    (errors.SyncDenied("by policy"), "by policy"),
    (errors.DialError("refused", fatal=True), "refused"),
    (errors.ListenError("port 3030 is taken"), "port 3030 is taken"),
    (errors.UnsafeDelete("4Zrj"), "force=True"),
    (errors.RepoAlreadyOpen(), "make another"),
    (errors.RepoClosed(), "open another"),
    (errors.RepoForkedError(), "in the child"),
    (errors.BlockingOnLoop(), "use `await`"),
    (errors.ImpossibleEvent("dialer got Started while DIALING"), "while DIALING"),
]


@pytest.mark.parametrize(("error", "words"), SAMPLES, ids=lambda value: type(value).__name__)
def test_an_error_says_it_and_says_it_again_after_pickling(error: AutomergeError, words: str) -> None:
    assert words in str(error)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.__dict__) == (type(error), str(error), error.__dict__)


def test_every_error_has_a_sample_here_and_a_place_in_the_drawing() -> None:
    classes = {
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, AutomergeError) and value is not AutomergeError
    }
    not_drawn = {kind.__name__ for kind in classes if kind.__name__ not in (errors.__doc__ or "")}
    assert not not_drawn
    leaves = {kind for kind in classes if not kind.__subclasses__() or kind is errors.StorageError}
    without_sample = {kind.__name__ for kind in leaves - {type(error) for error, _ in SAMPLES}}
    assert not without_sample


def test_timeouts_and_bad_values_are_what_python_calls_them() -> None:
    assert issubclass(errors.SyncTimeout, TimeoutError)
    assert issubclass(errors.FindTimeout, TimeoutError)
    assert issubclass(errors.SaveTimeout, TimeoutError)
    assert issubclass(errors.InvalidId, ValueError)


def test_a_huge_value_does_not_make_a_huge_message() -> None:
    assert len(str(errors.InvalidId("document id", "x" * 10**6, "no"))) < 200
    assert len(str(errors.InvalidId("document id", 10**5000, "no"))) < 200
