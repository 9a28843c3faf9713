"""A fork of the document in which changes are made, one transaction at a time.

Why a fork: the binding can give a change neither message nor time, shows an open transaction's values to
every thread and refuses all other calls meanwhile. Here a change is made under a working hash, and its
chunk is then rewritten with message, time and the document's own heads as dependencies.

Why the registry: a binding document that is freed with an open transaction takes the process down.
"""

import atexit
from itertools import count
from threading import Event

from jupyter_automerge.document.core import CoreChange, CoreDocument, CoreTransaction, is_panic, never_free
from jupyter_automerge.errors import DocumentError

_open: dict[int, "Draft"] = {}
_numbers = count()
_exiting = Event()


class Draft:
    """The fork. `begin`, then `commit` or `roll_back`; commits may follow each other."""

    def __init__(self, source: CoreDocument) -> None:
        self.core = source.fork()
        self.core.set_actor(source.get_actor())
        self._heads = self.core.get_heads()
        self._number = next(_numbers)
        self._transaction: CoreTransaction | None = None

    def begin(self) -> CoreTransaction:
        """Open a transaction. It is ended at interpreter exit at the latest."""
        if _exiting.is_set():
            raise DocumentError("Python is shutting down: no change can be made any more")
        # Before the call: an interruption after it would leave a transaction that nobody knows of.
        _open[self._number] = self
        self._transaction = self.core.transaction()
        return self._transaction

    def commit(self) -> CoreChange | None:
        """End the transaction: the change under its working hash, or None if nothing was written."""
        before = self._heads
        if self._transaction is not None:
            self._transaction.commit()
        self._close()
        self._heads = self.core.get_heads()
        if self._heads == before:
            return None
        return self.core.get_last_local_change()

    def roll_back(self) -> bool:
        """End the transaction without a trace.

        False: that was not possible, and the draft must not be used again.
        """
        try:
            if self._transaction is not None:
                self._transaction.rollback()
            # Fails where a transaction is open whose handle was lost, or where a panic poisoned the lock.
            self.core.get_actor()
        except BaseException as error:  # a panic is no Exception; the caller is told by False, and rebuilds
            if not is_panic(error) and not isinstance(error, Exception):
                raise
            never_free(self.core)
            self._close()
            return False
        self._close()
        return True

    def _close(self) -> None:
        self._transaction = None
        _open.pop(self._number, None)


@atexit.register
def _roll_back_all() -> None:
    # Daemon threads go on for a moment: what they open now nobody would end.
    _exiting.set()
    for draft in list(_open.values()):
        draft.roll_back()
