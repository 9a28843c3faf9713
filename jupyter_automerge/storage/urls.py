"""One text that says which store: a folder or a URL."""

import re
from pathlib import Path
from urllib.parse import SplitResult, urlsplit
from urllib.request import url2pathname

from jupyter_automerge.errors import InvalidId
from jupyter_automerge.storage.contract import Storage
from jupyter_automerge.storage.files import FileStorage
from jupyter_automerge.storage.memory import MemoryStorage
from jupyter_automerge.storage.objects import SCHEMES as OBJECT_SCHEMES
from jupyter_automerge.storage.objects import ObjectStorage
from jupyter_automerge.storage.redis_address import SCHEMES as REDIS_SCHEMES
from jupyter_automerge.storage.redis_store import RedisStorage

FORMS = (
    "a folder, file:///folder, s3://bucket/prefix, gs://bucket/prefix, az://container/prefix, "
    "redis://host:6379/0, rediss://host:6379/0 or memory:"
)
# One letter is the drive of a Windows path.
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")


def open_storage(store: str | Path) -> Storage:
    """The store that a path or a URL names; nothing is made or asked before its first use.

    Raises InvalidId for what names none, StorageError for one whose client is not installed.
    """
    if isinstance(store, Path):
        return FileStorage(_folder(str(store)))
    scheme = scheme_of(store)
    if scheme is None:
        return FileStorage(_folder(store))
    if scheme in OBJECT_SCHEMES:
        return ObjectStorage(store)
    if scheme in REDIS_SCHEMES:
        return RedisStorage(store)
    parts = urlsplit(store)
    if scheme == "memory" and not (parts.netloc or parts.path or parts.query or parts.fragment):
        return MemoryStorage(durable=False)
    if scheme == "file":
        return FileStorage(_path_of(parts))
    # What follows the scheme may hold a secret.
    raise InvalidId("store", f"{scheme}:...", f"it must be {FORMS}")


def scheme_of(store: str) -> str | None:
    """The scheme of a URL in small letters; None for a path."""
    found = _SCHEME.match(store)
    return found[1].lower() if found else None


def _folder(store: str) -> Path:
    if not store.strip() or "\0" in store:
        raise InvalidId("store", store, f"it must be {FORMS}")
    try:
        return Path(store).expanduser()
    except RuntimeError:  # ~name, of a user that this machine does not have
        raise InvalidId("store", store, "there is no such home") from None


def _path_of(url: SplitResult) -> Path:
    path = url2pathname(url.path)
    is_odd = url.netloc not in ("", "localhost") or url.query or url.fragment or "\0" in path
    if is_odd or not Path(path).is_absolute():
        raise InvalidId("store", url.geturl(), "it must be file:/// and the whole path of a folder")
    return Path(path)
