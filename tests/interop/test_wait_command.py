"""`jupyter automerge wait` in front of our sync server, the npm one, and nobody."""

import asyncio
import json
import signal
import sys
import time

from jupyter_automerge.repo import Repo
from jupyter_automerge.values.status import Level
from tests.interop.held_storage import HeldStorage
from tests.interop.python_peer import until_peers
from tests.interop.stage import Stage
from tests.interop.wait_process import wait_command

NOBODYS = "automerge:4NMNnkMhL8jXrdJ9jamS58PAVdXu"
NOWHERE = "--server=ws://127.0.0.1:1"


async def test_what_our_server_has_stored_is_safe(stage: Stage) -> None:
    server = await stage.serve("documents", "--name=lab")
    alice = await stage.python("alice")
    alice.connect(server.url)
    plan, notes = alice.create({"n": 1}), alice.create({"n": 2})
    await plan.synced(timeout=10)
    await notes.synced(timeout=10)
    answer = await wait_command(plan.url, notes.url, f"--server={server.url}")
    assert (answer.code, answer.complained) == (0, "")
    first, second = answer.said.splitlines()
    assert first.startswith(f"{plan.url} safe, stored: lab (")
    assert second.startswith(f"{notes.url} safe, stored: lab (")


async def test_a_moment_is_safe_whatever_came_later(stage: Stage) -> None:
    server = await stage.serve("documents")
    alice = await stage.python("alice")
    alice.connect(server.url)
    plan = alice.create({"n": 1})
    early = plan.at(plan.heads).url
    with plan.change() as d:
        d["n"] = 2
    await plan.synced(timeout=10)
    answer = await wait_command(early, f"--server={server.url}", "--json")
    assert answer.code == 0
    told = json.loads(answer.said)
    (document,) = told["documents"]
    assert told["safe"] and document["url"] == early
    assert [f"{plan.url}#{head}" for head in document["heads"]] == [early]
    assert document["stores"][0]["level"] == "stored"


async def test_a_moment_that_the_server_does_not_know_is_not_in_time(stage: Stage) -> None:
    server = await stage.serve("documents")
    alice = await stage.python("alice")
    dialer = alice.connect(server.url)
    plan = alice.create({"n": 1})
    await plan.synced(timeout=10)
    dialer.close()
    await until_peers(alice, 0)
    with plan.change() as d:
        d["n"] = 2
    answer = await wait_command(plan.at(plan.heads).url, f"--server={server.url}", "--timeout=1.5")
    assert answer.code == 3 and "not safe: here, waiting for the heads asked for" in answer.said


async def test_a_document_that_nobody_has_is_said_so_at_once(stage: Stage) -> None:
    for server in (await stage.serve("documents", "--name=lab"), await stage.sync_server()):
        answer = await wait_command(NOBODYS, f"--server={server.url}", "--timeout=500")
        assert answer.code == 3
        assert (
            answer.said.startswith(f"{NOBODYS} not safe: ")
            and ": has it not. Is it the right URL?" in answer.said
        )
    one = await stage.serve("others", "--name=lab")
    alice = await stage.python("alice")
    alice.connect(one.url)
    plan = alice.create({"n": 1})
    await plan.synced(timeout=10)
    answer = await wait_command(NOBODYS, plan.url, f"--server={one.url}", "--timeout=500")
    first, second = answer.said.splitlines()
    assert answer.code == 3 and "has it not" in first and second.startswith(f"{plan.url} safe")


async def test_a_second_copy_that_nobody_has_is_not_in_time(stage: Stage) -> None:
    server = await stage.serve("documents", "--name=lab")
    alice = await stage.python("alice")
    alice.connect(server.url)
    plan = alice.create({"n": 1})
    await plan.synced(timeout=10)
    answer = await wait_command(plan.url, f"--server={server.url}", "--copies=2", "--timeout=1.5")
    shortfall = "stored by lab; 2 copies are asked for, and only one store that counts is known"
    assert (answer.code, answer.said) == (3, f"{plan.url} not safe: {shortfall}\n")


