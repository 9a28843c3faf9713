"""What this Repo wrote into its store itself: a store that is watched tells of that, too, and it is no news."""

from collections import OrderedDict
from math import inf

from jupyter_automerge.engine.effects import Delete, Effect, Put
from jupyter_automerge.engine.events import Token
from jupyter_automerge.values.keys import StorageKey
from jupyter_automerge.values.limits import OWN_WRITE_SECONDS, OWN_WRITES_REMEMBERED


class OwnWrites:
    """Keys and prefixes that were written or removed here, until the store has surely told of them (P63)."""

    def __init__(self) -> None:
        self._until: OrderedDict[StorageKey, float] = OrderedDict()
        self._under_way: dict[Token, tuple[StorageKey, ...]] = {}

    def __len__(self) -> int:
        return len(self._until)

    def begun(self, token: Token, effect: Effect) -> None:
        """The effect goes to the store."""
        if isinstance(effect, Put):
            self._under_way[token] = (effect.key,)
        elif isinstance(effect, Delete):
            self._under_way[token] = (*effect.keys, *effect.prefixes)
        else:
            return
        self._remember(self._under_way[token], inf)

    def ended(self, token: Token, now: float) -> None:
        """The store has answered."""
        self._remember(self._under_way.pop(token, ()), now + OWN_WRITE_SECONDS)

    def cover(self, place: StorageKey, now: float) -> bool:
        """Whether news of this place is explained by what was done here."""
        prefixes = (place[:length] for length in range(1, len(place) + 1))
        return any(self._until.get(prefix, 0.0) > now for prefix in prefixes)

    def had_ended(self, key: StorageKey, moment: float) -> bool:
        """Whether the last that was done here to just this entry had been answered before that moment."""
        return self._until.get(key, inf) - OWN_WRITE_SECONDS < moment

    def _remember(self, places: tuple[StorageKey, ...], until: float) -> None:
        for place in places:
            self._until[place] = until
            self._until.move_to_end(place)
        while len(self._until) > OWN_WRITES_REMEMBERED:
            self._until.popitem(last=False)
