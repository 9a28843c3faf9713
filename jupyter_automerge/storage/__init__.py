"""Where documents are kept: the contract of an adapter, and the adapters in memory, files, buckets and Redis."""

from jupyter_automerge.storage.contract import KeyInfo, Storage, StorageBase, Weakness
from jupyter_automerge.storage.files import FileStorage
from jupyter_automerge.storage.memory import MemoryStorage
from jupyter_automerge.storage.objects import ObjectStorage
from jupyter_automerge.storage.redis_store import RedisStorage
from jupyter_automerge.storage.urls import open_storage

__all__ = [
    "FileStorage",
    "KeyInfo",
    "MemoryStorage",
    "ObjectStorage",
    "RedisStorage",
    "Storage",
    "StorageBase",
    "Weakness",
    "open_storage",
]
