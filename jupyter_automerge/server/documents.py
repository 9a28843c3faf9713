"""`api/automerge/documents`: list, create, read and delete documents over plain HTTP."""

from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyter_automerge.errors import AutomergeError, UnsafeDelete
from jupyter_automerge.repo import DocHandle, value_to_json
from jupyter_automerge.server.endpoint import Endpoint, one_line
from jupyter_automerge.values.heads import heads_to_text
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.status import DocumentState
from jupyter_automerge.values.url import AutomergeUrl

MAX_TITLE_CHARACTERS = 200


class DocumentsHandler(Endpoint):
    """All documents that this server has in memory or in its store."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        handles = self.repo.handles
        ids = await self.repo.document_ids()
        self.finish({"documents": [summary(document_id, handles.get(document_id)) for document_id in ids]})

    @web.authenticated
    @authorized
    async def post(self) -> None:
        body = self.json_body()
        value = body.get("value", {}) if isinstance(body, dict) else None
        if not isinstance(value, dict):
            raise web.HTTPError(400, 'Expected a JSON object {"value": {...}}.')
        handle = self._create(value)
        self.set_status(201)
        self.finish({"id": handle.document_id, "url": handle.url})

    def _create(self, value: dict[str, Any]) -> DocHandle:
        try:
            return self.repo.create(value)
        except (AutomergeError, ValueError) as error:
            raise web.HTTPError(400, one_line(error)) from error


class DocumentHandler(Endpoint):
    """One document: its value as JSON, and its deletion from this server's store."""

    @web.authenticated
    @authorized
    async def get(self, text: str) -> None:
        handle = await self.asked(self.document_id(text))
        if handle is not None:
            self.finish({"id": handle.document_id, "url": handle.url, **_content(handle)})

    @web.authenticated
    @authorized
    async def delete(self, text: str) -> None:
        document_id = self.document_id(text)
        if document_id not in await self.repo.document_ids():
            self.refuse(404, f"{document_id} is not on this server.")
            return
        try:
            await self.repo.delete(document_id, force=self.get_argument("force", "") == "1")
        except UnsafeDelete as error:
            self.refuse(409, str(error))
            return
        self.set_status(204)
        self.finish()


def summary(document_id: DocumentId, handle: DocHandle | None) -> dict[str, Any]:
    """One line of the list; a document that is only in the store has no heads here until it is loaded."""
    url = str(AutomergeUrl(document_id))
    if handle is None:
        return {"id": document_id, "url": url, "state": DocumentState.UNLOADED.name.lower(), "heads": []}
    row: dict[str, Any] = {"id": document_id, "url": url, "state": handle.state.name.lower()}
    row["heads"] = list(heads_to_text(handle.heads))
    title = title_of(handle)
    return row if title is None else {**row, "title": title}


def title_of(handle: DocHandle) -> str | None:
    """The text `title` in its root, without reading the rest of what may be a large document."""
    if handle.state is not DocumentState.READY:
        return None
    try:
        title = handle.get(["title"])
    except (AutomergeError, RecursionError):
        return None
    return str(title)[:MAX_TITLE_CHARACTERS] if isinstance(title, str) else None


def _content(handle: DocHandle) -> dict[str, Any]:
    heads = handle.heads
    return {"heads": list(heads_to_text(heads)), "value": value_to_json(handle.at(heads).value)}
