"""JavaScript automerge-repo peers for tests: a real Repo in a Node process, with typed calls."""

import asyncio
import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.interop.packages import PROGRAMS, SYNC_SERVER, installed
from tests.interop.process import JavaScriptFailed, NodeProcess

WAIT_SECONDS = 20.0

Edit = dict[str, Any]


@dataclass(frozen=True, slots=True)
class JavaScriptDocument:
    """A document as JavaScript saw it at one moment; values as described in `js/values.mjs`."""

    url: str
    heads: frozenset[str]
    value: Any


@dataclass(frozen=True, slots=True)
class ReceivedBroadcast:
    """An ephemeral message that a JavaScript handle reported."""

    url: str
    sender_id: str
    message: Any


@dataclass(frozen=True, slots=True)
class Frames:
    """Messages by type and bytes of their data, sent and received by all adapters of one JavaScript peer."""

    sent: Mapping[str, int]
    received: Mapping[str, int]
    sent_bytes: int
    received_bytes: int

    @property
    def sync_messages(self) -> int:
        return sum(side.get(kind, 0) for side in (self.sent, self.received) for kind in ("sync", "request"))


class JavaScriptPeer:
    """A running JavaScript Repo. A wait of 20 s ends in a JavaScriptFailed that names command and state."""

    def __init__(self, name: str, process: NodeProcess, peer_id: str) -> None:
        self.name = name
        self.peer_id = peer_id
        self.port: int | None = None
        self._process = process
        self._next_id = 0
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._answers = asyncio.create_task(self._read_answers())

    @classmethod
    async def start(
        cls,
        name: str,
        *,
        storage: Path | None = None,
        announce: bool = True,
        access: bool = True,
        gossip: bool = False,
        peer_id: str | None = None,
    ) -> Self:
        options: dict[str, Any] = {"announce": announce, "access": access, "gossip": gossip}
        options["peerId"] = peer_id or name
        if storage is not None:
            options["storage"] = str(storage)
        program = installed(PROGRAMS) / "peer.mjs"
        process = await NodeProcess.start(f"JavaScript peer {name}", program, json.dumps(options))
        ready = await process.read_ready()
        return cls(name, process, ready["ready"])

    @property
    def url(self) -> str:
        """Where it listens."""
        assert self.port is not None, f"{self.name} does not listen"
        return f"ws://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        return self._process.pid

    async def call(self, command: str, *, within: float = WAIT_SECONDS, **arguments: Any) -> Any:
        """Give one command and wait for its answer."""
        self._next_id += 1
        number = self._next_id
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        self._process.write_line({"id": number, "command": command, "arguments": arguments})
        try:
            async with asyncio.timeout(within):
                return await answer
        except TimeoutError:
            raise JavaScriptFailed(await self._story(command, arguments, within)) from None
        finally:
            self._waiting.pop(number, None)

    # network

    async def connect(self, url: str, retry_ms: int = 200) -> None:
        await self.call("connect", url=url, retryInterval=retry_ms)

    async def disconnect(self, url: str) -> None:
        await self.call("disconnect", url=url)

    async def listen(self, port: int = 0, keep_alive_ms: int = 5000) -> str:
        self.port = (await self.call("listen", port=port, keepAliveInterval=keep_alive_ms))["port"]
        return self.url

    async def stop_listening(self) -> None:
        await self.call("stop_listening")

    async def peers(self) -> list[str]:
        return list(await self.call("peers"))

    async def wait_peers(self, count: int = 1) -> list[str]:
        return list(await self.call("wait_peers", count=count))

    async def peer_metadata(self, peer_id: str) -> dict[str, Any]:
        return dict(await self.call("peer_metadata", peerId=peer_id) or {})

    async def allow(self, *, announce: bool, access: bool) -> None:
        await self.call("allow", announce=announce, access=access)

    # documents

    async def create(self, value: Any) -> JavaScriptDocument:
        return _document(await self.call("create", value=value))

    async def find(self, url: str, within: float = 15.0) -> JavaScriptDocument:
        return _document(await self.call("find", url=url, timeout=int(within * 1000)))

    async def clone(self, url: str) -> JavaScriptDocument:
        return _document(await self.call("clone", url=url))

    async def merge(self, url: str, other: str) -> JavaScriptDocument:
        return _document(await self.call("merge", url=url, other=other))

    async def import_document(self, data: bytes, document_id: str | None = None) -> JavaScriptDocument:
        return _document(
            await self.call("import", bytes=base64.b64encode(data).decode(), documentId=document_id)
        )

    async def export(self, url: str) -> bytes:
        return base64.b64decode(await self.call("export", url=url))

    async def delete(self, url: str) -> None:
        await self.call("delete", url=url)

    async def forget(self, url: str) -> None:
        """Drop the document from memory; it stays in storage."""
        await self.call("forget", url=url)

    async def state(self, url: str) -> JavaScriptDocument:
        return _document(await self.call("state", url=url))

    async def change_count(self, url: str) -> int:
        return int(await self.call("changes", url=url))

    async def change(self, url: str, *edits: Edit, message: str | None = None) -> JavaScriptDocument:
        return _document(await self.call("change", url=url, edits=edits, message=message))

    async def type(self, url: str, edits: Sequence[Edit], interval_ms: float) -> JavaScriptDocument:
        """Make each edit a change of its own, `interval_ms` apart."""
        return _document(await self._type(url, edits, interval_ms))

    async def type_at(self, url: str, edits: Sequence[Edit], interval_ms: float) -> list[float]:
        """The same; the time of each edit, in seconds since the epoch."""
        return [time / 1000 for time in (await self._type(url, edits, interval_ms))["times"]]

    async def wait_value(self, url: str, value: Any) -> JavaScriptDocument:
        return _document(await self.call("wait_value", url=url, value=value))

    async def wait_heads(self, url: str, heads: Sequence[str] | frozenset[str]) -> JavaScriptDocument:
        return _document(await self.call("wait_heads", url=url, heads=sorted(heads)))

    async def broadcast(self, url: str, value: Any) -> None:
        await self.call("broadcast", url=url, value=value)

    async def wait_broadcasts(self, count: int) -> list[ReceivedBroadcast]:
        """All broadcasts received since the start, once there are `count` of them."""
        received = await self.call("wait_broadcasts", count=count)
        return [ReceivedBroadcast(item["url"], item["senderId"], item["message"]) for item in received]

    # stores

    async def storage_id(self) -> str | None:
        return _text(await self.call("storage_id"))

    async def storage_id_of(self, peer_id: str) -> str | None:
        return _text(await self.call("storage_id_of", peerId=peer_id))

    async def subscribe_to_stores(self, *storage_ids: str) -> None:
        await self.call("subscribe_to_stores", storageIds=storage_ids)

    async def sync_info(self, url: str, storage_id: str) -> dict[str, Any]:
        """`lastHeads` and `lastSyncTimestamp`, as JavaScript knows them now; empty if it does not."""
        return dict(await self.call("sync_info", url=url, storageId=storage_id) or {})

    async def wait_sync_info(
        self,
        url: str,
        storage_id: str,
        heads: Sequence[str] | frozenset[str],
        *,
        within: float = WAIT_SECONDS,
    ) -> float:
        """Wait until JavaScript knows that this store has these heads; its timestamp in ms."""
        info = await self.call(
            "wait_sync_info", within=within, url=url, storageId=storage_id, heads=sorted(heads)
        )
        return float(info["lastSyncTimestamp"])

    async def record_sync_info(self, url: str, storage_id: str) -> None:
        """Write down what it is told of this store from now on."""
        await self.call("record_sync_info", url=url, storageId=storage_id)

    async def sync_infos(self) -> list[tuple[float, frozenset[str]]]:
        """When it was told, in seconds since 1970, and which heads."""
        infos = await self.call("sync_infos")
        return [(info["at"] / 1000, frozenset(info["heads"])) for info in infos]

    async def flush(self) -> None:
        await self.call("flush")

    async def documents(self) -> list[str]:
        """The URLs of all documents in its memory, wanted or not."""
        return list(await self.call("documents"))

    async def wait_document(self, url: str) -> JavaScriptDocument:
        """Wait for a document that comes by itself."""
        return _document(await self.call("wait_document", url=url))

    async def quiet(self, milliseconds: int = 500) -> None:
        """Wait until no message came or went for so long."""
        await self.call("quiet", milliseconds=milliseconds)

    async def frames(self) -> Frames:
        return Frames(**await self.call("frames"))

    async def reset_frames(self) -> None:
        await self.call("reset_frames")

    async def memory(self) -> int:
        """Resident bytes of its process."""
        return int(await self.call("memory"))

    # the end

    async def stop(self) -> None:
        """Write what is unsaved, disconnect and end."""
        if self._process.running:
            await self.call("shutdown")
        await self._process.stop()
        await self._answers

    async def kill(self) -> None:
        """SIGKILL."""
        await self._process.kill()
        await self._answers

    async def close(self) -> None:
        """End the process, however it is."""
        await self._process.stop()
        await self._answers

    async def _type(self, url: str, edits: Sequence[Edit], interval_ms: float) -> dict[str, Any]:
        # Many type at once, each in a process of its own, and share the machine's cores.
        within = 3 * WAIT_SECONDS + len(edits) * interval_ms / 500
        return dict(await self.call("type", within=within, url=url, edits=list(edits), interval=interval_ms))

    async def _read_answers(self) -> None:
        try:
            while True:
                self._settle(await self._process.read_line())
        except JavaScriptFailed as ended:
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(ended)

    def _settle(self, line: dict[str, Any]) -> None:
        waiting = self._waiting.get(line["id"])
        if waiting is None or waiting.done():
            return
        if "error" in line:
            waiting.set_exception(JavaScriptFailed(f"{self.name}: {line['error']}"))
        else:
            waiting.set_result(line["answer"])

    async def _story(self, command: str, arguments: Mapping[str, Any], within: float) -> str:
        story = f"{self.name}: no answer to {command}({arguments}) within {within:.0f} s"[:2000]
        if "url" in arguments and command.startswith("wait_"):
            state = await self.call("state", within=5, url=arguments["url"])
            story += f"; there the document is {state}"[:2000]
        peers = await self.call("peers", within=5)
        return f"{story}; connected to {peers}; it printed: {self._process.errors or 'nothing'}"


class SyncServer:
    """The npm package @automerge/automerge-repo-sync-server in a process of its own."""

    def __init__(self, process: NodeProcess, port: int, store: Path) -> None:
        self.port = port
        self.store = store
        self.url = f"ws://127.0.0.1:{port}"
        self._process = process

    @classmethod
    async def start(cls, store: Path, port: int = 0) -> Self:
        program = installed(SYNC_SERVER) / "start.mjs"
        process = await NodeProcess.start(
            "sync server", program, env={"PORT": str(port), "DATA_DIR": str(store)}
        )
        ready = await process.read_ready()
        return cls(process, ready["port"], store)

    @property
    def running(self) -> bool:
        return self._process.running

    @property
    def errors(self) -> str:
        return self._process.errors

    async def kill(self) -> None:
        await self._process.kill()

    async def close(self) -> None:
        await self._process.stop()


def _document(state: Mapping[str, Any]) -> JavaScriptDocument:
    return JavaScriptDocument(state["url"], frozenset(state["heads"]), state["value"])


def _text(answer: object) -> str | None:
    return None if answer is None else str(answer)
