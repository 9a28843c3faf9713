"""A Redis that knows WAITAOF, as those from 7.2 do: a cable to an older one, with that one command answered here."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self


class NewerRedis:
    """Passes commands and replies on. `synced` is the answer to WAITAOF: whether the write is on the disk;
    with `has_no_file` it says that there is no file to write.
    """

    def __init__(self, port: int) -> None:
        self._behind = port
        self.synced = True
        self.cut_before_next_wait = False
        self.has_no_file = False
        self.said: list[list[str]] = []
        """The names of the commands of each connection, those of its beginning left out."""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/0"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection("127.0.0.1", self._behind)
        replies = asyncio.ensure_future(_pass_on(back, writer.write))
        said: list[str] = []
        self.said.append(said)
        try:
            while words := await _command(reader):
                name = words[0].decode().upper()
                if name in ("EVAL", "WAITAOF"):
                    said.append(name)
                if name != "WAITAOF":
                    forth.write(_encoded(words))
                elif self.cut_before_next_wait:
                    self.cut_before_next_wait = False
                    return
                elif self.has_no_file:
                    writer.write(
                        b"-ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.\r\n"
                    )
                else:
                    writer.write(b"*2\r\n:%d\r\n:0\r\n" % self.synced)
        finally:
            replies.cancel()
            forth.close()
            writer.close()


async def _pass_on(source: asyncio.StreamReader, take: Callable[[bytes], object]) -> None:
    while data := await source.read(65536):
        take(data)


async def _command(reader: asyncio.StreamReader) -> list[bytes]:
    """One command as Redis's clients write it: an array of texts. Empty at the end of the connection."""
    head = await reader.readline()
    words = []
    for _ in range(int(head[1:]) if head else 0):
        length = int((await reader.readline())[1:])
        words.append((await reader.readexactly(length + 2))[:-2])
    return words


def _encoded(words: list[bytes]) -> bytes:
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)
