"""`repo.stores`: who else keeps documents, and what we think of them."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from jupyter_automerge.engine.events import Event, Follow, ForgetStore, NameStore, TrustStore, Unfollow
from jupyter_automerge.errors import InvalidId
from jupyter_automerge.repo.calling import Names, callings
from jupyter_automerge.repo.pending import Pending
from jupyter_automerge.repo.rows import DocPeer
from jupyter_automerge.repo.store_info import StoreInfo, shown
from jupyter_automerge.values.identity import clean_name
from jupyter_automerge.values.ids import parse_storage_id
from jupyter_automerge.values.status import Trust

if TYPE_CHECKING:
    from jupyter_automerge.repo.running import Running

StoreName = str | StoreInfo | DocPeer


class Stores(tuple[StoreInfo, ...]):
    """Every other store known to a Repo, connected or not, as of the moment it was asked for.

    What the methods do takes effect at once and is kept in this Repo's store; awaiting what they return is
    for who wants to see it in `repo.stores` right after. They raise InvalidId for a store that is not known.
    Stores are named by id, by what they are called here, or by a row or an entry of this tuple.
    """

    _running: "Running"

    @classmethod
    def of(cls, running: "Running") -> Self:
        """As of now; in any thread."""
        known = running.stores.all()
        names = callings([Names(one.id, one.petname, one.name, one.kind) for one in known])
        now = running.clock.moment().wall
        stores = cls(shown(one, name, now) for one, name in zip(known, names, strict=True))
        stores._running = running
        return stores

    def get(self, store: StoreName) -> StoreInfo | None:
        """The entry of a store; None if it is not here."""
        wanted = store if isinstance(store, str) else store.id
        by_id = next((one for one in self if one.id == wanted), None)
        return by_id or next((one for one in self if one.called == wanted), None)

    def label(self, store: StoreName, name: str) -> Pending[None]:
        """Call it so from now on, whatever it calls itself; an empty name takes that back. It is never told."""
        return self._post(NameStore(self._id(store), clean_name(name)))

    def trust(self, store: StoreName, trust: Trust) -> Pending[None]:
        """How far to rely on it: TRUSTED, its word about others counts; UNTRUSTED or DEAD, it is no copy."""
        return self._post(TrustStore(self._id(store), Trust(trust)))

    def forget(self, store: StoreName) -> Pending[None]:
        """Drop all that is known of it. It comes back when it connects, not when others speak of it."""
        return self._post(ForgetStore(self._id(store)))

    def follow(self, *stores: str) -> Pending[None]:
        """Ask every peer to tell what it hears of these storage ids, known here or not."""
        return self._post(Follow(tuple(map(parse_storage_id, stores))))

    def unfollow(self, *stores: str) -> Pending[None]:
        """Ask no more."""
        return self._post(Unfollow(tuple(map(parse_storage_id, stores))))

    def _id(self, store: StoreName) -> str:
        found = self.get(store)
        if found is None:
            raise InvalidId("store", store, f"known here are {_listed(one.called for one in self)}")
        return found.id

    def _post(self, event: Event) -> Pending[None]:
        running = self._running
        running.post(event)

        async def done() -> None:
            await running.driver.settled()

        return running.tasks.answer(done)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
