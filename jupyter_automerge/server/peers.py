"""`api/automerge/documents/<id>/peers`: who has which changes, as this server knows it."""

from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyter_automerge.errors import DocumentUnavailable, FindTimeout, InvalidId
from jupyter_automerge.repo import DocPeer
from jupyter_automerge.server.endpoint import Endpoint, one_line
from jupyter_automerge.values.heads import Heads, heads_from_text, heads_to_text


class PeersHandler(Endpoint):
    """Without `heads`: all against the server's own heads. With: against the heads that the client has."""

    @web.authenticated
    @authorized
    async def get(self, text: str) -> None:
        document_id, heads = self.document_id(text), self._heads()
        try:
            handle = await self.repo.find(document_id, timeout=self.host.find_timeout)
        except (DocumentUnavailable, FindTimeout) as error:
            self.refuse(404, str(error))
            return
        rows = handle.peers if heads is None else handle.peers_at(heads)
        shown = handle.heads if heads is None else heads
        self.finish({"heads": list(heads_to_text(shown)), "peers": [row_to_json(row) for row in rows]})

    def _heads(self) -> Heads | None:
        text = self.get_argument("heads", None)
        if text is None:
            return None
        try:
            return heads_from_text(part for part in text.split(",") if part)
        except InvalidId as error:
            raise web.HTTPError(400, one_line(error)) from error


def row_to_json(row: DocPeer) -> dict[str, Any]:
    """One store's row as pages and programs get it."""
    return {
        "id": row.id,
        "name": row.name,
        "kind": row.kind,
        "link": row.link.value,
        "relation": row.relation.value,
        "level": row.level.name.lower(),
        "safe": row.safe,
        "missingThere": row.missing_there,
        "missingHere": row.missing_here,
        "asOf": row.as_of and row.as_of.isoformat(),
        "user": row.user and {"username": row.user.username, "name": row.user.name, "color": row.user.color},
    }
