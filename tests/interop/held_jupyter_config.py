"""A config file for a Jupyter server whose disk a test holds up: its folders take no document while a file is there.

The file is named in HOLD_UP. What waits goes on waiting to the end of the process.
"""

import asyncio
import os
from pathlib import Path

from jupyter_automerge.repo import FileStorage
from jupyter_automerge.values.keys import KeyKind, StorageKey, key_kind

_HOLD_UP = Path(os.environ["HOLD_UP"])
_save = FileStorage.save


async def _held(self: FileStorage, key: StorageKey, data: bytes) -> None:
    if key_kind(key) in (KeyKind.SNAPSHOT, KeyKind.INCREMENTAL) and _HOLD_UP.exists():
        await asyncio.Event().wait()
    await _save(self, key, data)


FileStorage.save = _held  # type: ignore[method-assign]  # no option of the product does that
