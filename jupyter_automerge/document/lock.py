"""Who may touch a document's core, and when: users wait, the engine never does.

Written for KeyboardInterrupt, which may come after any call: users' locks are taken only by `with` on the
lock itself, which cannot be interrupted halfway, and what must not be missed stands first in its `finally`.
"""

from collections.abc import Callable
from functools import wraps
from threading import Lock, RLock
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from jupyter_automerge.document.core import is_panic
from jupyter_automerge.errors import DocumentBusy, DocumentError

P = ParamSpec("P")
T = TypeVar("T")


class DocumentLock:
    """A short re-entrant lock. Whoever was refused is told, by `on_free`, once it is free again.

    While `closed` (a change is open) the engine is kept out, and readers are not.
    """

    def __init__(self) -> None:
        self.core = RLock()
        self.closed = False
        self.on_free: Callable[[], None] | None = None
        self._refused = False
        self._note = Lock()

    def take_now(self) -> None:
        """Take the lock without waiting; `core.release()` gives it back. Raises DocumentBusy."""
        # The mark comes before the attempt: whoever has the lock now sees it when letting go.
        self._refused = True
        if self.closed or not self.core.acquire(blocking=False):
            raise DocumentBusy()
        if self.closed:
            self.core.release()
            raise DocumentBusy()
        self._refused = False

    def will_be_told(self) -> None:
        """Call `on_free` when a change that is open now, if any, has ended."""
        self._refused = True

    def tell(self) -> None:
        """After letting go: call `on_free` if somebody was refused meanwhile and would not be now."""
        if self._refused and not self.closed:
            with self._note:
                tell, self._refused = self._refused, False
            if tell and self.on_free is not None:
                self.on_free()


class _Locked(Protocol):
    _lock: DocumentLock


L = TypeVar("L", bound=_Locked)


def held(method: Callable[Concatenate[L, P], T]) -> Callable[Concatenate[L, P], T]:
    """A method that waits for the lock."""

    @wraps(method)
    def waiting(self: L, /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            with self._lock.core:
                return method(self, *args, **kwargs)
        except BaseException as error:  # a panic is no Exception; all else goes on as it is
            if is_panic(error):
                raise DocumentError(f"the Automerge core gave up ({error})") from error
            raise
        finally:
            self._lock.tell()

    return waiting


def held_now(method: Callable[Concatenate[L, P], T]) -> Callable[Concatenate[L, P], T]:
    """A method that raises DocumentBusy where it would have to wait."""

    @wraps(method)
    def trying(self: L, /, *args: P.args, **kwargs: P.kwargs) -> T:
        self._lock.take_now()
        try:
            return method(self, *args, **kwargs)
        except BaseException as error:  # a panic is no Exception; all else goes on as it is
            if is_panic(error):
                raise DocumentError(f"the Automerge core gave up ({error})") from error
            raise
        finally:
            self._lock.core.release()

    return trying
