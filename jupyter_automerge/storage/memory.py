"""A store that forgets all when the process ends. For tests, and for Repos that only pass things on."""

from jupyter_automerge.errors import StorageError
from jupyter_automerge.storage.contract import KeyInfo, StorageBase, Weakness
from jupyter_automerge.storage.key_rules import check_key, check_prefix
from jupyter_automerge.values.keys import StorageKey


class MemoryStorage(StorageBase):
    """Entries in a dict. Several Repos may share one, one after another or at once.

    It plays a disk, as tests need one; with `durable=False` it says what it is, and so do Repos on it.
    """

    def __init__(self, *, durable: bool = True) -> None:
        self._durable = durable
        self._entries: dict[StorageKey, bytes] = {}
        self._closed = False

    async def load(self, key: StorageKey) -> bytes | None:
        """As the contract says."""
        self._require_open()
        check_key(key)
        return self._entries.get(key)

    async def load_range(self, prefix: StorageKey) -> list[tuple[StorageKey, bytes]]:
        """As the contract says."""
        return [(key, self._entries[key]) for key in self._below(prefix)]

    async def save(self, key: StorageKey, data: bytes) -> None:
        """As durable as memory is."""
        self._require_open()
        check_key(key)
        self._entries[key] = bytes(data)

    async def create(self, key: StorageKey, data: bytes) -> bytes:
        """As the contract says."""
        self._require_open()
        check_key(key)
        return self._entries.setdefault(key, bytes(data))

    @property
    def place(self) -> str:
        """The URL under which it is asked for."""
        return "memory:"

    @property
    def weakness(self) -> Weakness | None:
        """That it ends with the process, unless it plays a disk."""
        return None if self._durable else Weakness("memory: ends with its process", fleeting=True)

    async def remove(self, key: StorageKey) -> None:
        """As the contract says."""
        self._require_open()
        check_key(key)
        self._entries.pop(key, None)

    async def remove_range(self, prefix: StorageKey) -> None:
        """As the contract says."""
        check_key(prefix)
        for key in self._below(prefix):
            del self._entries[key]

    async def keys(self, prefix: StorageKey) -> list[KeyInfo]:
        """As the contract says; memory keeps no times."""
        return [KeyInfo(key, len(self._entries[key])) for key in self._below(prefix)]

    async def close(self) -> None:
        """The entries stay: `reopened()` gives them to the next Repo."""
        self._closed = True

    def reopened(self) -> "MemoryStorage":
        """Another store over the same entries, as if the same folder were opened again."""
        store = MemoryStorage(durable=self._durable)
        store._entries = self._entries
        return store

    def _below(self, prefix: StorageKey) -> list[StorageKey]:
        self._require_open()
        check_prefix(prefix)
        return [key for key in self._entries if key[: len(prefix)] == prefix]

    def _require_open(self) -> None:
        if self._closed:
            raise StorageError("it is closed: open the store again")
