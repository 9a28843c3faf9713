"""A disk in virtual time: it can be slow, paused, full or crash, and it never tears what it called
durable.
"""

from jupyter_automerge.engine import effects as f
from jupyter_automerge.engine import events as e
from jupyter_automerge.values.keys import StorageKey


class SimulatedDisk:
    """Entries that survive crashes. What was not answered when the machine dies is lost or kept by
    `keeps_unfinished`.
    """

    def __init__(self, latency: float = 0.001) -> None:
        self.entries: dict[StorageKey, bytes] = {}
        self.latency = latency
        self.paused = False
        self.failing = ""
        self.puts = 0
        self._held: list[f.Load | f.Put | f.Delete] = []

    def hold(self, effect: f.Load | f.Put | f.Delete) -> bool:
        """Whether the paused disk keeps the effect waiting."""
        if self.paused:
            self._held.append(effect)
        return self.paused

    def resume(self) -> list[f.Load | f.Put | f.Delete]:
        """Go on; what waited is to be performed now, in order."""
        self.paused = False
        held, self._held = self._held, []
        return held

    def crash(self, *, keeps_unfinished: bool) -> None:
        """The machine dies: writes on their way reach the platter, or not."""
        held, self._held = self._held, []
        self.paused = False
        if keeps_unfinished:
            for effect in held:
                if not isinstance(effect, f.Load):
                    self.perform(effect)

    def perform(self, effect: f.Load | f.Put | f.Delete) -> e.Event:
        """Do it, and say what the Engine is to be told."""
        match effect:
            case f.Load(token, prefix):
                if self.failing:
                    return e.LoadFailed(token, self.failing)
                return e.Loaded(token, self._range(prefix))
            case f.Put(token, key, data):
                if self.failing:
                    return e.PutFailed(token, self.failing)
                self.puts += 1
                self.entries[key] = data
                return e.PutDone(token)
            case f.Delete(token, keys, prefixes):
                if self.failing:
                    return e.DeleteFailed(token, self.failing)
                for key in [key for key in self.entries if key in keys or _below(key, prefixes)]:
                    del self.entries[key]
                return e.DeleteDone(token)

    def _range(self, prefix: StorageKey) -> tuple[e.StoredChunk, ...]:
        return tuple(
            e.StoredChunk(key, data) for key, data in self.entries.items() if key[: len(prefix)] == prefix
        )


def _below(key: StorageKey, prefixes: tuple[StorageKey, ...]) -> bool:
    return any(key[: len(prefix)] == prefix for prefix in prefixes)
