"""The changes of a document, as its users see them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from jupyter_automerge.document.change_chunk import read_change
from jupyter_automerge.document.changed import ChangeRecord
from jupyter_automerge.document.core import CoreChange

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_history(changes: Iterable[CoreChange]) -> list[ChangeRecord]:
    """One record per change. The times are their authors' claims."""
    return [_record(change) for change in changes]


def _record(change: CoreChange) -> ChangeRecord:
    fields = read_change(change.raw_bytes)
    return ChangeRecord(
        change.hash,
        fields.actor,
        fields.sequence,
        _moment(fields.time),
        fields.message or None,
        fields.dependencies,
    )


def _moment(seconds: int) -> datetime | None:
    """0 means that the author gave none; what no calendar has is no time either."""
    try:
        return EPOCH + timedelta(seconds=seconds) if seconds else None
    except OverflowError:
        return None
