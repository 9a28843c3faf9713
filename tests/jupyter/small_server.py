"""A small HTTP server of a test: it answers as it was told, and remembers who asked for what."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class SmallServer:
    """Answers `GET <path>` with (status, headers, body) of `answers`, and everything else with 404."""

    port: int
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """Path, with its query, and Authorization header of each request."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def says(self, info: Any, path: str = "/api/automerge") -> None:
        """It has the extension, which says this of itself."""
        self.answers[path] = (200, {"Content-Type": "application/json"}, json.dumps(info).encode())


@contextmanager
def small_server() -> Iterator[SmallServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append((self.path, self.headers["Authorization"]))
            status, headers, body = served.answers.get(self.path, (404, {}, b"{}"))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Nothing: `asked` is the log."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        served = SmallServer(http.server_port)
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield served
        finally:
            http.shutdown()
            thread.join()
