"""`api/automerge/stores`: every store that the server knows of; what to call one, and how far to rely on it."""

from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyter_automerge.repo import StoreInfo, date_to_json, user_to_json
from jupyter_automerge.server.endpoint import Endpoint, one_line
from jupyter_automerge.values.limits import MAX_NAME_CHARACTERS
from jupyter_automerge.values.status import Trust

WISHES = {"petname", "trust"}


class StoresHandler(Endpoint):
    """All of them, connected or not. Pages ask once; what changes later shows in rows."""

    _track_activity = False

    @web.authenticated
    @authorized
    async def get(self) -> None:
        self.set_header("Cache-Control", "no-store")
        self.finish({"stores": [store_to_json(store) for store in self.repo.stores]})


class StoreHandler(Endpoint):
    """One store, by its id. What is said of it here is the server's opinion, shared by all who use it."""

    @web.authenticated
    @authorized
    async def patch(self, store_id: str) -> None:
        wishes = self._wishes()
        self._known(store_id)
        if "petname" in wishes:
            await self.repo.stores.label(store_id, wishes["petname"])
        if "trust" in wishes:
            await self.repo.stores.trust(store_id, wishes["trust"])
        self.finish(store_to_json(self._known(store_id)))

    @web.authenticated
    @authorized
    async def delete(self, store_id: str) -> None:
        self._known(store_id)
        await self.repo.stores.forget(store_id)
        self.set_status(204)
        self.finish()

    def _known(self, store_id: str) -> StoreInfo:
        """By its very id: names are claims, and may change under the hand that types them."""
        for store in self.repo.stores:
            if store.id == store_id:
                return store
        raise web.HTTPError(404, "No such store is known here.")

    def _wishes(self) -> dict[str, Any]:
        body = self.json_body()
        if not isinstance(body, dict) or not body or body.keys() - WISHES:
            raise web.HTTPError(400, 'Expected a JSON object with "petname", "trust" or both.')
        petname = body.get("petname", "")
        if not isinstance(petname, str) or len(petname) > MAX_NAME_CHARACTERS:
            raise web.HTTPError(400, f"petname: a text of at most {MAX_NAME_CHARACTERS} characters.")
        try:
            return body if "trust" not in body else {**body, "trust": Trust(body["trust"])}
        except ValueError as error:
            raise web.HTTPError(400, one_line(error)) from error


def store_to_json(store: StoreInfo) -> dict[str, Any]:
    """`name` is what to call it; `claimed` its own word, `petname` ours."""
    return {
        "id": store.id,
        "name": store.called,
        "claimed": store.name,
        "petname": store.petname,
        "kind": store.kind,
        "user": user_to_json(store.user),
        "trust": store.trust.value,
        "link": store.link.value,
        "durableAcks": store.durable_acks,
        "ephemeral": store.ephemeral,
        "sameStore": store.same_store,
        "clone": store.clone,
        "endpoints": list(store.endpoints),
        "firstSeen": date_to_json(store.first_seen),
        "lastSeen": date_to_json(store.last_seen),
        "peers": [{"peerId": peer.peer_id, "sessionId": peer.session_id} for peer in store.peers],
    }
