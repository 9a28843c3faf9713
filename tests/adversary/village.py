"""What is attacked: a server, two honest peers who edit through it, and an edit that is not saved yet."""

from pathlib import Path
from tempfile import gettempdir
from typing import Self

from jupyter_automerge.repo import ChangesRefused, DocHandle, FileStorage, Notice, Repo
from tests.adversary.attacks import Target
from tests.adversary.held_storage import HeldStorage
from tests.adversary.neighbours import Neighbours

ROOMS_OF_THE_STORE = {"storage-adapter-id", ".jupyter-automerge"}
PRECIOUS = "typed at the server, and not saved yet"


ESCAPED_NAMES = ("evil", "x", "etc", "..\\..\\evil")


class Village:
    """The server listens; Alice and Bob have dialed it. What Mallory does is up to the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = folder / "world" / "store"
        self.storage = HeldStorage(FileStorage(self.store))
        self.server = Repo(self.storage, name="server", kind="server")
        self.refused: list[ChangesRefused] = []
        self.url = ""
        self.document: DocHandle
        self.honest: Neighbours
        self._outside: list[str] = []

    @classmethod
    async def founded(cls, folder: Path) -> Self:
        """All are connected and have the document, and the server has an edit of it that is not saved."""
        village = cls(folder)
        await village.server.open()
        village.url = (await village.server.listen()).url
        village.document = village.server.create({"edits": 0})
        await village.document.saved()
        village.honest = await Neighbours.of(village.url, village.document.url)
        village.storage.hold()
        with village.document.change() as root:
            root["precious"] = PRECIOUS
        village._outside = village.listing_outside()
        village.server.on_event(village._note)
        return village

    @property
    def target(self) -> Target:
        """What Mallory may know of it."""
        return Target(self.document.document_id, self.server.peer_id, self.honest.alice.peer_id)

    async def close(self) -> None:
        """End everybody."""
        self.storage.release()
        await self.honest.close()
        await self.server.close()

    async def check_going_on(self, after: str) -> None:
        """Honest work goes on without delay, and the edit that is not saved is still there."""
        await self.honest.edit()
        assert self.document.value["precious"] == PRECIOUS, f"after {after} an unsaved edit is gone"
        assert self.server.metrics()["defects"] == 0, f"{after} tripped the server; see its log"

    async def check_unharmed(self) -> None:
        """Honest work goes on, nothing is lost, nothing is written where it does not belong."""
        await self.check_going_on("all that")
        self.storage.release()
        await self.document.saved()
        assert self.listing_outside() == self._outside, "something was written outside the store"
        await self._check_store()

    async def _check_store(self) -> None:
        keys = await self.storage.keys(())
        strangers = {key.key[0] for key in keys} - {*ROOMS_OF_THE_STORE, self.document.document_id}
        assert not strangers, f"the store has entries of nobody's: {strangers}"
        async with Repo(FileStorage(self.store), name="heir") as heir:
            assert (await heir.find(self.document.url)).value == self.document.value

    def listing_outside(self) -> list[str]:
        """Everything near the store that is not in it, and what the attacks' paths would make elsewhere."""
        near = [path for path in self.folder.rglob("*") if not path.is_relative_to(self.store)]
        # Other programs write into these folders too: only what an attack names counts there.
        elsewhere = (Path.cwd(), Path.cwd().parent, self.folder.parent, Path(gettempdir()))
        named = [place / name for place in elsewhere for name in ESCAPED_NAMES]
        return sorted(str(path) for path in [*near, *(path for path in named if path.exists())])

    def _note(self, notice: Notice) -> None:
        if isinstance(notice, ChangesRefused):
            self.refused.append(notice)
