"""The file by which a server's kernels find it: `<runtime_dir>/automerge-<pid>.json`, for its owner only.

It exists while the server runs. A kernel believes it only when its `pid` is the kernel's own parent.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from jupyter_core.paths import secure_write

ENVIRONMENT_VARIABLE = "JUPYTER_AUTOMERGE_CONNECTION_FILE"


class ConnectionFile:
    """Written once when the server listens, removed when it stops."""

    def __init__(self, runtime_dir: Path) -> None:
        self.path = runtime_dir / f"automerge-{os.getpid()}.json"

    def write(self, url: str, token: str, version: str, ssl: Mapping[str, str] | None) -> None:
        """Put the file in place in one step, private from its first byte, and name it in the environment.

        What is there already, a link too, is replaced and not followed. Raises OSError.
        """
        content = {"url": url, "token": token, "pid": os.getpid(), "ssl": ssl, "version": version}
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # In a folder of its own, which nobody else can have put a link into.
        with TemporaryDirectory(prefix=".automerge-", dir=self.path.parent) as private:
            unfinished = Path(private) / self.path.name
            with secure_write(str(unfinished)) as file:
                json.dump(content, file, indent=2)
            unfinished.replace(self.path)
        os.environ[ENVIRONMENT_VARIABLE] = str(self.path)

    def remove(self) -> None:
        """Take the file and its name in the environment away; harmless when there is none."""
        self.path.unlink(missing_ok=True)
        if os.environ.get(ENVIRONMENT_VARIABLE) == str(self.path):
            del os.environ[ENVIRONMENT_VARIABLE]
