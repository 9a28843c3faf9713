"""A process that edits documents in a folder as fast as it can, and tells of all that is stored, until it is killed."""

import asyncio
import os
from random import Random

from jupyter_automerge.repo import DocHandle, DocumentSaved, FileStorage, Notice, Repo
from jupyter_automerge.values.heads import heads_hex

DOCUMENTS = 3
MOST_BYTES = 600


def write_until_killed(folder: str, seed: int, pipe: int) -> None:
    """A line for each DocumentSaved: the document's id and its heads."""
    asyncio.run(_write(folder, Random(seed), pipe))


async def _write(folder: str, chance: Random, pipe: int) -> None:
    def tell(notice: Notice) -> None:
        if isinstance(notice, DocumentSaved):
            os.write(pipe, f"{notice.document_id} {' '.join(heads_hex(notice.heads))}\n".encode())

    repo = Repo(FileStorage(folder), name="mortal")
    await repo.open()
    repo.on_event(tell)
    handles = [await repo.find(document_id) for document_id in await repo.document_ids()]
    while True:
        handle = _one_of(repo, handles, chance)
        with handle.change() as root:
            root["pages"].append(chance.randbytes(chance.randint(1, MOST_BYTES)))
        if chance.random() < 0.5:
            await handle.saved()
        else:
            await asyncio.sleep(0)


def _one_of(repo: Repo, handles: list[DocHandle], chance: Random) -> DocHandle:
    if len(handles) < DOCUMENTS:
        handles.append(repo.create({"pages": []}))
        return handles[-1]
    return chance.choice(handles)
