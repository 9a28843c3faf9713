"""What stores say that they are called: anybody may say anything, so a claim is good for one store alone (E44)."""

from collections.abc import Iterable
from uuid import UUID

from jupyter_automerge.repo.calling import Names
from jupyter_automerge.repo.safety import COUNTED
from jupyter_automerge.values.store import KnownStore


class Claims:
    """Who goes by what, of the stores known at one moment."""

    def __init__(self, stores: Iterable[KnownStore]) -> None:
        self._labels: dict[str, dict[str, str]] = {}  # name -> store -> what tells it from the others
        for store in stores:
            names = Names(store.id, store.petname, store.name, store.kind)
            if store.trust in COUNTED:  # of the others our user has said that they are not who is meant
                peer_ids = (peer.peer_id for peer in store.peers)
                for name in claimed(names, (store.petname, *store.endpoints, *peer_ids)):
                    self._labels.setdefault(name.casefold(), {})[store.id] = names.label

    def is_others(self, name: str, store_id: str) -> bool:
        """Whether some other store goes by it, too."""
        return any(one != store_id for one in self._labels.get(name.casefold(), ()))

    def sharers(self, name: str) -> tuple[str, ...]:
        """Those that go by it, told apart, if there are several."""
        labels = self._labels.get(name.casefold(), {})
        return tuple(labels.values()) if len(labels) > 1 else ()


def claimed(names: Names, more: Iterable[str]) -> set[str]:
    """What a store goes by in its own words, and what we call it beside others; and what else it is known by."""
    return {names.id, names.name, names.label, *more} - {""}


def is_chosen(store_id: str) -> bool:
    """Whether an id is of another form than those that are drawn: it may have been made to read as a name."""
    try:
        UUID(store_id)
    except ValueError:
        return True
    return False