async def test_a_javascript_server_never_says_stored_and_the_answer_says_so_at_once(stage: Stage) -> None:
    server = await stage.sync_server()
    alice = await stage.python("alice")
    alice.connect(server.url)
    plan = alice.create({"n": 1})
    await plan.synced(timeout=10)
    strict = await wait_command(plan.url, f"--server={server.url}", "--level=stored", "--timeout=500")
    assert strict.code == 3
    assert "does not report what it stored; --level received is content with its memory" in strict.said
    for options in (("--level=received",), ()):
        lenient = await wait_command(plan.url, f"--server={server.url}", *options)
        assert lenient.code == 0 and "safe, reported in memory: " in lenient.said


async def test_what_would_not_help_is_no_remedy(stage: Stage) -> None:
    server = await stage.sync_server()
    alice = await stage.python("alice")
    alice.connect(server.url)
    plan = alice.create({"n": 1})
    await plan.synced(timeout=10)
    for options in ((), ("--level=received",)):
        answer = await wait_command(
            plan.url, f"--server={server.url}", "--copies=2", "--timeout=1.5", *options
        )
        assert answer.code == 3 and "2 copies are asked for" in answer.said
        assert "--level" not in answer.said, "its memory counts already, and is one copy"


async def test_the_memory_of_a_process_is_not_safe_unless_that_is_asked_for() -> None:
    async with Repo(name="passing") as passing:
        plan, url = passing.create({"n": 1}), (await passing.listen()).url
        answer = await wait_command(plan.url, f"--server={url}", "--timeout=500")
        assert answer.code == 3
        assert "only in the memory of passing" in answer.said and "which has no store" in answer.said
        lenient = await wait_command(plan.url, f"--server={url}", "--level=received")
        assert lenient.code == 0 and "safe, reported in memory: passing" in lenient.said


async def test_S11_where_a_server_could_say_stored_its_memory_is_not_enough(stage: Stage) -> None:
    disk = HeldStorage()
    async with Repo(disk, name="server") as server:
        alice = await stage.python("alice")
        url = (await server.listen()).url
        alice.connect(url)
        plan = alice.create({"n": 1})
        await plan.synced(timeout=10)
        disk.hold()
        with plan.change() as d:
            d["n"] = 2
        await plan.synced(level=Level.RECEIVED, timeout=10)
        answer = await wait_command(plan.url, f"--server={url}", "--timeout=1.5")
        assert answer.code == 3 and "has not stored it yet" in answer.said
        disk.let_go()
        assert (await wait_command(plan.url, f"--server={url}")).code == 0


async def test_with_nobody_there_it_says_who_did_not_answer(stage: Stage) -> None:
    began = time.monotonic()
    answer = await wait_command(NOBODYS, NOWHERE, "--timeout=1.5")
    assert answer.code == 4 and time.monotonic() - began >= 1.5
    assert answer.said == ("nobody to sync with: ws://127.0.0.1:1: connection refused by 127.0.0.1:1\n")


async def test_a_server_that_refuses_us_is_nobody_and_that_is_said_at_once(stage: Stage) -> None:
    (stage.folder / "token").write_text("secret")
    server = await stage.serve("documents", f"--token-file={stage.folder / 'token'}")
    refused = await wait_command(NOBODYS, f"--server={server.url}", "--timeout=30", "--json")
    assert refused.code == 4 and "401" in json.loads(refused.said)["nobody"]
    alice = await stage.python("alice")
    alice.connect(server.url, headers={"Authorization": "Bearer secret"})
    plan = alice.create({"n": 1})
    await plan.synced(timeout=10)
    let_in = await wait_command(plan.url, f"--server={server.url}", f"--token-file={stage.folder / 'token'}")
    assert let_in.code == 0


async def test_ctrl_c_ends_it_without_a_traceback(stage: Stage) -> None:
    server, url = await stage.python_server()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "jupyter_automerge.cli", "wait", NOBODYS, f"--server={url}",
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    await until_peers(server)
    process.send_signal(signal.SIGINT)
    async with asyncio.timeout(20):
        _, complained = await process.communicate()
    assert (process.returncode, complained) == (130, b"")
