"""Every error this package raises on purpose. Each says what happened, to what, and what to do next.

AutomergeError
├── InvalidId                 (ValueError)   an id, URL, head or storage key that is not one
├── ProtocolError
│   ├── LocalProtocolError                   we were about to send something the protocol forbids
│   └── RemoteProtocolError                  a peer sent something the protocol forbids
├── DocumentError             (ValueError)   a path, value or heads that do not fit the document
├── DocumentBusy                             a change is open; nothing was done
├── ChangeAwaited                            an `await` inside `with handle.change()`
├── DocumentReadOnly                         a view of the past, or no right to change
├── DocumentGone                             a handle of a deleted or unloaded document was used
├── BadChunk                                 bytes that Automerge cannot apply; the document is as before
├── StorageError                             a store could not read or write
│   └── SaveTimeout           (TimeoutError) a store has not written in time; it goes on trying
├── FindError                                a document was not found; carries the search's progress
│   ├── DocumentUnavailable                  everybody who could be asked said no
│   └── FindTimeout           (TimeoutError) not everybody has answered yet; the search goes on
├── WaitError                                a wait for peers ended without success; carries a report
│   ├── SyncTimeout           (TimeoutError) not in time
│   ├── NoPeers                              nobody to wait for
│   ├── PeerGone                             the one waited for left and will not come back under this id
│   └── SyncDenied                           the one waited for may not have the document, or refuses ours
├── DialError                                no connection to an endpoint
├── ListenError                              no connections can be taken at an address
├── UnsafeDelete                             deleting would destroy the only known copy
├── RepoClosed                               the Repo was closed
├── RepoAlreadyOpen                          a Repo was opened a second time
├── RepoForkedError                          a Repo of the parent process was used in a forked child
├── BlockingOnLoop                           a blocking wait on the very thread that would end it
└── ImpossibleEvent                          a defect of this package: please report it
"""

from collections.abc import Sequence
from reprlib import Repr
from typing import Any


class _Brief(Repr):
    def repr_int(self, x: int, level: int) -> str:
        # Python refuses to print very long integers, and a peer can send one.
        return repr(x) if x.bit_length() <= 128 else f"<an integer of {x.bit_length()} bits>"


_BRIEF = _Brief()
_BRIEF.maxstring = _BRIEF.maxother = 80
_BRIEF.maxlevel = 2


def brief(value: object) -> str:
    """A representation for a message: bounded, whatever a peer sent."""
    return _BRIEF.repr(value)


class AutomergeError(Exception):
    """The root: `except AutomergeError` catches everything this package raises on purpose."""

    # BaseException would rebuild from the message alone, which the constructors below do not take.
    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(
    kind: type[AutomergeError], args: tuple[object, ...], state: dict[str, object]
) -> AutomergeError:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(state)
    return error


class InvalidId(AutomergeError, ValueError):
    """`value` is not a `what` ("document id", "peer id", ...); `reason` says how one sees it."""

    def __init__(self, what: str, value: object, reason: str) -> None:
        super().__init__(f"{brief(value)} is not a valid {what}: {reason}")
        self.what = what
        self.value = value
        self.reason = reason


class ProtocolError(AutomergeError):
    """Something on the wire is not what the automerge-repo protocol allows; `reason` names the field."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class LocalProtocolError(ProtocolError):
    """The fault is ours: nothing was sent."""


class RemoteProtocolError(ProtocolError):
    """The fault is the peer's: nothing of the frame was used."""


_SHOWN_STEPS = 12


def _place(path: Sequence[str | int]) -> str:
    steps = [f"[{brief(key)}]" for key in path]
    if len(steps) > _SHOWN_STEPS:
        half = _SHOWN_STEPS // 2
        steps[half:-half] = [f" ({len(steps) - _SHOWN_STEPS} more) "]
    return "".join(steps) or "the document"


class DocumentError(AutomergeError, ValueError):
    """`value` cannot be read or written at `path`; the document is unchanged."""

    def __init__(self, reason: str, path: Sequence[str | int] = (), value: object = None) -> None:
        super().__init__(f"{_place(path)}: {reason}")
        self.reason = reason
        self.path = tuple(path)
        self.value = value


class DocumentBusy(AutomergeError):
    """A change is open in another thread, or the lock is taken; try again when the document is free."""

    def __init__(self, reason: str = "a change of the document is open: try again after its block") -> None:
        super().__init__(reason)


