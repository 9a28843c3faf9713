"""`api/automerge/documents/<id>/peers`: who has which changes, asked by somebody who is no peer.

The asker need not have the document: it names the heads that it saw, and learns of each store, the server's own
included, whether that has them, how surely, and how much is missing on which side.
"""

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyter_automerge.errors import InvalidId
from jupyter_automerge.repo import asked_rows, local_to_json
from jupyter_automerge.server.endpoint import Endpoint, one_line
from jupyter_automerge.values.heads import Heads, heads_from_text, heads_to_text
from jupyter_automerge.values.limits import MAX_HEADS_PER_STORE


class PeersHandler(Endpoint):
    """Without `heads`: all against the server's own heads. With: against those that the asker has.

    Heads that are unknown here are changes that nobody has who did not name them.
    """

    @web.authenticated
    @authorized
    async def get(self, text: str) -> None:
        document_id, asked = self.document_id(text), self._heads()
        handle = await self.asked(document_id)
        if handle is None:
            return
        heads = handle.heads if asked is None else asked
        self.set_header("Cache-Control", "no-store")
        self.finish(
            {
                "heads": list(heads_to_text(heads)),
                "local": local_to_json(handle.local_at(heads), self.repo.name),
                "peers": asked_rows(handle, heads),
            }
        )

    def _heads(self) -> Heads | None:
        text = self.get_argument("heads", None)
        if text is None:
            return None
        names = [part for part in text.split(",") if part]
        if not names or len(names) > MAX_HEADS_PER_STORE:
            raise web.HTTPError(
                400, f"heads: between 1 and {MAX_HEADS_PER_STORE} of them, with commas between"
            )
        try:
            return heads_from_text(names)
        except InvalidId as error:
            raise web.HTTPError(400, one_line(error)) from error
