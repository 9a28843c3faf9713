"""An S3 service on a free port of this machine (moto), which tests may count at, break and stop."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.request import Request, urlopen

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from obstore.store import S3Store
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

Environ = dict[str, Any]
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "alice",
    "AWS_SECRET_ACCESS_KEY": "not-a-secret",
    "AWS_REGION": "us-east-1",
}


class _Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing of the single request."""


class S3Server:
    """The service, in threads of this process. What is in its buckets outlives `stop` and `start`."""

    def __init__(self) -> None:
        self._service = DomainDispatcherApplication(create_backend_app)
        self._server: BaseWSGIServer | None = None
        self._port = 0
        self.requests: Counter[str] = Counter()
        self._refuses: Callable[[str], bool] = lambda method: False
        self.ignores_conditions = False

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def url(self, bucket: str, **options: str) -> str:
        """The store in a folder of this bucket."""
        query = "".join(f"&{name}={value}" for name, value in options.items())
        return f"s3://{bucket}/documents?endpoint={self.endpoint}{query}"

    def start(self) -> None:
        """At the same port each time."""
        self._server = make_server(
            "127.0.0.1", self._port, self._answer, threaded=True, request_handler=_Silent
        )
        self._port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Nobody listens any more."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def make_bucket(self, name: str) -> None:
        self._ask("PUT", f"/{name}")

    def remove_bucket(self, name: str) -> None:
        """With all that is in it."""
        store = S3Store(
            name,
            endpoint=self.endpoint,
            region=CREDENTIALS["AWS_REGION"],
            access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            client_options={"allow_http": True},
        )
        if names := [one["path"] for one in store.list().collect()]:
            store.delete(names)
        self._ask("DELETE", f"/{name}")

    @contextmanager
    def refusing(self, *methods: str) -> Iterator[None]:
        """Requests with these methods are answered 403, as to somebody without the right."""
        self._refuses = lambda method: method in methods
        try:
            yield
        finally:
            self._refuses = lambda method: False

    def _ask(self, method: str, path: str) -> bytes:
        with urlopen(Request(self.endpoint + path, method=method)) as answer:
            return bytes(answer.read())

    def _answer(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        method = str(environ["REQUEST_METHOD"])
        listing = method == "GET" and "list-type" in str(environ.get("QUERY_STRING"))
        self.requests["LIST" if listing else method] += 1
        if self.ignores_conditions:
            environ.pop("HTTP_IF_NONE_MATCH", None)
        if self._refuses(method):
            start_response("403 Forbidden", [("Content-Type", "application/xml")])
            return [b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"]
        answer: Iterable[bytes] = self._service(environ, start_response)
        return answer