class ChangeAwaited(AutomergeError):
    """The block of `with handle.change()` must not await: other tasks would see half a change."""

    def __init__(self) -> None:
        super().__init__(
            "`await` inside `with handle.change()`: the change was rolled back. "
            "Await first, then open the block and write what you got"
        )


class DocumentReadOnly(AutomergeError):
    """The document cannot be changed from here; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"read-only: {reason}")
        self.reason = reason


class DocumentGone(AutomergeError):
    """The handle's document is deleted or unloaded."""

    def __init__(self, document_id: str, state: str) -> None:
        super().__init__(f"document {document_id} is {state}: find it again with repo.find()")
        self.document_id = document_id
        self.state = state


class BadChunk(AutomergeError):
    """Automerge cannot apply these bytes. The document is as it was before.

    `guilty`: which of those given it was, where that is known without trying.
    """

    def __init__(self, reason: str, guilty: bytes | None = None) -> None:
        super().__init__(f"these changes cannot be applied: {reason}")
        self.reason = reason
        self.guilty = guilty


class StorageError(AutomergeError):
    """The store failed; `reason` is its own word. Unsaved changes stay in memory and are tried again.

    `report`: of a wait for others that ended without success while the own store failed; it is a SaveTimeout if
    the wait's time was over.
    """

    def __init__(self, reason: str, document_id: str | None = None, report: object = None) -> None:
        where = f"document {document_id}" if document_id else "the store"
        super().__init__(f"{where}: {reason}")
        self.reason = reason
        self.document_id = document_id
        self.report = report


class SaveTimeout(StorageError, TimeoutError):
    """The store has not confirmed the write in time. Writing goes on. `report`: see StorageError."""


class FindError(AutomergeError):
    """The document could not be had; `progress` says where was looked and who was asked."""

    def __init__(self, message: str, progress: object = None) -> None:
        super().__init__(message)
        self.progress = progress


class DocumentUnavailable(FindError):
    """Storage and every reachable peer said no. A peer that comes later may still bring it."""


class FindTimeout(FindError, TimeoutError):
    """The time is over while somebody may still answer. The search itself goes on."""


class WaitError(AutomergeError):
    """Waiting for peers ended without success; `report` says store by store what is missing."""

    def __init__(self, message: str, report: object = None) -> None:
        super().__init__(message)
        self.report = report


class SyncTimeout(WaitError, TimeoutError):
    """Not every store waited for reached the level in time."""


class NoPeers(WaitError):
    """Nothing matches what was waited for, and nothing is dialing: connect to a peer first."""


class PeerGone(WaitError):
    """The peer left, and as it has no store of its own it cannot come back as the same one."""


class SyncDenied(WaitError):
    """A share policy, here or there, keeps the document from the peer waited for."""


class DialError(AutomergeError):
    """No transport to the endpoint. `fatal`: trying again cannot help until somebody changes something."""

    def __init__(self, reason: str, fatal: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.fatal = fatal


class ListenError(AutomergeError):
    """Nobody can connect: the address is taken, not ours, or not allowed to us."""


class UnsafeDelete(AutomergeError):
    """Others do not keep all of the document as the Repo's policy asks, or none that is connected says so now."""

    def __init__(
        self, document_id: str, reason: str = "no other store that is connected says that it keeps all of it"
    ) -> None:
        super().__init__(f"document {document_id} was not deleted: {reason}; force=True deletes it anyway")
        self.document_id = document_id
        self.reason = reason


class RepoClosed(AutomergeError):
    """The Repo is closed (or was never opened); what it holds in memory can no longer be changed."""

    def __init__(self, reason: str = "the Repo is closed: open another on the same store") -> None:
        super().__init__(reason)


class RepoAlreadyOpen(AutomergeError):
    """A Repo has one life: it is opened once."""

    def __init__(self) -> None:
        super().__init__("this Repo was opened before: make another on the same store")


class RepoForkedError(AutomergeError):
    """This process was forked from the Repo's own: threads, sockets and locks stayed behind."""

    def __init__(self) -> None:
        super().__init__(
            "this Repo belongs to the parent process: make a Repo of your own in the child, "
            "or start the child with the 'spawn' method"
        )


class BlockingOnLoop(AutomergeError):
    """Blocking here would wait for ever: this is the thread that does the work."""

    def __init__(self) -> None:
        super().__init__("a blocking wait on the Repo's own thread would never end: use `await` instead")


class ImpossibleEvent(AutomergeError):
    """A state machine got an event it cannot get; the message names machine, event and state."""
