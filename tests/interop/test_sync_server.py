"""The sync server from npm as our server, and ours in its place."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_automerge.errors import DocumentUnavailable
from tests.interop.process import JavaScriptFailed
from tests.interop.python_peer import heads_text, until, until_peers, until_value
from tests.interop.serve_process import Serve
from tests.interop.stage import Stage

NOBODYS = "automerge:4NMNnkMhL8jXrdJ9jamS58PAVdXu"


async def test_python_and_javascript_meet_at_the_npm_sync_server(stage: Stage) -> None:
    server = await stage.sync_server()
    alice, bob = await stage.python("alice"), await stage.javascript("bob")
    alice.connect(server.url)
    await until_peers(alice)
    await bob.connect(server.url)
    await bob.wait_peers()
    document = alice.create({"list": []})
    await bob.find(document.url)
    for number in range(20):
        with document.change() as d:
            d["list"].append(number)
    await bob.wait_heads(document.url, heads_text(document))
    await bob.change(document.url, {"edit": "push", "path": ["list"], "value": "bob"})
    await until_value(alice, document, {"list": [*range(20), "bob"]})
    heard: list[object] = []
    document.on_broadcast(lambda event: heard.append(event.value))
    await bob.broadcast(document.url, "hello alice")
    await until(alice, lambda: heard == ["hello alice"], "alice hears bob")
    document.broadcast("hello bob")
    assert [item.message for item in await bob.wait_broadcasts(1)] == ["hello bob"]
    assert server.running


async def test_a_missing_document_is_unavailable_at_the_npm_sync_server(stage: Stage) -> None:
    server = await stage.sync_server()
    alice = await stage.python("alice")
    alice.connect(server.url)
    await until_peers(alice)
    for _ in range(2):
        async with asyncio.timeout(5):
            with pytest.raises(DocumentUnavailable):
                await alice.find(NOBODYS)


async def test_what_the_npm_sync_server_missed_comes_later(stage: Stage) -> None:
    server = await stage.sync_server()
    alice, bob = await stage.python("alice"), await stage.javascript("bob")
    alice.connect(server.url)
    await until_peers(alice)
    note = await bob.create({"late": True})
    with pytest.raises(DocumentUnavailable):
        await alice.find(note.url)
    await bob.connect(server.url)
    await until(alice, lambda: note.url in {handle.url for handle in alice.handles.values()}, "it comes")


async def test_documents_that_nobody_opens_again_reach_the_npm_sync_server_that_lost_them(
    stage: Stage,
) -> None:
    """E47: after it came back every document is in doubt, and the doubt ends by itself."""
    server = await stage.sync_server()
    alice = await stage.python("alice", store="alice")
    alice.connect(server.url)
    await until_peers(alice)
    notes = [alice.create({"n": number}) for number in range(10)]
    for note in notes:
        await note.synced(timeout=10)
        await note.saved()
        await alice.unload(note.url)
    urls = [note.url for note in notes]
    assert await alice.safe_to_exit()
    await server.kill()
    await until_peers(alice, 0)
    # Not its old folder: what it had is gone. It keeps its storage id there.
    shutil.copytree(server.store, server.store.with_name("emptied"), ignore=_all_but_its_id)
    await stage.sync_server("emptied", port=server.port)
    await until_peers(alice)
    assert not await alice.safe_to_exit(), "it may have lost everything, and has"
    async with asyncio.timeout(20):
        while not (report := await alice.safe_to_exit()):
            await asyncio.sleep(0.1)
    assert report.looked_at == 10 and not alice.metrics()["resuming"]
    bob = await stage.javascript("bob")
    await bob.connect(f"ws://127.0.0.1:{server.port}")
    await bob.wait_peers()
    assert [(await bob.find(url)).value["n"] for url in urls] == list(range(10))


def _all_but_its_id(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if Path(folder, name).is_dir() and name != "st"]


async def test_offline_edits_reach_the_npm_sync_server_after_its_restart(stage: Stage) -> None:
    server = await stage.sync_server()
    alice = await stage.python("alice", store="alice")
    alice.connect(server.url)
    await until_peers(alice)
    document = alice.create({"n": 0})
    await document.synced(timeout=10)
    await server.kill()
    await until_peers(alice, 0)
    with document.change() as d:
        d["offline"] = True
    again = await stage.sync_server(port=server.port)
    await until_peers(alice)
    carol = await stage.python("carol")
    carol.connect(again.url)
    await until_peers(carol)
    await document.synced(timeout=10)
    await until_value(carol, await carol.find(document.url), {"n": 0, "offline": True})


async def test_our_server_takes_over_the_folder_of_the_npm_one(stage: Stage) -> None:
    server = await stage.sync_server("documents")
    bob = await stage.javascript("bob")
    await bob.connect(server.url)
    await bob.wait_peers()
    note = await bob.create({"n": 1})
    carol = await stage.python("carol")
    carol.connect(server.url)
    await until_peers(carol)
    await carol.find(note.url)
    await until_saved(server.store, note.url)
    await server.close()
    ours = await stage.serve("documents", port=server.port)
    dave = await stage.javascript("dave")
    await dave.connect(ours.url)
    assert (await dave.find(note.url)).value == {"n": 1}
    await dave.change(note.url, {"edit": "set", "path": ["n"], "value": 2})
    await bob.wait_value(note.url, {"n": 2})
    assert await ours.terminate() == 0
    back = await stage.sync_server("documents")
    erin = await stage.javascript("erin")
    await erin.connect(back.url)
    await erin.wait_peers()
    assert (await erin.find(note.url)).value == {"n": 2}


async def until_saved(folder: Path, url: str) -> None:
    """The npm server saves up to 100 ms later and tells nobody."""
    document_id = url.removeprefix("automerge:")
    async with asyncio.timeout(10):
        while not list(folder.glob(f"{document_id[:2]}/{document_id[2:]}/snapshot/*")):
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("path", ["/", "/api/automerge/sync"])
async def test_our_server_serves_javascript_on_both_paths(stage: Stage, path: str) -> None:
    ours = await stage.serve("documents")
    bob, carol = await stage.javascript("bob"), await stage.javascript("carol")
    for peer in (bob, carol):
        await peer.connect(ours.url + path)
        await peer.wait_peers()
    note = await bob.create({"n": 1})
    assert (await carol.find(note.url)).value == {"n": 1}
    with pytest.raises(JavaScriptFailed, match="is unavailable"):
        await bob.find(NOBODYS, within=5)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_our_server_with_everything_saved(stage: Stage, number: signal.Signals) -> None:
    ours = await stage.serve("documents")
    bob = await stage.javascript("bob")
    await bob.connect(ours.url)
    await bob.wait_peers()
    note = await bob.create({"list": []})
    await bob.change(note.url, *({"edit": "push", "path": ["list"], "value": n} for n in range(100)))
    alice = await stage.python("alice")
    alice.connect(ours.url)
    handle = await alice.find(note.url, timeout=20)
    await until(alice, lambda: len(handle.value["list"]) == 100, "the server has all")
    assert await ours.terminate(number) == 0
    assert ours.said.count("\n") == 1, "one line: where it listens"
    reader = await stage.python("reader", store_path=stage.folder / "documents")
    assert (await reader.find(note.url)).value == {"list": list(range(100))}


async def test_our_server_killed_and_restarted_has_what_it_acknowledged(stage: Stage) -> None:
    ours = await stage.serve("documents")
    alice = await stage.python("alice")
    alice.connect(ours.url)
    document = alice.create({"list": []})
    for number in range(50):
        with document.change() as d:
            d["list"].append(number)
    await document.synced(timeout=10)
    await ours.kill()
    await alice.close()
    again = await stage.serve("documents")
    bob = await stage.javascript("bob")
    await bob.connect(again.url)
    await bob.wait_peers()
    assert (await bob.find(document.url)).value == {"list": list(range(50))}


async def test_a_second_server_on_one_folder_says_so_in_a_line(stage: Stage) -> None:
    first = await stage.serve("documents", "--name=lab")
    assert first.said.count("\n") == 1
    second = await stage.serve("documents", "--name=office")
    told, _ = second.said.splitlines()
    verb = "is" if sys.platform == "linux" else "may be"
    assert told.startswith('Another Repo, "lab"') and f", {verb} using this store" in told
    assert told.endswith(": what each of them writes there, all of them get")
    alice, bob = await stage.python("alice"), await stage.python("bob")
    alice.connect(first.url)
    bob.connect(second.url)
    note = alice.create({"n": 1})
    await note.synced(timeout=10)
    at_bob = await bob.find(note.url)
    with note.change() as d:
        d["n"] = 2
    await until_value(bob, at_bob, {"n": 2})
    assert await second.terminate() == 0 and await first.terminate() == 0
    third = await stage.serve("documents")
    assert third.said.count("\n") == 1, "both gave their leases back"


@pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere a lease of the dead and one of the living look alike"
)
async def test_a_server_that_was_killed_is_not_called_running(stage: Stage) -> None:
    first = await stage.serve("documents")
    await first.kill()
    assert (await stage.serve("documents")).said.count("\n") == 1


async def test_with_a_token_only_those_who_have_it_come_in(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("s3cret")
    ours = await stage.serve("documents", "--token-file", str(tmp_path / "token"))
    alice, mallory = await stage.python("alice"), await stage.python("mallory")
    alice.connect(ours.url, headers={"Authorization": "token s3cret"})
    await until_peers(alice)
    dialer = mallory.connect(ours.url)
    await until(
        mallory, lambda: "401" in dialer.last_error or "403" in dialer.last_error, "mallory is refused"
    )
    assert not mallory.peers


def test_a_port_in_use_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = Serve.command(tmp_path, taken.getsockname()[1])
        ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "is in use: choose another with --port" in ended.stderr


def test_it_is_a_jupyter_command(tmp_path: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, "-m", "jupyter", "automerge", "--version"]
    ended = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PATH": path}, check=False
    )
    assert ended.stdout.startswith("jupyter_automerge ")
