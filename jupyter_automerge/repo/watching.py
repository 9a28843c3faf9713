"""Wakes what waits for something to become true, whenever it may have."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from jupyter_automerge.values.ids import DocumentId


class Watching:
    """One flag per wait. On the Repo's loop only; a wait that ends, however it ends, leaves nothing here."""

    def __init__(self) -> None:
        self._flags: dict[DocumentId | None, set[asyncio.Event]] = {}

    def __len__(self) -> int:
        return sum(len(flags) for flags in self._flags.values())

    @contextmanager
    def of(self, document_id: DocumentId | None) -> Iterator[asyncio.Event]:
        """A flag that is set whenever the document, or any connection, moved; None: whenever anything did."""
        flag = asyncio.Event()
        self._flags.setdefault(document_id, set()).add(flag)
        try:
            yield flag
        finally:
            flags = self._flags[document_id]
            flags.discard(flag)
            if not flags:
                del self._flags[document_id]

    def moved(self, document_id: DocumentId | None) -> None:
        """The document moved; None: something that may concern every document did."""
        if document_id is None:
            for flags in self._flags.values():
                _set(flags)
            return
        _set(self._flags.get(document_id, set()))
        _set(self._flags.get(None, set()))


def _set(flags: set[asyncio.Event]) -> None:
    for flag in flags:
        flag.set()
