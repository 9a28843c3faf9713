"""A Python Repo and a JavaScript peer that are connected, whichever of them dialed."""

from dataclasses import dataclass

from jupyter_automerge.repo import Repo
from tests.interop.javascript import JavaScriptPeer
from tests.interop.python_peer import until_peers
from tests.interop.stage import Stage

DIALED_BY = ("python", "javascript")


@dataclass(frozen=True, slots=True)
class Pair:
    """Alice is the Python Repo, Bob the JavaScript peer."""

    alice: Repo
    bob: JavaScriptPeer


async def connected_pair(
    stage: Stage, dialed_by: str, *, alice_store: str | None = None, bob_store: str | None = None
) -> Pair:
    """Both see each other when this returns."""
    alice = await stage.python("alice", store=alice_store)
    bob = await stage.javascript("bob", storage=None if bob_store is None else stage.store(bob_store))
    if dialed_by == "python":
        alice.connect(await bob.listen())
    else:
        await bob.connect((await alice.listen()).url)
    await until_peers(alice)
    await bob.wait_peers()
    return Pair(alice, bob)
