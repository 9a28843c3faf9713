"""A kernel that knows its server by the server's own file joins again after the server died."""

import asyncio
from pathlib import Path

from tests.browser.servers import TestServer
from tests.survival.driven_kernel import driven_kernel

JOIN = ("%load_ext jupyter_automerge", "%automerge connect {url}", "%automerge open {document} --as plan")
EDIT = "with plan.change() as doc: doc['edits'] += 1"
STORED = "print((await plan.synced(timeout=20)).durability)"


async def test_a_kernel_rejoins_the_server_that_took_the_place_of_its_own(
    server: TestServer, tmp_path: Path
) -> None:
    url = server.create_document({"edits": 0})
    cells = [cell.format(url=server.url, document=url) for cell in JOIN]
    async with driven_kernel(tmp_path, runtime=server.folder / "runtime") as kernel:
        await kernel.run(*cells, EDIT, STORED)
        server.kill()
        await asyncio.to_thread(server.start)
        assert "stored" in await kernel.run(EDIT, STORED), "with the token of the dead server"
    assert server.document(url) == {"edits": 2}
    files = list((server.folder / "runtime").glob("automerge-*.json"))
    assert len(files) > 1, "the dead server's file should lie beside the new one's"
    async with driven_kernel(tmp_path / "second", runtime=server.folder / "runtime") as kernel:
        await kernel.run(*cells, EDIT, STORED)
    assert server.document(url) == {"edits": 3}
