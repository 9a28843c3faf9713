"""The catalogue: one document per store that lists the named ones, `{title, docs: [{name, type, url}]}`.

It is an Automerge document like the others, so that kernels and pages edit it as peers. Its URL is
remembered in the store, outside the folders of documents.
"""

import logging

from jupyter_automerge.errors import DocumentUnavailable, FindTimeout, InvalidId, StorageError
from jupyter_automerge.repo import DocHandle, Repo, Storage
from jupyter_automerge.values.url import AutomergeUrl

CATALOGUE_KEY = (".jupyter-automerge", "catalogue")
FIND_SECONDS = 5.0


class CatalogueOpening:
    """Finds the catalogue of a store, or makes it, once. May be tried again after a failure, or a cancellation."""

    def __init__(self, repo: Repo, storage: Storage, log: logging.Logger) -> None:
        self._repo = repo
        self._storage = storage
        self._log = log
        self._made: DocHandle | None = None

    async def url(self) -> str:
        """The URL of the catalogue. Raises StorageError.

        A remembered one is replaced only when it is certainly gone; one that merely cannot be read now is kept.
        """
        data = await self._storage.load(CATALOGUE_KEY)
        if data is None:
            made = await self._make()
            # Servers of one pool start at once: the store says whose catalogue it is to be.
            data = await self._storage.create(CATALOGUE_KEY, made.url.encode())
            if data == made.url.encode():
                return made.url
            await self._repo.delete(made.url, force=True)
            self._made = None
        remembered = self._parsed(data)
        if remembered is not None and await self._is_there(remembered):
            return remembered
        made = await self._make()
        await self._storage.save(CATALOGUE_KEY, made.url.encode())
        return made.url

    async def name_again(self, url: str) -> None:
        """The store was emptied, and what others have of the documents comes back: so does the name of this one."""
        try:
            await self._storage.create(CATALOGUE_KEY, url.encode())
        except StorageError as error:
            self._log.error("The store does not know its catalogue %s any more: %s", url, error)

    async def _make(self) -> DocHandle:
        """A new one, stored; one that could not be stored yet is not made twice."""
        if self._made is None:
            self._made = self._repo.create({"title": "Documents", "docs": []})
        await self._made.saved()
        return self._made

    def _parsed(self, data: bytes) -> str | None:
        try:
            return str(AutomergeUrl.parse(data.decode()))
        except (InvalidId, UnicodeDecodeError) as error:
            self._log.warning("The remembered catalogue URL is damaged (%s); a new catalogue is made.", error)
            return None

    async def _is_there(self, remembered: str) -> bool:
        try:
            await self._repo.find(remembered, timeout=FIND_SECONDS)
        except DocumentUnavailable as error:
            self._log.warning(
                "The catalogue %s is gone from the store (%s); a new one is made.", remembered, error
            )
            return False
        except FindTimeout as error:
            self._log.warning("The catalogue %s did not load yet: %s", remembered, error)
        return True
