"""The programs of the README, line by line, against a server of our own."""

import ast
import asyncio
import contextlib
import io
import re
import subprocess
import sys
from pathlib import Path

from jupyter_automerge import FileStorage, Repo
from tests.unit.repo.story import story
from tools.ports import free_port

PROGRAM = """
import asyncio
from jupyter_automerge import Counter, FileStorage, Repo

async def main():
    async with Repo(storage=FileStorage("./data"), name="laptop") as repo:
        repo.connect("ws://127.0.0.1:3030")                 # a Dialer: retries with jittered backoff
        doc = repo.create({"title": "Plan", "tasks": [], "votes": Counter(0)})
        with doc.change("first task") as d:
            d["tasks"].append({"text": "write", "done": False})
            d["title"].splice(4, 0, " B")
            d["votes"].increment(1)
        print(doc.url, doc.value, await doc.synced(timeout=10))
        same = await repo.find(doc.url, timeout=5)
        changes = same.changes()    # subscribed from here on: local, remote and storage alike
        with doc.change() as d:
            d["votes"].increment(1)
        async for change in changes:
            print(change.origin, change.diff())
            break
asyncio.run(main())
"""


@story
async def test_the_sample_program_runs_as_written(tmp_path: Path) -> None:
    async with Repo(FileStorage(tmp_path / "server"), name="server", kind="server") as server:
        listener = await server.listen()
        program = PROGRAM.replace("3030", str(listener.port))
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        output, errors = await running.communicate()
        assert running.returncode == 0, errors.decode()
        first, second = output.decode().splitlines()
        url = first.split()[0]
        assert "'title': 'Plan B'" in first
        assert "stored: server" in first
        assert second.startswith("local")
        assert errors == b""
        on_the_server = await server.find(url)
        assert on_the_server.value["votes"] == 2
        assert on_the_server.value["tasks"] == [{"text": "write", "done": False}]


README = Path(__file__).parents[3] / "README.md"
WHO_HAS_IT = re.compile(r"## Who has my changes\?.*?```python\n(.*?)```.*?```text\n(.*?)```", re.DOTALL)


@story
async def test_the_readme_tells_who_has_my_changes_as_it_is(tmp_path: Path) -> None:
    found = WHO_HAS_IT.search(README.read_text(encoding="utf-8"))
    assert found is not None
    code, promised = found.groups()
    async with (
        Repo(FileStorage(tmp_path / "server"), name="server") as server,
        Repo(FileStorage(tmp_path / "laptop"), name="laptop") as repo,
    ):
        repo.connect((await server.listen()).url)
        plan = repo.create({"title": "Plan"})
        # The server's disk may be done before our own, which is then one change behind.
        await plan.synced(timeout=10)
        await plan.saved()
        said = io.StringIO()
        program = compile(code, "README.md", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        with contextlib.redirect_stdout(said):
            await eval(program, {"plan": plan, "repo": repo})
    assert in_general(said.getvalue()) == in_general(promised)


def in_general(words: str) -> str:
    """Without what is another each time: the beginnings of ids and hashes, and durations."""
    return re.sub(r"\b[0-9a-f]{8}\b", "ID", re.sub(r"\(\d+\.\d+ s\)", "(TIME)", words))


@story
async def test_a_dialer_outlives_the_server(tmp_path: Path) -> None:
    """The server is stopped and started again on its port; Alice's Dialer finds it without being told."""
    port = free_port()
    async with Repo(name="alice") as alice:
        dialer = alice.connect(f"ws://127.0.0.1:{port}")
        note = alice.create({"n": 1})
        for life in range(2):
            with note.change() as d:
                d["n"] = life
            async with Repo(FileStorage(tmp_path), name="server") as server:
                await server.listen(port)
                report = await note.synced(with_=dialer, timeout=15)
                assert report.durability == "stored"
        assert dialer.last_close is not None
        assert dialer.last_close[0] == 1001
