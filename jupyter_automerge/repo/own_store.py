"""This Repo's own store as a whole: where it is, whether it can be watched, and who else writes there."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from jupyter_automerge.engine.notices import ChunkSetAside, ForeignWritersSeen, Notice
from jupyter_automerge.values.ids import StorageId

if TYPE_CHECKING:
    from jupyter_automerge.repo.running import Running

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OwnStore:
    """The store of this Repo. `place`: for people. `weakness`: why what it confirms may be lost, or empty (E43).

    `watch_error`: why what others write there is not heard at the moment; empty for one that never tells.
    `foreign_writers`: when somebody who is no Repo of ours was first seen to write there (UTC), or None. The
    compaction of such a writer may remove what we stored: documents at rest are kept as one chunk since then.
    """

    id: StorageId
    place: str
    watch_error: str
    foreign_writers: datetime | None
    weakness: str = ""

    def __repr__(self) -> str:
        others = ", others write there, too" if self.foreign_writers else ""
        weak = f", {self.weakness}" if self.weakness else ""
        unwatched = f", not watched: {self.watch_error}" if self.watch_error else ""
        return f"<{self.place}{others}{weak}{unwatched}>"


def own_store(running: "Running") -> OwnStore | None:
    """As of now; None for a Repo without a store."""
    storage, store_id = running.storage, running.local.storage_id
    if storage is None or store_id is None or running.store_watch is None:
        return None
    watch_error, weakness = running.store_watch.error, running.local.weakness
    return OwnStore(store_id, storage.place, watch_error, running.foreign_writers, weakness)


def seen_at(notice: ForeignWritersSeen) -> datetime:
    """When they were seen."""
    return datetime.fromtimestamp(notice.seen_at, UTC)


def log(notice: Notice) -> None:
    """What whoever keeps the machine should read, though nobody listens."""
    match notice:
        case ChunkSetAside(document_id, key, reason, None):
            _logger.warning(
                "document %s: %s is not read (%s) and stays there", document_id, "/".join(key), reason
            )
        case ChunkSetAside(document_id, key, reason, tuple(kept)):
            where = "/".join(kept)
            _logger.warning(
                "document %s: %s is torn (%s), kept as %s", document_id, "/".join(key), reason, where
            )
        case ForeignWritersSeen():
            _logger.warning(
                "others than Repos of jupyter_automerge write into this store; what they remove may be ours"
            )
