"""A disk in virtual time: it can be slow, held up, failing, crash, be wiped or put back; what it called
durable stays.
"""

from itertools import count

from jupyter_automerge.engine import effects as f
from jupyter_automerge.engine import events as e
from jupyter_automerge.values.keys import KeyKind, StorageKey, key_kind

DiskEffect = f.Load | f.Read | f.List | f.Put | f.Delete


class SimulatedDisk:
    """Entries that survive crashes. An effect reaches them when it is performed, and not before.

    Machines that share a store have a disk each, over the same `entries`.
    """

    def __init__(self, latency: float = 0.001, entries: dict[StorageKey, bytes] | None = None) -> None:
        self.entries = {} if entries is None else entries
        self.latency = latency
        self.delayed: dict[StorageKey, float] = {}
        self.paused = False
        self.failing = ""
        self.failing_loads = ""
        self.times: dict[StorageKey, float] = {}
        """When entries were last written, in seconds since 1970; for those that are not here nobody knows."""
        self.loads: list[StorageKey] = []
        self.reads: list[tuple[StorageKey, ...]] = []
        self.listings: list[StorageKey] = []
        self.puts: list[StorageKey] = []
        self.deletes: list[StorageKey] = []
        self.most_at_once: dict[StorageKey, int] = {}
        self._numbers = count()
        self._unfinished: dict[int, DiskEffect] = {}

    def begin(self, effect: DiskEffect) -> int:
        """The effect is on its way to the platter, under this number."""
        number = next(self._numbers)
        self._unfinished[number] = effect
        self._watch_overlap(effect)
        return number

    def duration(self, effect: DiskEffect) -> float:
        """Seconds until it is done: `latency`, or what `delayed` says of the prefix that is loaded."""
        prefix = effect.prefix if isinstance(effect, f.Load) else ()
        return self.delayed.get(prefix, self.latency)

    def finish(self, number: int) -> e.Event | None:
        """Perform an effect and say what the Engine is to be told; None for one that a crash has ended."""
        effect = self._unfinished.pop(number, None)
        return None if effect is None else self.perform(effect)

    @property
    def waiting(self) -> list[int]:
        """The numbers of what is on its way."""
        return list(self._unfinished)

    def unfinished(self, kind: type[DiskEffect] | None = None) -> list[DiskEffect]:
        """What is on its way."""
        return [effect for effect in self._unfinished.values() if kind is None or isinstance(effect, kind)]

    def crash(self, keeps: int = 0, *, tears: bool = False) -> None:
        """The machine dies: this many of the writes on their way reach the platter, in order; the others do
        not. `tears`: of the next one only half does, if nothing was under its key.
        """
        writes = [
            effect for effect in self._unfinished.values() if not isinstance(effect, f.Load | f.Read | f.List)
        ]
        self._unfinished.clear()
        self.paused = False
        for effect in writes[:keeps]:
            self.perform(effect)
        for effect in writes[keeps : keeps + 1]:
            if tears and isinstance(effect, f.Put) and effect.key not in self.entries:
                self.entries[effect.key] = effect.data[: len(effect.data) // 2]

    def wipe(self) -> None:
        """Somebody empties the store."""
        self.entries.clear()

    def copy(self) -> dict[StorageKey, bytes]:
        """A backup: give it to `roll_back`."""
        return dict(self.entries)

    def roll_back(self, backup: dict[StorageKey, bytes]) -> None:
        """Somebody puts a backup back."""
        self.entries.clear()
        self.entries.update(backup)

    def below(self, *prefix: str) -> list[StorageKey]:
        """The keys under the prefix."""
        return [key for key in self.entries if key[: len(prefix)] == prefix]

    def perform(self, effect: DiskEffect) -> e.Event:
        """Do it, and say what the Engine is to be told."""
        match effect:
            case f.Load(token, prefix):
                self.loads.append(prefix)
                return self._answer(token, e.Loaded(token, self._range(prefix)))
            case f.Read(token, keys):
                self.reads.append(keys)
                return self._answer(token, e.Loaded(token, self._those(keys)))
            case f.List(token, prefix):
                self.listings.append(prefix)
                return self._answer(token, e.Listed(token, self._listing(prefix)))
            case f.Put(token, key, data):
                return e.PutFailed(token, self.failing) if self.failing else self._put(token, key, data)
            case f.Delete(token, keys, prefixes):
                return (
                    e.DeleteFailed(token, self.failing)
                    if self.failing
                    else self._delete(token, keys, prefixes)
                )

    def _put(self, token: e.Token, key: StorageKey, data: bytes) -> e.Event:
        self.puts.append(key)
        self.entries[key] = data
        return e.PutDone(token)

    def _delete(
        self, token: e.Token, keys: tuple[StorageKey, ...], prefixes: tuple[StorageKey, ...]
    ) -> e.Event:
        for key in [key for key in self.entries if key in keys or _below(key, prefixes)]:
            del self.entries[key]
            self.deletes.append(key)
        return e.DeleteDone(token)

    def _answer(self, token: e.Token, answer: e.Event) -> e.Event:
        failing = self.failing_loads or self.failing
        return e.LoadFailed(token, failing) if failing else answer

    def _those(self, keys: tuple[StorageKey, ...]) -> tuple[e.StoredChunk, ...]:
        return tuple(e.StoredChunk(key, self.entries[key]) for key in keys if key in self.entries)

    def _listing(self, prefix: StorageKey) -> tuple[e.StoredKey, ...]:
        return tuple(
            e.StoredKey(key, len(self.entries[key]), self.times.get(key)) for key in self.below(*prefix)
        )

    def _range(self, prefix: StorageKey) -> tuple[e.StoredChunk, ...]:
        return tuple(e.StoredChunk(key, self.entries[key]) for key in self.below(*prefix))

    def _watch_overlap(self, effect: DiskEffect) -> None:
        """Remember how many puts were ever on their way at once, per place that they belong to."""
        if isinstance(effect, f.Put):
            place = _place(effect.key)
            at_once = sum(
                _place(put.key) == place for put in self.unfinished(f.Put) if isinstance(put, f.Put)
            )
            self.most_at_once[place] = max(self.most_at_once.get(place, 0), at_once)


def _place(key: StorageKey) -> StorageKey:
    """A document's chunks are one place; whatever else is kept, each entry by itself."""
    return key[:1] if key_kind(key) in (KeyKind.SNAPSHOT, KeyKind.INCREMENTAL) else key


def _below(key: StorageKey, prefixes: tuple[StorageKey, ...]) -> bool:
    return any(key[: len(prefix)] == prefix for prefix in prefixes)
