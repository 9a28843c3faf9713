"""A Repo without a store: nothing is found, nothing kept, and nothing has to be waited for."""

from collections.abc import Callable

from jupyter_automerge.engine.effects import Delete, List, Load, Put, Read
from jupyter_automerge.engine.events import DeleteDone, Event, Listed, Loaded, PutDone


class WithoutStore:
    """Answers the Engine's storage effects at once, in place of Storing."""

    def __init__(self, follow_up: Callable[[Event], None]) -> None:
        self._follow_up = follow_up

    def load(self, effect: Load) -> None:
        self._follow_up(Loaded(effect.token, ()))

    def read(self, effect: Read) -> None:
        self._follow_up(Loaded(effect.token, ()))

    def list(self, effect: List) -> None:
        self._follow_up(Listed(effect.token, ()))

    def put(self, effect: Put) -> None:
        self._follow_up(PutDone(effect.token))

    def delete(self, effect: Delete) -> None:
        self._follow_up(DeleteDone(effect.token))
