"""A Repo on a loop in a thread of its own, as in a kernel."""

import asyncio
import threading

from jupyter_automerge.repo import MemoryStorage, Repo, Storage


class Household:
    """Everything in it is used from other threads."""

    def __init__(self, storage: Storage | None = None, *, name: str = "kernel") -> None:
        self.repo = Repo(storage or MemoryStorage(), name=name)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        asyncio.run_coroutine_threadsafe(self.repo.open(), self.loop).result(10)

    def stop(self) -> None:
        self.repo.close().result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()
