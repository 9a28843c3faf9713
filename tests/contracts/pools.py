"""Stores that several Repos share: each kind by its URL, for stories that are the same on all of them."""

import uuid
from dataclasses import dataclass
from pathlib import Path

from tests.contracts.redis_server import RedisProcess
from tests.contracts.s3_server import S3Server

KINDS = ("file", "redis", "s3", "s3 notified")


@dataclass(frozen=True)
class Pool:
    """One store, empty at first."""

    kind: str
    url: str

    @property
    def tells_at_once(self) -> bool:
        """Whether news takes no more than a moment."""
        return self.kind != "s3"


def make_pool(kind: str, folder: Path, redis: RedisProcess, s3: S3Server) -> Pool:
    """A store of this kind that no other test has used."""
    if kind == "file":
        return Pool(kind, str(folder / "store"))
    if kind == "redis":
        return Pool(kind, f"{redis.url()}?prefix=pool-{uuid.uuid4()}")
    bucket = f"pool-{uuid.uuid4()}"
    s3.make_bucket(bucket)
    options = {"notify": redis.url()} if kind == "s3 notified" else {}
    return Pool(kind, s3.url(bucket, **options))
