"""Who has to do something when a store as a whole moves, comes back as another, or leaves."""

from typing import Protocol

from jupyter_automerge.engine.store_entry import StoreEntry


class StoreWatcher(Protocol):
    """Who has to do something when a store as a whole moves."""

    def store_moved(self, entry: StoreEntry) -> None:
        """Something that users see of it is another."""

    def store_left(self, entry: StoreEntry) -> None:
        """It is in the table no longer; or, if somebody of it is connected, as one that was just met."""

    def store_began_anew(self, entry: StoreEntry) -> None:
        """It has another epoch: all that was known of it is of a store that is no more."""

    def store_promises_no_more(self, entry: StoreEntry) -> None:
        """It may lose what it had reported to be stored (E43)."""
