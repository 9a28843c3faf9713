"""The catalogue: one document per server that lists the named ones, `{title, docs: [{name, type, url}]}`.

It is an Automerge document like the others, so that kernels and pages edit it as peers. Its URL is
remembered in the store, outside the folders of documents.
"""

import logging

from jupyter_automerge.errors import DocumentUnavailable, FindTimeout, InvalidId
from jupyter_automerge.repo import Repo, Storage
from jupyter_automerge.values.url import AutomergeUrl

CATALOGUE_KEY = (".jupyter-automerge", "catalogue")
FIND_SECONDS = 5.0


async def open_catalogue(repo: Repo, storage: Storage, log: logging.Logger) -> str:
    """The URL of this store's catalogue, made on the first start.

    A remembered one is replaced only when it is certainly gone; one that merely cannot be read now is kept.
    """
    remembered = await _remembered(storage, log)
    if remembered is None:
        return await _create(repo, storage)
    try:
        await repo.find(remembered, timeout=FIND_SECONDS)
    except DocumentUnavailable as error:
        log.warning("The catalogue %s is gone from the store (%s); a new one is made.", remembered, error)
        return await _create(repo, storage)
    except FindTimeout as error:
        log.warning("The catalogue %s did not load yet: %s", remembered, error)
    return remembered


async def _remembered(storage: Storage, log: logging.Logger) -> str | None:
    data = await storage.load(CATALOGUE_KEY)
    if data is None:
        return None
    try:
        return str(AutomergeUrl.parse(data.decode()))
    except (InvalidId, UnicodeDecodeError) as error:
        log.warning("The remembered catalogue URL is damaged (%s); a new catalogue is made.", error)
        return None


async def _create(repo: Repo, storage: Storage) -> str:
    handle = repo.create({"title": "Documents", "docs": []})
    await handle.saved()
    await storage.save(CATALOGUE_KEY, handle.url.encode())
    return handle.url
