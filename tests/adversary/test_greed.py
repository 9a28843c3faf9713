"""Peers who take or give without measure: the server keeps its bounds, and the others do not wait."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from jupyter_automerge.engine import connections
from jupyter_automerge.values.limits import MAX_MESSAGE_BYTES
from tests.adversary.intruder import NOWHERE, Intruder, frame
from tests.adversary.neighbours import until
from tests.adversary.village import Village

OpenVillage = Callable[[], AbstractAsyncContextManager[Village]]
# A sync message whose Bloom filter has ten megabytes.
TEN_MEGABYTES = b"\x42\x00\x00\x01\x00\x80\xad\xe2\x04" + bytes(10_000_000) + b"\x00"


async def test_a_frame_over_100_mib_ends_its_connection_and_no_other(village: OpenVillage) -> None:
    async with village() as it:
        mallory = await Intruder.come(it.url)
        await mallory.join()
        pushing = asyncio.ensure_future(mallory.say_raw(bytes(MAX_MESSAGE_BYTES + 2**20)))
        await it.check_going_on("half a frame")
        code, reason = await mallory.until_closed()
        assert (code, "too big" in (reason or "")) == (1009, True), f"closed with {code} {reason}"
        pushing.cancel()
        await it.check_unharmed()


async def test_who_never_introduces_himself_is_sent_away(
    village: OpenVillage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HANDSHAKE_TIMEOUT_SECONDS", 0.3)
    async with village() as it:
        before = it.server.metrics()["transports"]
        silent = [await Intruder.come(it.url) for _ in range(50)]
        half_open = [
            await asyncio.open_connection("127.0.0.1", int(it.url.rpartition(":")[2])) for _ in range(50)
        ]
        for _, writer in half_open:
            writer.write(b"GET / HTTP/1.1\r\nUpgrade: webso")
        await it.check_going_on("a hundred silent callers")
        for mallory in silent:
            code, reason = await mallory.until_closed()
            assert (code, reason) == (1002, "no handshake within 0.3 seconds")
        await until(
            it.server, lambda: it.server.metrics()["transports"] == before, "only honest connections are left"
        )
        await it.check_unharmed()
        for _, writer in half_open:
            writer.close()


async def test_an_impostor_does_not_cut_off_the_one_whose_id_he_uses(village: OpenVillage) -> None:
    async with village() as it:
        mallory = await Intruder.come(it.url)
        await mallory.join(it.honest.alice.peer_id)
        await it.check_unharmed()
        assert it.honest.alice.dialers[0].last_close is None, "Alice was thrown out"
        mallory.close()


async def test_what_waits_for_a_slow_disk_is_bounded_in_bytes(village: OpenVillage) -> None:
    async with village() as it:
        it.storage.unreadable = NOWHERE
        mallory = await Intruder.come(it.url)
        await mallory.join()
        for _ in range(14):
            await mallory.say_bytes(frame("sync", NOWHERE, TEN_MEGABYTES))
        code, reason = await mallory.until_closed()
        assert (code, reason) == (1013, "too many messages of one document wait here")
        await it.check_unharmed()
