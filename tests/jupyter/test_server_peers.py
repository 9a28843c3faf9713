"""Who has which changes, asked by a program that is no peer itself."""

from jupyter_automerge import MemoryStorage, Repo
from jupyter_automerge.values.heads import heads_to_text
from tests.jupyter.servers import RunningServer, until


def header(server: RunningServer) -> dict[str, str]:
    return {"Authorization": f"token {server.token}"}


async def test_rows_are_by_the_servers_heads_or_by_those_of_the_client(server: RunningServer) -> None:
    plan = server.repo.create({"n": 0})
    early = ",".join(heads_to_text(plan.heads))
    async with Repo(MemoryStorage(), name="Alice") as alice:
        dialer = alice.connect(server.sync_url, headers=header(server))
        await alice.find(plan.url)
        dialer.close()
        await until(lambda: not server.repo.connections, "Alice leaving")
        with plan.change() as edited:
            edited["n"] = 1
        path = ("documents", plan.document_id, "peers")
        now = await server.json(*path)
        assert now["heads"] == list(heads_to_text(plan.heads))
        assert [(row["name"], row["missingThere"]) for row in now["peers"]] == [("Alice", 1)]
        then = await server.json(*path, params={"heads": early})
        assert then["heads"] == [early]
        assert [(row["name"], row["missingThere"]) for row in then["peers"]] == [("Alice", 0)]


async def test_what_are_no_heads_is_refused(server: RunningServer) -> None:
    plan = server.repo.create({})
    path = ("api", "automerge", "documents", plan.document_id, "peers")
    assert await server.status(*path, params={"heads": "nonsense"}) == 400
