"""Where documents are kept: the contract of an adapter, and the adapters in memory and in files."""

from jupyter_automerge.storage.contract import KeyInfo, Storage, StorageBase
from jupyter_automerge.storage.files import FileStorage
from jupyter_automerge.storage.memory import MemoryStorage

__all__ = ["FileStorage", "KeyInfo", "MemoryStorage", "Storage", "StorageBase"]
