"""One bucket of an object service: requests bounded in number and time, and what goes wrong in words."""

import asyncio
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from jupyter_automerge.errors import StorageError
from jupyter_automerge.storage import foreign_threads
from jupyter_automerge.storage.objects_address import ObjectsAddress

if TYPE_CHECKING:
    from obstore import ObjectMeta
    from obstore.store import ObjectStore

MAX_REQUESTS = 32
"""More at once wait for their turn."""
CONNECT_SECONDS = 5
REQUEST_SECONDS = 30
"""For one request; large objects go up in parts of 5 MiB, each a request of its own."""
MAX_RETRIES = 2
RETRY_SECONDS = 30
"""No request is begun again after this long."""

# What services say when it is not the object that is missing.
_NO_BUCKET = ("NoSuchBucket", "ContainerNotFound", "bucket does not exist", "FilesystemNotFound")
_CODE = re.compile(r"<Code>([^<]+)</Code>\s*(?:<Message>([^<]+)</Message>)?")
_REMEDIES = {
    "NoSuchBucket": "there is no such bucket: make it, or name another",
    "ContainerNotFound": "there is no such container: make it, or name another",
    "AccessDenied": "these credentials may not do that",
    "InvalidAccessKeyId": "these credentials are not known there",
    "SignatureDoesNotMatch": "these credentials are not accepted",
    "SlowDown": "it asks for fewer requests",
}


class Bucket:
    """The objects below the prefix of an address; names are relative to it. Lives on one event loop."""

    def __init__(self, address: ObjectsAddress, **options: Any) -> None:
        """`options` are obstore's for this kind of service. Raises StorageError if it is not installed."""
        self._address = address
        self._store = _store(address, options)
        self._turn = asyncio.Semaphore(MAX_REQUESTS)

    async def put(self, name: str, data: bytes) -> None:
        """Replace the object, whole or not at all; durable when this returns. Raises StorageError."""
        import obstore

        async with self._turn:
            with self._told("write to"):
                await obstore.put_async(self._store, name, data)

    async def create(self, name: str, data: bytes) -> bool | None:
        """Make the object unless there is one. False: there is one; None: the service cannot do that."""
        import obstore
        from obstore.exceptions import AlreadyExistsError, GenericError, NotSupportedError, PreconditionError

        async with self._turn:
            with self._told("write to"):
                try:
                    await obstore.put_async(self._store, name, data, mode="create")
                except (AlreadyExistsError, PreconditionError):
                    return False
                except NotSupportedError:
                    return None
                except GenericError as error:
                    if "501 Not Implemented" not in str(error):
                        raise
                    return None
        return True

    async def get(self, name: str) -> bytes | None:
        """The object's bytes; None if there is no such object in the bucket. Raises StorageError."""
        import obstore

        async with self._turn:
            with self._told("read from"):
                try:
                    found = await obstore.get_async(self._store, name)
                    return bytes(await found.bytes_async())
                except FileNotFoundError as error:
                    if _is_of_bucket(error):
                        raise
                    return None

    async def head(self, names: Sequence[str]) -> "Sequence[ObjectMeta]":
        """What a listing would tell of these objects; nothing of those that there are not."""
        import obstore

        found = []
        for name in names:
            async with self._turn:
                with self._told("read from"):
                    try:
                        found.append(await obstore.head_async(self._store, name))
                    except FileNotFoundError:  # also said of a bucket that is gone: no body tells which
                        continue
        return found

    async def list(self, below: str) -> "Sequence[ObjectMeta]":
        """All objects whose names begin with this and a slash; a request for each thousand."""
        import obstore

        async with self._turn:
            with self._told("list"):
                return await obstore.list(self._store, below).collect_async()

    async def delete(self, names: Sequence[str]) -> None:
        """Delete what there is of these, a thousand in one request where the service can."""
        import obstore

        async with self._turn:
            with self._told("remove from"):
                try:
                    await obstore.delete_async(self._store, names)
                except FileNotFoundError as error:
                    if _is_of_bucket(error):
                        raise

    @contextmanager
    def _told(self, doing: str) -> Iterator[None]:
        from obstore.exceptions import BaseError

        try:
            yield
        except (BaseError, OSError, ValueError) as error:
            raise StorageError(f"cannot {doing} {self._address.place}: {in_words(error)}") from None


def _store(address: ObjectsAddress, options: dict[str, Any]) -> "ObjectStore":
    try:
        from obstore.exceptions import BaseError
        from obstore.store import from_url
    except ModuleNotFoundError as error:
        raise StorageError('a bucket needs its client: pip install "jupyter_automerge[s3]"') from error
    foreign_threads.awaited_at_exit()
    given = {"endpoint": address.endpoint, "region": address.region}
    unsafe = address.endpoint is not None and address.endpoint.startswith("http://")
    client: Any = {
        "allow_http": unsafe,
        "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
        "timeout": timedelta(seconds=REQUEST_SECONDS),
    }
    retry: Any = {
        "max_retries": MAX_RETRIES,
        "retry_timeout": timedelta(seconds=RETRY_SECONDS),
        "backoff": {"init_backoff": timedelta(seconds=0.1), "max_backoff": timedelta(seconds=2), "base": 2},
    }
    config: Any = {name: value for name, value in {**given, **options}.items() if value is not None}
    try:
        return from_url(address.url, config=config, client_options=client, retry_config=retry)
    except (BaseError, ValueError) as error:
        raise StorageError(f"cannot use {address.place}: {in_words(error)}") from None


def in_words(error: Exception) -> str:
    """What the service says, without the request: that may hold a signature."""
    text = str(error).partition("\n\nDebug source")[0]
    if (said := _CODE.search(text)) is not None:
        code, message = said[1], said[2]
        told = f"{code}: {message}" if message else code
        return f"{_REMEDIES[code]} ({told})" if code in _REMEDIES else told
    if "169.254.169.254" in text or "metadata.google.internal" in text:
        # Where cloud machines find theirs: asked when the environment has none.
        return "there are no credentials in the environment, and this is no machine that is given some"
    if "error sending request" in text:
        return "no connection to the service"
    return re.sub(r"\?\S*", "", text.partition("\n")[0]).strip() or type(error).__name__


def _is_of_bucket(error: FileNotFoundError) -> bool:
    return any(sign in str(error) for sign in _NO_BUCKET)
