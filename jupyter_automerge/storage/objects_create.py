"""Objects that are made once, whoever tries: the service decides, if it is one that can."""

import logging

from jupyter_automerge.storage.bucket import Bucket

_logger = logging.getLogger(__name__)


class Creator:
    """Knows whether a bucket's service refuses to replace an object when asked to (If-None-Match)."""

    def __init__(self, bucket: Bucket, place: str) -> None:
        self._bucket = bucket
        self._place = place
        self._refuses: bool | None = None

    async def create(self, name: str, data: bytes) -> bool:
        """Whether this call made the object. False also from a service that cannot tell. Raises StorageError."""
        if self._refuses is False:
            return False
        made = await self._bucket.create(name, data)
        if made is None or (made and not await self._is_refused(name, data)):
            self._refuses = False
            _logger.warning(
                "%s cannot make an object only if there is none: start the first server of a pool alone, "
                "so that the store gets one id",
                self._place,
            )
            return False
        return made

    async def _is_refused(self, name: str, data: bytes) -> bool:
        # Services that do not know the condition ignore it, and say that all went well.
        if self._refuses is None:
            self._refuses = await self._bucket.create(name, data) is False
        return self._refuses
