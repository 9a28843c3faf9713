"""Reading the small JSON files in which servers tell their owner, and nobody else, how to reach them."""

import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

from jupyter_automerge.errors import DialError

MAX_BYTES = 64 * 1024
# A link would lead elsewhere, and opening a pipe would wait for its other end.
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def read_private(path: Path) -> dict[str, Any]:
    """The object in a file of our own that nobody else may write. Raises DialError with the reason if not."""
    try:
        with os.fdopen(os.open(path, _FLAGS), "rb") as file:
            _check(path, os.fstat(file.fileno()))
            content = json.loads(file.read(MAX_BYTES))
    except FileNotFoundError:
        raise DialError(f"{path} does not exist") from None
    except (OSError, ValueError, RecursionError) as error:
        raise DialError(f"{path} cannot be read ({error})") from error
    if not isinstance(content, dict):
        raise DialError(f"{path} cannot be read (it holds no JSON object)")
    return content


def _check(path: Path, facts: os.stat_result) -> None:
    if not stat.S_ISREG(facts.st_mode):
        raise DialError(f"{path} is not trusted: it is no plain file")
    if sys.platform == "win32":
        return  # who may do what is not in these bits there
    if facts.st_uid != os.geteuid():
        raise DialError(f"{path} is not trusted: it belongs to another user")
    if facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise DialError(f"{path} is not trusted: others may write it")
