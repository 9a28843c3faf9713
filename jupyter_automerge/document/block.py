"""The time between `with` and its end, as the proxies see it."""

from collections.abc import Callable
from typing import Any

from jupyter_automerge.document.core import CoreTransaction, CoreValue
from jupyter_automerge.document.planning import Path
from jupyter_automerge.errors import DocumentError


class Block:
    """One open change. Its proxies ask it for the transaction, which is refused once the block is over."""

    __slots__ = ("_transaction", "wrap")

    def __init__(
        self, transaction: CoreTransaction, wrap: Callable[["Block", CoreValue, bytes, str | int, Path], Any]
    ) -> None:
        self._transaction: CoreTransaction | None = transaction
        self.wrap = wrap

    def transaction(self, path: Path) -> CoreTransaction:
        """The open transaction. Raises DocumentError after the block."""
        if self._transaction is None:
            raise DocumentError("its change is over; open another block and take the value from it", path)
        return self._transaction

    def end(self) -> None:
        """No proxy of this block works from here on."""
        self._transaction = None
