"""Files and folders of a simulated disk: what the cache shows, what is durable, and what a loss of power leaves.

Nothing is promised for what was not synced. Of a file any part of it may be on the disk: none, a beginning,
blocks here and there with zeros between, zeros only. Of a folder's names each one stands for itself: it may
show what it stood for at any time since the last sync.
"""

from random import Random
from time import time

BLOCK_BYTES = 64
"""A disk's are larger; these tear small files, too."""


class SimulatedFile:
    """Bytes that are only ever appended."""

    def __init__(self, content: bytes = b"") -> None:
        self.content = content
        self.time = time()
        self._durable = content
        self._unsynced: list[tuple[int, bytes]] = []
        self._dropped: list[tuple[int, bytes]] = []

    def append(self, data: bytes) -> None:
        """Into the cache."""
        self._unsynced.append((len(self.content), data))
        self.content += data
        self.time = time()

    def sync(self) -> None:
        """What is in the cache and was not dropped is durable."""
        self._durable = _written_over(self._durable, self._unsynced)
        self._unsynced = []

    def fail_to_sync(self) -> None:
        """As on Linux: the pages count as clean from now on, so that no later sync writes them."""
        self._dropped += self._unsynced
        self._unsynced = []

    def left(self, chance: Random) -> "SimulatedFile":
        """After the loss of power."""
        unsynced = [*self._dropped, *self._unsynced]
        size = len(self._durable)
        for offset, data in unsynced:
            size = max(size, offset + len(data))
        match chance.choice(("nothing", "all", "a beginning", "blocks", "zeros")):
            case "nothing":
                return SimulatedFile(self._durable)
            case "all":
                return SimulatedFile(_written_over(self._durable, unsynced))
            case "a beginning":
                whole = _written_over(self._durable, unsynced)
                return SimulatedFile(whole[: chance.randint(len(self._durable), len(whole))])
            case "blocks":
                kept = [block for block in _blocks(unsynced) if chance.random() < 0.5]
                return SimulatedFile(_written_over(self._durable, kept).ljust(size, b"\0"))
        return SimulatedFile(self._durable.ljust(size, b"\0"))


class SimulatedFolder:
    """Names, each for a file or a folder."""

    def __init__(self) -> None:
        self.names: dict[str, SimulatedNode] = {}
        self.time = time()
        self._durable: dict[str, SimulatedNode] = {}
        self._since: dict[str, list[SimulatedNode | None]] = {}

    def set(self, name: str, node: "SimulatedNode | None") -> None:
        """In the cache. None: the name is gone."""
        self._since.setdefault(name, []).append(node)
        if node is None:
            del self.names[name]
        else:
            self.names[name] = node

    def sync(self) -> None:
        """The names in the cache are durable."""
        self._durable = dict(self.names)
        self._since = {}

    def left(self, chance: Random, seen: dict[int, "SimulatedNode"]) -> "SimulatedFolder":
        """After the loss of power. `seen`: nodes that were met before. No folder has two names."""
        left = SimulatedFolder()
        seen[id(self)] = left
        names = sorted({*self._durable, *self._since})
        chance.shuffle(names)
        for name in names:
            node = chance.choice([self._durable.get(name), *self._since.get(name, [])])
            if node is None or (isinstance(node, SimulatedFolder) and id(node) in seen):
                continue
            if id(node) not in seen:
                seen[id(node)] = (
                    node.left(chance) if isinstance(node, SimulatedFile) else node.left(chance, seen)
                )
            left.names[name] = seen[id(node)]
        left.sync()
        return left


SimulatedNode = SimulatedFile | SimulatedFolder


def _written_over(content: bytes, writes: list[tuple[int, bytes]]) -> bytes:
    """Where nothing was written are zeros."""
    for offset, data in writes:
        content = content[:offset].ljust(offset, b"\0") + data + content[offset + len(data) :]
    return content


def _blocks(writes: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
    return [
        (offset + start, data[start : start + BLOCK_BYTES])
        for offset, data in writes
        for start in range(0, len(data), BLOCK_BYTES)
    ]
