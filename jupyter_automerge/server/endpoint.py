"""What all JSON endpoints share: kernels are let in by their token, and the Repo is at hand once it runs."""

import json
from typing import Any

from jupyter_server.base.handlers import APIHandler
from tornado.web import HTTPError

from jupyter_automerge.errors import DocumentUnavailable, FindTimeout, InvalidId, StorageError
from jupyter_automerge.repo import DocHandle, Repo, asked_document
from jupyter_automerge.server.host import RepoHost
from jupyter_automerge.server.kernel_token import KernelTokenMixin
from jupyter_automerge.server.not_running import NotRunning
from jupyter_automerge.server.settings import AUTH_RESOURCE, host_of
from jupyter_automerge.values.ids import DocumentId, interpret_document_id
from jupyter_automerge.values.limits import MAX_JSON_BYTES


class Endpoint(KernelTokenMixin, APIHandler):
    """A REST endpoint. Subclasses decorate each method with `authenticated`, then `authorized`."""

    auth_resource = AUTH_RESOURCE

    @property
    def host(self) -> RepoHost:
        return host_of(self)

    @property
    def repo(self) -> Repo:
        """The running Repo; 503 while the server is starting or stopping, or its store does not answer."""
        return self.host.running_repo

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """As Jupyter does; without a Repo also why, and when to ask again."""
        error = (kwargs.get("exc_info") or (None, None))[1]
        if not isinstance(error, NotRunning):
            super().write_error(status_code, **kwargs)
            return
        if error.retry_after is not None:
            self.set_header("Retry-After", error.retry_after)
        self.refuse(503, error.sentence, state=error.state.value, reason=error.reason_in_words)

    def document_id(self, text: str) -> DocumentId:
        """The id in a URL, checked before it touches a path or a key; 400 when it is none."""
        try:
            return interpret_document_id(text)
        except InvalidId as error:
            raise HTTPError(400, one_line(error)) from error

    async def asked(self, document_id: DocumentId) -> DocHandle | None:
        """The document that somebody asks about; None once it is answered that it is not to be had."""
        try:
            return await asked_document(self.repo, document_id, self.host.find_timeout)
        except (DocumentUnavailable, FindTimeout) as error:
            self.refuse(404, str(error))
        except StorageError as error:
            self.refuse(503, str(error))
        return None

    def json_body(self) -> Any:
        """The body of the request; 413 when it is too long, 400 when it is no JSON that all can read."""
        body = self.request.body
        if len(body) > MAX_JSON_BYTES:
            raise HTTPError(413, f"The body may have {MAX_JSON_BYTES} bytes; this one has {len(body)}.")
        try:
            return json.loads(body or b"null", parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise HTTPError(400, f"The body is not JSON: {one_line(error)}") from error

    def refuse(self, status: int, message: str, **details: Any) -> None:
        """Answer with a status, a sentence for people, and details for programs."""
        self.set_status(status)
        self.finish({"message": message, **details})


def one_line(error: Exception) -> str:
    """The message of an error as tornado takes it, which formats and logs it."""
    return " ".join(str(error).split()).replace("%", "%%")


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")
