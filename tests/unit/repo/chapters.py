"""Documents in several chunks, and stores of them, for stories about looking after a store."""

from jupyter_automerge.document import Document
from jupyter_automerge.repo import MemoryStorage
from jupyter_automerge.repo.upkeep import CheckedDocument, checked, contents_of
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.keys import StorageKey, incremental_key, snapshot_key

PLAN = DocumentId("4NMNnkMhL8jXrdJ9jamS58PAVdXu")
OTHER = DocumentId("3L1mwcxaFLKxA93YEbmLYbyq5Krz")
NOBODYS = DocumentId("2LtkXoRRqUfbsaBcgKMoXJKuWY3s")


class Chapters:
    """A history of four changes: a snapshot of the first, an increment for each of the others."""

    def __init__(self, document_id: DocumentId = PLAN) -> None:
        document = Document()
        self.entries: dict[StorageKey, bytes] = {}
        for chapter in range(4):
            before = document.heads
            with document.change() as draft:
                draft[f"chapter {chapter}"] = "x" * 50
            data = document.save_since(before) if chapter else document.save()
            key = incremental_key(document_id, data) if chapter else snapshot_key(document_id, document.heads)
            self.entries[key] = data
        self.document = document
        self.snapshot, self.second, self.third, self.last = self.entries
        self.whole = (snapshot_key(document_id, document.heads), document.save())


async def store_of(*books: Chapters, without: tuple[StorageKey, ...] = ()) -> MemoryStorage:
    store = MemoryStorage()
    for book in books:
        for key, data in book.entries.items():
            if key not in without:
                await store.save(key, data)
    return store


async def check(store: MemoryStorage) -> list[CheckedDocument]:
    return [document async for document in checked(store, await contents_of(store))]


async def entries(store: MemoryStorage) -> dict[StorageKey, bytes]:
    return dict(await store.load_range(()))
