"""Where the peers of a story come from and go to: each is closed when the story ends, however it ends."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from jupyter_automerge.repo import FileStorage, Repo, SharePolicy
from tests.interop.javascript import JavaScriptPeer, SyncServer
from tests.interop.serve_process import Serve


class Stage:
    """Starts JavaScript peers, sync servers and Python Repos, and closes them in reverse order."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._exits = AsyncExitStack()

    async def javascript(self, name: str, **options: Any) -> JavaScriptPeer:
        """A JavaScript peer; options as JavaScriptPeer.start."""
        peer = await JavaScriptPeer.start(name, **options)
        self._exits.push_async_callback(peer.close)
        return peer

    async def python(
        self,
        name: str = "python",
        *,
        store: str | None = None,
        store_path: Path | None = None,
        share: SharePolicy | None = None,
        peer_id: str | None = None,
    ) -> Repo:
        """A Python Repo; `store` names a folder of this story, without one documents stay in memory."""
        folder = store_path if store is None else self.store(store)
        repo = Repo(None if folder is None else FileStorage(folder), name=name, share=share, peer_id=peer_id)
        await repo.open()
        self._exits.push_async_callback(_closed, repo)
        return repo

    async def python_server(self, name: str = "server", **options: Any) -> tuple[Repo, str]:
        """A Python Repo that listens on a free port, and its URL."""
        repo = await self.python(name, **options)
        return repo, (await repo.listen()).url

    async def javascript_server(self, name: str = "server", **options: Any) -> JavaScriptPeer:
        """A JavaScript peer that listens on a free port."""
        peer = await self.javascript(name, **options)
        await peer.listen()
        return peer

    async def sync_server(self, store: str = "sync-server", port: int = 0) -> SyncServer:
        """The stock sync server on a folder of this story."""
        server = await SyncServer.start(self.folder / store, port)
        self._exits.push_async_callback(server.close)
        return server

    async def serve(self, store: str, *options: str, port: int = 0) -> Serve:
        """Our own sync server, a process of its own, on a folder of this story."""
        server = await Serve.start(self.folder / store, *options, port=port)
        self._exits.push_async_callback(server.kill)
        return server

    def store(self, name: str) -> Path:
        """A folder for the documents of `name`; the same name gives the same folder."""
        return self.folder / "stores" / name

    async def close(self) -> None:
        await self._exits.aclose()


async def _closed(repo: Repo) -> None:
    await repo.close()
