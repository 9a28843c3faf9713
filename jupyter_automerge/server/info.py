"""`GET api/automerge`: what a page or a kernel must know before it connects.

`pid` is how a kernel knows its parent, and `kernels` whether kernels are welcome here.
"""

import os
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyter_automerge.repo import date_to_json
from jupyter_automerge.server.access import access_of, access_word, identity_of
from jupyter_automerge.server.endpoint import Endpoint
from jupyter_automerge.server.front_end import file_url
from jupyter_automerge.version import PROTOCOL_VERSION, __version__


class InfoHandler(Endpoint):
    """Also how a page learns, after a refused socket, whether it is signed out or the server is gone."""

    _track_activity = False

    @web.authenticated
    @authorized
    async def get(self) -> None:
        self.set_header("Cache-Control", "no-store")
        self.finish(await self._info())

    def refuse(self, status: int, message: str, **details: Any) -> None:
        """A kernel that is refused because there is no Repo yet knows its server all the same."""
        without = {"storageId": None, "catalogue": None}
        super().refuse(status, message, **self._server(), **without, **details)

    def _server(self) -> dict[str, Any]:
        return {
            "version": __version__,
            "protocol": PROTOCOL_VERSION,
            "pid": os.getpid(),
            "kernels": self.host.kernel_token is not None,
        }

    async def _info(self) -> dict[str, Any]:
        repo, user = self.repo, identity_of(self)
        info = {
            **self._server(),
            "state": self.host.state.value,
            "peerId": repo.peer_id,
            "storageId": repo.storage_id,
            "foreignWriters": date_to_json(
                None if repo.own_store is None else repo.own_store.foreign_writers
            ),
            "name": repo.name,
            "access": access_word(await access_of(self)),
            "user": {"username": user.username, "name": user.name, "color": user.color},
            "page": file_url(self.base_url, self.host.front_end.page),
            "wasm": file_url(self.base_url, self.host.front_end.wasm),
            "limits": {"messageBytes": self.host.message_bytes},
            "catalogue": self.host.catalogue,
        }
        if user.is_kernel:  # where documents lie is for the owner of the machine, not for guests
            info["store"] = self.host.store
            info["weakness"] = "" if repo.own_store is None else repo.own_store.weakness
        return info
