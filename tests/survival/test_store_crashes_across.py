"""Folders that killed writers left: JavaScript opens ours, and we open those of automerge-repo's own adapter."""

import asyncio
import random
import sys
from contextlib import suppress

import pytest

from jupyter_automerge.values.heads import heads_from_text
from jupyter_automerge.values.ids import parse_document_id
from tests.interop.javascript import JavaScriptPeer
from tests.interop.process import JavaScriptFailed
from tests.interop.stage import Stage
from tests.properties.acknowledged import Acknowledged
from tests.survival.mortals import Nursery, hear, look

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no fork, and no SIGKILL")
LIVES = 20
JAVASCRIPT_LIVES = 6


async def test_javascript_opens_what_our_killed_writers_left(stage: Stage) -> None:
    folder, acknowledged, seed = stage.store("shared"), Acknowledged(), random.SystemRandom().randrange(2**32)
    nursery = Nursery()
    for number in range(LIVES):
        for said in await asyncio.to_thread(nursery.lives, folder, 1 + number % 2, seed + number):
            hear(acknowledged, said)
    nursery.close()
    bob = await stage.javascript("bob", storage=folder)
    for document_id in acknowledged.heads:
        url = f"automerge:{document_id}"
        await bob.find(url)
        await bob.change(url, {"edit": "set", "path": ["opened"], "value": True})
    await bob.flush()
    for document_id in list(acknowledged.heads):
        after = (await bob.state(f"automerge:{document_id}")).heads
        acknowledged.add(document_id, heads_from_text(after))
    await bob.stop()
    await look(folder, acknowledged, f"seed {seed}, and JavaScript wrote on")


async def test_we_open_what_a_killed_javascript_writer_left(stage: Stage) -> None:
    """Its adapter writes in place and syncs nothing: a file may be torn, and costs no other its content."""
    folder, acknowledged = stage.store("shared"), Acknowledged()
    seed = random.SystemRandom().randrange(2**32)
    chance = random.Random(seed)
    for _ in range(JAVASCRIPT_LIVES):
        await live(stage, acknowledged, chance)
        alice = await stage.python("alice", store_path=folder)
        for document_id, heads in acknowledged.heads.items():
            handle = await alice.find(document_id)
            lost = heads - handle._document.known(heads)
            assert not lost, (
                f"of {document_id} {len(lost)} changes that JavaScript had written are lost; seed {seed}"
            )
            with handle.change() as root:
                root["alice"] = root.get("alice", 0) + 1
            await handle.saved()
            acknowledged.add(document_id, handle.heads)
        await alice.close()


async def live(stage: Stage, acknowledged: Acknowledged, chance: random.Random) -> None:
    """JavaScript finds what is there, types into it, and is killed at some time while it does."""
    bob = await stage.javascript("bob", storage=stage.store("shared"))
    urls = [f"automerge:{document_id}" for document_id in acknowledged.heads]
    if not urls:
        urls = [(await bob.create({"text": ""})).url for _ in range(3)]
        await bob.flush()
    typing = [asyncio.ensure_future(type_for_ever(bob, url, acknowledged)) for url in urls]
    await asyncio.sleep(chance.uniform(0.1, 0.6))
    await bob.kill()
    await asyncio.gather(*typing)


async def type_for_ever(bob: JavaScriptPeer, url: str, acknowledged: Acknowledged) -> None:
    """Ten characters at a time, each time until they are written; as long as Bob lives."""
    document_id = parse_document_id(url.removeprefix("automerge:"))
    with suppress(JavaScriptFailed):
        await bob.find(url)
        while True:
            edit = {"edit": "splice", "path": ["text"], "index": 0, "insert": "x"}
            typed = await bob.type(url, [edit] * 10, 1)
            await bob.flush()
            acknowledged.add(document_id, heads_from_text(typed.heads))
