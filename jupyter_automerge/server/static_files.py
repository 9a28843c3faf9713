"""`automerge/static/<file>`: the page module and its WASM. Public code, compressed, cached by hash."""

import os
from pathlib import Path

from jupyter_server.auth.decorator import allow_unauthenticated
from tornado import web

from jupyter_automerge.server.settings import host_of

CONTENT_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".wasm": "application/wasm",
    ".json": "application/json",
    ".map": "application/json",
    ".css": "text/css; charset=utf-8",
}


class FrontEndHandler(web.StaticFileHandler):
    """Sends `<file>.gz` under the name of `<file>` to whoever accepts gzip."""

    _compressed = False

    def initialize(self) -> None:  # type: ignore[override]  # the folder is the host's, not the route's
        super().initialize(str(host_of(self).front_end.folder))

    @allow_unauthenticated
    async def get(self, path: str, include_body: bool = True) -> None:
        await super().get(path, include_body)

    @allow_unauthenticated
    async def head(self, path: str) -> None:
        await super().get(path, include_body=False)

    def validate_absolute_path(self, root: str, absolute_path: str) -> str | None:
        """The file to send; 404 for all but plain files of known kinds directly in the folder."""
        file = Path(absolute_path)
        here = str(file.parent) == os.path.abspath(root)  # noqa: PTH100 - as tornado made the other one
        if not here or "\0" in absolute_path or file.suffix not in CONTENT_TYPES:
            raise web.HTTPError(404)
        packed = file.with_name(file.name + ".gz")
        if packed.is_file() and "gzip" in self.request.headers.get("Accept-Encoding", ""):
            self._compressed = True
            return super().validate_absolute_path(root, str(packed))
        return super().validate_absolute_path(root, absolute_path)

    def get_content_type(self) -> str:
        name = (self.absolute_path or "").removesuffix(".gz")
        return CONTENT_TYPES[Path(name).suffix]

    def get_cache_time(self, path: str, modified: object, mime_type: str) -> int:
        """None of tornado's own: `set_extra_headers` decides."""
        return 0

    def set_extra_headers(self, path: str) -> None:
        built = host_of(self).front_end.hash_of(path)
        fresh = built is not None and self.get_argument("v", None) == built
        self.set_header("Cache-Control", "public, max-age=31536000, immutable" if fresh else "no-cache")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Vary", "Accept-Encoding")
        if self._compressed:
            self.set_header("Content-Encoding", "gzip")
